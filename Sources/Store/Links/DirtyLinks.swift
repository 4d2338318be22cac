import Database
import Portfolio

extension StoreTransaction {
    /// Marks the links of an item dirty because its fields changed. `except` is the link that brought the change.
    ///
    /// The first edit goes out at once; those that follow within `spacing` of that write travel together. Only a person's edit resets
    /// the loop breaker: what one integration brings in must not let another write for ever.
    public func markDirty(
        linksOf item: Identifier<Item>, except link: Identifier<Link>?, cause: Cause, at now: Instant,
        spacing: Duration = .seconds(2)
    ) throws {
        let rows = try sql.rows(
            """
            UPDATE link SET dirty = dirty + 1, is_waiting = TRUE, cause = $3, priority = 0, failures = 0,
                automatic_writes = CASE WHEN $6 = 1 THEN 0 ELSE automatic_writes END,
                not_before = CASE WHEN coalesce(written_at, 0) + $5 > $4 THEN coalesce(written_at, 0) + $5 ELSE $4 END
            WHERE item_id = $1 AND is_live = TRUE AND id <> $2
            RETURNING integration_id
            """,
            [
                .integer(item.number), .integer(link?.number ?? 0), .text(cause.rawValue),
                .integer(now.milliseconds), .integer(spacing.milliseconds), .integer(cause.isByPerson ? 1 : 0),
            ])
        for row in rows { touch(.work(Identifier(row.integer(0) ?? 0))) }
    }

    /// Takes a hint that a work item changed. Returns whether a live link was marked; a hint about a revision that was
    /// planned from already marks nothing. `revision` is `nil` where a change of links bumps none (FACTS.md 1.1). A work item without
    /// a link is remembered as a stranger; `isCandidate` says that it may carry a marker of ours.
    @discardableResult
    public func markDirty(
        workItem: Int64, in integration: Identifier<Integration>, revision: Int64?, isCandidate: Bool = false, priority: Priority,
        cause: Cause, at now: Instant
    ) throws -> Hint {
        let link = try sql.row(
            "SELECT id, seen_revision, state FROM link WHERE integration_id = $1 AND work_item_id = $2 AND is_live = TRUE",
            [.integer(integration.number), .integer(workItem)])
        guard let link, let id = link.integer(0) else {
            try hear(of: workItem, revision: revision, isCandidate: isCandidate, in: integration, at: now)
            return .unknownWorkItem
        }
        if let revision, revision <= link.integer(1) ?? 0, link.text(2) == Link.State.active.rawValue { return .alreadySeen }
        try sql.run(
            """
            UPDATE link SET dirty = dirty + 1, is_waiting = TRUE, cause = $2,
                heard_at = CASE WHEN heard_revision < $5 THEN $4 ELSE heard_at END,
                failures = CASE WHEN heard_revision < $5 THEN 0 ELSE failures END,
                heard_revision = CASE WHEN heard_revision < $5 THEN $5 ELSE heard_revision END,
                priority = CASE WHEN dirty <> settled AND priority < $3 THEN priority ELSE $3 END,
                not_before = CASE WHEN dirty <> settled AND not_before < $4 THEN not_before ELSE $4 END
            WHERE id = $1
            """,
            [
                .integer(id), .text(cause.rawValue), .integer(priority.rawValue), .integer(now.milliseconds), .integer(revision ?? 0),
            ])
        touch(.work(integration))
        return .marked
    }

    /// Marks every live link of an integration, as after a change of its mapping.
    public func markAllDirty(in integration: Identifier<Integration>, priority: Priority, cause: Cause, at now: Instant) throws {
        try sql.run(
            """
            UPDATE link SET dirty = dirty + 1, is_waiting = TRUE, cause = $2, priority = $3, not_before = $4, failures = 0
            WHERE integration_id = $1 AND is_live = TRUE
            """,
            [.integer(integration.number), .text(cause.rawValue), .integer(priority.rawValue), .integer(now.milliseconds)])
        touch(.work(integration))
    }

    /// The links whose work items hang, or should hang, under some work items: their parents may have become known.
    public func markChildrenDirty(ofWorkItems workItems: [Int64], in integration: Identifier<Integration>, at now: Instant) throws {
        guard !workItems.isEmpty else { return }
        let count = workItems.count
        try sql.run(
            """
            UPDATE link SET dirty = dirty + 1, is_waiting = TRUE, not_before = $\(count + 1)
            WHERE seen_parent IN (\(Self.places(count))) AND is_live = TRUE AND integration_id = $\(count + 2)
            """, workItems.map { .integer($0) } + [.integer(now.milliseconds), .integer(integration.number)])
        touch(.work(integration))
    }

    public enum Hint: Hashable, Sendable { case marked, alreadySeen, unknownWorkItem }
}
