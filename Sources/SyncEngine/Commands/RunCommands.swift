import Portfolio
import Store

/// Starting, stopping and resuming bulk runs. The worker of the integration does the work.
public struct RunCommands: Sendable {
    let store: Store
    let clock: any EngineClock

    public func start(
        _ direction: Run.Direction, in integration: Identifier<Integration>, selection: [Identifier<Item>]? = nil,
        createsItems: Bool = false,
        createsWorkItems: Bool = false, isDryRun: Bool = false, by name: String
    ) async throws -> Run {
        let now = clock.now
        return try await store.write { transaction in
            guard let found = try transaction.integration(integration), found.state == .active else {
                throw ConnectionProblem(message: "The integration is paused or gone.", remedy: "Resume it first.")
            }
            if let running = try transaction.runningRuns().first(where: { $0.integration == integration }) {
                throw ConnectionProblem(
                    message: "A bulk sync of \(found.projectName) is going already (number \(running.id)).",
                    remedy: "Wait for it, or stop it.")
            }
            return try transaction.addRun(
                Run(
                    id: Identifier(0), integration: integration, direction: direction, createsItems: createsItems,
                    createsWorkItems: createsWorkItems, selection: selection, isDryRun: isDryRun, startedBy: name, startedAt: now))
        }
    }

    public func stop(_ id: Identifier<Run>) async throws { try await set(.stopped, id, from: [.running]) }
    public func resume(_ id: Identifier<Run>) async throws { try await set(.running, id, from: [.stopped]) }
    public func retryFailed(_ id: Identifier<Run>) async throws { try await store.write { try $0.retryFailedEntries(of: id) } }

    private func set(_ state: Run.State, _ id: Identifier<Run>, from allowed: Set<Run.State>) async throws {
        let now = clock.now
        try await store.write { transaction in
            guard var run = try transaction.run(id) else { throw StoreError.notFound("The run") }
            guard allowed.contains(run.state) else { return }
            run.state = state
            run.finishedAt = state == .running ? nil : now
            try transaction.update(run)
        }
    }
}
