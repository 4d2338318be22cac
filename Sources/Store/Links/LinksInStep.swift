import Database
import Portfolio

/// An item and its work item, or one of them that has none of the other.
public struct LinkedItem: Hashable, Sendable {
    public var item: Identifier<Item>?
    public var workItem: Int64?

    public init(item: Identifier<Item>?, workItem: Int64?) {
        self.item = item
        self.workItem = workItem
    }
}

extension StoreTransaction {
    /// The live links that wait for the loop, or of which something is not in step, in the order of their ids.
    /// Served by `link_due` and `link_open`.
    public func linksNotInStep(in integration: Identifier<Integration>) throws -> [LinkedItem] {
        try sql.rows(
            """
            SELECT item_id, work_item_id, id FROM link WHERE integration_id = $1 AND is_waiting = TRUE
            UNION SELECT item_id, work_item_id, id FROM link WHERE integration_id = $1 AND is_open = TRUE AND is_live = TRUE
            ORDER BY id
            """,
            [.integer(integration.number)]
        ).map { LinkedItem(item: $0.integer(0).map { Identifier($0) }, workItem: $0.integer(1)) }
    }

    /// Served by `link_item`.
    public func liveLinkCount(in integration: Identifier<Integration>) throws -> Int {
        let row = try sql.row("SELECT count(*) FROM link WHERE integration_id = $1 AND is_live = TRUE", [.integer(integration.number)])
        return Int(row?.integer(0) ?? 0)
    }

    /// Served by `link_work_item`.
    public func linkedWorkItems(in integration: Identifier<Integration>) throws -> Set<Int64> {
        let rows = try sql.rows(
            "SELECT work_item_id FROM link WHERE integration_id = $1 AND is_live = TRUE AND work_item_id IS NOT NULL",
            [.integer(integration.number)])
        return Set(rows.compactMap { $0.integer(0) })
    }

    /// Served by `link_item`.
    public func linkedItems(in integration: Identifier<Integration>) throws -> Set<Identifier<Item>> {
        let rows = try sql.rows("SELECT item_id FROM link WHERE integration_id = $1 AND is_live = TRUE", [.integer(integration.number)])
        return Set(rows.compactMap { $0.integer(0).map { Identifier($0) } })
    }
}
