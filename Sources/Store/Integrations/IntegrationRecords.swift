import Database
import FieldSync
import Portfolio

extension StoreTransaction {
    private static let integrationColumns = """
        id, instance_id, project_id, project_name, credential_id, mapping_set_id, default_mode, state, epoch, hook_state, hook_detail,
        last_event_at, last_sweep_at, revisions_token, links_token, needs_sweep, overlap_revisions_token, overlap_links_token, feed_time,
        known_fields
        """

    /// Adds a project, or takes up the one that was deleted earlier: its old links are connected again.
    /// - Throws: `DatabaseError.uniqueViolation` when the project is integrated already.
    public func addIntegration(_ new: Integration) throws -> Integration {
        if var old = try integration(of: new.instance, project: new.projectID) {
            guard old.state == .deleted else { throw DatabaseError.uniqueViolation(constraint: "integration_project") }
            old.projectName = new.projectName
            old.credential = new.credential
            old.mappingSet = new.mappingSet
            old.defaultMode = new.defaultMode
            old.state = .active
            old.epoch += 1
            old.hookState = .pending
            old.hookDetail = nil
            old.revisionsToken = nil
            old.linksToken = nil
            old.overlapRevisionsToken = nil
            old.overlapLinksToken = nil
            old.needsSweep = true
            try update(old)
            try reconnectLinks(of: old)
            return old
        }
        let row = try sql.row(
            """
            INSERT INTO integration (
                instance_id, project_id, project_name, credential_id, mapping_set_id, default_mode, state, epoch, hook_state, needs_sweep)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 'pending', TRUE) RETURNING id
            """,
            [
                .integer(new.instance.number), .text(new.projectID), .text(new.projectName), SQLValue(new.credential?.number),
                .integer(new.mappingSet.number), .text(new.defaultMode.rawValue), .text(new.state.rawValue),
            ])
        var added = new
        added.id = Identifier(row?.integer(0) ?? 0)
        added.epoch = 1
        touch(.integration(added.id))
        touch(.instance(added.instance))
        return added
    }

    /// Connects what the deletion of the integration had disconnected, unless the item or the work item was linked anew meanwhile.
    private func reconnectLinks(of integration: Integration) throws {
        try sql.run(
            """
            UPDATE link SET state = 'active', is_live = TRUE, is_waiting = TRUE, dirty = dirty + 1, cause = 'link', problem = NULL
            WHERE integration_id = $1 AND state = 'disconnected' AND work_item_id IS NOT NULL AND id IN (
                SELECT max(other.id) FROM link AS other WHERE other.integration_id = $1 GROUP BY other.item_id)
                AND id IN (SELECT max(other.id) FROM link AS other WHERE other.integration_id = $1 GROUP BY other.work_item_id)
            """,
            [.integer(integration.id.number)])
        touch(.work(integration.id))
    }

    /// Every integration that is not deleted.
    public func integrations() throws -> [Integration] {
        try sql.rows(
            "SELECT \(Self.integrationColumns) FROM integration WHERE state <> 'deleted' ORDER BY lower(project_name), id"
        ).map(Self.integration)
    }

    public func activeIntegrations() throws -> [Identifier<Integration>] {
        try sql.rows("SELECT id FROM integration WHERE state = 'active' ORDER BY id").map { Identifier($0.integer(0) ?? 0) }
    }

    public func integrations(of instance: Identifier<Instance>) throws -> [Integration] {
        try integrations().filter { $0.instance == instance }
    }

    public func integrations(using set: Identifier<StoredMappingSet>) throws -> [Integration] {
        try integrations().filter { $0.mappingSet == set }
    }

    public func integration(_ id: Identifier<Integration>) throws -> Integration? {
        try sql.row("SELECT \(Self.integrationColumns) FROM integration WHERE id = $1", [.integer(id.number)]).map(Self.integration)
    }

    private func integration(of instance: Identifier<Instance>, project: String) throws -> Integration? {
        try sql.row(
            "SELECT \(Self.integrationColumns) FROM integration WHERE instance_id = $1 AND project_id = $2",
            [.integer(instance.number), .text(project)]
        ).map(Self.integration)
    }

    public func update(_ integration: Integration) throws {
        try sql.run(
            """
            UPDATE integration SET project_name = $2, credential_id = $3, mapping_set_id = $4, default_mode = $5, state = $6, epoch = $7,
                hook_state = $8, hook_detail = $9, last_event_at = $10, last_sweep_at = $11, revisions_token = $12, links_token = $13,
                needs_sweep = ($14 = 1), overlap_revisions_token = $15, overlap_links_token = $16, feed_time = $17,
                known_fields = $18
            WHERE id = $1
            """,
            [
                .integer(integration.id.number), .text(integration.projectName), SQLValue(integration.credential?.number),
                .integer(integration.mappingSet.number), .text(integration.defaultMode.rawValue), .text(integration.state.rawValue),
                .integer(integration.epoch), .text(integration.hookState.rawValue), SQLValue(integration.hookDetail),
                SQLValue(integration.lastEventAt?.milliseconds), SQLValue(integration.lastSweepAt?.milliseconds),
                SQLValue(integration.revisionsToken), SQLValue(integration.linksToken), .integer(integration.needsSweep ? 1 : 0),
                SQLValue(integration.overlapRevisionsToken), SQLValue(integration.overlapLinksToken),
                SQLValue(integration.feedTime?.milliseconds), SQLValue(integration.knownFields),
            ])
        touch(.integration(integration.id))
        touch(.work(integration.id))
    }

    /// Changes one integration as it is now, not as it was when somebody read it.
    /// - Throws: `StoreError.notFound` when it does not exist.
    @discardableResult
    public func change(_ id: Identifier<Integration>, _ body: (inout Integration) throws -> Void) throws -> Integration {
        guard var integration = try integration(id) else { throw StoreError.notFound("The integration") }
        try body(&integration)
        try update(integration)
        return integration
    }

    /// Ends all synchronisation of an integration and keeps its links, so that connecting the project again finds them.
    public func disconnectLinks(of integration: Identifier<Integration>) throws {
        try sql.run(
            "UPDATE link SET state = 'disconnected', is_live = FALSE, is_waiting = FALSE WHERE integration_id = $1 AND is_live = TRUE",
            [.integer(integration.number)])
        touch(.items(.initiative))
        touch(.items(.outcome))
        touch(.everything)
    }

    /// How many links an integration has in which state, for its page.
    public func linkCounts(of integration: Identifier<Integration>) throws -> LinkCounts {
        let row = try sql.row(
            """
            SELECT count(*), coalesce(sum(CASE WHEN conflicts > 0 THEN 1 ELSE 0 END), 0),
                coalesce(sum(CASE WHEN obstacles > 0 OR problem IS NOT NULL THEN 1 ELSE 0 END), 0),
                coalesce(sum(CASE WHEN is_waiting = TRUE THEN 1 ELSE 0 END), 0)
            FROM link WHERE integration_id = $1 AND is_live = TRUE
            """,
            [.integer(integration.number)])
        return LinkCounts(
            total: Int(row?.integer(0) ?? 0), inConflict: Int(row?.integer(1) ?? 0), failed: Int(row?.integer(2) ?? 0),
            waiting: Int(row?.integer(3) ?? 0))
    }

    private static func integration(_ row: SQLRow) -> Integration {
        func instant(_ column: Int) -> Instant? { row.integer(column).map { Instant(milliseconds: $0) } }
        var integration = Integration(
            id: Identifier(row.integer(0) ?? 0), instance: Identifier(row.integer(1) ?? 0), projectID: row.text(2) ?? "",
            projectName: row.text(3) ?? "", credential: row.integer(4).map { Identifier($0) }, mappingSet: Identifier(row.integer(5) ?? 0),
            defaultMode: row.text(6).flatMap { SyncMode(rawValue: $0) } ?? .manual,
            state: row.text(7).flatMap { Integration.State(rawValue: $0) } ?? .paused, epoch: row.integer(8) ?? 0,
            hookState: row.text(9).flatMap { Integration.HookState(rawValue: $0) } ?? .none, hookDetail: row.text(10),
            lastEventAt: instant(11), lastSweepAt: instant(12), revisionsToken: row.text(13), linksToken: row.text(14),
            needsSweep: row.flag(15))
        integration.overlapRevisionsToken = row.text(16)
        integration.overlapLinksToken = row.text(17)
        integration.feedTime = instant(18)
        integration.knownFields = row.text(19)
        return integration
    }
}

public struct LinkCounts: Hashable, Sendable {
    public var total: Int
    public var inConflict: Int
    public var failed: Int
    public var waiting: Int
}
