import AzureDevOps
import FieldSync
import Portfolio
import Store

/// Compares every field of every link with what Azure DevOps holds, two hundred work items a call, and changes nothing by it. What it
/// finds is the agreement score, and a list of what does not agree.
struct Auditor: Sendable {
    let store: Store
    let reconciler: Reconciler
    let clock: any EngineClock

    /// Compares until the end; a crash goes on behind the last page.
    /// - Throws: `LaneStop` when Azure DevOps cannot be used: the audit goes on later.
    func work(on audit: Audit) async throws {
        var opened = try await reconciler.open(audit.integration, priority: .sweep)
        // Whoever compares everything compares what there is now.
        try await reconciler.readSchema(into: &opened, since: clock.elapsed)
        let work = opened
        var current = audit
        while true {
            let last = current.lastLink
            let links = try await store.read {
                try $0.links(in: audit.integration, after: last, limit: AzureDevOpsClient.largestBatch)
            }
            guard let end = links.last else { break }
            let readAt = clock.now
            var snapshots: [Int64: RemoteSnapshot] = [:]
            for item in try await reading({ try await work.client.workItems(links.compactMap(\.workItem)) }) {
                snapshots[item.id] = RemoteSnapshot(item)
            }
            let found = snapshots
            let work = try await reconciler.knowingName(work, of: Array(found.values))
            let (given, now) = (current, clock.now)
            current = try await store.write { transaction in
                var comparison = try Comparison(transaction, work, found, readAt: readAt, now: now)
                for link in links { try comparison.compare(link) }
                var audit = given
                audit.lastLink = end.id
                comparison.add(to: &audit)
                try transaction.note(comparison.disagreements, in: audit.id)
                try transaction.update(audit)
                return audit
            }
            try Task.checkCancellation()
        }
        // What was found is of use whether or not the search for duplicates succeeds.
        var failure: LaneStop?
        do {
            try await DuplicateSearch(store: store, clock: clock, publicURL: reconciler.publicURL).search(work)
        } catch let stop as LaneStop {
            failure = stop
        }
        try await conclude(current)
        if let failure { throw failure }
    }

    private func conclude(_ audit: Audit) async throws {
        let now = clock.now
        try await store.write { transaction in
            guard var audit = try transaction.audit(audit.id), audit.state == .running else { return }
            audit.state = .finished
            audit.finishedAt = now
            try transaction.update(audit)
            if audit.heals { try transaction.heal(audit, at: now) }
        }
    }
}

/// What one page of an audit comes to, as of one transaction.
private struct Comparison {
    private(set) var disagreements: [Disagreement] = []
    private var links = 0
    private var agreeing = 0
    private let snapshots: [Int64: RemoteSnapshot]
    private let planned: [Identifier<Link>: PlannedLink]
    private let work: Reconciler.Work
    private let transaction: StoreTransaction
    private let workspace: Workspace

    init(
        _ transaction: StoreTransaction, _ work: Reconciler.Work, _ snapshots: [Int64: RemoteSnapshot], readAt: Instant, now: Instant
    ) throws {
        self.transaction = transaction
        self.work = work
        self.snapshots = snapshots
        workspace = try transaction.workspace()
        var byLink: [Identifier<Link>: RemoteSnapshot] = [:]
        for snapshot in snapshots.values {
            guard let link = try transaction.liveLink(ofWorkItem: snapshot.id, in: work.integration.id), link.state == .active,
                Self.state(of: snapshot, try transaction.item(link.item)?.kind, work).state == .active
            else { continue }
            byLink[link.id] = snapshot
        }
        var request = PlanningRequest(
            integration: work.integration.id, snapshots: byLink, schema: work.schema, choice: .fixed(Trigger(cause: .sweep)),
            readAt: readAt, now: now)
        request.isPreview = true
        planned = Dictionary(
            try LocalPart(transaction, request).run().map { ($0.link.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func compare(_ given: Link) throws {
        // It is compared as it is now, not as it was when the page was begun.
        guard let link = try transaction.link(given.id), link.state.isLive, let workItem = link.workItem else { return }
        links += 1
        let snapshot = snapshots[workItem]
        let (state, reason) = Self.state(of: snapshot, try transaction.item(link.item)?.kind, work)
        guard link.state == state else {
            disagreements.append(
                Disagreement(link: link.id, item: link.item, workItem: workItem, field: nil, kind: .astray, reason: reason))
            return
        }
        // A reading that lags behind has nothing to say.
        guard state == .active, let planned = planned[link.id], let snapshot else { return }
        compareFields(planned, snapshot, of: link)
    }

    /// The state that a link to a work item should have, and why.
    private static func state(
        of snapshot: RemoteSnapshot?, _ kind: ItemKind?, _ work: Reconciler.Work
    ) -> (state: Link.State, reason: String) {
        guard let snapshot else { return (.remoteDeleted, "The work item is not there, or the access token may not read it.") }
        guard work.includes(snapshot) else {
            return (.outOfScope, "The work item was moved to the project \(snapshot.project).")
        }
        guard let entity = work.mapping.mapping.entity(forWorkItemType: snapshot.type), kind == nil || entity.kind == kind else {
            return (.outOfScope, "The work item is a \(snapshot.type), which is not mapped to this kind of item.")
        }
        return (.active, "The work item is back, and the link does not know it.")
    }

    /// A reason counts only where the link knows it, too: what a plan would come to tells nobody.
    private mutating func compareFields(_ planned: PlannedLink, _ snapshot: RemoteSnapshot, of link: Link) {
        let outcome = planned.outcome
        var keys = Set(planned.context.rules.keys)
        if planned.context.entity.parentDirection != nil { keys.insert(.parent) }
        for key in keys.sorted() {
            guard outcome.moves(key) else {
                agreeing += 1
                continue
            }
            let reason: String? =
                if outcome.conflicts.contains(key), link.fields[key]?.isInConflict ?? false {
                    "Both sides changed it: it waits for a choice."
                } else if let obstacle = outcome.obstacles[key], link.fields[key]?.obstacle != nil {
                    obstacle
                } else if outcome.waiting.contains(key), link.fields[key]?.isWaiting ?? false {
                    "The field is manual: it waits for Read or Write."
                } else {
                    link.dirty != link.settled ? "It is on its way." : nil
                }
            disagreements.append(
                Disagreement(
                    link: outcome.link, item: outcome.item, workItem: snapshot.id, field: key,
                    kind: reason == nil ? .differing : .explained,
                    local: workspace.words(planned.item[key], limit: 80),
                    remote: snapshot.value(of: key, in: planned.context)?.shortText, reason: reason))
        }
    }

    func add(to audit: inout Audit) {
        audit.links += links
        audit.agreeing += agreeing
        for one in disagreements {
            switch one.kind {
            case .explained: audit.explained += 1
            case .differing: audit.differing += 1
            case .astray: audit.astray += 1
            }
        }
    }
}

extension LinkOutcome {
    /// Whether the sides differ in a field, whatever is to be done about it.
    fileprivate func moves(_ key: FieldKey) -> Bool {
        pulled.contains(key) || pushed.contains(key) || conflicts.contains(key) || obstacles[key] != nil || waiting.contains(key)
    }
}
