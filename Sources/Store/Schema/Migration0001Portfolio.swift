import Database

extension StoreSchema {
    /// Items, their history, people and configuration.
    @Sendable
    static func portfolio(_ tokens: SchemaTokens) -> [String] {
        [
            """
            CREATE TABLE item (
                id \(tokens.identity), kind TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, type TEXT, status TEXT,
                owner_id BIGINT, stage_id BIGINT NOT NULL, start_date TEXT, end_date TEXT, effort DOUBLE PRECISION, rag TEXT,
                percent_complete DOUBLE PRECISION, business_unit_id BIGINT, team_id BIGINT, parent_id BIGINT, parked BOOLEAN NOT NULL,
                rank DOUBLE PRECISION NOT NULL, more TEXT NOT NULL, versions TEXT NOT NULL, is_archived BOOLEAN NOT NULL,
                created_at BIGINT NOT NULL, created_by TEXT NOT NULL, updated_at BIGINT NOT NULL, updated_by TEXT NOT NULL,
                search TEXT NOT NULL)
            """,
            "CREATE UNIQUE INDEX item_number ON item (kind, number)",
            "CREATE INDEX item_rank ON item (kind, is_archived, rank)",
            "CREATE INDEX item_name ON item (kind, is_archived, search)",
            "CREATE INDEX item_stage ON item (kind, is_archived, stage_id, rank)",
            "CREATE INDEX item_updated ON item (kind, is_archived, updated_at)",
            "CREATE INDEX item_start ON item (kind, is_archived, start_date)",
            "CREATE INDEX item_owner ON item (owner_id)",
            "CREATE INDEX item_parent ON item (parent_id)",
            "CREATE TABLE item_counter (kind TEXT PRIMARY KEY, last BIGINT NOT NULL)",
            """
            CREATE TABLE history (
                id \(tokens.identity), item_id BIGINT NOT NULL, field TEXT NOT NULL, old TEXT, new TEXT, at BIGINT NOT NULL,
                actor_kind TEXT NOT NULL, actor_id BIGINT, actor_name TEXT NOT NULL, cause TEXT NOT NULL)
            """,
            "CREATE INDEX history_item ON history (item_id, id)",
            "CREATE INDEX history_field ON history (item_id, field, id)",
            """
            CREATE TABLE person (
                id \(tokens.identity), name TEXT NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL, is_active BOOLEAN NOT NULL,
                password_hash TEXT)
            """,
            "CREATE UNIQUE INDEX person_email ON person (lower(email))",
            "CREATE TABLE azure_devops_person (unique_name TEXT PRIMARY KEY, person_id BIGINT NOT NULL)",
            """
            CREATE TABLE session (
                token_digest \(tokens.blob) PRIMARY KEY, person_id BIGINT NOT NULL, csrf_token TEXT NOT NULL, created_at BIGINT NOT NULL,
                seen_at BIGINT NOT NULL)
            """,
            "CREATE INDEX session_person ON session (person_id)",
            """
            CREATE TABLE invitation (
                token_digest \(tokens.blob) PRIMARY KEY, purpose TEXT NOT NULL, person_id BIGINT, expires_at BIGINT NOT NULL)
            """,
            "CREATE TABLE failed_sign_in (subject TEXT PRIMARY KEY, failures BIGINT NOT NULL, last_at BIGINT NOT NULL)",
            """
            CREATE TABLE api_token (
                id \(tokens.identity), token_digest \(tokens.blob) NOT NULL UNIQUE, person_id BIGINT NOT NULL, name TEXT NOT NULL,
                created_at BIGINT NOT NULL)
            """,
            """
            CREATE TABLE share (
                item_id BIGINT NOT NULL, person_id BIGINT NOT NULL, may_edit BOOLEAN NOT NULL, PRIMARY KEY (item_id, person_id))
            """,
            """
            CREATE TABLE stage (
                id \(tokens.identity), name TEXT NOT NULL, category TEXT NOT NULL, applies_to TEXT NOT NULL, position BIGINT NOT NULL)
            """,
            "CREATE UNIQUE INDEX stage_name ON stage (lower(name))",
            """
            CREATE TABLE custom_field (
                id \(tokens.identity), label TEXT NOT NULL, type TEXT NOT NULL, options TEXT NOT NULL, applies_to TEXT NOT NULL,
                is_required BOOLEAN NOT NULL, is_enabled BOOLEAN NOT NULL, position BIGINT NOT NULL)
            """,
            "CREATE UNIQUE INDEX custom_field_label ON custom_field (lower(label))",
            "CREATE TABLE item_type (id \(tokens.identity), name TEXT NOT NULL, is_enabled BOOLEAN NOT NULL)",
            "CREATE UNIQUE INDEX item_type_name ON item_type (lower(name))",
            "CREATE TABLE business_unit (id \(tokens.identity), name TEXT NOT NULL, parent_id BIGINT)",
            "CREATE TABLE team (id \(tokens.identity), name TEXT NOT NULL, business_unit_id BIGINT)",
            "CREATE UNIQUE INDEX team_name ON team (lower(name))",
            "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        ]
    }
}
