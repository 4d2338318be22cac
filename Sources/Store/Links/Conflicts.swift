import Database
import FieldSync
import JSON
import Portfolio

/// Both sides changed a field to different values: both are kept here, with who and when, until a person chooses.
public struct Conflict: Hashable, Sendable {
    public enum Resolution: String, Hashable, Sendable { case keptKiplot, keptAzureDevOps, typed, agreed }

    public var id: Identifier<Conflict>
    public var link: Identifier<Link>
    public var item: Identifier<Item>
    public var field: FieldKey
    public var local: FieldValue?
    public var remote: RemoteValue?
    public var localBy: String?
    public var localAt: Instant?
    public var remoteBy: String?
    public var remoteAt: Instant?
    public var remoteRevision: Int64
    public var openedAt: Instant
    public var settledAt: Instant?
    public var settledBy: String?
    public var resolution: Resolution?

    public init(
        id: Identifier<Conflict> = Identifier(0), link: Identifier<Link>, item: Identifier<Item>, field: FieldKey, local: FieldValue?,
        remote: RemoteValue?, localBy: String?, localAt: Instant?, remoteBy: String?, remoteAt: Instant?, remoteRevision: Int64,
        openedAt: Instant
    ) {
        self.id = id
        self.link = link
        self.item = item
        self.field = field
        self.local = local
        self.remote = remote
        self.localBy = localBy
        self.localAt = localAt
        self.remoteBy = remoteBy
        self.remoteAt = remoteAt
        self.remoteRevision = remoteRevision
        self.openedAt = openedAt
    }
}

extension StoreTransaction {
    private static let conflictColumns = """
        id, link_id, item_id, field, local, remote, local_by, local_at, remote_by, remote_at, remote_revision, opened_at, settled_at,
        settled_by, resolution
        """

    /// Opens a conflict, or renews the open one of the same field with the values of now.
    public func hold(_ conflict: Conflict) throws {
        try sql.run(
            """
            INSERT INTO conflict (link_id, item_id, field, local, remote, local_by, local_at, remote_by, remote_at, remote_revision, opened_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (link_id, field) WHERE settled_at IS NULL DO UPDATE SET local = excluded.local, remote = excluded.remote,
                local_by = excluded.local_by, local_at = excluded.local_at, remote_by = excluded.remote_by,
                remote_at = excluded.remote_at, remote_revision = excluded.remote_revision
            """,
            [
                .integer(conflict.link.number), .integer(conflict.item.number), .text(conflict.field.name),
                SQLValue(conflict.local?.json.text), SQLValue(conflict.remote?.json.text), SQLValue(conflict.localBy),
                SQLValue(conflict.localAt?.milliseconds), SQLValue(conflict.remoteBy), SQLValue(conflict.remoteAt?.milliseconds),
                .integer(conflict.remoteRevision), .integer(conflict.openedAt.milliseconds),
            ])
        touch(.attention)
    }

    /// Keeps a value of Azure DevOps that a rule of the mapping has replaced: nothing that somebody typed vanishes (A1).
    public func keepOverwritten(
        _ remote: RemoteValue, of field: FieldKey, on link: Link, by local: FieldValue?, at now: Instant
    ) throws {
        try sql.run(
            """
            INSERT INTO conflict (
                link_id, item_id, field, local, remote, remote_by, remote_at, remote_revision, opened_at, settled_at, settled_by, resolution)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 'Kiplot', 'keptKiplot')
            """,
            [
                .integer(link.id.number), .integer(link.item.number), .text(field.name), SQLValue(local?.json.text),
                .text(remote.json.text), SQLValue(link.remoteChangedBy), SQLValue(link.remoteChangedAt?.milliseconds),
                .integer(link.seenRevision), .integer(now.milliseconds),
            ])
    }

    /// Closes the open conflict of a field, if there is one. Both values stay readable.
    public func settleConflict(
        of field: FieldKey, on link: Identifier<Link>, as resolution: Conflict.Resolution, by name: String, at now: Instant
    ) throws {
        let changed = try sql.run(
            """
            UPDATE conflict SET settled_at = $3, settled_by = $4, resolution = $5
            WHERE link_id = $1 AND field = $2 AND settled_at IS NULL
            """,
            [.integer(link.number), .text(field.name), .integer(now.milliseconds), .text(name), .text(resolution.rawValue)])
        if changed > 0 { touch(.attention) }
    }

    public func conflict(_ id: Identifier<Conflict>) throws -> Conflict? {
        try sql.row("SELECT \(Self.conflictColumns) FROM conflict WHERE id = $1", [.integer(id.number)]).map(Self.conflict)
    }

    /// The open conflicts, the oldest first. Served by `conflict_unsettled`.
    public func openConflicts(limit: Int = 500) throws -> [Conflict] {
        try sql.rows(
            "SELECT \(Self.conflictColumns) FROM conflict WHERE settled_at IS NULL ORDER BY id LIMIT $1", [.integer(Int64(limit))]
        ).map(Self.conflict)
    }

    /// Open and settled conflicts of an item, the newest first.
    public func conflicts(of item: Identifier<Item>) throws -> [Conflict] {
        try sql.rows(
            "SELECT \(Self.conflictColumns) FROM conflict WHERE item_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 200",
            [.integer(item.number)]
        ).map(Self.conflict)
    }

    private static func conflict(_ row: SQLRow) -> Conflict {
        func json(_ column: Int) -> JSONValue? { row.text(column).flatMap { try? JSONValue(parsing: $0, limits: .answer) } }
        func instant(_ column: Int) -> Instant? { row.integer(column).map { Instant(milliseconds: $0) } }
        var conflict = Conflict(
            id: Identifier(row.integer(0) ?? 0), link: Identifier(row.integer(1) ?? 0), item: Identifier(row.integer(2) ?? 0),
            field: FieldKey(row.text(3) ?? ""), local: json(4).flatMap { FieldValue(json: $0) },
            remote: json(5).flatMap { RemoteValue(json: $0) }, localBy: row.text(6), localAt: instant(7), remoteBy: row.text(8),
            remoteAt: instant(9), remoteRevision: row.integer(10) ?? 0, openedAt: instant(11) ?? Instant(milliseconds: 0))
        conflict.settledAt = instant(12)
        conflict.settledBy = row.text(13)
        conflict.resolution = row.text(14).flatMap { Conflict.Resolution(rawValue: $0) }
        return conflict
    }
}
