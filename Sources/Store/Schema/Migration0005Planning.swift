import Database

extension StoreSchema {
    /// What planning needs: groups of periods, dependencies between outcomes, delivery updates, members of teams; and what people like.
    @Sendable
    static func planning(_ tokens: SchemaTokens) -> [String] {
        [
            "CREATE TABLE period_group (id \(tokens.identity), label TEXT NOT NULL, start_date TEXT NOT NULL, end_date TEXT NOT NULL)",
            """
            CREATE TABLE dependency (
                predecessor_id BIGINT NOT NULL, successor_id BIGINT NOT NULL, PRIMARY KEY (predecessor_id, successor_id))
            """,
            "CREATE INDEX dependency_successor ON dependency (successor_id)",
            """
            CREATE TABLE delivery_update (
                id \(tokens.identity), item_id BIGINT NOT NULL, at BIGINT NOT NULL, author_id BIGINT, author_name TEXT NOT NULL,
                light TEXT, lights TEXT NOT NULL, texts TEXT NOT NULL)
            """,
            "CREATE INDEX delivery_update_item ON delivery_update (item_id, id)",
            "CREATE TABLE team_member (team_id BIGINT NOT NULL, person_id BIGINT NOT NULL, PRIMARY KEY (team_id, person_id))",
            "ALTER TABLE team ADD COLUMN description TEXT",
            "CREATE TABLE preference (person_id BIGINT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (person_id, name))",
            "CREATE INDEX item_team ON item (team_id)",
            "CREATE INDEX history_at ON history (at)",
            // Whatever a list is filtered or ordered by, and the columns of the board, without reading one item.
            "DROP INDEX item_rank",
            """
            CREATE INDEX item_list ON item (
                kind, is_archived, rank, id, stage_id, owner_id, team_id, business_unit_id, type, status, rag, parent_id, end_date, effort,
                percent_complete)
            """,
        ]
    }
}
