import Database
import FieldSync
import JSON
import Portfolio

/// What is needed to tie an item to a work item, or to one that is still to be made.
public struct NewLink: Hashable, Sendable {
    public var integration: Identifier<Integration>
    public var item: Identifier<Item>
    /// `nil`: a work item has to be created.
    public var workItem: Int64?
    public var workItemType: String
    public var marker: String
    public var priority: Priority
    public var cause: Cause
    public var at: Instant

    public init(
        integration: Identifier<Integration>, item: Identifier<Item>, workItem: Int64?, workItemType: String, marker: String,
        priority: Priority = .interactive, cause: Cause = .link, at: Instant
    ) {
        self.integration = integration
        self.item = item
        self.workItem = workItem
        self.workItemType = workItemType
        self.marker = marker
        self.priority = priority
        self.cause = cause
        self.at = at
    }
}

/// A link that may be looked at now.
public struct DueLink: Hashable, Sendable {
    public var link: Identifier<Link>
    public var priority: Priority
}

extension StoreTransaction {
    private static let linkColumns = """
        id, integration_id, item_id, work_item_id, work_item_type, state, marker, seen_revision, seen_parent, dirty, settled, priority,
        cause, not_before, failures, problem, automatic_writes, fields, remote_state, remote_changed_at, remote_changed_by, synced_at,
        written_at, heard_revision, heard_at
        """

    /// Ties an item to a work item. An old, disconnected link between the two is taken up again with all it remembers.
    /// - Throws: `DatabaseError.uniqueViolation` when one of them is linked already.
    public func connect(_ new: NewLink) throws -> Link {
        if let workItem = new.workItem, var old = try disconnectedLink(new.integration, item: new.item, workItem: workItem) {
            old.state = .active
            old.problem = nil
            old.dirty += 1
            old.priority = new.priority
            old.cause = new.cause
            old.notBefore = new.at
            old.hear(of: try heardRevision(of: workItem, in: new.integration), at: new.at)
            try update(old)
            return old
        }
        var link = Link(
            id: Identifier(0), integration: new.integration, item: new.item, workItem: new.workItem, workItemType: new.workItemType,
            state: new.workItem == nil ? .creating : .active, marker: new.marker, notBefore: new.at, priority: new.priority,
            cause: new.cause)
        if let workItem = new.workItem { link.hear(of: try heardRevision(of: workItem, in: new.integration), at: new.at) }
        return try add(link)
    }

    /// Adds a link as it is, between an item and a work item that were never tied to each other before.
    /// - Throws: `DatabaseError.uniqueViolation` when one of them is linked already.
    public func add(_ new: Link) throws -> Link {
        let row = try sql.row(
            Self.insertion, [.integer(new.integration.number), .integer(new.item.number), .text(new.marker)] + Self.changing(new))
        var link = new
        link.id = Identifier(row?.integer(0) ?? 0)
        touch(.integration(link.integration))
        touchAll(of: link)
        return link
    }

    public func link(_ id: Identifier<Link>) throws -> Link? {
        try sql.row("SELECT \(Self.linkColumns) FROM link WHERE id = $1", [.integer(id.number)]).map(Self.link)
    }

    public func link(marker: String) throws -> Link? {
        try sql.row("SELECT \(Self.linkColumns) FROM link WHERE marker = $1", [.text(marker)]).map(Self.link)
    }

    /// Every link of an item, the live ones first.
    public func links(of item: Identifier<Item>) throws -> [Link] {
        try sql.rows(
            "SELECT \(Self.linkColumns) FROM link WHERE item_id = $1 ORDER BY is_live DESC, id", [.integer(item.number)]
        ).map(Self.link)
    }

    /// The live links of many items in one question. Served by `link_of_item`.
    public func liveLinks(of items: [Identifier<Item>]) throws -> [Identifier<Item>: [Link]] {
        guard !items.isEmpty else { return [:] }
        let links = try sql.rows(
            """
            SELECT \(Self.linkColumns) FROM link WHERE item_id IN (\(Self.places(items.count))) AND is_live = TRUE ORDER BY id
            """, items.map { .integer($0.number) }
        ).map(Self.link)
        return Dictionary(grouping: links, by: \.item)
    }

    public func liveLink(of item: Identifier<Item>, in integration: Identifier<Integration>) throws -> Link? {
        try sql.row(
            "SELECT \(Self.linkColumns) FROM link WHERE integration_id = $1 AND item_id = $2 AND is_live = TRUE",
            [.integer(integration.number), .integer(item.number)]
        ).map(Self.link)
    }

    public func liveLink(ofWorkItem workItem: Int64, in integration: Identifier<Integration>) throws -> Link? {
        try sql.row(
            "SELECT \(Self.linkColumns) FROM link WHERE integration_id = $1 AND work_item_id = $2 AND is_live = TRUE",
            [.integer(integration.number), .integer(workItem)]
        ).map(Self.link)
    }

    /// The live links of many work items in one question. Served by `link_work_item`.
    public func liveLinks(ofWorkItems workItems: [Int64], in integration: Identifier<Integration>) throws -> [Int64: Link] {
        guard !workItems.isEmpty else { return [:] }
        let links = try sql.rows(
            """
            SELECT \(Self.linkColumns) FROM link
            WHERE work_item_id IN (\(Self.places(workItems.count))) AND is_live = TRUE AND integration_id = $\(workItems.count + 1)
            """, workItems.map { .integer($0) } + [.integer(integration.number)]
        ).map(Self.link)
        return Dictionary(links.map { ($0.workItem ?? 0, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func disconnectedLink(_ integration: Identifier<Integration>, item: Identifier<Item>, workItem: Int64) throws -> Link? {
        try sql.row(
            """
            SELECT \(Self.linkColumns) FROM link
            WHERE integration_id = $1 AND item_id = $2 AND work_item_id = $3 AND state = 'disconnected'
            ORDER BY id DESC LIMIT 1
            """,
            [.integer(integration.number), .integer(item.number), .integer(workItem)]
        ).map(Self.link)
    }

    /// The links that may be looked at now, the most urgent first. Served by `link_due`.
    public func linksDue(
        in integration: Identifier<Integration>, priorities: ClosedRange<Priority>, at now: Instant, limit: Int
    ) throws -> [DueLink] {
        try sql.rows(
            """
            SELECT id, priority FROM link
            WHERE integration_id = $1 AND is_waiting = TRUE AND priority BETWEEN $2 AND $3 AND not_before <= $4
            ORDER BY priority, not_before LIMIT $5
            """,
            [
                .integer(integration.number), .integer(priorities.lowerBound.rawValue), .integer(priorities.upperBound.rawValue),
                .integer(now.milliseconds), .integer(Int64(limit)),
            ]
        ).map { DueLink(link: Identifier($0.integer(0) ?? 0), priority: $0.integer(1).flatMap { Priority(rawValue: $0) } ?? .sweep) }
    }

    /// A page of links in the order of their ids, for audits and lists.
    public func links(in integration: Identifier<Integration>, after id: Identifier<Link>?, limit: Int) throws -> [Link] {
        try sql.rows(
            """
            SELECT \(Self.linkColumns) FROM link
            WHERE integration_id = $1 AND id > $2 AND is_live = TRUE ORDER BY id LIMIT $3
            """,
            [.integer(integration.number), .integer(id?.number ?? 0), .integer(Int64(limit))]
        ).map(Self.link)
    }

    /// Writes back all that may change about a link.
    public func update(_ link: Link) throws {
        try sql.run(Self.writingBack, [.integer(link.id.number)] + Self.changing(link))
        touchAll(of: link)
    }

    private func touchAll(of link: Link) {
        touch(.item(link.item))
        if link.isWaitingForWork { touch(.work(link.integration)) }
        if link.problem != nil || !link.conflicts.isEmpty || !link.obstacles.isEmpty { touch(.attention) }
    }

    private static func link(_ row: SQLRow) -> Link {
        var link = Link(
            id: Identifier(row.integer(0) ?? 0), integration: Identifier(row.integer(1) ?? 0), item: Identifier(row.integer(2) ?? 0),
            workItem: row.integer(3), workItemType: row.text(4) ?? "",
            state: row.text(5).flatMap { Link.State(rawValue: $0) } ?? .disconnected,
            marker: row.text(6) ?? "", notBefore: Instant(milliseconds: row.integer(13) ?? 0),
            priority: row.integer(11).flatMap { Priority(rawValue: $0) } ?? .sweep,
            cause: row.text(12).flatMap { Cause(rawValue: $0) } ?? .sweep)
        link.seenRevision = row.integer(7) ?? 0
        link.seenParent = row.integer(8)
        link.dirty = row.integer(9) ?? 0
        link.settled = row.integer(10) ?? 0
        link.failures = Int(row.integer(14) ?? 0)
        if let problem = row.text(15).flatMap({ try? JSONValue(parsing: $0) }) {
            link.problem = LinkProblem(message: problem[0]?.string ?? "", remedy: problem[1]?.string ?? "", code: problem[2]?.string)
        }
        link.automaticWrites = Int(row.integer(16) ?? 0)
        link.fields = LinkFieldsCodec.fields(row.text(17))
        link.remoteState = row.text(18)
        link.remoteChangedAt = row.integer(19).map { Instant(milliseconds: $0) }
        link.remoteChangedBy = row.text(20)
        link.syncedAt = row.integer(21).map { Instant(milliseconds: $0) }
        link.writtenAt = row.integer(22).map { Instant(milliseconds: $0) }
        link.heardRevision = row.integer(23) ?? 0
        link.heardAt = Instant(milliseconds: row.integer(24) ?? 0)
        return link
    }
}
