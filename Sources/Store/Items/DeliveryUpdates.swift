import Database
import JSON
import Portfolio

/// How an initiative stood on a day, as somebody has told it: a dated snapshot that nobody rewrites.
public struct DeliveryUpdate: Hashable, Sendable {
    public struct Light: Hashable, Sendable {
        public var dimension: String
        public var rag: RAG

        public init(dimension: String, rag: RAG) {
            self.dimension = dimension
            self.rag = rag
        }
    }

    public struct Text: Hashable, Sendable {
        public var heading: String
        public var words: String

        public init(heading: String, words: String) {
            self.heading = heading
            self.words = words
        }
    }

    public var id: Identifier<DeliveryUpdate>
    public var item: Identifier<Item>
    public var at: Instant
    public var author: Identifier<Person>?
    public var authorName: String
    /// The overall light.
    public var light: RAG?
    /// By dimension and by heading, with the names that they had on that day.
    public var lights: [Light]
    public var texts: [Text]

    public init(
        id: Identifier<DeliveryUpdate> = Identifier(0), item: Identifier<Item>, at: Instant, author: Identifier<Person>?,
        authorName: String, light: RAG?, lights: [Light], texts: [Text]
    ) {
        self.id = id
        self.item = item
        self.at = at
        self.author = author
        self.authorName = authorName
        self.light = light
        self.lights = lights
        self.texts = texts
    }
}

/// What a delivery update asks for; an administrator chooses both.
public struct DeliveryUpdateForm: Hashable, Sendable {
    public var dimensions: [String]
    public var headings: [String]

    public static let standard = DeliveryUpdateForm(
        dimensions: ["Cost", "Time", "Scope", "Resources"], headings: ["Executive summary", "Progress", "Challenges", "Next steps"])

    public init(dimensions: [String], headings: [String]) {
        self.dimensions = dimensions
        self.headings = headings
    }
}

extension StoreTransaction {
    private static let updateColumns = "id, item_id, at, author_id, author_name, light, lights, texts"

    /// Keeps an update. The light of the initiative itself changes by `edit`, as every other value.
    @discardableResult
    public func post(_ update: DeliveryUpdate) throws -> Identifier<DeliveryUpdate> {
        let row = try sql.row(
            """
            INSERT INTO delivery_update (item_id, at, author_id, author_name, light, lights, texts)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
            """,
            [
                .integer(update.item.number), .integer(update.at.milliseconds), SQLValue(update.author?.number), .text(update.authorName),
                SQLValue(update.light?.rawValue),
                .text(Self.pairs(update.lights.map { ($0.dimension, $0.rag.rawValue) })),
                .text(Self.pairs(update.texts.map { ($0.heading, $0.words) })),
            ])
        touch(.item(update.item))
        return Identifier(row?.integer(0) ?? 0)
    }

    /// The updates of an initiative, the newest first. Served by `delivery_update_item`.
    public func deliveryUpdates(of item: Identifier<Item>, before id: Int64 = .max, limit: Int = 50) throws -> [DeliveryUpdate] {
        try sql.rows(
            "SELECT \(Self.updateColumns) FROM delivery_update WHERE item_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            [.integer(item.number), .integer(id), .integer(Int64(limit))]
        ).map(Self.deliveryUpdate)
    }

    public func deliveryUpdate(_ id: Identifier<DeliveryUpdate>) throws -> DeliveryUpdate? {
        try sql.row("SELECT \(Self.updateColumns) FROM delivery_update WHERE id = $1", [.integer(id.number)]).map(Self.deliveryUpdate)
    }

    public func remove(_ update: DeliveryUpdate) throws {
        try sql.run("DELETE FROM delivery_update WHERE id = $1", [.integer(update.id.number)])
        touch(.item(update.item))
    }

    public func deliveryUpdateForm() throws -> DeliveryUpdateForm {
        func names(_ setting: String) throws -> [String]? {
            try self.setting(setting).flatMap { try? JSONValue(parsing: $0).array }?.compactMap(\.string)
        }
        return DeliveryUpdateForm(
            dimensions: try names("delivery.dimensions") ?? DeliveryUpdateForm.standard.dimensions,
            headings: try names("delivery.headings") ?? DeliveryUpdateForm.standard.headings)
    }

    public func set(_ form: DeliveryUpdateForm) throws {
        try set("delivery.dimensions", to: JSONValue.array(form.dimensions.map { .string($0) }).text)
        try set("delivery.headings", to: JSONValue.array(form.headings.map { .string($0) }).text)
        touch(.configuration)
    }

    private static func pairs(_ pairs: [(String, String)]) -> String {
        JSONValue.array(pairs.map { .array([.string($0.0), .string($0.1)]) }).text
    }

    private static func deliveryUpdate(_ row: SQLRow) -> DeliveryUpdate {
        func pairs(_ column: Int) -> [(String, String)] {
            let parsed = row.text(column).flatMap { try? JSONValue(parsing: $0, limits: .answer).array } ?? []
            return parsed.compactMap { pair in pair[0]?.string.flatMap { name in pair[1]?.string.map { (name, $0) } } }
        }
        return DeliveryUpdate(
            id: Identifier(row.integer(0) ?? 0), item: Identifier(row.integer(1) ?? 0), at: Instant(milliseconds: row.integer(2) ?? 0),
            author: row.integer(3).map { Identifier($0) }, authorName: row.text(4) ?? "", light: row.text(5).flatMap { RAG(rawValue: $0) },
            lights: pairs(6).compactMap { name, light in RAG(rawValue: light).map { .init(dimension: name, rag: $0) } },
            texts: pairs(7).map { .init(heading: $0, words: $1) })
    }
}
