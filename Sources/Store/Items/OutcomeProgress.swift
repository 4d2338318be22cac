import Database
import Portfolio

/// How far the outcomes of an initiative have come.
public struct OutcomeProgress: Hashable, Sendable {
    public var total: Int
    public var closed: Int
    /// The mean of the outcomes, weighted by effort where there is any; what is closed counts as complete unless it says otherwise.
    public var percentComplete: Double
}

/// The initiatives that are not closed, counted by what a portfolio manager asks first.
public struct PortfolioSummary: Hashable, Sendable {
    public var open: Int
    public var inDelivery: Int
    public var red: Int
    public var overdue: Int
}

extension StoreTransaction {
    /// Served by `item_parent`.
    public func outcomeProgress(of initiatives: [Identifier<Item>]) throws -> [Identifier<Item>: OutcomeProgress] {
        guard !initiatives.isEmpty else { return [:] }
        let isClosed = "(stage.category = 'closed' OR item.status = 'Done')"
        let percent = "coalesce(item.percent_complete, CASE WHEN \(isClosed) THEN 100 ELSE 0 END)"
        let effort = "CASE WHEN item.effort > 0 THEN item.effort ELSE 0 END"
        let rows = try sql.rows(
            """
            SELECT item.parent_id, count(*), sum(CASE WHEN \(isClosed) THEN 1 ELSE 0 END), sum(\(effort)), sum((\(effort)) * \(percent)),
                sum(\(percent))
            FROM item JOIN stage ON stage.id = item.stage_id
            WHERE item.parent_id IN (\(initiatives.indices.map { "$\($0 + 1)" }.joined(separator: ", "))) AND item.is_archived = FALSE
            GROUP BY item.parent_id
            """,
            initiatives.map { .integer($0.number) })
        var found: [Identifier<Item>: OutcomeProgress] = [:]
        for row in rows {
            let (count, efforts) = (row.real(1) ?? 0, row.real(3) ?? 0)
            let mean = efforts > 0 ? (row.real(4) ?? 0) / efforts : (row.real(5) ?? 0) / max(1, count)
            found[Identifier(row.integer(0) ?? 0)] = OutcomeProgress(
                total: Int(count), closed: Int(row.integer(2) ?? 0), percentComplete: mean.rounded())
        }
        return found
    }

    public func portfolioSummary(on today: CalendarDate) throws -> PortfolioSummary {
        let row = try sql.row(
            """
            SELECT count(*), sum(CASE WHEN stage.category = 'delivery' THEN 1 ELSE 0 END), sum(CASE WHEN item.rag = 'red' THEN 1 ELSE 0 END),
                sum(CASE WHEN item.end_date < $1 THEN 1 ELSE 0 END)
            FROM item JOIN stage ON stage.id = item.stage_id
            WHERE item.kind = 'initiative' AND item.is_archived = FALSE AND stage.category <> 'closed'
            """,
            [.text(today.description)])
        func number(_ column: Int) -> Int { Int(row?.integer(column) ?? 0) }
        return PortfolioSummary(open: number(0), inDelivery: number(1), red: number(2), overdue: number(3))
    }

    /// The items that are tied to a work item of this number, in whichever project. Served by `link_of_work_item`.
    public func items(linkedToWorkItem number: Int64) throws -> [Item] {
        try sql.rows(
            """
            SELECT \(Self.itemColumns) FROM item
            WHERE id IN (SELECT item_id FROM link WHERE work_item_id = $1 AND is_live = TRUE) ORDER BY kind, id LIMIT 20
            """,
            [.integer(number)]
        ).map(Self.item)
    }

    /// What is shared with a person so that it may be edited.
    public func itemsShared(with person: Identifier<Person>) throws -> Set<Identifier<Item>> {
        Set(
            try sql.rows("SELECT item_id FROM share WHERE person_id = $1 AND may_edit = TRUE", [.integer(person.number)]).map {
                Identifier($0.integer(0) ?? 0)
            })
    }
}
