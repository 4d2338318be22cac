import Database

extension StoreSchema {
    /// What both sides need to come to agree whatever gets lost: what was heard of, strangers, places in the feeds, and audits.
    @Sendable
    static func convergence(_ tokens: SchemaTokens) -> [String] {
        [
            "ALTER TABLE link ADD COLUMN heard_revision BIGINT NOT NULL DEFAULT 0",
            """
            CREATE TABLE stranger (
                integration_id BIGINT NOT NULL REFERENCES integration (id), work_item_id BIGINT NOT NULL, revision BIGINT NOT NULL,
                is_candidate BOOLEAN NOT NULL, heard_at BIGINT NOT NULL, PRIMARY KEY (integration_id, work_item_id))
            """,
            "CREATE INDEX stranger_age ON stranger (integration_id, heard_at)",
            """
            CREATE TABLE duplicate (
                link_id BIGINT NOT NULL REFERENCES link (id) ON DELETE CASCADE, work_item_id BIGINT NOT NULL, found_at BIGINT NOT NULL,
                PRIMARY KEY (link_id, work_item_id))
            """,
            "ALTER TABLE attempt ADD COLUMN service_time BIGINT",
            "ALTER TABLE integration ADD COLUMN overlap_revisions_token TEXT",
            "ALTER TABLE integration ADD COLUMN overlap_links_token TEXT",
            "ALTER TABLE integration ADD COLUMN feed_time BIGINT",
            """
            CREATE TABLE audit (
                id \(tokens.identity), integration_id BIGINT NOT NULL REFERENCES integration (id), state TEXT NOT NULL,
                started_by TEXT NOT NULL, heals BOOLEAN NOT NULL, started_at BIGINT NOT NULL, finished_at BIGINT, last_link_id BIGINT NOT NULL,
                links BIGINT NOT NULL, agreeing BIGINT NOT NULL, explained BIGINT NOT NULL, differing BIGINT NOT NULL,
                astray BIGINT NOT NULL)
            """,
            "CREATE INDEX audit_integration ON audit (integration_id, id)",
            """
            CREATE TABLE disagreement (
                audit_id BIGINT NOT NULL REFERENCES audit (id) ON DELETE CASCADE, link_id BIGINT NOT NULL, item_id BIGINT NOT NULL,
                work_item_id BIGINT, field TEXT NOT NULL, kind TEXT NOT NULL, local TEXT, remote TEXT, reason TEXT,
                PRIMARY KEY (audit_id, link_id, field))
            """,
        ]
    }
}
