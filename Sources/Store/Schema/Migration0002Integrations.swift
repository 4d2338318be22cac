import Database

extension StoreSchema {
    /// Instances, integrations, links and what travels over them.
    ///
    /// The link row *is* the job: `dirty` counts the reasons to look at it, `settled` those that have been dealt with.
    @Sendable
    static func integrations(_ tokens: SchemaTokens) -> [String] {
        [
            """
            CREATE TABLE credential (
                id \(tokens.identity), instance_id BIGINT NOT NULL, name TEXT NOT NULL, sealed \(tokens.blob) NOT NULL,
                owner_id TEXT, owner_name TEXT, expires_on TEXT, rejected_at BIGINT)
            """,
            """
            CREATE TABLE instance (
                id \(tokens.identity), name TEXT NOT NULL, url TEXT NOT NULL, deployment TEXT NOT NULL,
                credential_id BIGINT NOT NULL, health TEXT NOT NULL, health_detail TEXT, checked_at BIGINT)
            """,
            "CREATE UNIQUE INDEX instance_name ON instance (lower(name))",
            """
            CREATE TABLE mapping_set (
                id \(tokens.identity), name TEXT NOT NULL, is_shared BOOLEAN NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL)
            """,
            """
            CREATE TABLE integration (
                id \(tokens.identity), instance_id BIGINT NOT NULL REFERENCES instance (id), project_id TEXT NOT NULL,
                project_name TEXT NOT NULL, credential_id BIGINT REFERENCES credential (id),
                mapping_set_id BIGINT NOT NULL REFERENCES mapping_set (id), default_mode TEXT NOT NULL, state TEXT NOT NULL,
                epoch BIGINT NOT NULL, hook_state TEXT NOT NULL, hook_detail TEXT, last_event_at BIGINT, last_sweep_at BIGINT,
                revisions_token TEXT, links_token TEXT, needs_sweep BOOLEAN NOT NULL)
            """,
            "CREATE UNIQUE INDEX integration_project ON integration (instance_id, project_id)",
            "CREATE INDEX integration_mapping ON integration (mapping_set_id)",
            """
            CREATE TABLE hook (
                id \(tokens.identity), public_id TEXT NOT NULL UNIQUE, integration_id BIGINT NOT NULL REFERENCES integration (id),
                event_type TEXT NOT NULL, remote_id TEXT, secret_digest \(tokens.blob) NOT NULL, sealed_secret \(tokens.blob) NOT NULL,
                status TEXT NOT NULL, last_event_at BIGINT)
            """,
            "CREATE INDEX hook_integration ON hook (integration_id)",
            """
            CREATE TABLE hook_event (
                hook_id BIGINT NOT NULL, event_id TEXT NOT NULL, work_item_id BIGINT, revision BIGINT, received_at BIGINT NOT NULL,
                PRIMARY KEY (hook_id, event_id))
            """,
            "CREATE INDEX hook_event_age ON hook_event (received_at)",
            """
            CREATE TABLE unreadable_hook_event (
                id \(tokens.identity), hook_id BIGINT NOT NULL, reason TEXT NOT NULL, body \(tokens.blob) NOT NULL, received_at BIGINT NOT NULL)
            """,
            """
            CREATE TABLE link (
                id \(tokens.identity), integration_id BIGINT NOT NULL REFERENCES integration (id), item_id BIGINT NOT NULL,
                work_item_id BIGINT, work_item_type TEXT NOT NULL, state TEXT NOT NULL, marker TEXT NOT NULL UNIQUE,
                seen_revision BIGINT NOT NULL, seen_parent BIGINT, dirty BIGINT NOT NULL, settled BIGINT NOT NULL,
                priority BIGINT NOT NULL, cause TEXT NOT NULL, not_before BIGINT NOT NULL, failures BIGINT NOT NULL, problem TEXT,
                automatic_writes BIGINT NOT NULL, conflicts BIGINT NOT NULL, obstacles BIGINT NOT NULL, fields TEXT NOT NULL,
                remote_state TEXT, remote_changed_at BIGINT, remote_changed_by TEXT, synced_at BIGINT, written_at BIGINT,
                is_live BOOLEAN NOT NULL, is_waiting BOOLEAN NOT NULL)
            """,
            "CREATE UNIQUE INDEX link_item ON link (integration_id, item_id) WHERE is_live = TRUE",
            "CREATE UNIQUE INDEX link_work_item ON link (integration_id, work_item_id) WHERE is_live = TRUE",
            "CREATE INDEX link_of_item ON link (item_id)",
            "CREATE INDEX link_of_work_item ON link (work_item_id)",
            "CREATE INDEX link_due ON link (integration_id, priority, not_before) WHERE is_waiting = TRUE",
            "CREATE INDEX link_attention ON link (integration_id, id) WHERE conflicts > 0 OR obstacles > 0 OR problem IS NOT NULL",
            """
            CREATE TABLE attempt (
                id \(tokens.identity), link_id BIGINT NOT NULL REFERENCES link (id) ON DELETE CASCADE, kind TEXT NOT NULL,
                state TEXT NOT NULL, expected_revision BIGINT, pairs TEXT NOT NULL, sent_at BIGINT NOT NULL, deadline BIGINT NOT NULL)
            """,
            "CREATE INDEX attempt_link ON attempt (link_id)",
            """
            CREATE TABLE conflict (
                id \(tokens.identity), link_id BIGINT NOT NULL, item_id BIGINT NOT NULL, field TEXT NOT NULL, local TEXT, remote TEXT,
                local_by TEXT, local_at BIGINT, remote_by TEXT, remote_at BIGINT, remote_revision BIGINT NOT NULL,
                opened_at BIGINT NOT NULL, settled_at BIGINT, settled_by TEXT, resolution TEXT)
            """,
            "CREATE UNIQUE INDEX conflict_open ON conflict (link_id, field) WHERE settled_at IS NULL",
            "CREATE INDEX conflict_item ON conflict (item_id, opened_at)",
            """
            CREATE TABLE receipt (
                id \(tokens.identity), link_id BIGINT NOT NULL, item_id BIGINT NOT NULL, integration_id BIGINT NOT NULL, field TEXT,
                action TEXT NOT NULL, before TEXT, after TEXT, revision BIGINT, at BIGINT NOT NULL, actor TEXT NOT NULL, cause TEXT NOT NULL,
                run_id BIGINT, mapping_version BIGINT, detail TEXT)
            """,
            "CREATE INDEX receipt_item ON receipt (item_id, id)",
            "CREATE INDEX receipt_integration ON receipt (integration_id, id)",
            """
            CREATE TABLE run (
                id \(tokens.identity), integration_id BIGINT NOT NULL REFERENCES integration (id), direction TEXT NOT NULL,
                creates_items BOOLEAN NOT NULL, creates_work_items BOOLEAN NOT NULL, selection TEXT, is_dry_run BOOLEAN NOT NULL,
                state TEXT NOT NULL, is_listed BOOLEAN NOT NULL, started_by TEXT NOT NULL, started_at BIGINT NOT NULL, finished_at BIGINT,
                total BIGINT NOT NULL, done BIGINT NOT NULL, failed BIGINT NOT NULL, detail TEXT)
            """,
            "CREATE INDEX run_integration ON run (integration_id, id)",
            """
            CREATE TABLE run_entry (
                run_id BIGINT NOT NULL REFERENCES run (id) ON DELETE CASCADE, position BIGINT NOT NULL, item_id BIGINT, work_item_id BIGINT,
                outcome TEXT NOT NULL, reason TEXT, PRIMARY KEY (run_id, position))
            """,
            "CREATE INDEX run_entry_outcome ON run_entry (run_id, outcome, position)",
        ]
    }
}
