import Database
import Portfolio

/// Which items a list shows, in which order.
public struct ItemQuery: Hashable, Sendable {
    public enum Order: String, Hashable, Sendable, CaseIterable {
        case rank, name, number, stage, owner, start, end, effort, rag, percentComplete, updated, type, status, team

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
            case .type: "item.type"
            case .status: "item.status"
            case .team: Grouping.team.expression
            }
        }

        /// Whether no item is without a value, so that there is nothing to put last.
        fileprivate var isAlwaysThere: Bool { [.rank, .name, .number, .stage, .updated].contains(self) }
    }

    /// What stands together in a list, before its own order.
    public enum Grouping: String, Hashable, Sendable, CaseIterable {
        case initiative, team, stage

        fileprivate var column: String {
            switch self {
            case .initiative: "item.parent_id"
            case .team: "item.team_id"
            case .stage: "item.stage_id"
            }
        }

        fileprivate var expression: String {
            switch self {
            case .initiative: "(SELECT parent.rank FROM item parent WHERE parent.id = item.parent_id)"
            case .team: "(SELECT lower(team.name) FROM team WHERE team.id = item.team_id)"
            case .stage: "(SELECT stage.position FROM stage WHERE stage.id = item.stage_id)"
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
    public var statuses: [String] = []
    public var parents: [Identifier<Item>] = []
    public var parent: Identifier<Item>?
    public var link: LinkFilter?
    public var isArchived = false
    public var grouping: Grouping?
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
    ///
    /// The page is chosen from an index alone, and only its items are read: the last page of a hundred thousand costs what the first does.
    public func items(matching query: ItemQuery) throws -> ItemPage {
        let (condition, parameters) = condition(of: query)
        let total = try sql.row("SELECT count(*) FROM item WHERE \(condition)", parameters)?.integer(0) ?? 0
        guard query.offset < total else { return ItemPage(items: [], total: Int(total)) }
        return ItemPage(items: try firstItems(matching: query), total: Int(total))
    }

    /// One page of a list, without counting the others.
    public func firstItems(matching query: ItemQuery) throws -> [Item] {
        let (condition, parameters) = condition(of: query)
        let rows = try sql.rows(
            """
            SELECT id FROM item WHERE \(condition) ORDER BY \(Self.ordering(of: query))
            LIMIT $\(parameters.count + 1) OFFSET $\(parameters.count + 2)
            """,
            parameters + [.integer(Int64(query.limit)), .integer(Int64(query.offset))])
        return try items(inOrder: rows.map { Identifier($0.integer(0) ?? 0) })
    }

    /// The items that exist among `ids`, in their order.
    public func items(inOrder ids: [Identifier<Item>]) throws -> [Item] {
        let found = Dictionary(try items(ids: ids).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return ids.compactMap { found[$0] }
    }

    /// The ids of everything that a query finds, in its order, for a selection or a file.
    public func itemIDs(matching query: ItemQuery) throws -> [Identifier<Item>] {
        let (condition, parameters) = condition(of: query)
        return try sql.rows("SELECT id FROM item WHERE \(condition) ORDER BY \(Self.ordering(of: query))", parameters)
            .map { Identifier($0.integer(0) ?? 0) }
    }

    /// How many live items of a kind are in each stage.
    public func itemCountsByStage(of kind: ItemKind) throws -> [Identifier<Stage>: Int] {
        let counts = try itemCounts(matching: ItemQuery(kind: kind), by: .stage)
        return Dictionary(
            counts.compactMap { id, count in id.map { (Identifier<Stage>($0), count) } }, uniquingKeysWith: { first, _ in first })
    }

    /// How many items a query finds in each group, by the number of the stage, the team or the initiative; `nil` for those without.
    public func itemCounts(matching query: ItemQuery, by grouping: ItemQuery.Grouping) throws -> [Int64?: Int] {
        let (condition, parameters) = condition(of: query)
        // The sum keeps SQLite from the index of the column, which has none of the other columns that a filter asks for.
        let rows = try sql.rows(
            "SELECT \(grouping.column) + 0, count(*) FROM item WHERE \(condition) GROUP BY \(grouping.column) + 0", parameters)
        return Dictionary(rows.map { ($0.integer(0), Int($0.integer(1) ?? 0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// `$1, $2, $3`
    static func places(_ count: Int) -> String { (1...count).map { "$\($0)" }.joined(separator: ", ") }

    /// Ends with the id, so that no item stands on two pages.
    private static func ordering(of query: ItemQuery) -> String {
        let direction = query.isDescending ? "DESC" : "ASC"
        let nullsLast = query.order.isAlwaysThere ? "" : " NULLS LAST"
        let own = "\(query.order.expression) \(direction)\(nullsLast), id \(direction)"
        guard let grouping = query.grouping else { return own }
        return "\(grouping.expression) NULLS LAST, \(grouping.column), \(own)"
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
        anyOf("status", query.statuses.map { .text($0) })
        anyOf("parent_id", query.parents.map { .integer($0.number) })
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
