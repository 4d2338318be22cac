import Database
import Portfolio

extension StoreTransaction {
    /// The outcomes of several initiatives, by start and then rank; those without a start last. Served by `item_parent`.
    public func outcomes(ofAll initiatives: [Identifier<Item>]) throws -> [Identifier<Item>: [Item]] {
        guard !initiatives.isEmpty else { return [:] }
        let items = try sql.rows(
            """
            SELECT \(Self.itemColumns) FROM item WHERE parent_id IN (\(Self.places(initiatives.count))) AND is_archived = FALSE
            ORDER BY start_date IS NULL, start_date, rank, id
            """, initiatives.map { .integer($0.number) }
        ).map(Self.item)
        return Dictionary(grouping: items) { item in if case .item(let parent) = item[.parent] { parent } else { Identifier(0) } }
    }
}
