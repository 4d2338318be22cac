import Database
import JSON
import Portfolio

extension StoreTransaction {
    static let itemColumns = """
        id, kind, number, name, type, status, owner_id, stage_id, start_date, end_date, effort, rag, percent_complete, business_unit_id,
        team_id, parent_id, parked, rank, more, versions, is_archived, created_at, created_by, updated_at, updated_by
        """

    public func item(_ id: Identifier<Item>) throws -> Item? {
        try sql.row("SELECT \(Self.itemColumns) FROM item WHERE id = $1", [.integer(id.number)]).map(Self.item)
    }

    public func item(kind: ItemKind, number: Int64) throws -> Item? {
        try sql.row(
            "SELECT \(Self.itemColumns) FROM item WHERE kind = $1 AND number = $2", [.text(kind.rawValue), .integer(number)]
        ).map(Self.item)
    }

    /// The items that exist among `ids`, in no particular order, a thousand in one question.
    public func items(ids: [Identifier<Item>]) throws -> [Item] {
        try stride(from: 0, to: ids.count, by: 1_000).flatMap { start in
            let some = ids[start..<min(start + 1_000, ids.count)]
            return try sql.rows(
                "SELECT \(Self.itemColumns) FROM item WHERE id IN (\(Self.places(some.count)))", some.map { .integer($0.number) }
            ).map(Self.item)
        }
    }

    /// The outcomes of an initiative, by rank. Served by `item_parent`.
    public func outcomes(of initiative: Identifier<Item>) throws -> [Item] {
        try sql.rows(
            "SELECT \(Self.itemColumns) FROM item WHERE parent_id = $1 AND is_archived = FALSE ORDER BY rank, id",
            [.integer(initiative.number)]
        ).map(Self.item)
    }

    /// Inserts an item as it is. Rules have been checked.
    func insert(_ new: Item) throws -> Item {
        var item = new
        let row = try sql.row(
            """
            INSERT INTO item (
                kind, number, name, type, status, owner_id, stage_id, start_date, end_date, effort, rag, percent_complete,
                business_unit_id, team_id, parent_id, parked, rank, more, versions, search, is_archived, created_at, created_by,
                updated_at, updated_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, ($16 = 1), $17, $18, $19, $20, FALSE, $21, $22, $21, $22)
            RETURNING id
            """,
            [.text(item.kind.rawValue), .integer(item.number)] + Self.columns(of: item) + [
                .integer(item.createdAt.milliseconds), .text(item.createdBy),
            ])
        item.id = Identifier(row?.integer(0) ?? 0)
        touch(.items(item.kind))
        touch(.item(item.id))
        return item
    }

    /// Writes an item back. Rules have been checked.
    func replace(_ item: Item) throws {
        try sql.run(
            """
            UPDATE item SET name = $2, type = $3, status = $4, owner_id = $5, stage_id = $6, start_date = $7, end_date = $8, effort = $9,
                rag = $10, percent_complete = $11, business_unit_id = $12, team_id = $13, parent_id = $14, parked = ($15 = 1), rank = $16,
                more = $17, versions = $18, search = $19, is_archived = ($20 = 1), updated_at = $21, updated_by = $22
            WHERE id = $1
            """,
            [.integer(item.id.number)] + Self.columns(of: item) + [
                .integer(item.isArchived ? 1 : 0), .integer(item.updatedAt.milliseconds), .text(item.updatedBy),
            ])
        touch(.items(item.kind))
        touch(.item(item.id))
    }

    /// Name to search text, in the order of both statements above.
    private static func columns(of item: Item) -> [SQLValue] {
        var more = JSONObject()
        for key in item.values.keys.sorted() where !columnFields.contains(key) { more[key.name] = item.values[key]?.json }
        var versions = JSONObject()
        for key in item.versions.keys.sorted() { versions[key.name] = item.versions[key].map { .integer($0) } }
        func number(_ key: FieldKey) -> SQLValue { if case .number(let value) = item[key] { .real(value) } else { .null } }
        func date(_ key: FieldKey) -> SQLValue { if case .date(let value) = item[key] { .text(value.description) } else { .null } }
        func choice(_ key: FieldKey) -> SQLValue { if case .choice(let value) = item[key] { .text(value) } else { .null } }
        var owner = SQLValue.null
        if case .person(let id) = item[.owner] { owner = .integer(id.number) }
        var stage = SQLValue.integer(0)
        if case .stage(let id) = item[.stage] { stage = .integer(id.number) }
        var rag = SQLValue.null
        if case .rag(let value) = item[.rag] { rag = .text(value.rawValue) }
        var unit = SQLValue.null
        if case .businessUnit(let id) = item[.businessUnit] { unit = .integer(id.number) }
        var team = SQLValue.null
        if case .team(let id) = item[.team] { team = .integer(id.number) }
        var parent = SQLValue.null
        if case .item(let id) = item[.parent] { parent = .integer(id.number) }
        let parked = item[.parked] == .flag(true)
        var rank = SQLValue.real(0)
        if case .number(let value) = item[.rank] { rank = .real(value) }
        return [
            .text(item.name), choice(.type), choice(.status), owner, stage, date(.start), date(.end), number(.effort), rag,
            number(.percentComplete), unit, team, parent, .integer(parked ? 1 : 0), rank, .text(JSONValue.object(more).text),
            .text(JSONValue.object(versions).text), .text(searchText(of: item)),
        ]
    }

    /// What the search looks into, in lower case: it starts with the name, so that it can order by name as well.
    private static func searchText(of item: Item) -> String {
        var words = [item.name, item.key]
        if case .choices(let tags) = item[.tags] { words += tags }
        return words.joined(separator: " ").lowercased()
    }

    private static let columnFields: Set<FieldKey> = [
        .name, .type, .status, .owner, .stage, .start, .end, .effort, .rag, .percentComplete, .businessUnit, .team, .parent, .parked, .rank,
    ]

    static func item(_ row: SQLRow) -> Item {
        var values: [FieldKey: FieldValue] = [:]
        values[.name] = row.text(3).map { .text($0) }
        values[.type] = row.text(4).map { .choice($0) }
        values[.status] = row.text(5).map { .choice($0) }
        values[.owner] = row.integer(6).map { .person(Identifier($0)) }
        values[.stage] = row.integer(7).map { .stage(Identifier($0)) }
        values[.start] = row.text(8).flatMap { CalendarDate($0) }.map { .date($0) }
        values[.end] = row.text(9).flatMap { CalendarDate($0) }.map { .date($0) }
        values[.effort] = row.real(10).map { .number($0) }
        values[.rag] = row.text(11).flatMap { RAG(rawValue: $0) }.map { .rag($0) }
        values[.percentComplete] = row.real(12).map { .number($0) }
        values[.businessUnit] = row.integer(13).map { .businessUnit(Identifier($0)) }
        values[.team] = row.integer(14).map { .team(Identifier($0)) }
        values[.parent] = row.integer(15).map { .item(Identifier($0)) }
        if row.flag(16) { values[.parked] = .flag(true) }
        values[.rank] = row.real(17).map { .number($0) }
        if let more = row.text(18).flatMap({ try? JSONValue(parsing: $0, limits: .answer).object }) {
            for (name, json) in more { values[FieldKey(name)] = FieldValue(json: json) }
        }
        var versions: [FieldKey: Int64] = [:]
        if let object = row.text(19).flatMap({ try? JSONValue(parsing: $0).object }) {
            for (name, json) in object { versions[FieldKey(name)] = json.integer }
        }
        return Item(
            id: Identifier(row.integer(0) ?? 0), kind: row.text(1).flatMap { ItemKind(rawValue: $0) } ?? .initiative,
            number: row.integer(2) ?? 0, values: values, versions: versions, isArchived: row.flag(20),
            createdAt: Instant(milliseconds: row.integer(21) ?? 0), createdBy: row.text(22) ?? "",
            updatedAt: Instant(milliseconds: row.integer(23) ?? 0), updatedBy: row.text(24) ?? "")
    }
}
