import Database
import Portfolio

/// A work item that a hook or a feed has told of and that no link knows: it may be linked in the next moment, or carry the marker of a
/// link whose creation was not heard of.
public struct Stranger: Hashable, Sendable {
    public var workItem: Int64
    public var revision: Int64
}

extension StoreTransaction {
    /// Remembers a hint about a work item without a link.
    /// - Parameter isCandidate: whether it may carry a marker of ours.
    public func hear(of workItem: Int64, revision: Int64?, isCandidate: Bool, in integration: Identifier<Integration>, at now: Instant)
        throws
    {
        try sql.run(
            """
            INSERT INTO stranger (integration_id, work_item_id, revision, is_candidate, heard_at) VALUES ($1, $2, $3, ($4 = 1), $5)
            ON CONFLICT (integration_id, work_item_id) DO UPDATE SET heard_at = excluded.heard_at,
                is_candidate = (stranger.is_candidate OR excluded.is_candidate),
                revision = CASE WHEN stranger.revision < excluded.revision THEN excluded.revision ELSE stranger.revision END
            """,
            [
                .integer(integration.number), .integer(workItem), .integer(revision ?? 0), .integer(isCandidate ? 1 : 0),
                .integer(now.milliseconds),
            ])
    }

    /// The newest revision that was told of a work item before it was linked; 0 for none.
    public func heardRevision(of workItem: Int64, in integration: Identifier<Integration>) throws -> Int64 {
        try heardRevisions(of: [workItem], in: integration)[workItem] ?? 0
    }

    /// The same for many work items in one question; those that nobody has told of are left out.
    public func heardRevisions(of workItems: [Int64], in integration: Identifier<Integration>) throws -> [Int64: Int64] {
        guard !workItems.isEmpty else { return [:] }
        let rows = try sql.rows(
            """
            SELECT work_item_id, revision FROM stranger
            WHERE work_item_id IN (\(Self.places(workItems.count))) AND integration_id = $\(workItems.count + 1)
            """, workItems.map { .integer($0) } + [.integer(integration.number)])
        return Dictionary(rows.map { ($0.integer(0) ?? 0, $0.integer(1) ?? 0) }, uniquingKeysWith: max)
    }

    /// Strangers that may carry a marker of ours and have not been looked at.
    public func candidates(in integration: Identifier<Integration>, limit: Int) throws -> [Stranger] {
        try sql.rows(
            """
            SELECT work_item_id, revision FROM stranger WHERE integration_id = $1 AND is_candidate = TRUE
            ORDER BY work_item_id LIMIT $2
            """,
            [.integer(integration.number), .integer(Int64(limit))]
        ).map { Stranger(workItem: $0.integer(0) ?? 0, revision: $0.integer(1) ?? 0) }
    }

    public func markLookedAt(_ workItem: Int64, in integration: Identifier<Integration>) throws {
        try sql.run(
            "UPDATE stranger SET is_candidate = FALSE WHERE integration_id = $1 AND work_item_id = $2",
            [.integer(integration.number), .integer(workItem)])
    }

    /// Forgets strangers that every reading must show by now. Served by `stranger_age`.
    public func forgetStrangers(of integration: Identifier<Integration>, before instant: Instant) throws {
        try sql.run(
            "DELETE FROM stranger WHERE integration_id = $1 AND heard_at < $2 AND is_candidate = FALSE",
            [.integer(integration.number), .integer(instant.milliseconds)])
    }
}
