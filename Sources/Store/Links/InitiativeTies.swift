import Database
import Portfolio

/// An initiative and its work item, as far as their children are concerned.
public struct InitiativeTie: Hashable, Sendable {
    public var item: Identifier<Item>
    public var workItem: Int64
    /// The work item lies in the recycle bin, or is gone.
    public var isDeleted: Bool
}

extension StoreTransaction {
    /// The linked initiatives among some items and some work items. A work item that was turned into another type may be linked to an
    /// outcome: it is no parent for one. Served by `link_item` and `link_work_item`.
    public func initiativeTies(
        items: Set<Identifier<Item>>, workItems: Set<Int64>, in integration: Identifier<Integration>
    ) throws -> [InitiativeTie] {
        try initiativeTies(where: "link.item_id", isOneOf: items.map(\.number), in: integration)
            + initiativeTies(where: "link.work_item_id", isOneOf: Array(workItems), in: integration)
    }

    private func initiativeTies(
        where column: String, isOneOf numbers: [Int64], in integration: Identifier<Integration>
    ) throws -> [InitiativeTie] {
        guard !numbers.isEmpty else { return [] }
        return try sql.rows(
            """
            SELECT link.item_id, link.work_item_id, link.state FROM link JOIN item ON item.id = link.item_id
            WHERE \(column) IN (\(Self.places(numbers.count))) AND link.integration_id = $\(numbers.count + 1) AND link.is_live = TRUE
                AND link.work_item_id IS NOT NULL AND item.kind = $\(numbers.count + 2)
            """,
            numbers.sorted().map { .integer($0) } + [.integer(integration.number), .text(ItemKind.initiative.rawValue)]
        ).map { row in
            InitiativeTie(
                item: Identifier(row.integer(0) ?? 0), workItem: row.integer(1) ?? 0,
                isDeleted: row.text(2) == Link.State.remoteDeleted.rawValue)
        }
    }
}
