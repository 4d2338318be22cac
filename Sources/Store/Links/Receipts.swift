import Database
import Portfolio

/// What was done to one field of one link, and why: the answer to “who set this value?”.
public struct Receipt: Hashable, Sendable {
    public enum Action: String, Hashable, Sendable, CaseIterable {
        case pulled, pushed, created, imported, settled, merged, heldConflict, blocked, overwroteAzureDevOps, linked, unlinked,
            stateChanged, failed

        public var title: String {
            switch self {
            case .pulled: "Read from Azure DevOps"
            case .pushed: "Written to Azure DevOps"
            case .created: "Work item created"
            case .imported: "Item created from work item"
            case .settled: "Found equal"
            case .merged: "Merged"
            case .heldConflict: "Conflict held"
            case .blocked: "Blocked"
            case .overwroteAzureDevOps: "Overwrote Azure DevOps"
            case .linked: "Linked"
            case .unlinked: "Unlinked"
            case .stateChanged: "Link changed"
            case .failed: "Failed"
            }
        }
    }

    public var id: Int64
    public var link: Identifier<Link>
    public var item: Identifier<Item>
    public var integration: Identifier<Integration>
    public var field: FieldKey?
    public var action: Action
    public var before: String?
    public var after: String?
    public var revision: Int64?
    public var at: Instant
    public var actor: String
    public var cause: Cause
    public var run: Identifier<Run>?
    public var detail: String?

    public init(
        id: Int64 = 0, link: Link, field: FieldKey?, action: Action, before: String? = nil, after: String? = nil, revision: Int64? = nil,
        at: Instant, actor: String, cause: Cause, run: Identifier<Run>? = nil, detail: String? = nil
    ) {
        self.init(
            id: id, link: link.id, item: link.item, integration: link.integration, field: field, action: action, before: before,
            after: after, revision: revision, at: at, actor: actor, cause: cause, run: run, detail: detail)
    }

    init(
        id: Int64, link: Identifier<Link>, item: Identifier<Item>, integration: Identifier<Integration>, field: FieldKey?, action: Action,
        before: String?, after: String?, revision: Int64?, at: Instant, actor: String, cause: Cause, run: Identifier<Run>?, detail: String?
    ) {
        self.id = id
        self.link = link
        self.item = item
        self.integration = integration
        self.field = field
        self.action = action
        self.before = before
        self.after = after
        self.revision = revision
        self.at = at
        self.actor = actor
        self.cause = cause
        self.run = run
        self.detail = detail
    }
}

/// Which receipts somebody wants to see.
public struct ReceiptQuery: Hashable, Sendable {
    public var item: Identifier<Item>?
    /// Any of these; empty for all.
    public var integrations: [Identifier<Integration>] = []
    public var actions: [Receipt.Action] = []
    /// Names, without the place where the person acted.
    public var actors: [String] = []
    /// Words of the item's name, key or tags.
    public var words = ""
    /// Only receipts that are older than this one.
    public var before: Int64?
    public var limit: Int

    public init(limit: Int = 100) { self.limit = limit }
}

extension StoreTransaction {
    private static let receiptColumns = """
        id, link_id, item_id, integration_id, field, action, before, after, revision, at, actor, cause, run_id, detail
        """

    public func file(_ receipt: Receipt) throws {
        try sql.run(
            """
            INSERT INTO receipt (link_id, item_id, integration_id, field, action, before, after, revision, at, actor, cause, run_id, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            [
                .integer(receipt.link.number), .integer(receipt.item.number), .integer(receipt.integration.number),
                SQLValue(receipt.field?.name), .text(receipt.action.rawValue), SQLValue(receipt.before), SQLValue(receipt.after),
                SQLValue(receipt.revision), .integer(receipt.at.milliseconds), .text(receipt.actor), .text(receipt.cause.rawValue),
                SQLValue(receipt.run?.number), SQLValue(receipt.detail),
            ])
        touch(.activity(receipt.integration))
    }

    /// What was done to an item, the newest first.
    public func receipts(of item: Identifier<Item>, limit: Int = 200) throws -> [Receipt] {
        try sql.rows(
            "SELECT \(Self.receiptColumns) FROM receipt WHERE item_id = $1 ORDER BY id DESC LIMIT $2",
            [.integer(item.number), .integer(Int64(limit))]
        ).map(Self.receipt)
    }

    /// What an integration did, the newest first; all integrations when `nil`.
    public func receipts(in integration: Identifier<Integration>?, before id: Int64? = nil, limit: Int = 100) throws -> [Receipt] {
        guard let integration else {
            return try sql.rows(
                "SELECT \(Self.receiptColumns) FROM receipt WHERE id < $1 ORDER BY id DESC LIMIT $2",
                [.integer(id ?? .max), .integer(Int64(limit))]
            ).map(Self.receipt)
        }
        return try sql.rows(
            "SELECT \(Self.receiptColumns) FROM receipt WHERE integration_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            [.integer(integration.number), .integer(id ?? .max), .integer(Int64(limit))]
        ).map(Self.receipt)
    }

    /// What a bulk run did to an item, in the order of doing. Served by `receipt_item`.
    public func receipts(of item: Identifier<Item>, by run: Identifier<Run>) throws -> [Receipt] {
        try sql.rows(
            "SELECT \(Self.receiptColumns) FROM receipt WHERE item_id = $1 AND run_id = $2 ORDER BY id LIMIT 200",
            [.integer(item.number), .integer(run.number)]
        ).map(Self.receipt)
    }

    /// What fits a question about the past, the newest first. Walks `receipt_item`, `receipt_integration` or the receipts themselves
    /// backwards, and ends with the page.
    public func receipts(matching query: ReceiptQuery) throws -> [Receipt] {
        var conditions = ["id < $1"]
        var parameters: [SQLValue] = [.integer(query.before ?? .max)]
        func add(_ value: SQLValue) -> String {
            parameters.append(value)
            return "$\(parameters.count)"
        }
        if let item = query.item { conditions.append("item_id = \(add(.integer(item.number)))") }
        func anyOf(_ column: String, _ values: [SQLValue]) {
            guard !values.isEmpty else { return }
            conditions.append("\(column) IN (\(values.map(add).joined(separator: ", ")))")
        }
        anyOf("integration_id", query.integrations.map { .integer($0.number) })
        anyOf("action", query.actions.map { .text($0.rawValue) })
        // A person who edits in Azure DevOps is the same person.
        anyOf("actor", query.actors.flatMap { [.text($0), .text("\($0) (Azure DevOps)")] })
        for word in query.words.lowercased().split(separator: " ").prefix(8) {
            let escaped = word.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
            conditions.append("item_id IN (SELECT item.id FROM item WHERE search LIKE \(add(.text("%\(escaped)%"))) ESCAPE '\\')")
        }
        return try sql.rows(
            """
            SELECT \(Self.receiptColumns) FROM receipt WHERE \(conditions.joined(separator: " AND "))
            ORDER BY id DESC LIMIT \(add(.integer(Int64(query.limit))))
            """,
            parameters
        ).map(Self.receipt)
    }

    /// Who has done something lately, by name; whether here or in Azure DevOps makes no difference.
    public func actorsLately() throws -> [String] {
        let names = try sql.rows("SELECT DISTINCT actor FROM (SELECT actor FROM receipt ORDER BY id DESC LIMIT 3000) AS recent")
            .compactMap { $0.text(0)?.replacing(" (Azure DevOps)", with: "") }
        return Set(names).sorted { $0.lowercased() < $1.lowercased() }
    }

    private static func receipt(_ row: SQLRow) -> Receipt {
        Receipt(
            id: row.integer(0) ?? 0, link: Identifier(row.integer(1) ?? 0), item: Identifier(row.integer(2) ?? 0),
            integration: Identifier(row.integer(3) ?? 0), field: row.text(4).map { FieldKey($0) },
            action: row.text(5).flatMap { Receipt.Action(rawValue: $0) } ?? .settled, before: row.text(6), after: row.text(7),
            revision: row.integer(8), at: Instant(milliseconds: row.integer(9) ?? 0), actor: row.text(10) ?? "",
            cause: row.text(11).flatMap { Cause(rawValue: $0) } ?? .sweep, run: row.integer(12).map { Identifier<Run>($0) },
            detail: row.text(13))
    }
}
