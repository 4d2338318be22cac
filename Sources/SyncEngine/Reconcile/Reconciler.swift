import AzureDevOps
import FieldSync
import JSON
import Logging
import Portfolio
import Store

/// The one pipeline: read work items, plan every field, pull in one transaction, write with one guarded PATCH each, remember what came
/// back. A webhook, an edit, a button, a sweep and a bulk run differ only in the trigger.
struct Reconciler: Sendable {
    let store: Store
    let connections: Connections
    let schemas: SchemaCache
    let locks: Locks<Identifier<Link>>
    let clock: any EngineClock
    let random: any EngineRandom
    let publicURL: String

    var remotePart: RemotePart { RemotePart(store: store, clock: clock, random: random) }
    var states: LinkStates { LinkStates(store: store, clock: clock, random: random) }

    /// Rounds of reading and planning anew when somebody else is faster (`sync-protocol.md` 2.6).
    private static let rounds = 5
    /// Calls for single work items of one batch that are on the wire at once.
    private static let callsAtOnce = 16

    /// Reconciles links of one integration that the caller has locked. Throws `LaneStop` when none of them can be worked on now;
    /// what was done until then stays done.
    func reconcile(
        _ ids: [Identifier<Link>], in integration: Identifier<Integration>, as choice: TriggerChoice, priority: Priority
    ) async throws -> [LinkOutcome] {
        let work = try await open(integration, priority: priority)
        let links = try await store.read { transaction in try ids.compactMap { try transaction.link($0) }.filter(\.state.isLive) }
        var outcomes: [LinkOutcome] = []
        let creating = links.filter { $0.workItem == nil }
        if !creating.isEmpty { outcomes += try await creator(work).create(creating, as: choice) }
        for chunk in links.filter({ $0.workItem != nil }).chunks(of: AzureDevOpsClient.largestBatch) {
            outcomes += try await reconcile(chunk, work, choice)
        }
        return outcomes
    }

    /// What reconciling would do, without doing it.
    func preview(
        _ ids: [Identifier<Link>], in integration: Identifier<Integration>, as choice: TriggerChoice
    ) async throws -> [LinkOutcome] {
        let work = try await open(integration, priority: .interactive, allowsPaused: true)
        let links = try await store.read { transaction in try ids.compactMap { try transaction.link($0) }.filter { $0.workItem != nil } }
        var outcomes: [LinkOutcome] = []
        for chunk in links.chunks(of: AzureDevOpsClient.largestBatch) {
            let readAt = clock.now
            let found = try await snapshots(chunk, work)
            var request = try await request(found, of: links, openAttempts(of: chunk), work, choice, readAt: readAt)
            request.isPreview = true
            let fixed = request
            outcomes += try await store.read { try LocalPart($0, fixed).run() }.map(\.outcome)
        }
        return outcomes
    }

    /// Everything that working on one integration needs.
    struct Work: Sendable {
        var connection: Connection
        var mapping: StoredMappingSet
        var schema: ProjectSchema

        var integration: Integration { connection.integration }
        var client: AzureDevOpsClient { connection.client }

        /// Whether a work item is one of the project's.
        func includes(_ snapshot: RemoteSnapshot) -> Bool {
            snapshot.project.lowercased() == integration.projectName.lowercased()
        }

        /// What may carry a marker of ours: in the project, whoever's token it was made with; and what we have made, wherever it was moved to.
        func workItemsOfOurs(where condition: String) async throws -> Set<Int64> {
            let here = try await reading { try await client.ids(where: condition, in: integration.projectID) }
            let made = try await reading { try await client.ids(where: "\(condition) AND [System.CreatedBy] = @Me", in: nil) }
            return Set(here + made)
        }
    }

    func open(_ id: Identifier<Integration>, priority: Priority, allowsPaused: Bool = false) async throws -> Work {
        let connection: Connection
        do {
            connection = try await connections.connection(to: id, priority: RequestPriority(priority))
        } catch let problem as ConnectionProblem {
            throw LaneStop.unusable(LinkProblem(message: problem.message, remedy: problem.remedy))
        }
        guard connection.integration.state == .active || (allowsPaused && connection.integration.state == .paused) else {
            throw LaneStop.unusable(
                LinkProblem(
                    message: "Synchronisation of \(connection.integration.projectName) is paused.", remedy: "Resume the integration."))
        }
        guard let mapping = try await store.read({ try $0.mappingSet(connection.integration.mappingSet) }) else {
            throw LaneStop.unusable(LinkProblem(message: "The integration has no mapping.", remedy: "Choose a mapping set for it."))
        }
        var work = Work(connection: connection, mapping: mapping, schema: ProjectSchema(workItemTypes: []))
        try await readSchema(into: &work)
        return work
    }

    private func creator(_ work: Work) -> WorkItemCreator { WorkItemCreator(reconciler: self, work: work) }

    private func reconcile(_ links: [Link], _ work: Work, _ choice: TriggerChoice) async throws -> [LinkOutcome] {
        let unread = try await planUnread(links, work, choice)
        let written = try await write(unread, work, choice)
        let known = Set(unread.map(\.link.id))
        let left = links.filter { !known.contains($0.id) }
        return left.isEmpty ? written : try await written + read(left, work, choice)
    }

    private func read(_ links: [Link], _ work: Work, _ choice: TriggerChoice) async throws -> [LinkOutcome] {
        let readAt = clock.now
        let read = try await snapshots(links, work)
        let attempts = try await openAttempts(of: links)
        let (work, found) = try await knowingFields(work, read, of: links, attempts)
        var outcomes: [LinkOutcome] = []
        for link in links where found[link.id] == nil {
            if let outcome = try await outcomeOfUnread(link) { outcomes.append(outcome) }
        }
        guard !found.isEmpty else { return outcomes }
        let request = try await request(found, of: links, attempts, work, choice, readAt: readAt)
        let planned = try await planLocally(request)
        outcomes += planned.filter { !$0.needsWriting }.map(\.outcome)
        return try await outcomes + write(planned.filter(\.needsWriting), work, choice)
    }

    /// Writes that may have arrived without our having heard so.
    private func openAttempts(of links: [Link]) async throws -> [Identifier<Link>: [Attempt]] {
        try await store.read { try $0.attempts(of: links.map(\.id)) }
    }

    private func request(
        _ snapshots: [Identifier<Link>: RemoteSnapshot], of links: [Link], _ attempts: [Identifier<Link>: [Attempt]], _ work: Work,
        _ choice: TriggerChoice, readAt: Instant
    ) async throws -> PlanningRequest {
        var request = PlanningRequest(
            integration: work.integration.id, snapshots: snapshots, schema: work.schema, choice: choice, readAt: readAt, now: clock.now,
            ownerID: work.connection.ownerID)
        request.serviceTime = work.client.serviceTime.map { Instant($0) }
        request.asked = Dictionary(links.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let (fates, unreadable) = try await AttemptFates(work: work).fates(of: attempts, snapshots)
        request.fates = fates
        for (id, problem) in unreadable.sorted(by: { $0.key < $1.key }) {
            request.snapshots[id] = nil
            try await remotePart.postpone(id, problem, after: nil)
        }
        return request
    }

    /// Reads the work items of some links, and settles what became of those that are not there or no longer belong here.
    /// - Parameter isExact: asks each work item by itself, which tells the formats of its texts.
    func snapshots(_ links: [Link], _ work: Work, isExact: Bool = false) async throws -> [Identifier<Link>: RemoteSnapshot] {
        let links = links.filter { $0.workItem != nil }
        var found: [Identifier<Link>: RemoteSnapshot] = isExact ? [:] : try await readTogether(links, work)
        let alone = try await links.filter { found[$0.id] == nil }.atOnce(Self.callsAtOnce) { ($0.id, try await readByItself($0, work)) }
        if let stop = alone.stop { throw stop }
        for (id, snapshot) in alone.results { found[id] = snapshot }
        let renamed = try await knowingName(work, of: Array(found.values))
        let kinds = try await store.read { transaction in
            Dictionary(try transaction.items(ids: links.map(\.item)).map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
        }
        for link in links {
            guard let snapshot = found[link.id] else { continue }
            if try await !mayPlan(link, from: snapshot, renamed, kinds[link.item]) { found[link.id] = nil }
        }
        return found
    }

    /// Work items from one list, without those of which it does not tell the formats of all mapped texts.
    private func readTogether(_ links: [Link], _ work: Work) async throws -> [Identifier<Link>: RemoteSnapshot] {
        let items = try await reading { try await work.client.workItems(links.compactMap(\.workItem)) }
        let byID = Dictionary(items.map { ($0.id, RemoteSnapshot($0)) }, uniquingKeysWith: { first, _ in first })
        let mapped = MappedTypes(work.mapping.mapping, work.schema)
        var found: [Identifier<Link>: RemoteSnapshot] = [:]
        for link in links {
            guard let id = link.workItem, var snapshot = byID[id] else { continue }
            if snapshot.completeFormats(knowing: link.fields, mapped[snapshot.type]) { found[link.id] = snapshot }
        }
        return found
    }

    /// Whether a reading is recent, and of a work item that still belongs here.
    private func mayPlan(_ link: Link, from snapshot: RemoteSnapshot, _ work: Work, _ kind: ItemKind?) async throws -> Bool {
        guard !link.knowsNewer(than: snapshot, at: clock.now) else {
            // Nothing is planned from it (A14).
            try await remotePart.postpone(link.id, link.problemOfOldReading(snapshot), after: nil)
            return false
        }
        return try await states.checkScope(
            link, snapshot, projectName: work.integration.projectName, mapping: work.mapping.mapping, kind: kind)
    }

    /// One work item that cannot be read holds up no other.
    private func readByItself(_ link: Link, _ work: Work) async throws -> RemoteSnapshot? {
        do {
            return try await states.resolveMissing(link, work.integration, by: work.client)
        } catch let stop as LaneStop where stop.mayConcernOne {
            try await remotePart.postpone(link.id, stop.problem, after: nil)
            return nil
        }
    }

    /// A project may be renamed; its id stays.
    func knowingName(_ given: Work, of snapshots: [RemoteSnapshot]) async throws -> Work {
        guard !snapshots.allSatisfy(given.includes) else { return given }
        var work = given
        let name = try await reading { try await given.client.project(given.integration.projectID) }.name
        guard name != given.integration.projectName else { return given }
        try await store.write { transaction in _ = try transaction.change(given.integration.id) { $0.projectName = name } }
        work.connection.integration.projectName = name
        return work
    }

    private func outcomeOfUnread(_ link: Link) async throws -> LinkOutcome? {
        guard let fresh = try await store.read({ try $0.link(link.id) }) else { return nil }
        return LinkOutcome(link: link.id, item: link.item, workItem: link.workItem, problem: fresh.problem)
    }

    private func write(_ planned: [PlannedLink], _ work: Work, _ choice: TriggerChoice) async throws -> [LinkOutcome] {
        let worked = try await planned.atOnce(Self.callsAtOnce) { try await finish($0, work, choice) }
        // Attempts that never went out are forgotten, so that nothing waits for an answer to them.
        let unsent = worked.untouched.compactMap(\.attempt?.id)
        if !unsent.isEmpty { try await store.write { transaction in for id in unsent { try transaction.forget(id) } } }
        if let stop = worked.stop { throw stop }
        return worked.results
    }

    /// Brings one link to an end: writes, and plans anew while others are faster or fields are refused.
    private func finish(_ first: PlannedLink, _ work: Work, _ choice: TriggerChoice) async throws -> LinkOutcome {
        var planned = first
        var total = first.outcome
        var refused: Set<FieldKey> = []
        var isSingle = false
        var staleRounds = 0
        var staleRevision: Int64?
        if let attempt = first.attempt, first.needsFormats {
            // Nothing is written over a text whose format a list of work items did not tell (A22).
            try await store.write { try $0.forget(attempt.id) }
            guard let next = try await planAgain(first, work, choice, refused: [], isSingle: false), next.needsWriting else { return total }
            planned = next
        }
        while true {
            switch try await remotePart.write(planned, by: work.client) {
            case .written(let outcome):
                total.pushed += outcome.pushed.filter { !total.pushed.contains($0) }
                guard isSingle || !refused.isEmpty else { return total }
            case .postponed(let problem):
                total.problem = problem
                return total
            case .missing:
                if try await states.resolveMissing(planned.link, work.integration, by: work.client) != nil {
                    try await lookForParent(of: planned)
                }
                return try await outcomeOfUnread(planned.link) ?? total
            case .stale where staleRevision == planned.snapshot.revision:
                // The reading lags behind: another one would show the same.
                try await remotePart.postpone(planned.link.id, RemoteFailure.stale.problem, after: .seconds(2))
                return total
            case .stale:
                staleRevision = planned.snapshot.revision
                staleRounds += 1
                guard staleRounds < Self.rounds else {
                    try await remotePart.postpone(planned.link.id, RemoteFailure.stale.problem, after: nil)
                    return total
                }
            case .refused(let obstacles):
                try await remotePart.block(obstacles, of: planned)
                for (key, obstacle) in obstacles { total.obstacles[key] = obstacle.message }
                refused.formUnion(obstacles.keys)
                await forgetSchema(of: work, after: Array(obstacles.values))
            case .refusedSomething(let obstacle):
                isSingle = true
                await forgetSchema(of: work, after: [obstacle])
            }
            guard let next = try await planAgain(planned, work, choice, refused: refused, isSingle: isSingle) else { return total }
            total.pulled += next.outcome.pulled.filter { !total.pulled.contains($0) }
            total.conflicts = next.outcome.conflicts
            guard next.needsWriting else { return total }
            planned = next
        }
    }

    /// The work item is there, so what is missing is the one that it should hang under: that one is looked at, and this one waits.
    private func lookForParent(of planned: PlannedLink) async throws {
        let problem = LinkProblem(
            message: "Azure DevOps does not find the work item that this one should hang under.",
            remedy: "Nothing to do: both are looked at again within a minute.")
        try await remotePart.postpone(planned.link.id, problem, after: nil)
        guard case .item(let parent)? = planned.pushes[.parent]?.pair.local else { return }
        let now = clock.now
        try await store.write { try $0.markDirty(linksOf: parent, except: nil, cause: .link, at: now) }
    }

    private func planAgain(
        _ planned: PlannedLink, _ work: Work, _ choice: TriggerChoice, refused: Set<FieldKey>, isSingle: Bool
    ) async throws -> PlannedLink? {
        let readAt = clock.now
        guard let link = try await store.read({ try $0.link(planned.link.id) }) else { return nil }
        let read = try await snapshots([link], work, isExact: true)
        let attempts = try await openAttempts(of: [link])
        let (work, found) = try await knowingFields(work, read, of: [link], attempts, isExact: true)
        guard !found.isEmpty else { return nil }
        var request = try await request(found, of: [link], attempts, work, choice, readAt: readAt)
        request.refused = refused
        request.isSingle = isSingle
        return try await planLocally(request).first
    }

    /// The local part of many links in as few transactions as those who wait allow; one by one when something about one of them is odd, so
    /// that it holds up no other.
    private func planLocally(_ request: PlanningRequest) async throws -> [PlannedLink] {
        var planned: [PlannedLink] = []
        var left = request.snapshots.keys.sorted()[...]
        while !left.isEmpty {
            do {
                let worked = try await store.writeUntilAwaited(left) { try LocalPart($0, request.only($1)).run() }
                planned += worked.results
                left = worked.left
            } catch let problem as StoreError {
                return try await planned + planOneByOne(request.only(left), LinkProblem(message: problem.message, remedy: problem.remedy))
            } catch let problem as ItemRuleViolation {
                let remedy = "Change the value in Azure DevOps or the mapping, then press Read."
                return try await planned + planOneByOne(request.only(left), LinkProblem(message: problem.message, remedy: remedy))
            }
        }
        return planned
    }

    private func planOneByOne(_ request: PlanningRequest, _ problem: LinkProblem) async throws -> [PlannedLink] {
        guard request.snapshots.count > 1 else {
            for (id, link) in request.asked where request.snapshots[id] != nil {
                try await remotePart.block(id, problem, generation: link.dirty)
            }
            return []
        }
        var planned: [PlannedLink] = []
        for id in request.snapshots.keys.sorted() { planned += try await planLocally(request.only([id])) }
        return planned
    }
}

extension Array {
    func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
