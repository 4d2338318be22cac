import Database
import Portfolio

/// Which items a list shows, in which order.
public struct ItemQuery: Hashable, Sendable {
    public enum Order: String, Hashable, Sendable, CaseIterable {
        case rank, name, number, stage, owner, start, end, effort, rag, percentComplete, updated

        fileprivate var expression: String {
            switch self {
            case .rank: "item.rank"
            case .name: "item.search"
            case .number: "item.number"
            case .stage: "(SELECT stage.position FROM stage WHERE stage.id = item.stage_id)"
            case .owner: "(SELECT lower(person.name) FROM person WHERE person.id = item.owner_id)"
            case .start: "item.start_date"
            case .end: "item.end_date"
            case .effort: "item.effort"
            case .rag: "CASE item.rag WHEN 'red' THEN 0 WHEN 'amber' THEN 1 WHEN 'green' THEN 2 END"
            case .percentComplete: "item.percent_complete"
            case .updated: "item.updated_at"
            }
        }
    }

    /// What the link of an item must be like.
    public enum LinkFilter: String, Hashable, Sendable, CaseIterable { case linked, notLinked, attention }

    public var kind: ItemKind
    public var search: String
    /// Several values of one field: any of them. Several fields: all of them.
    public var stages: [Identifier<Stage>] = []
    public var owners: [Identifier<Person>] = []
    public var teams: [Identifier<Team>] = []
    public var businessUnits: [Identifier<BusinessUnit>] = []
    public var types: [String] = []
    public var lights: [RAG] = []
    public var parent: Identifier<Item>?
    public var link: LinkFilter?
    public var isArchived = false
    /// Items with a start and an end that meet this span; for the roadmap.
    public var order: Order
    public var isDescending = false
    public var offset = 0
    public var limit: Int

    public init(kind: ItemKind, search: String = "", order: Order = .rank, limit: Int = 50) {
        self.kind = kind
        self.search = search
        self.order = order
        self.limit = limit
    }
}

public struct ItemPage: Hashable, Sendable {
    public var items: [Item]
    public var total: Int
}

extension StoreTransaction {
    /// One page of a list, and how many items there are in all.
    public func items(matching query: ItemQuery) throws -> ItemPage {
        let (condition, parameters) = condition(of: query)
        let total = try sql.row("SELECT count(*) FROM item WHERE \(condition)", parameters)?.integer(0) ?? 0
        let direction = query.isDescending ? "DESC" : "ASC"
        let emptyLast = query.order == .rank || query.order == .name ? "" : "\(query.order.expression) IS NULL, "
        let rows = try sql.rows(
            """
            SELECT \(Self.itemColumns) FROM item WHERE \(condition)
            ORDER BY \(emptyLast)\(query.order.expression) \(direction), item.id \(direction)
            LIMIT $\(parameters.count + 1) OFFSET $\(parameters.count + 2)
            """,
            parameters + [.integer(Int64(query.limit)), .integer(Int64(query.offset))])
        return ItemPage(items: rows.map(Self.item), total: Int(total))
    }

    /// The ids of everything that a query finds, for a selection.
    public func itemIDs(matching query: ItemQuery) throws -> [Identifier<Item>] {
        let (condition, parameters) = condition(of: query)
        return try sql.rows("SELECT id FROM item WHERE \(condition) ORDER BY rank, id", parameters).map { Identifier($0.integer(0) ?? 0) }
    }

    /// How many live items of a kind are in each stage.
    public func itemCountsByStage(of kind: ItemKind) throws -> [Identifier<Stage>: Int] {
        let rows = try sql.rows(
            "SELECT stage_id, count(*) FROM item WHERE kind = $1 AND is_archived = FALSE GROUP BY stage_id", [.text(kind.rawValue)])
        return Dictionary(
            rows.map { (Identifier<Stage>($0.integer(0) ?? 0), Int($0.integer(1) ?? 0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Served by the indices of `item` that start with its kind.
    func condition(of query: ItemQuery) -> (String, [SQLValue]) {
        var conditions = ["kind = $1", "is_archived = \(query.isArchived ? "TRUE" : "FALSE")"]
        var parameters: [SQLValue] = [.text(query.kind.rawValue)]
        func add(_ value: SQLValue) -> String {
            parameters.append(value)
            return "$\(parameters.count)"
        }
        func anyOf(_ column: String, _ values: [SQLValue]) {
            guard !values.isEmpty else { return }
            conditions.append("\(column) IN (\(values.map(add).joined(separator: ", ")))")
        }
        for word in query.search.lowercased().split(separator: " ").prefix(8) {
            let escaped = word.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
            conditions.append("search LIKE \(add(.text("%\(escaped)%"))) ESCAPE '\\'")
        }
        anyOf("stage_id", query.stages.map { .integer($0.number) })
        anyOf("owner_id", query.owners.map { .integer($0.number) })
        anyOf("team_id", query.teams.map { .integer($0.number) })
        anyOf("business_unit_id", query.businessUnits.map { .integer($0.number) })
        anyOf("type", query.types.map { .text($0) })
        anyOf("rag", query.lights.map { .text($0.rawValue) })
        if let parent = query.parent { conditions.append("parent_id = \(add(.integer(parent.number)))") }
        switch query.link {
        case .linked: conditions.append("EXISTS (SELECT 1 FROM link WHERE link.item_id = item.id AND link.is_live = TRUE)")
        case .notLinked: conditions.append("NOT EXISTS (SELECT 1 FROM link WHERE link.item_id = item.id AND link.is_live = TRUE)")
        case .attention:
            conditions.append(
                """
                EXISTS (SELECT 1 FROM link WHERE link.item_id = item.id AND link.is_live = TRUE
                    AND (link.conflicts > 0 OR link.obstacles > 0 OR link.problem IS NOT NULL))
                """)
        case nil: break
        }
        return (conditions.joined(separator: " AND "), parameters)
    }
}
