import Database
import Portfolio

/// A second work item with the marker of a link: it was made by an answer that came too late, or somebody has copied the first one.
public struct Duplicate: Hashable, Sendable {
    public var link: Identifier<Link>
    public var item: Identifier<Item>
    /// The work item that is linked, and the one that carries the same marker.
    public var linked: Int64?
    public var workItem: Int64
    public var foundAt: Instant
}

extension StoreTransaction {
    /// - Returns: `false` when it was known already.
    @discardableResult
    public func note(duplicate workItem: Int64, of link: Link, at now: Instant) throws -> Bool {
        let added = try sql.run(
            "INSERT INTO duplicate (link_id, work_item_id, found_at) VALUES ($1, $2, $3) ON CONFLICT (link_id, work_item_id) DO NOTHING",
            [.integer(link.id.number), .integer(workItem), .integer(now.milliseconds)])
        guard added > 0 else { return false }
        touch(.item(link.item))
        touch(.attention)
        return true
    }

    /// The work item is gone, or carries the marker no more.
    public func forget(duplicate workItem: Int64, of link: Identifier<Link>) throws {
        try sql.run("DELETE FROM duplicate WHERE link_id = $1 AND work_item_id = $2", [.integer(link.number), .integer(workItem)])
        touch(.attention)
    }

    /// Says that it is no duplicate but a work item of its own, which keeps its marker.
    /// - Parameter name: who says so; `nil` takes it back.
    public func accept(duplicate workItem: Int64, of link: Identifier<Link>, by name: String?) throws {
        try sql.run(
            "UPDATE duplicate SET accepted_by = $3 WHERE link_id = $1 AND work_item_id = $2",
            [.integer(link.number), .integer(workItem), SQLValue(name)])
        touch(.attention)
    }

    public func isAccepted(duplicate workItem: Int64, of link: Identifier<Link>) throws -> Bool {
        try sql.row(
            "SELECT 1 FROM duplicate WHERE link_id = $1 AND work_item_id = $2 AND accepted_by IS NOT NULL",
            [.integer(link.number), .integer(workItem)]) != nil
    }

    /// Every duplicate of an integration, or of all, in the order of their discovery; not those that were accepted, or chosen and linked
    /// since. Asked by every page; duplicates are few and links many, and only `CROSS` makes SQLite begin with the few.
    public func duplicates(in integration: Identifier<Integration>? = nil) throws -> [Duplicate] {
        try sql.rows(
            """
            SELECT duplicate.link_id, link.item_id, link.work_item_id, duplicate.work_item_id, duplicate.found_at
            FROM duplicate CROSS JOIN link
            WHERE link.id = duplicate.link_id AND ($1 = 0 OR link.integration_id = $1) AND accepted_by IS NULL AND link.is_live = TRUE
                AND NOT EXISTS (
                    SELECT 1 FROM link AS other
                    WHERE other.integration_id = link.integration_id AND other.work_item_id = duplicate.work_item_id
                        AND other.is_live = TRUE)
            ORDER BY duplicate.found_at, duplicate.work_item_id
            """,
            [.integer(integration?.number ?? 0)]
        ).map { row in
            Duplicate(
                link: Identifier(row.integer(0) ?? 0), item: Identifier(row.integer(1) ?? 0), linked: row.integer(2),
                workItem: row.integer(3) ?? 0, foundAt: Instant(milliseconds: row.integer(4) ?? 0))
        }
    }
}
