import Database
import FieldSync
import Portfolio
import Store

/// The local part of reconciling: planning, pulls, agreements, receipts and the memory of what is about to be written, all in one
/// transaction, so that nothing can change between the plan and what follows from it.
struct LocalPart {
    let transaction: StoreTransaction
    let request: PlanningRequest
    private let batch: ReconcileBatch
    private let parents: ParentDirectory

    /// The most writes that happen by themselves between two edits of people (A12).
    static let automaticWriteLimit = 5
    /// Azure DevOps refuses changes past 10,000 revisions; a reserve stays for people (`sync-protocol.md` F11).
    static let revisionLimit: Int64 = 9_000
    /// From here on it is said that the end is in sight.
    static let revisionNotice: Int64 = 8_000

    init(_ transaction: StoreTransaction, _ request: PlanningRequest) throws {
        self.transaction = transaction
        self.request = request
        var links: [Link] = []
        for id in request.snapshots.keys.sorted(by: { $0.number < $1.number }) {
            if let link = try transaction.link(id), link.state.isLive { links.append(link) }
        }
        let first = try transaction.reconcileBatch(links, of: request.integration)
        if !request.isPreview,
            try transaction.addMissingPeople(named: request, mapping: first.mapping.mapping, vocabulary: first.vocabulary)
        {
            batch = try transaction.reconcileBatch(links, of: request.integration)
        } else {
            batch = first
        }
        parents = try transaction.parentDirectory(
            items: Set(batch.entries.compactMap { entry in if case .item(let id) = entry.item[.parent] { id } else { nil } }),
            workItems: Set(request.snapshots.values.compactMap(\.parent)), in: request.integration)
    }

    func run() throws -> [PlannedLink] {
        guard batch.integration.state == .active || request.isPreview else { return [] }
        guard request.isPreview || request.schema.isCurrent(for: batch.mapping, in: batch.integration) else {
            // Another process has read meanwhile that a field came or went.
            for entry in batch.entries { try transaction.lookAgain(at: entry.link, request.now) }
            return []
        }
        let contexts = batch.contexts(schema: request.schema)
        var planned: [PlannedLink] = []
        for entry in batch.entries {
            // Somebody may have read a newer revision since this one was read, or heard of one: the link stays dirty (A14).
            guard let snapshot = request.snapshots[entry.link.id], !entry.link.knowsNewer(than: snapshot, at: request.now) else { continue }
            if let other = entry.attempts.first(where: { $0.mayBe(behind: snapshot, at: request.now) }), !request.isPreview {
                try wait(for: other, entry.link)
                continue
            }
            if entry.link.isOutside, let asked = request.asked[entry.link.id], !entry.link.isUntouched(since: asked) {
                if !request.isPreview { try transaction.lookAgain(at: entry.link, request.now) }
                continue
            }
            guard let context = contexts[entry.item.kind] else {
                planned.append(try unmapped(entry, snapshot))
                continue
            }
            planned.append(try plan(entry, snapshot, context))
        }
        return planned
    }

    /// Another process has just written and not heard of it yet: nothing is planned from what may be its own work.
    private func wait(for other: Attempt, _ link: Link) throws {
        var link = link
        link.notBefore = max(link.notBefore, min(other.deadline, request.now.adding(.seconds(1))))
        try transaction.update(link)
    }

    private func unmapped(_ entry: ReconcileBatch.Entry, _ snapshot: RemoteSnapshot) throws -> PlannedLink {
        var link = entry.link
        link.settled = max(link.settled, min(link.dirty, request.asked[link.id]?.dirty ?? link.dirty))
        link.problem = LinkProblem(
            message: "\(entry.item.kind.plural) are not mapped in this integration.",
            remedy: "Add the pair to the mapping, or unlink the item.")
        if !request.isPreview { try transaction.update(link) }
        let trigger = request.choice.trigger(for: link)
        let context = batch.context(
            EntityMapping(kind: entry.item.kind, workItemType: ""),
            WorkItemTypeSchema(name: "", referenceName: "", states: [], fields: []))
        return PlannedLink(
            link: link, item: entry.item, snapshot: snapshot, context: context, trigger: trigger, pushes: [:], generation: link.dirty,
            epoch: batch.integration.epoch,
            outcome: LinkOutcome(link: link.id, item: link.item, workItem: link.workItem, problem: link.problem))
    }

    private func plan(_ entry: ReconcileBatch.Entry, _ snapshot: RemoteSnapshot, _ context: MappingContext) throws -> PlannedLink {
        let trigger = request.choice.trigger(for: entry.link)
        let planner = LinkPlanner(context: context, trigger: trigger, refused: request.refused)
        var plan = planner.plan(
            agreeing(entry), item: entry.item, remote: .reading(snapshot), attempts: entry.attemptedPairs(request.fates),
            parents: entry.item.kind == .outcome ? parents : nil
        ) { key in
            guard context.rules[key]?.mapping.conflictPolicy == .newest else { return nil }
            return try? transaction.lastChange(of: key, on: entry.item.id)?.at
        }
        var outcome = LinkOutcome(link: entry.link.id, item: entry.item.id, workItem: entry.link.workItem)
        outcome.waiting = plan.fields.filter { $0.value.isWaiting }.keys.sorted()
        if request.isPreview {
            outcome.pulled = plan.pulls.keys.sorted()
            outcome.pushed = plan.pushes.keys.sorted()
            outcome.conflicts = plan.conflicts
            for (key, field) in plan.fields { outcome.obstacles[key] = field.obstacle?.message }
            return PlannedLink(
                link: entry.link, item: entry.item, snapshot: snapshot, context: context, trigger: trigger, pushes: plan.pushes,
                generation: entry.link.dirty, epoch: batch.integration.epoch, outcome: outcome)
        }
        let item = try pull(&plan, entry.item, entry.link, snapshot, context, trigger, &outcome)
        let isPartial = request.isSingle && plan.pushes.count > 1
        if isPartial, let first = plan.pushes.keys.min() { plan.pushes = plan.pushes.filter { $0.key == first } }
        var planned = try remember(plan, entry, item, snapshot, context, trigger, outcome)
        planned.isPartial = isPartial
        return planned
    }

    /// Writes the link back, and begins the attempt when something has to go out.
    private func remember(
        _ plan: LinkPlan, _ entry: ReconcileBatch.Entry, _ item: Item, _ snapshot: RemoteSnapshot, _ context: MappingContext,
        _ trigger: Trigger, _ given: LinkOutcome
    ) throws -> PlannedLink {
        var link = entry.link
        var outcome = given
        if isEditOfSomebody(snapshot, link) { link.automaticWrites = 0 }
        let wasOutside = link.state != .active
        // A button moves one way only, or one field: what else has to move is looked at right afterwards.
        if plan.leavesSomething {
            link.dirty += 1
            link.notBefore = request.now
        }
        link.state = .active
        link.note(snapshot)
        // What was heard of and not shown for so long that this reading counts was a mistake.
        link.heardRevision = min(link.heardRevision, snapshot.revision)
        link.fields = plan.fields
        if wasOutside {
            try transaction.file(receipt(link, trigger, .stateChanged, detail: "The work item is back; synchronising again."))
            // What belongs under it could not be hung there meanwhile.
            for outcome in try transaction.outcomes(of: item.id) {
                try transaction.markDirty(linksOf: outcome.id, except: nil, cause: .link, at: request.now)
            }
        }
        if entry.link.seenRevision < Self.revisionNotice, snapshot.revision >= Self.revisionNotice {
            let detail =
                "Work item #\(snapshot.id) has \(snapshot.revision) revisions. From \(Self.revisionLimit) on Kiplot writes only when asked; past 10,000 "
                + "Azure DevOps refuses changes. Find out what changes the work item so often."
            try transaction.file(receipt(link, trigger, .stateChanged, revision: snapshot.revision, detail: detail))
        }
        try note(plan, link, item, snapshot, trigger)
        outcome.conflicts = plan.fields.filter { $0.value.isInConflict }.keys.sorted()
        for (key, field) in plan.fields { if let obstacle = field.obstacle { outcome.obstacles[key] = obstacle.message } }
        try noteLanded(plan, entry, link, snapshot, trigger)
        if hasLanded(plan, entry) { link.automaticWrites += 1 }
        let unsettled = try forgetSettled(entry.attempts, link, snapshot, context)
        var attempt: Attempt?
        if !plan.pushes.isEmpty {
            if let other = unsettled.first(where: { $0.isOnTheWire(at: request.now) }) {
                // Another process writes, or died writing: one write at a time (A16).
                link.notBefore = max(link.notBefore, other.deadline)
            } else if let problem = breaker(link, snapshot, trigger) {
                link.problem = problem
                outcome.problem = problem
            } else {
                attempt = try transaction.begin(
                    plan.pushes, of: link.id, expecting: snapshot.revision, at: request.now, serviceTime: request.serviceTime)
            }
        }
        let generation = min(link.dirty, request.asked[link.id]?.dirty ?? link.dirty)
        if attempt == nil {
            if let last = unsettled.map(\.deadline).max() {
                // Whether an unheard write landed has to be found out, even if nothing else ever happens to the link (A28).
                link.notBefore = max(link.notBefore, plan.pushes.isEmpty ? last.adding(PlanningRequest.visibility) : request.now)
                if link.dirty == link.settled { link.dirty += 1 }
            } else if trigger.coversEverything {
                link.settled = max(link.settled, generation)
            }
            link.syncedAt = request.now
        }
        try transaction.update(link)
        return PlannedLink(
            link: link, item: item, snapshot: snapshot, context: context, trigger: trigger, pushes: attempt == nil ? [:] : plan.pushes,
            attempt: attempt, generation: generation, epoch: batch.integration.epoch, outcome: outcome)
    }

    /// Conflicts and obstacles, for those who have to look at them.
    private func note(_ plan: LinkPlan, _ link: Link, _ item: Item, _ snapshot: RemoteSnapshot, _ trigger: Trigger) throws {
        for key in plan.conflicts {
            let change = try transaction.lastChange(of: key, on: item.id)
            try transaction.hold(
                Conflict(
                    link: link.id, item: item.id, field: key, local: item[key], remote: plan.fields[key]?.remote,
                    localBy: change?.actor.name, localAt: change?.at, remoteBy: snapshot.changedBy?.displayName,
                    remoteAt: snapshot.changedAt,
                    remoteRevision: snapshot.revision, openedAt: request.now))
            if !link.isKnownConflict(key, in: batch) {
                try transaction.file(
                    receipt(
                        link, trigger, .heldConflict, field: key, before: batch.workspace.words(item[key]),
                        after: plan.fields[key]?.remote?.shortText, revision: snapshot.revision))
            }
        }
        for key in plan.dissolvedConflicts {
            try transaction.settleConflict(of: key, on: link.id, as: .agreed, by: "Kiplot", at: request.now)
        }
        for key in plan.newObstacles {
            guard let obstacle = plan.fields[key]?.obstacle else { continue }
            try transaction.file(
                receipt(
                    link, trigger, .blocked, field: key, before: batch.workspace.words(item[key]),
                    after: plan.fields[key]?.remote?.shortText,
                    revision: snapshot.revision, detail: "\(obstacle.message) \(obstacle.remedy)"))
        }
    }

    private func breaker(_ link: Link, _ snapshot: RemoteSnapshot, _ trigger: Trigger) -> LinkProblem? {
        guard !trigger.isPressed, trigger.run == nil else { return nil }
        if snapshot.revision >= Self.revisionLimit {
            return LinkProblem(
                message: "Work item #\(snapshot.id) has \(snapshot.revision) revisions; Azure DevOps refuses changes past 10,000.",
                remedy: "Press Write for what must go out, and find out what changes the work item so often.")
        }
        guard link.automaticWrites >= Self.automaticWriteLimit else { return nil }
        return LinkProblem(
            message: "\(Self.automaticWriteLimit) writes in a row did not bring both sides together: something changes our values back.",
            remedy: "Look for a rule or another tool that rewrites the field in Azure DevOps, then edit the item or press Write.")
    }

    func receipt(
        _ link: Link, _ trigger: Trigger, _ action: Receipt.Action, field: FieldKey? = nil, before: String? = nil, after: String? = nil,
        revision: Int64? = nil, detail: String? = nil
    ) -> Receipt {
        Receipt(
            link: link, field: field, action: action, before: before, after: after, revision: revision, at: request.now,
            actor: trigger.actor.name, cause: trigger.cause, run: trigger.run, detail: detail)
    }
}

extension Link {
    fileprivate func isKnownConflict(_ key: FieldKey, in batch: ReconcileBatch) -> Bool {
        batch.entries.first { $0.link.id == id }?.link.fields[key]?.isInConflict ?? false
    }
}

extension LocalPart {
    /// Brings what was read into the item. A value that the portfolio's rules refuse becomes an obstacle and holds up no other.
    private func pull(
        _ plan: inout LinkPlan, _ item: Item, _ link: Link, _ snapshot: RemoteSnapshot, _ context: MappingContext, _ trigger: Trigger,
        _ outcome: inout LinkOutcome
    ) throws -> Item {
        guard !plan.pulls.isEmpty else { return item }
        let author: Actor = snapshot.changedBy.map { .azureDevOps(name: $0.displayName) } ?? .azureDevOps(name: "Azure DevOps")
        let origin = EditOrigin(actor: author, cause: trigger.cause, at: request.now, link: link.id)
        let pulls = plan.pulls
        func edit(_ keys: [FieldKey]) throws -> Item {
            try transaction.edit(
                item.id, changes: Dictionary(uniqueKeysWithValues: keys.map { ($0, pulls[$0]?.pair.local) }),
                expecting: Dictionary(uniqueKeysWithValues: keys.map { ($0, pulls[$0]?.plannedVersion ?? 0) }), origin: origin)
        }
        var done: [FieldKey] = []
        var edited = item
        do {
            edited = try edit(pulls.keys.sorted())
            done = pulls.keys.sorted()
        } catch is ItemRuleViolation {
            (edited, done) = try pullOneByOne(pulls, item, edit, &plan, context)
        } catch is StoreError {
            (edited, done) = try pullOneByOne(pulls, item, edit, &plan, context)
        }
        for key in done {
            guard let pull = pulls[key] else { continue }
            var field = plan.fields[key] ?? LinkField()
            if pull.concludes { field.agreed = pull.pair }
            field.settlement = nil
            field.obstacle = nil
            field.syncedAt = request.now
            plan.fields[key] = field
            try transaction.file(
                receipt(
                    link, trigger, .pulled, field: key, before: batch.workspace.words(item[key]),
                    after: batch.workspace.words(pull.pair.local),
                    revision: snapshot.revision,
                    detail: pull.overwritesEdit ? "A value typed in Kiplot was replaced; it is in the history." : nil))
        }
        outcome.pulled = done
        return edited
    }

    /// Some fields depend on each other (start and end), so those that fail are tried again while others succeed.
    private func pullOneByOne(
        _ pulls: [FieldKey: LinkPlan.Pull], _ item: Item, _ edit: ([FieldKey]) throws -> Item, _ plan: inout LinkPlan,
        _ context: MappingContext
    ) throws -> (Item, [FieldKey]) {
        var edited = item
        var done: [FieldKey] = []
        var waiting = pulls.keys.sorted()
        var reasons: [FieldKey: String] = [:]
        while true {
            let before = waiting
            for key in before {
                do {
                    edited = try edit([key])
                    done.append(key)
                    waiting.removeAll { $0 == key }
                } catch let violation as ItemRuleViolation {
                    reasons[key] = violation.message
                } catch let problem as StoreError {
                    reasons[key] = problem.message
                }
            }
            if waiting.isEmpty || waiting == before { break }
        }
        for key in waiting {
            var field = plan.fields[key] ?? LinkField()
            field.obstacle = FieldObstacle(
                .refusedByKiplot(reason: reasons[key] ?? ""),
                fingerprint: LinkPlanner.fingerprint(local: item[key], remote: field.remote, mappingVersion: context.mappingVersion))
            plan.fields[key] = field
            plan.newObstacles.append(key)
        }
        return (edited, done.sorted())
    }
}
