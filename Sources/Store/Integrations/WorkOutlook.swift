import Database
import Portfolio

/// What an integration has to do and when, in one look: cheap enough to be asked again and again.
public struct WorkOutlook: Hashable, Sendable {
    public var isActive: Bool
    /// Since when its credential rests because Azure DevOps rejected it.
    public var credentialRejectedAt: Instant?
    /// When the first link falls due that a person or a hook has marked; and the first that a sweep or a bulk run has.
    public var urgentWorkAt: Instant?
    public var backgroundWorkAt: Instant?
    public var hasRunningRun: Bool
    public var hasRunningAudit: Bool
    public var needsSweep: Bool
    public var lastSweepAt: Instant?
    public var hookState: Integration.HookState
}

extension StoreTransaction {
    /// - Returns: `nil` when the integration or its credential is gone. The moments are served by `link_due`.
    public func workOutlook(of id: Identifier<Integration>) throws -> WorkOutlook? {
        try sql.row(
            """
            SELECT integration.state, credential.rejected_at, integration.needs_sweep, integration.last_sweep_at, integration.hook_state,
                \(Self.firstDue(.interactive, .hook)), \(Self.firstDue(.sweep, .bulk)),
                EXISTS (SELECT 1 FROM run WHERE integration_id = $1 AND state = 'running'),
                EXISTS (SELECT 1 FROM audit WHERE integration_id = $1 AND state = 'running')
            FROM integration JOIN instance ON instance.id = integration.instance_id
                JOIN credential ON credential.id = coalesce(integration.credential_id, instance.credential_id)
            WHERE integration.id = $1
            """, [.integer(id.number)]
        ).map { row in
            func instant(_ column: Int) -> Instant? { row.integer(column).map { Instant(milliseconds: $0) } }
            return WorkOutlook(
                isActive: row.text(0) == Integration.State.active.rawValue, credentialRejectedAt: instant(1), urgentWorkAt: instant(5),
                backgroundWorkAt: instant(6), hasRunningRun: row.flag(7), hasRunningAudit: row.flag(8), needsSweep: row.flag(2),
                lastSweepAt: instant(3),
                hookState: row.text(4).flatMap { Integration.HookState(rawValue: $0) } ?? .none)
        }
    }

    /// One step into the index for each priority: a hundred thousand links may wait for a bulk.
    private static func firstDue(_ priorities: Priority...) -> String {
        let moments = priorities.map { priority in
            "SELECT min(not_before) AS due FROM link WHERE integration_id = $1 AND is_waiting = TRUE AND priority = \(priority.rawValue)"
        }
        return "(SELECT min(due) FROM (\(moments.joined(separator: " UNION ALL "))) AS first)"
    }
}
