import Database
import Portfolio

/// How far the outcomes of an initiative have come.
public struct OutcomeProgress: Hashable, Sendable {
    public var total: Int
    public var closed: Int
    /// The mean of the outcomes, weighted by effort where there is any; what is closed counts as complete unless it says otherwise.
    public var percentComplete: Double

    public init(total: Int, closed: Int, percentComplete: Double) {
        self.total = total
        self.closed = closed
        self.percentComplete = percentComplete
    }
}

/// The initiatives that are not closed, counted by what a portfolio manager asks first.
public struct PortfolioSummary: Hashable, Sendable {
    public var open: Int
    public var inDelivery: Int
    public var red: Int
    public var overdue: Int
}

extension StoreTransaction {
    /// In one question, served by `item_parent`.
    public func outcomeProgress(of initiatives: [Identifier<Item>]) throws -> [Identifier<Item>: OutcomeProgress] {
        guard !initiatives.isEmpty else { return [:] }
        let rows = try sql.rows(
            """
            SELECT item.parent_id, item.percent_complete, item.effort, stage.category = 'closed' OR item.status = 'Done'
            FROM item JOIN stage ON stage.id = item.stage_id
            WHERE item.parent_id IN (\(Self.places(initiatives.count))) AND item.is_archived = FALSE
            """, initiatives.map { .integer($0.number) })
        return Dictionary(grouping: rows) { Identifier<Item>($0.integer(0) ?? 0) }.mapValues { rows in
            OutcomeProgress(
                total: rows.count, closed: rows.count { $0.flag(3) },
                percentComplete: progress(
                    of: rows.map { Accomplishment(percentComplete: $0.real(1), effort: $0.real(2), isClosed: $0.flag(3)) }) ?? 0)
        }
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
}
