import Database
import JSON
import Portfolio

/// A line of an item's history.
public struct HistoryEntry: Hashable, Sendable {
    public var id: Int64
    public var change: Change
}

extension StoreTransaction {
    private static let historyColumns = "id, item_id, field, old, new, at, actor_kind, actor_id, actor_name, cause"

    func record(_ item: Identifier<Item>, _ field: FieldKey, old: FieldValue?, new: FieldValue?, _ origin: EditOrigin) throws {
        let (kind, id, name): (String, Int64?, String) =
            switch origin.actor {
            case .person(let id, let name): ("person", id.number, name)
            case .azureDevOps(let name): ("azureDevOps", nil, name)
            case .kiplot: ("kiplot", nil, "Kiplot")
            }
        try sql.run(
            """
            INSERT INTO history (item_id, field, old, new, at, actor_kind, actor_id, actor_name, cause)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                .integer(item.number), .text(field.name), SQLValue(old?.json.text), SQLValue(new?.json.text),
                .integer(origin.at.milliseconds), .text(kind), SQLValue(id), .text(name), .text(origin.cause.rawValue),
            ])
    }

    /// What changed, the newest first; only one field when `field` names it. Served by `history_item` and `history_field`.
    public func history(
        of item: Identifier<Item>, field: FieldKey? = nil, before id: Int64 = .max, limit: Int = 100
    ) throws -> [HistoryEntry] {
        if let field {
            return try sql.rows(
                """
                SELECT \(Self.historyColumns) FROM history WHERE item_id = $1 AND field = $2 AND id < $3 ORDER BY id DESC LIMIT $4
                """,
                [.integer(item.number), .text(field.name), .integer(id), .integer(Int64(limit))]
            ).map(Self.entry)
        }
        return try sql.rows(
            "SELECT \(Self.historyColumns) FROM history WHERE item_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            [.integer(item.number), .integer(id), .integer(Int64(limit))]
        ).map(Self.entry)
    }

    public func historyEntry(_ id: Int64) throws -> HistoryEntry? {
        try sql.row("SELECT \(Self.historyColumns) FROM history WHERE id = $1", [.integer(id)]).map(Self.entry)
    }

    /// Who set the present value of a field, and when. Served by `history_field`.
    public func lastChange(of field: FieldKey, on item: Identifier<Item>) throws -> Change? {
        try history(of: item, field: field, limit: 1).first?.change
    }

    /// The fields of an item that have ever changed.
    public func changedFields(of item: Identifier<Item>) throws -> [FieldKey] {
        try sql.rows("SELECT DISTINCT field FROM history WHERE item_id = $1", [.integer(item.number)]).map { FieldKey($0.text(0) ?? "") }
    }

    /// What changed lately anywhere, the newest first.
    public func recentChanges(limit: Int) throws -> [HistoryEntry] {
        try sql.rows("SELECT \(Self.historyColumns) FROM history ORDER BY id DESC LIMIT $1", [.integer(Int64(limit))]).map(Self.entry)
    }

    private static func entry(_ row: SQLRow) -> HistoryEntry {
        func value(_ column: Int) -> FieldValue? {
            row.text(column).flatMap { try? JSONValue(parsing: $0, limits: .answer) }.flatMap { FieldValue(json: $0) }
        }
        let name = row.text(8) ?? ""
        let actor: Actor =
            switch row.text(6) {
            case "person": .person(Identifier(row.integer(7) ?? 0), name: name)
            case "azureDevOps": .azureDevOps(name: name)
            default: .kiplot
            }
        return HistoryEntry(
            id: row.integer(0) ?? 0,
            change: Change(
                item: Identifier(row.integer(1) ?? 0), field: FieldKey(row.text(2) ?? ""), old: value(3), new: value(4),
                at: Instant(milliseconds: row.integer(5) ?? 0), actor: actor,
                cause: row.text(9).flatMap { Cause(rawValue: $0) } ?? .edit))
    }
}

/// What changed on one item since somebody looked, the newest first.
public struct ItemChanges: Hashable, Sendable {
    public var item: Item
    public var entries: [HistoryEntry]
}

extension StoreTransaction {
    /// The place of an item within its stage says nothing to those who look for news.
    private static let isNews = "at > $1 AND field <> 'rank' AND (actor_kind <> 'person' OR actor_id IS NULL OR actor_id <> $2)"

    /// What others than `person` have changed since a moment: the items with the newest changes, and how many items there are in all.
    /// Served by `history_at` and `history_item`.
    public func changes(since moment: Instant, notBy person: Identifier<Person>, limit: Int) throws -> (items: [ItemChanges], total: Int) {
        let parameters: [SQLValue] = [.integer(moment.milliseconds), .integer(person.number)]
        let total = try sql.row("SELECT count(DISTINCT item_id) FROM history WHERE \(Self.isNews)", parameters)?.integer(0) ?? 0
        let newest = try sql.rows(
            // Grouped by a sum, so that no index for the groups is taken, which would go through all that ever happened.
            "SELECT item_id + 0 FROM history WHERE \(Self.isNews) GROUP BY item_id + 0 ORDER BY max(id) DESC LIMIT $3",
            parameters + [.integer(Int64(limit))])
        let items = try newest.compactMap { row -> ItemChanges? in
            guard let number = row.integer(0), let item = try item(Identifier(number)) else { return nil }
            let entries = try sql.rows(
                "SELECT \(Self.historyColumns) FROM history WHERE item_id = $3 AND \(Self.isNews) ORDER BY id DESC LIMIT 60",
                parameters + [.integer(number)])
            return ItemChanges(item: item, entries: entries.map(Self.entry))
        }
        return (items, Int(total))
    }
}
