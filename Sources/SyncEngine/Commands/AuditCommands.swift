import Portfolio
import Store

/// Starting audits, and bringing into step what one has found. The worker of the integration does the work.
public struct AuditCommands: Sendable {
    let store: Store
    let clock: any EngineClock

    /// Starts an audit, or returns the one that is running.
    /// - Parameter heals: whether what does not agree is brought into step at once.
    public func start(in integration: Identifier<Integration>, heals: Bool = false, by name: String) async throws -> Audit {
        let now = clock.now
        return try await store.write { transaction in
            guard let found = try transaction.integration(integration), found.state == .active else {
                throw ConnectionProblem(message: "The integration is paused or gone.", remedy: "Resume it first.")
            }
            return try transaction.startAudit(of: integration, heals: heals, by: name, at: now)
        }
    }

    /// Has everything looked at again that an audit found differing or astray. Returns how many links that are.
    public func heal(_ id: Identifier<Audit>) async throws -> Int {
        let now = clock.now
        return try await store.write { transaction in
            guard let audit = try transaction.audit(id) else { throw StoreError.notFound("The audit") }
            return try transaction.heal(audit, at: now)
        }
    }
}
