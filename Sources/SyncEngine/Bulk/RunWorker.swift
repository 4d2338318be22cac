import AzureDevOps
import Database
import FieldSync
import Portfolio
import Store

/// Works a bulk run off, chunk by chunk. A crash repeats those that were under way, and every repetition finds nothing to do.
struct RunWorker: Sendable {
    let store: Store
    let reconciler: Reconciler
    let sweeper: Sweeper
    let clock: any EngineClock

    private static let chunk = 200
    /// While one chunk is on the wire, the next is planned.
    private static let chunksAtOnce = 2
    /// How many chunks are read while one is worked on: as many as may be on the wire, so that a slow answer holds up no other.
    private static let ahead = RequestBudget.mostInFlight - RequestBudget.keptForPeople

    /// Works until the run is finished or stopped. Throws `LaneStop` when Azure DevOps cannot be used; the run then goes on later.
    func work(on run: Run) async throws {
        do {
            let work = try await reconciler.open(run.integration, priority: .bulk)
            if try await !store.read({ try $0.isListed(run.id) }) {
                try await RunLister(store: store, sweeper: sweeper).list(run, work)
            }
            try await workOff(run, work)
            try await finish(run.id)
        } catch let stop as LaneStop {
            try await explain(run.id, stop)
            throw stop
        }
    }

    private func workOff(_ run: Run, _ work: Reconciler.Work) async throws {
        try await withThrowingTaskGroup(of: LaneStop?.self) { group in
            var atWork = 0
            var stop: LaneStop?
            func awaitChunks(until most: Int) async throws {
                while atWork > most, let ended = try await group.next() {
                    atWork -= 1
                    stop = stop ?? ended
                }
            }
            var place = -1
            try await readingAhead(
                Self.ahead,
                next: {
                    let after = place
                    let entries = try await store.read {
                        try $0.entries(of: run.id, outcome: .waiting, after: after, limit: Self.chunk)
                    }
                    place = entries.last?.position ?? place
                    return entries.isEmpty ? nil : entries
                },
                read: { entries in try await read(entries, work) },
                use: { entries, snapshots in
                    // What is made comes in its order, parents first.
                    let isInOrder = run.createsWorkItems || entries.contains { $0.item == nil }
                    try await awaitChunks(until: isInOrder ? 0 : Self.chunksAtOnce - 1)
                    guard stop == nil, let current = try await store.read({ try $0.run(run.id) }), current.state == .running else {
                        return false
                    }
                    group.addTask { try await process(entries, snapshots, current, work) }
                    atWork += 1
                    if isInOrder { try await awaitChunks(until: 0) }
                    return true
                })
            try await awaitChunks(until: 0)
            if let stop { throw stop }
        }
    }

    /// The work items of entries that have no item yet; whoever is linked is read where it is reconciled.
    private func read(_ entries: [RunEntry], _ work: Reconciler.Work) async throws -> [Int64: RemoteSnapshot] {
        let ids = entries.filter { $0.item == nil }.compactMap(\.workItem)
        return ids.isEmpty ? [:] : try await ImportReader(work: work).read(ids)
    }

    /// - Returns: why nothing else may be begun; other chunks come to their end.
    private func process(
        _ entries: [RunEntry], _ snapshots: [Int64: RemoteSnapshot], _ run: Run, _ work: Reconciler.Work
    ) async throws -> LaneStop? {
        do {
            try await importWorkItems(entries.filter { $0.item == nil }, snapshots, run, work)
            let results = try await synchronise(entries.filter { $0.item != nil }, run, work)
            if !results.isEmpty { try await store.write { try $0.record(results, of: run.id) } }
            return nil
        } catch let stop as LaneStop {
            return stop
        }
    }

    private func synchronise(_ withItems: [RunEntry], _ run: Run, _ work: Reconciler.Work) async throws -> [RunEntry] {
        guard !withItems.isEmpty else { return [] }
        var results: [RunEntry] = []
        var links: [Identifier<Item>: Link] = [:]
        let integration = run.integration
        for link in try await store.read({ transaction in
            try withItems.compactMap { entry in try entry.item.flatMap { try transaction.liveLink(of: $0, in: integration) } }
        }) { links[link.item] = link }
        let unlinked = withItems.filter { entry in entry.item.flatMap { links[$0] } == nil }
        if run.isDryRun {
            results += unlinked.map { entry in entry.ended(.created, "Would create a work item.") }
        } else {
            for link in try await connect(unlinked, run, work) { links[link.item] = link }
            results += unlinked.filter { entry in entry.item.flatMap { links[$0] } == nil }.map {
                $0.ended(.skipped, "The item is gone or its kind is not mapped.")
            }
        }
        return try await results + reconcile(withItems, links, run)
    }

    private func reconcile(_ entries: [RunEntry], _ links: [Identifier<Item>: Link], _ run: Run) async throws -> [RunEntry] {
        let linked = entries.filter { entry in entry.item.flatMap { links[$0] } != nil }
        guard !linked.isEmpty else { return [] }
        let ids = linked.compactMap { entry in entry.item.flatMap { links[$0]?.id } }
        let choice = TriggerChoice.fixed(trigger(of: run))
        if run.isDryRun {
            let outcomes = try await reconciler.preview(ids, in: run.integration, as: choice)
            return results(linked, outcomes, isDryRun: true)
        }
        let outcomes = try await reconciler.locks.holding(Set(ids)) {
            try await reconciler.reconcile(ids, in: run.integration, as: choice, priority: .bulk)
        }
        return results(linked, outcomes, isDryRun: false)
    }

    private func trigger(of run: Run) -> Trigger {
        var trigger = Trigger(bulk: run.direction)
        trigger.actor = .person(Identifier(0), name: run.startedBy)
        trigger.run = run.id
        return trigger
    }

    private func results(_ entries: [RunEntry], _ outcomes: [LinkOutcome], isDryRun: Bool) -> [RunEntry] {
        let byItem = Dictionary(outcomes.map { ($0.item, $0) }, uniquingKeysWith: { first, _ in first })
        return entries.map { entry in
            guard let outcome = entry.item.flatMap({ byItem[$0] }) else { return entry.ended(.failed, "It was not reached; try again.") }
            var result = entry
            result.workItem = outcome.workItem ?? entry.workItem
            result.outcome = outcome.problem != nil ? .failed : outcome.created ? .created : outcome.changedAnything ? .changed : .unchanged
            var words: [String] = []
            let would = isDryRun ? "Would " : ""
            if !outcome.pulled.isEmpty {
                words.append("\(would)\(isDryRun ? "read" : "Read") \(outcome.pulled.map(\.name).joined(separator: ", ")).")
            }
            if !outcome.pushed.isEmpty {
                words.append("\(would)\(isDryRun ? "write" : "Wrote") \(outcome.pushed.map(\.name).joined(separator: ", ")).")
            }
            if !outcome.conflicts.isEmpty {
                words.append("Conflict in \(outcome.conflicts.map(\.name).joined(separator: ", ")): choose a value on the item.")
            }
            for (key, message) in outcome.obstacles.sorted(by: { $0.key < $1.key }) { words.append("\(key.name): \(message)") }
            if !outcome.obstacles.isEmpty, result.outcome == .unchanged { result.outcome = .failed }
            if let problem = outcome.problem { words.append("\(problem.message) \(problem.remedy)") }
            result.reason = words.isEmpty ? nil : words.joined(separator: " ")
            return result
        }
    }

    private func connect(_ entries: [RunEntry], _ run: Run, _ work: Reconciler.Work) async throws -> [Link] {
        let now = clock.now
        let mapping = work.mapping.mapping
        let random = reconciler.random
        return try await store.write { transaction in
            try entries.compactMap { entry -> Link? in
                guard let id = entry.item, let item = try transaction.item(id), let entity = mapping[item.kind] else { return nil }
                return try transaction.connect(
                    NewLink(
                        integration: run.integration, item: id, workItem: nil, workItemType: entity.workItemType,
                        marker: random.hexadecimal(bytes: 16), priority: .bulk, cause: .bulk, at: now))
            }
        }
    }

    private func importWorkItems(
        _ entries: [RunEntry], _ snapshots: [Int64: RemoteSnapshot], _ run: Run, _ work: Reconciler.Work
    ) async throws {
        guard !entries.isEmpty else { return }
        let now = clock.now
        let work = try await reconciler.knowingName(work, of: Array(snapshots.values))
        let review = CandidateReview(store: store, clock: clock, connection: work.connection, publicURL: reconciler.publicURL)
        let random = reconciler.random
        let request = PlanningRequest(
            integration: run.integration,
            snapshots: Dictionary(uniqueKeysWithValues: snapshots.map { (Identifier<Link>($0.key), $0.value) }), schema: work.schema,
            choice: .automatic, readAt: now, now: now)
        let make: @Sendable (StoreTransaction, [RunEntry]) throws -> Void = { transaction, entries in
            let importer = Importer(
                transaction: transaction, work: work, run: run, review: review, random: random, now: now, snapshots: snapshots)
            try transaction.record(try importer.entries(entries), of: run.id)
        }
        if !run.isDryRun {
            try await store.write { transaction in
                let vocabulary = try transaction.reconcileBatch([], of: run.integration).vocabulary
                _ = try transaction.addMissingPeople(named: request, mapping: work.mapping.mapping, vocabulary: vocabulary)
            }
        }
        var left = parentsFirst(entries, snapshots, work.mapping.mapping)[...]
        while !left.isEmpty {
            do {
                left = try await store.writeUntilAwaited(left) { transaction, entries in
                    try make(transaction, Array(entries))
                    return [] as [Never]
                }.left
            } catch is StoreError, is ItemRuleViolation, DatabaseError.uniqueViolation {
                // The last: another process works on the same run, and was faster with one of them.
                return try await oneByOne(Array(left), run, make)
            }
        }
    }

    /// A parent that comes after its children has them looked at once more.
    private func parentsFirst(_ entries: [RunEntry], _ snapshots: [Int64: RemoteSnapshot], _ mapping: MappingSet) -> [RunEntry] {
        let isParent = { (entry: RunEntry) in
            entry.workItem.flatMap { snapshots[$0] }.flatMap { mapping.entity(forWorkItemType: $0.type) }?.kind == .initiative
        }
        return entries.filter(isParent) + entries.filter { !isParent($0) }
    }

    /// Something about one work item is odd: it gets its reason, and the others go on.
    private func oneByOne(
        _ entries: [RunEntry], _ run: Run, _ make: @escaping @Sendable (StoreTransaction, [RunEntry]) throws -> Void
    ) async throws {
        for entry in entries {
            do {
                try await store.write { try make($0, [entry]) }
            } catch let problem as StoreError {
                try await store.write { try $0.record([entry.ended(.failed, "\(problem.message) \(problem.remedy)")], of: run.id) }
            } catch let problem as ItemRuleViolation {
                try await store.write { try $0.record([entry.ended(.failed, problem.message)], of: run.id) }
            }
        }
    }

    private func finish(_ id: Identifier<Run>) async throws {
        let now = clock.now
        try await store.write { transaction in
            guard var run = try transaction.run(id), run.state == .running else { return }
            run.state = .finished
            run.finishedAt = now
            run.detail = nil
            try transaction.update(run)
        }
    }

    private func explain(_ id: Identifier<Run>, _ stop: LaneStop) async throws {
        try await store.write { transaction in
            guard var run = try transaction.run(id) else { return }
            run.detail = "Waiting: \(stop.problem.message) \(stop.problem.remedy)"
            try transaction.update(run)
        }
    }
}

extension RunEntry {
    func ended(_ outcome: Outcome, _ reason: String?) -> RunEntry {
        var entry = self
        entry.outcome = outcome
        entry.reason = reason
        return entry
    }
}

extension Trigger {
    /// What a bulk run of a direction allows; where nothing is agreed yet, the side that it comes from counts.
    init(bulk direction: Run.Direction) {
        self.init(
            cause: .bulk, movements: direction == .pull ? [.pull] : direction == .push ? [.push] : [.pull, .push],
            includesManualFields: true, initialSource: direction == .pull ? .azureDevOps : direction == .push ? .kiplot : nil,
            priority: .bulk)
    }
}
