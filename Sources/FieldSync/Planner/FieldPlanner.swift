import Portfolio

/// The rule by which one field is planned: its mapping, and how its values translate.
public struct FieldRule: Sendable {
    public var direction: Direction
    public var conflictPolicy: ConflictPolicy
    public var initialSource: InitialSource?
    public var translation: any Translation

    public init(
        direction: Direction, conflictPolicy: ConflictPolicy, initialSource: InitialSource? = nil, translation: any Translation
    ) {
        self.direction = direction
        self.conflictPolicy = conflictPolicy
        self.initialSource = initialSource
        self.translation = translation
    }
}

/// How values of one field translate. Both functions are pure, and total but for the obstacles that they name.
public protocol Translation: Sendable {
    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue?
    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue?
    /// Whether two local values mean the same: rich text is compared by its tree, not by its characters.
    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool
}

/// The three-way planner of one field (`sync-protocol.md` 2.5): a pure, total and deterministic function.
public enum FieldPlanner {
    public static func plan(_ state: FieldState, by rule: FieldRule) -> FieldDecision {
        do throws(Obstacle) {
            if let settled = try settled(state, rule) { return settled }
            guard let agreed = state.lastAgreement else { return try firstMeeting(state, rule) }
            let localChanged = !rule.translation.isSame(state.local, agreed.local)
            let remoteChanged = state.remote != agreed.remote
            switch (localChanged, remoteChanged) {
            case (false, false): return state.agreed == agreed ? .inStep : .settle(agreed)
            case (false, true): return try onlyRemoteChanged(state, rule)
            case (true, false): return try onlyLocalChanged(state, rule)
            case (true, true): return try bothChanged(state, agreed, rule)
            }
        } catch {
            return .blocked(error)
        }
    }

    /// What a person has chosen, unless the mapping forbids it by now. Both values are kept with the conflict: nothing is overwritten unseen.
    private static func settled(_ state: FieldState, _ rule: FieldRule) throws(Obstacle) -> FieldDecision? {
        guard let settlement = state.settlement, settlement.concerns(state.local, state.remote) else { return nil }
        switch settlement.winner {
        case .kiplot: return rule.direction.writes ? try push(state, rule, overwritesEdit: false) : nil
        case .azureDevOps: return rule.direction.reads ? try pullUnlessSame(state, rule, overwritesEdit: false) : nil
        }
    }

    private static func onlyRemoteChanged(_ state: FieldState, _ rule: FieldRule) throws(Obstacle) -> FieldDecision {
        guard rule.direction.reads else { return try push(state, rule, overwritesEdit: true) }
        return try pullUnlessSame(state, rule, overwritesEdit: false)
    }

    private static func onlyLocalChanged(_ state: FieldState, _ rule: FieldRule) throws(Obstacle) -> FieldDecision {
        guard rule.direction.writes else { return try pullUnlessSame(state, rule, overwritesEdit: true) }
        return try push(state, rule, overwritesEdit: false)
    }

    private static func bothChanged(_ state: FieldState, _ agreed: AgreedPair, _ rule: FieldRule) throws(Obstacle) -> FieldDecision {
        if meansTheSame(state, rule) { return .settle(AgreedPair(local: state.local, remote: state.remote)) }
        switch rule.direction {
        case .read: return try pull(state, rule, overwritesEdit: true)
        case .write: return try push(state, rule, overwritesEdit: true)
        case .both: break
        }
        if let merged = try mergedTags(state, agreed, rule) { return .merge(merged) }
        switch rule.conflictPolicy {
        case .hold: return .conflict
        case .azureDevOpsWins: return try pull(state, rule, overwritesEdit: true)
        case .kiplotWins: return try push(state, rule, overwritesEdit: true)
        case .newest:
            guard let local = state.localChangedAt, let remote = state.remoteChangedAt, local != remote else { return .conflict }
            return try local > remote ? push(state, rule, overwritesEdit: true) : pull(state, rule, overwritesEdit: true)
        }
    }

    /// No agreed pair: nothing is guessed (A32).
    private static func firstMeeting(_ state: FieldState, _ rule: FieldRule) throws(Obstacle) -> FieldDecision {
        guard state.local != nil else {
            // Nothing in Kiplot is no wish to empty the other side: what stands there stays until somebody sets a value here.
            guard rule.direction.reads, state.remote != nil else { return .settle(AgreedPair(local: nil, remote: state.remote)) }
            return try pullUnlessSame(state, rule, overwritesEdit: false)
        }
        if meansTheSame(state, rule) { return .settle(AgreedPair(local: state.local, remote: state.remote)) }
        switch rule.direction {
        case .read: return try pull(state, rule, overwritesEdit: true)
        case .write: return try push(state, rule, overwritesEdit: state.remote != nil)
        case .both: break
        }
        if state.remote == nil { return try push(state, rule, overwritesEdit: false) }
        switch rule.initialSource {
        case .azureDevOps: return try pull(state, rule, overwritesEdit: true)
        case .kiplot: return try push(state, rule, overwritesEdit: true)
        case nil: return .conflict
        }
    }

    /// Only where the two are known to mean different things: comparing formatted texts takes time.
    private static func pull(_ state: FieldState, _ rule: FieldRule, overwritesEdit: Bool) throws(Obstacle) -> FieldDecision {
        .pull(AgreedPair(local: try rule.translation.kiplot(from: state.remote), remote: state.remote), overwritesEdit: overwritesEdit)
    }

    private static func pullUnlessSame(_ state: FieldState, _ rule: FieldRule, overwritesEdit: Bool) throws(Obstacle) -> FieldDecision {
        let local = try rule.translation.kiplot(from: state.remote)
        if rule.translation.isSame(local, state.local) { return .settle(AgreedPair(local: state.local, remote: state.remote)) }
        return .pull(AgreedPair(local: local, remote: state.remote), overwritesEdit: overwritesEdit)
    }

    private static func push(_ state: FieldState, _ rule: FieldRule, overwritesEdit: Bool) throws(Obstacle) -> FieldDecision {
        let remote = try rule.translation.azureDevOps(from: state.local)
        let pair = AgreedPair(local: state.local, remote: remote)
        return remote == state.remote ? .settle(pair) : .push(pair, overwritesEdit: overwritesEdit)
    }

    private static func meansTheSame(_ state: FieldState, _ rule: FieldRule) -> Bool {
        if let local = try? rule.translation.kiplot(from: state.remote), rule.translation.isSame(local, state.local) { return true }
        if state.local == nil || state.remote == nil { return state.local == nil && state.remote == nil }
        guard let remote = try? rule.translation.azureDevOps(from: state.local) else { return false }
        return remote == state.remote
    }

    /// Tags that either side removed since the agreement are gone, tags that either side added stay.
    private static func mergedTags(_ state: FieldState, _ agreed: AgreedPair, _ rule: FieldRule) throws(Obstacle) -> AgreedPair? {
        guard case .tags? = state.remote ?? agreed.remote else { return nil }
        func labels(_ value: FieldValue?) -> [String: String] {
            guard case .choices(let labels) = value else { return [:] }
            return Dictionary(labels.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        }
        let local = labels(state.local)
        let remote = labels(try rule.translation.kiplot(from: state.remote))
        let base = labels(agreed.local)
        let kept = base.filter { local[$0.key] != nil && remote[$0.key] != nil }
        let added = local.merging(remote) { mine, _ in mine }.filter { base[$0.key] == nil }
        let merged = FieldValue.set(of: Array(kept.values) + Array(added.values))
        return AgreedPair(local: merged, remote: try rule.translation.azureDevOps(from: merged))
    }
}

extension FieldState {
    /// The pair to compare with. When the remote value is one that an unsettled attempt wrote, our own write
    /// has landed although we did not hear of it (`sync-protocol.md` 2.5). Several may have written that value, for different
    /// values here: the one that was for the value of now tells most, whatever their order.
    public var lastAgreement: AgreedPair? {
        if agreed?.remote == remote, agreed != nil { return agreed }
        let landed = attempts.filter { $0.remote == remote }
        return landed.first { $0.local == local } ?? landed.first ?? agreed
    }
}
