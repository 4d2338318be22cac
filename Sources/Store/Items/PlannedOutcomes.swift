import Database
import Portfolio

/// As much of an outcome as planning shows: thousands of them are read at once.
public struct PlannedOutcome: Hashable, Sendable {
    public var id: Identifier<Item>
    public var number: Int64
    public var name: String
    public var type: String?
    public var stage: Identifier<Stage>
    public var team: Identifier<Team>?
    public var owner: Identifier<Person>?
    public var start: CalendarDate?
    public var end: CalendarDate?
    public var effort: Double?
    public var light: RAG?
    public var percentComplete: Double?

    public var key: String { "\(ItemKind.outcome.keyPrefix)-\(number)" }
}

/// How an outcome is tied to Azure DevOps, as far as planning has to know.
public struct OutcomeTie: Hashable, Sendable {
    public var integration: Identifier<Integration>
    public var needsAttention: Bool
}

extension StoreTransaction {
    private static let plannedColumns =
        "id, number, name, type, stage_id, team_id, owner_id, start_date, end_date, effort, rag, percent_complete"

    /// The outcomes that a query finds and that meet a span of days, by their start. Served by `item_start`.
    public func plannedOutcomes(matching query: ItemQuery, from first: CalendarDate, to last: CalendarDate) throws -> [PlannedOutcome] {
        let (condition, parameters) = condition(of: query)
        return try sql.rows(
            """
            SELECT \(Self.plannedColumns) FROM item
            WHERE \(condition) AND start_date <= $\(parameters.count + 1) AND end_date >= $\(parameters.count + 2)
            ORDER BY start_date, rank, id LIMIT 20000
            """,
            parameters + [.text(last.description), .text(first.description)]
        ).map(Self.planned)
    }

    /// The outcomes without a start or an end that are not closed, by rank, and how many there are.
    public func unplannedOutcomes(matching query: ItemQuery, limit: Int) throws -> (outcomes: [PlannedOutcome], total: Int) {
        let (condition, parameters) = condition(of: query)
        let isUnplanned = """
            \(condition) AND (start_date IS NULL OR end_date IS NULL)
                AND stage_id IN (SELECT stage.id FROM stage WHERE stage.category <> 'closed')
            """
        let total = try sql.row("SELECT count(*) FROM item WHERE \(isUnplanned)", parameters)?.integer(0) ?? 0
        let rows = try sql.rows(
            "SELECT \(Self.plannedColumns) FROM item WHERE \(isUnplanned) ORDER BY rank, id LIMIT $\(parameters.count + 1)",
            parameters + [.integer(Int64(limit))])
        return (rows.map(Self.planned), Int(total))
    }

    /// The ties of all outcomes that have one.
    public func outcomeTies() throws -> [Identifier<Item>: OutcomeTie] {
        let rows = try sql.rows(
            """
            SELECT link.item_id, link.integration_id,
                CASE WHEN link.conflicts > 0 OR link.obstacles > 0 OR link.problem IS NOT NULL THEN 1 ELSE 0 END
            FROM link JOIN item ON item.id = link.item_id WHERE link.is_live = TRUE AND item.kind = 'outcome' ORDER BY link.id DESC
            """)
        return Dictionary(
            rows.map { row in
                (
                    Identifier<Item>(row.integer(0) ?? 0),
                    OutcomeTie(integration: Identifier(row.integer(1) ?? 0), needsAttention: row.flag(2))
                )
            }, uniquingKeysWith: { $1 })
    }

    private static func planned(_ row: SQLRow) -> PlannedOutcome {
        PlannedOutcome(
            id: Identifier(row.integer(0) ?? 0), number: row.integer(1) ?? 0, name: row.text(2) ?? "", type: row.text(3),
            stage: Identifier(row.integer(4) ?? 0), team: row.integer(5).map { Identifier($0) },
            owner: row.integer(6).map { Identifier($0) },
            start: row.text(7).flatMap { CalendarDate($0) }, end: row.text(8).flatMap { CalendarDate($0) }, effort: row.real(9),
            light: row.text(10).flatMap { RAG(rawValue: $0) }, percentComplete: row.real(11))
    }
}
