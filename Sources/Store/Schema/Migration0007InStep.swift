import Database

extension StoreSchema {
    /// Which links are in step, without reading them: a bulk sync of a portfolio in which nothing has changed looks at none of them.
    /// And since when a newer revision of a work item is known of.
    @Sendable
    static func inStep(_ tokens: SchemaTokens) -> [String] {
        [
            "ALTER TABLE link ADD COLUMN is_open BOOLEAN NOT NULL DEFAULT FALSE",
            """
            UPDATE link SET is_open = TRUE
            WHERE state <> 'active' OR conflicts > 0 OR obstacles > 0 OR problem IS NOT NULL OR fields LIKE '%"waiting":true%'
            """,
            "CREATE INDEX link_open ON link (integration_id, id) WHERE is_open = TRUE",
            "CREATE INDEX link_seen_parent ON link (integration_id, seen_parent) WHERE seen_parent IS NOT NULL",
            "ALTER TABLE run ADD COLUMN in_step BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE link ADD COLUMN heard_at BIGINT NOT NULL DEFAULT 0",
            "UPDATE link SET heard_at = not_before WHERE is_waiting = TRUE",
        ]
    }
}
