import FieldSync
import JSON
import Portfolio
import Store

/// What reconciling one link would do: made purely from what both sides were seen to be.
public struct LinkPlan: Hashable, Sendable {
    /// What the link will remember of each mapped field once the local part is done. Pushes are not agreed yet.
    public var fields: [FieldKey: LinkField]
    public var pulls: [FieldKey: Pull]
    public var pushes: [FieldKey: Push]
    /// Conflicts to open or to renew.
    public var conflicts: [FieldKey]
    /// Conflicts that dissolved because both sides came to mean the same.
    public var dissolvedConflicts: [FieldKey]
    /// Obstacles that were not known before.
    public var newObstacles: [FieldKey]
    /// Fields whose value is one that we wrote without hearing of it.
    public var landed: [FieldKey] = []
    /// Whether an automatic field has to move in a way that this trigger does not allow.
    public var leavesSomething = false

    /// Values that come from Azure DevOps. `pair.local` is what the item gets.
    public struct Pull: Hashable, Sendable {
        public var pair: AgreedPair
        public var plannedVersion: Int64
        public var overwritesEdit: Bool
        /// Whether both sides agree once it is done; not yet where merged tags still have to be written.
        public var concludes = true
    }

    /// Values that go to Azure DevOps. `pair.remote` is what is sent.
    public struct Push: Hashable, Sendable {
        public var pair: AgreedPair
        public var overwritten: RemoteValue?
        public var overwritesEdit: Bool
    }

    public var isEmpty: Bool { pulls.isEmpty && pushes.isEmpty }
}

/// What a plan compares the item with.
public enum RemoteSide: Sendable {
    case reading(RemoteSnapshot)
    /// What the link remembers of the last one. Only good for a plan that `LinkPlan.goesOutUnread` allows.
    case memory

    /// Who was later is asked only where both sides have changed, and such a plan never goes out unread.
    fileprivate var changedAt: Instant? {
        if case .reading(let snapshot) = self { snapshot.changedAt } else { nil }
    }

    /// The value of one field, the format that is known to stand there, and the revision that it belongs to.
    fileprivate func field(_ resolved: MappingContext.ResolvedField, known: LinkField) -> (RemoteValue?, RichText.Format?, Int64?) {
        switch self {
        case .reading(let snapshot):
            let name = resolved.mapping.azureDevOpsField
            let format = snapshot.formats[name]
            let value = CanonicalForm.remoteValue(of: snapshot.fields[name], type: resolved.remoteType, format: format ?? .html)
            return (value, format, snapshot.revision)
        case .memory: return (known.remote, nil, known.readIn)
        }
    }
}

/// Everything about a mapping that planning needs, resolved once for many links.
public struct MappingContext: Sendable {
    public var entity: EntityMapping
    public var mappingVersion: Int64
    public var defaultMode: SyncMode
    public var rules: [FieldKey: ResolvedField]

    public struct ResolvedField: Sendable {
        public var mapping: FieldMapping
        public var remoteType: RemoteFieldType
        public var translation: any Translation
    }

    /// Resolves the enabled fields of an entity mapping. A field that the project or the portfolio no longer has is left out;
    /// the mapping check names it.
    public init(
        entity: EntityMapping, mappingVersion: Int64, defaultMode: SyncMode, type: WorkItemTypeSchema, vocabulary: Vocabulary
    ) {
        self.entity = entity
        self.mappingVersion = mappingVersion
        self.defaultMode = defaultMode
        rules = [:]
        for mapping in entity.enabledFields {
            guard let definition = vocabulary.catalogue[mapping.field], let schema = type[mapping.azureDevOpsField] else { continue }
            rules[mapping.field] = ResolvedField(
                mapping: mapping, remoteType: schema.type,
                translation: Translations.translation(for: mapping, definition: definition, schema: schema, vocabulary: vocabulary))
        }
    }
}

/// Plans all mapped fields of one link. Pure: the same inputs give the same plan.
public struct LinkPlanner: Sendable {
    public var context: MappingContext
    public var trigger: Trigger
    /// Fields that Azure DevOps has refused a moment ago: they are not sent again in this reconcile.
    public var refused: Set<FieldKey>

    public init(context: MappingContext, trigger: Trigger, refused: Set<FieldKey> = []) {
        self.context = context
        self.trigger = trigger
        self.refused = refused
    }

    /// - Parameters:
    ///   - attempts: the pairs of unsettled writes, by field.
    ///   - localChangedAt: when each field last changed in Kiplot, where known.
    ///   - parents: the linked initiatives that the parent may be; `nil` leaves the parent alone.
    public func plan(
        _ link: Link, item: Item, remote: RemoteSide, attempts: [FieldKey: [AgreedPair]], parents: ParentDirectory? = nil,
        localChangedAt: (FieldKey) -> Instant? = { _ in nil }
    ) -> LinkPlan {
        var plan = LinkPlan(fields: [:], pulls: [:], pushes: [:], conflicts: [], dissolvedConflicts: [], newObstacles: [])
        // What is not mapped at the moment is remembered: mapped again, it goes on where it was (A33).
        plan.fields = link.fields.filter { context.rules[$0.key] == nil }.mapValues(\.resting)
        for (key, resolved) in context.rules.sorted(by: { $0.key < $1.key }) {
            let known = (link.fields[key] ?? LinkField()).about(resolved.mapping.azureDevOpsField)
            let (value, format, revision) = remote.field(resolved, known: known)
            if value == nil, known.remote != nil, known.readIn == revision {
                // No value vanishes without a revision: the field itself is gone, and the next check of the mapping names it.
                plan.fields[key] = known
                continue
            }
            let state = FieldState(
                local: item[key], remote: value, agreed: known.agreed, attempts: attempts[key] ?? [],
                settlement: known.settlement, localChangedAt: localChangedAt(key), remoteChangedAt: remote.changedAt)
            let rule = FieldRule(
                direction: resolved.mapping.direction, conflictPolicy: resolved.mapping.conflictPolicy,
                initialSource: trigger.initialSource, translation: resolved.translation)
            let decision = Self.keepingFormats(
                FieldPlanner.plan(state, by: rule), present: format, value: value, field: resolved.mapping.azureDevOpsField)
            decide(
                decision, key: key, known: known, state: state, version: item.version(of: key), mode: resolved.mapping.mode, into: &plan)
            plan.fields[key]?.readIn = revision
        }
        switch remote {
        case .reading(let snapshot):
            if let parents { planParent(link, item: item, remote: snapshot, attempts: attempts, parents, into: &plan) }
        // Parents change without a revision: nothing is remembered of them that a write could test.
        case .memory: plan.fields[.parent] = link.fields[.parent]
        }
        return plan
    }

    /// The parent is no field of Azure DevOps and changes without a revision, but it is planned like one: both ends must be linked.
    private func planParent(
        _ link: Link, item: Item, remote: RemoteSnapshot, attempts: [FieldKey: [AgreedPair]], _ parents: ParentDirectory,
        into plan: inout LinkPlan
    ) {
        guard let direction = context.entity.parentDirection else { return }
        let translation = ParentTranslation(directory: parents)
        guard translation.applies(local: item[.parent], remote: remote.parent) else {
            plan.fields[.parent] = link.fields[.parent]
            return
        }
        var known = link.fields[.parent] ?? LinkField()
        known.agreed = translation.holding(known.agreed)
        let state = FieldState(
            local: item[.parent], remote: remote.parent.map { .number(Double($0)) }, agreed: known.agreed,
            attempts: attempts[.parent] ?? [],
            settlement: known.settlement)
        let rule = FieldRule(
            direction: direction, conflictPolicy: .hold, initialSource: trigger.initialSource, translation: translation)
        let decision = FieldPlanner.plan(state, by: rule)
        if case .push(let pair, _) = decision, case .number(let parent)? = pair.remote, parents.deleted.contains(Int64(parent)) {
            known.remote = state.remote
            plan.fields[.parent] = known
            return
        }
        decide(
            decision, key: .parent, known: known, state: state, version: item.version(of: .parent), mode: .inherit, into: &plan)
    }

    /// HTML is never written over Markdown, nor the reverse (A22): Azure DevOps would show the one as the other. Where nothing stands,
    /// Markdown may be written and makes the field a Markdown one.
    private static func keepingFormats(
        _ decision: FieldDecision, present: RichText.Format?, value: RemoteValue?, field: String
    ) -> FieldDecision {
        guard case .push(let pair, _) = decision, case .richText(let text) = pair.remote else { return decision }
        let isMixed = text.format == .html ? present == .markdown : present != .markdown && value != nil
        return isMixed ? .blocked(.markdownOverHTML(field: field)) : decision
    }

    private func decide(
        _ decision: FieldDecision, key: FieldKey, known: LinkField, state: FieldState, version: Int64, mode: FieldMode,
        into plan: inout LinkPlan
    ) {
        var field = known
        field.remote = state.remote
        field.isInConflict = false
        field.isWaiting = false
        if known.settlement?.concerns(state.local, state.remote) != true { field.settlement = nil }
        // What landed unheard is the agreement from now on, whatever else is decided: the attempt itself is about to be forgotten.
        if let landed = state.lastAgreement, landed != known.agreed {
            field.agreed = landed
            plan.landed.append(key)
        }
        let isManual = mode.resolved(default: context.defaultMode) == .manual
        func may(_ movement: Movement) -> Bool {
            let isAllowed = trigger.movements.contains(movement) && trigger.covers(key)
            if !isAllowed, !isManual { plan.leavesSomething = true }
            return isAllowed && (!isManual || trigger.includesManualFields)
        }
        switch decision {
        case .inStep:
            field.obstacle = nil
            field.settlement = nil
        case .settle(let pair):
            field.agreed = pair
            field.obstacle = nil
            field.settlement = nil
        case .pull(let pair, let overwritesEdit):
            guard may(.pull) else {
                field.isWaiting = isManual
                break
            }
            if isStillBlocked(known, state) { break }
            plan.pulls[key] = LinkPlan.Pull(pair: pair, plannedVersion: version, overwritesEdit: overwritesEdit)
        case .push(let pair, let overwritesEdit):
            guard may(.push) else {
                field.isWaiting = isManual
                break
            }
            if refused.contains(key) || isStillBlocked(known, state) { break }
            plan.pushes[key] = LinkPlan.Push(pair: pair, overwritten: state.remote, overwritesEdit: overwritesEdit)
        case .merge(let pair):
            guard may(.pull), may(.push) else {
                field.isWaiting = isManual
                break
            }
            let mustWrite = pair.remote != state.remote
            if pair.local != state.local {
                plan.pulls[key] = LinkPlan.Pull(
                    pair: AgreedPair(local: pair.local, remote: state.remote), plannedVersion: version, overwritesEdit: false,
                    concludes: !mustWrite)
            }
            if mustWrite, !refused.contains(key), !isStillBlocked(known, state) {
                plan.pushes[key] = LinkPlan.Push(pair: pair, overwritten: state.remote, overwritesEdit: false)
            }
        case .conflict:
            field.isInConflict = true
            plan.conflicts.append(key)
        case .blocked(let obstacle):
            let fingerprint = fingerprint(state)
            if known.obstacle?.fingerprint != fingerprint { plan.newObstacles.append(key) }
            field.obstacle = FieldObstacle(obstacle, fingerprint: fingerprint)
        }
        if known.isInConflict, !field.isInConflict { plan.dissolvedConflicts.append(key) }
        if let obstacle = field.obstacle, obstacle.fingerprint != fingerprint(state) { field.obstacle = nil }
        plan.fields[key] = field
    }

    /// A refused value is not sent again until something about it changes (`sync-protocol.md` 2.6), or a person presses a button.
    private func isStillBlocked(_ known: LinkField, _ state: FieldState) -> Bool {
        guard !trigger.isPressed else { return false }
        return known.obstacle.map { $0.fingerprint == fingerprint(state) } ?? false
    }

    /// What an obstacle was found for: both values and the version of the mapping.
    func fingerprint(_ state: FieldState) -> String {
        LinkPlanner.fingerprint(local: state.local, remote: state.remote, mappingVersion: context.mappingVersion)
    }

    static func fingerprint(local: FieldValue?, remote: RemoteValue?, mappingVersion: Int64) -> String {
        "\(mappingVersion)|\(local?.json.canonicalText ?? "")|\(remote?.json.canonicalText ?? "")".digest
    }
}

extension LinkField {
    /// The same while the field is not mapped: what both sides agreed on, and nothing that anybody should look at.
    fileprivate var resting: LinkField {
        var field = LinkField(agreed: agreed, remote: remote, target: target)
        field.readIn = readIn
        field.syncedAt = syncedAt
        return field
    }

    /// The same if it is about this field of Azure DevOps; nothing if it is about another.
    fileprivate func about(_ name: String) -> LinkField {
        guard let target, target.lowercased() != name.lowercased() else {
            var field = self
            field.target = name
            return field
        }
        return LinkField(target: name)
    }
}

extension FieldObstacle {
    init(_ obstacle: Obstacle, fingerprint: String) {
        var code: String?
        if case .refusedByAzureDevOps(let given, _) = obstacle { code = given }
        self.init(message: obstacle.message, remedy: obstacle.remedy, code: code, fingerprint: fingerprint)
    }
}
