import Database
import Portfolio

/// How an item stands with Azure DevOps, without all that its link remembers: for screens that show hundreds of items.
public struct LinkStanding: Hashable, Sendable {
    public var integration: Identifier<Integration>
    public var workItem: Int64?
    public var remoteState: String?
    public var health: Link.Health
    public var problem: String?
}

extension StoreTransaction {
    /// The first live link of each item that has one, in one question. Served by `link_of_item`.
    public func linkStandings(of items: [Identifier<Item>]) throws -> [Identifier<Item>: LinkStanding] {
        guard !items.isEmpty else { return [:] }
        let rows = try sql.rows(
            """
            SELECT item_id, integration_id, work_item_id, remote_state, state, conflicts, obstacles, problem, dirty, settled,
                CASE WHEN fields LIKE '%"waiting":true%' THEN 1 ELSE 0 END
            FROM link WHERE is_live = TRUE AND item_id IN (\(Self.places(items.count))) ORDER BY id
            """, items.map { .integer($0.number) })
        return Dictionary(
            rows.map { row in
                (
                    Identifier<Item>(row.integer(0) ?? 0),
                    LinkStanding(
                        integration: Identifier(row.integer(1) ?? 0), workItem: row.integer(2), remoteState: row.text(3),
                        health: Self.health(row), problem: row.text(7))
                )
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The same judgement as `Link.health`, from the columns that count.
    private static func health(_ row: SQLRow) -> Link.Health {
        switch row.text(4).flatMap({ Link.State(rawValue: $0) }) {
        case .disconnected, nil: return .disconnected
        case .remoteDeleted, .outOfScope: return .outside
        case .creating where row.text(7) == nil: return .pending
        case .creating, .active: break
        }
        if row.integer(5) ?? 0 > 0 { return .conflict }
        if row.text(7) != nil || row.integer(6) ?? 0 > 0 { return .failed }
        return row.integer(8) != row.integer(9) || row.integer(10) == 1 ? .pending : .inSync
    }
}
