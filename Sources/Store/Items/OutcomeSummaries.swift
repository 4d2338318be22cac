import Database
import Portfolio

/// What the outcomes of one initiative say of it.
public struct OutcomeSummary: Hashable, Sendable {
    public var count: Int
    /// How far they have come, weighted by effort.
    public var percentComplete: Double?

    public init(count: Int, percentComplete: Double?) {
        self.count = count
        self.percentComplete = percentComplete
    }
}

extension StoreTransaction {
    /// For every initiative with outcomes, in one question.
    public func outcomeSummaries() throws -> [Identifier<Item>: OutcomeSummary] {
        let rows = try sql.rows(
            "SELECT parent_id, percent_complete, effort FROM item WHERE parent_id IS NOT NULL AND is_archived = FALSE")
        return Dictionary(grouping: rows) { Identifier<Item>($0.integer(0) ?? 0) }.mapValues { rows in
            OutcomeSummary(count: rows.count, percentComplete: progress(of: rows.map { ($0.real(1), $0.real(2)) }))
        }
    }

    /// The outcomes of several initiatives, by start and then rank; those without a start last. Served by `item_parent`.
    public func outcomes(ofAll initiatives: [Identifier<Item>]) throws -> [Identifier<Item>: [Item]] {
        guard !initiatives.isEmpty else { return [:] }
        let places = (1...initiatives.count).map { "$\($0)" }.joined(separator: ", ")
        let items = try sql.rows(
            """
            SELECT \(Self.itemColumns) FROM item WHERE parent_id IN (\(places)) AND is_archived = FALSE
            ORDER BY start_date IS NULL, start_date, rank, id
            """, initiatives.map { .integer($0.number) }
        ).map(Self.item)
        return Dictionary(grouping: items) { item in if case .item(let parent) = item[.parent] { parent } else { Identifier(0) } }
    }

    /// The items that are shared with a person with the right to edit, in one question.
    public func itemsEditable(by person: Identifier<Person>) throws -> Set<Identifier<Item>> {
        let rows = try sql.rows("SELECT item_id FROM share WHERE person_id = $1 AND may_edit = TRUE", [.integer(person.number)])
        return Set(rows.map { Identifier($0.integer(0) ?? 0) })
    }
}
