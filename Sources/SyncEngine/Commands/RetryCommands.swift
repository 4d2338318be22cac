import FieldSync
import Portfolio
import Store

/// A field of a link that somebody decides about.
public struct LinkedField: Hashable, Sendable {
    public var link: Identifier<Link>
    public var field: FieldKey

    public init(link: Identifier<Link>, field: FieldKey) {
        self.link = link
        self.field = field
    }
}

/// What one decision about many has come to.
public struct GroupOutcome: Hashable, Sendable {
    public var settled = 0
    /// Those that changed meanwhile, or are still in the way.
    public var left = 0
}

extension ItemCommands {
    /// Settles many conflicts by one choice. Those that changed since they were shown are passed over: each choice holds for the values
    /// that the person saw (A6).
    public func settleAll(
        _ shown: [(conflict: Identifier<Conflict>, fingerprint: String)], keeping winner: InitialSource, actor: Actor
    ) async throws -> GroupOutcome {
        let now = clock.now
        let choice: ConflictChoice = winner == .kiplot ? .kiplot : .azureDevOps
        let chosen = try await store.write { transaction in
            try shown.compactMap { entry -> LinkedField? in
                do {
                    return try transaction.settle(entry.conflict, by: choice, seen: entry.fingerprint, actor: actor, at: now)
                } catch is StoreError {
                    return nil
                }
            }
        }
        _ = try await press(chosen, cause: .conflictResolution, actor: actor)
        return GroupOutcome(settled: chosen.count, left: shown.count - chosen.count)
    }

    /// Tries again what was refused: these fields, and no other that waits for a button.
    public func retry(_ fields: [LinkedField], actor: Actor) async throws -> GroupOutcome {
        let outcomes = try await press(fields, cause: .writeButton, actor: actor)
        let tried = Set(fields)
        let left = outcomes.reduce(0) { sum, outcome in
            sum + outcome.obstacles.keys.count { tried.contains(LinkedField(link: outcome.link, field: $0)) }
                + (outcome.problem == nil ? 0 : 1)
        }
        return GroupOutcome(settled: max(0, fields.count - left), left: left)
    }

    /// Has links looked at again at once that wait after a problem. The worker of the integration does it.
    public func lookAgain(at links: [Identifier<Link>]) async throws {
        let now = clock.now
        try await store.write { try $0.lookAgain(at: links, at: now) }
    }

    /// Reconciles many links for some of their fields, as if somebody had pressed the button on each.
    private func press(_ fields: [LinkedField], cause: Cause, actor: Actor) async throws -> [LinkOutcome] {
        let links = try await store.read { transaction in
            try Set(fields.map(\.link)).compactMap { try transaction.link($0) }.filter(\.state.isLive)
        }
        var outcomes: [LinkOutcome] = []
        for (integration, group) in Dictionary(grouping: links, by: \.integration).sorted(by: { $0.key.number < $1.key.number }) {
            let ids = Set(group.map(\.id))
            let wanted = Set(fields.filter { ids.contains($0.link) }.map(\.field))
            for field in wanted.sorted() {
                let concerned = Set(fields.filter { ids.contains($0.link) && $0.field == field }.map(\.link))
                let trigger = Trigger(cause: cause, actor: actor, includesManualFields: true, fields: [field])
                do {
                    outcomes += try await reconciler.locks.holding(concerned) {
                        try await reconciler.reconcile(
                            concerned.sorted { $0.number < $1.number }, in: integration, as: .fixed(trigger), priority: .interactive)
                    }
                } catch let stop as LaneStop {
                    try await health.note(stop, of: integration)
                    throw ConnectionProblem(message: stop.problem.message, remedy: stop.problem.remedy)
                }
            }
        }
        return outcomes
    }
}
