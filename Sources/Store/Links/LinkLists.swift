import Database
import Portfolio

/// The links of one integration by how they stand.
public struct LinkHealthCounts: Hashable, Sendable {
    public var inSync = 0
    public var pending = 0
    public var conflict = 0
    public var failed = 0
    public var outside = 0

    public init() {}

    public var total: Int { inSync + pending + conflict + failed + outside }

    public subscript(health: Link.Health) -> Int {
        switch health {
        case .inSync: inSync
        case .pending: pending
        case .conflict: conflict
        case .failed: failed
        case .outside: outside
        case .disconnected: 0
        }
    }
}

/// An event that a service hook has brought, as it stands on the page of a project.
public struct HookEvent: Hashable, Sendable {
    public var type: String
    public var workItem: Int64?
    public var revision: Int64?
    public var at: Instant
    /// The item that is linked to the work item, if any.
    public var item: Identifier<Item>?
}

extension StoreTransaction {
    /// How a link stands, told from its columns alone: `Link.health` without reading what it remembers of each field.
    private static let healthExpression = """
        CASE WHEN state IN ('remoteDeleted', 'outOfScope') THEN 'outside'
            WHEN state = 'creating' AND problem IS NULL THEN 'pending'
            WHEN conflicts > 0 THEN 'conflict'
            WHEN problem IS NOT NULL OR obstacles > 0 THEN 'failed'
            WHEN dirty <> settled THEN 'pending'
            ELSE 'inSync' END
        """

    public func linkHealthCounts(of integration: Identifier<Integration>) throws -> LinkHealthCounts {
        let rows = try sql.rows(
            """
            SELECT \(Self.healthExpression), count(*) FROM link WHERE integration_id = $1 AND is_live = TRUE
            GROUP BY \(Self.healthExpression)
            """,
            [.integer(integration.number)])
        var counts = LinkHealthCounts()
        for row in rows {
            let number = Int(row.integer(1) ?? 0)
            switch row.text(0).flatMap({ Link.Health(rawValue: $0) }) {
            case .inSync: counts.inSync = number
            case .pending: counts.pending = number
            case .conflict: counts.conflict = number
            case .failed: counts.failed = number
            case .outside: counts.outside = number
            case .disconnected, nil: break
            }
        }
        return counts
    }

    /// A page of the live links of an integration that stand in one way; all of them when `health` is `nil`.
    public func links(
        in integration: Identifier<Integration>, health: Link.Health?, after id: Identifier<Link>?, limit: Int
    ) throws -> [Link] {
        guard let health else { return try links(in: integration, after: id, limit: limit) }
        return try sql.rows(
            """
            SELECT id FROM link WHERE integration_id = $1 AND id > $2 AND is_live = TRUE AND \(Self.healthExpression) = $3
            ORDER BY id LIMIT $4
            """,
            [.integer(integration.number), .integer(id?.number ?? 0), .text(health.rawValue), .integer(Int64(limit))]
        ).compactMap { try link(Identifier($0.integer(0) ?? 0)) }
    }

    /// What the service hooks of an integration have told last, the newest first. Served by `hook_event_age`.
    public func hookEvents(of integration: Identifier<Integration>, limit: Int) throws -> [HookEvent] {
        try sql.rows(
            """
            SELECT hook.event_type, hook_event.work_item_id, hook_event.revision, hook_event.received_at,
                (SELECT link.item_id FROM link WHERE link.integration_id = $1 AND link.work_item_id = hook_event.work_item_id
                    AND link.is_live = TRUE)
            FROM hook_event JOIN hook ON hook.id = hook_event.hook_id
            WHERE hook.integration_id = $1 ORDER BY hook_event.received_at DESC LIMIT $2
            """,
            [.integer(integration.number), .integer(Int64(limit))]
        ).map { row in
            HookEvent(
                type: row.text(0) ?? "", workItem: row.integer(1), revision: row.integer(2),
                at: Instant(milliseconds: row.integer(3) ?? 0), item: row.integer(4).map { Identifier($0) })
        }
    }
}
