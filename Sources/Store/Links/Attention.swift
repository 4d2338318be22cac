import Database
import Portfolio

extension StoreTransaction {
    /// How much waits for a person: open conflicts, problems of links, values that cannot travel, second work items, and instances that
    /// cannot be used. Asked by every page, so each part is served by a small index (`conflict_open`, `link_attention`).
    public func attentionCount() throws -> Int {
        let row = try sql.row(
            """
            SELECT
                (SELECT count(*) FROM conflict WHERE settled_at IS NULL
                    AND EXISTS (SELECT 1 FROM link WHERE link.id = conflict.link_id AND link.is_live = TRUE)),
                (SELECT coalesce(sum(obstacles + CASE WHEN problem IS NOT NULL THEN 1 ELSE 0 END), 0) FROM link
                    WHERE (conflicts > 0 OR obstacles > 0 OR problem IS NOT NULL) AND is_live = TRUE),
                (SELECT count(*) FROM instance WHERE health IN ('credentialRejected', 'unreachable'))
            """)
        let counted = (0..<3).reduce(0) { $0 + Int(row?.integer($1) ?? 0) }
        return try counted + duplicates().count
    }

    /// Open conflicts of links that still tie something together, the oldest first.
    public func conflictsToSettle(limit: Int) throws -> [Conflict] {
        let live = try openConflicts(limit: limit * 2).filter { try link($0.link)?.state.isLive ?? false }
        return Array(live.prefix(limit))
    }

    /// Live links with a problem, or with fields that cannot travel. Served by `link_attention`.
    public func troubledLinks(limit: Int) throws -> [Link] {
        try sql.rows(
            """
            SELECT id FROM link WHERE (conflicts > 0 OR obstacles > 0 OR problem IS NOT NULL) AND is_live = TRUE
                AND (obstacles > 0 OR problem IS NOT NULL)
            ORDER BY integration_id, id LIMIT $1
            """,
            [.integer(Int64(limit))]
        ).compactMap { try link(Identifier($0.integer(0) ?? 0)) }
    }

    /// Has links looked at again at once, as if nothing had gone wrong before.
    public func lookAgain(at links: [Identifier<Link>], at now: Instant) throws {
        for id in links {
            guard var link = try link(id), link.state.isLive else { continue }
            link.dirty += 1
            link.failures = 0
            link.notBefore = now
            link.priority = .interactive
            try update(link)
        }
    }
}
