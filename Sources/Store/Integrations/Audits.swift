import Database
import FieldSync
import JSON
import Portfolio

/// A comparison of every field of every link with what Azure DevOps holds: how many pairs agree, and which do not.
public struct Audit: Hashable, Sendable {
    public enum State: String, Hashable, Sendable { case running, finished }

    public var id: Identifier<Audit>
    public var integration: Identifier<Integration>
    public var state: State
    public var startedBy: String
    /// Whether what does not agree is brought into step at once.
    public var heals: Bool
    public var startedAt: Instant
    public var finishedAt: Instant?
    /// The last link that was compared: a crash goes on behind it.
    public var lastLink: Identifier<Link>
    public var links = 0
    /// Pairs of a field here and a field there: those that agree; those that differ for a reason that is shown, such as a conflict or
    /// a manual field; and those that differ without one.
    public var agreeing = 0
    public var explained = 0
    public var differing = 0
    /// Links whose work item is not where the link says.
    public var astray = 0

    /// The share of pairs that agree; `nil` when nothing was compared.
    public var score: Double? {
        let pairs = agreeing + explained + differing
        return pairs == 0 ? nil : Double(agreeing) / Double(pairs)
    }
}

/// A pair that does not agree, or a link that is astray.
public struct Disagreement: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable { case explained, differing, astray }

    public var link: Identifier<Link>
    public var item: Identifier<Item>
    public var workItem: Int64?
    /// `nil` for a link that is astray.
    public var field: FieldKey?
    public var kind: Kind
    /// Both values in words, shortened.
    public var local: String?
    public var remote: String?
    public var reason: String?

    public init(
        link: Identifier<Link>, item: Identifier<Item>, workItem: Int64?, field: FieldKey?, kind: Kind, local: String? = nil,
        remote: String? = nil, reason: String? = nil
    ) {
        self.link = link
        self.item = item
        self.workItem = workItem
        self.field = field
        self.kind = kind
        self.local = local
        self.remote = remote
        self.reason = reason
    }
}

extension StoreTransaction {
    private static let auditColumns = """
        id, integration_id, state, started_by, heals, started_at, finished_at, last_link_id, links, agreeing, explained, differing, astray
        """

    /// Starts an audit, unless one is running; old ones are forgotten but for the last ten.
    @discardableResult
    public func startAudit(of integration: Identifier<Integration>, heals: Bool, by name: String, at now: Instant) throws -> Audit {
        if var running = try runningAudit(of: integration) {
            guard heals, !running.heals else { return running }
            try sql.run("UPDATE audit SET heals = TRUE WHERE id = $1", [.integer(running.id.number)])
            running.heals = true
            return running
        }
        let row = try sql.row(
            """
            INSERT INTO audit (
                integration_id, state, started_by, heals, started_at, last_link_id, links, agreeing, explained, differing, astray)
            VALUES ($1, 'running', $2, ($3 = 1), $4, 0, 0, 0, 0, 0, 0) RETURNING \(Self.auditColumns)
            """,
            [.integer(integration.number), .text(name), .integer(heals ? 1 : 0), .integer(now.milliseconds)])
        try sql.run(
            """
            DELETE FROM audit WHERE integration_id = $1 AND id NOT IN (
                SELECT id FROM audit WHERE integration_id = $1 ORDER BY id DESC LIMIT 10)
            """,
            [.integer(integration.number)])
        touch(.work(integration))
        touch(.integration(integration))
        guard let audit = row.map(Self.audit) else { throw StoreError.notFound("The audit") }
        return audit
    }

    /// Remembers since when an integration has nothing to be audited for.
    public func noteFirstAudit(of integration: Identifier<Integration>, at now: Instant) throws {
        var audit = try startAudit(of: integration, heals: false, by: "Kiplot", at: now)
        audit.state = .finished
        audit.finishedAt = now
        try update(audit)
    }

    /// When the newest audit that heals began; where none is remembered, the oldest of all.
    public func lastHealing(of integration: Identifier<Integration>) throws -> Instant? {
        try sql.row(
            "SELECT coalesce(max(CASE WHEN heals = TRUE THEN started_at END), min(started_at)) FROM audit WHERE integration_id = $1",
            [.integer(integration.number)]
        )?.integer(0).map { Instant(milliseconds: $0) }
    }

    public func runningAudit(of integration: Identifier<Integration>) throws -> Audit? {
        try sql.row(
            "SELECT \(Self.auditColumns) FROM audit WHERE integration_id = $1 AND state = 'running' ORDER BY id LIMIT 1",
            [.integer(integration.number)]
        ).map(Self.audit)
    }

    /// The newest audit, running or finished. Served by `audit_integration`.
    public func lastAudit(of integration: Identifier<Integration>) throws -> Audit? {
        try sql.row(
            "SELECT \(Self.auditColumns) FROM audit WHERE integration_id = $1 ORDER BY id DESC LIMIT 1", [.integer(integration.number)]
        ).map(Self.audit)
    }

    public func audit(_ id: Identifier<Audit>) throws -> Audit? {
        try sql.row("SELECT \(Self.auditColumns) FROM audit WHERE id = $1", [.integer(id.number)]).map(Self.audit)
    }

    public func update(_ audit: Audit) throws {
        try sql.run(
            """
            UPDATE audit SET state = $2, finished_at = $3, last_link_id = $4, links = $5, agreeing = $6, explained = $7, differing = $8,
                astray = $9
            WHERE id = $1
            """,
            [
                .integer(audit.id.number), .text(audit.state.rawValue), SQLValue(audit.finishedAt?.milliseconds),
                .integer(audit.lastLink.number), .integer(Int64(audit.links)), .integer(Int64(audit.agreeing)),
                .integer(Int64(audit.explained)), .integer(Int64(audit.differing)), .integer(Int64(audit.astray)),
            ])
        touch(.integration(audit.integration))
    }

    public func note(_ disagreements: [Disagreement], in audit: Identifier<Audit>) throws {
        for one in disagreements {
            try sql.run(
                """
                INSERT INTO disagreement (audit_id, link_id, item_id, work_item_id, field, kind, local, remote, reason)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                ON CONFLICT (audit_id, link_id, field) DO NOTHING
                """,
                [
                    .integer(audit.number), .integer(one.link.number), .integer(one.item.number), SQLValue(one.workItem),
                    .text(one.field?.name ?? ""), .text(one.kind.rawValue), SQLValue(one.local), SQLValue(one.remote),
                    SQLValue(one.reason),
                ])
        }
    }

    /// What an audit found, those without a reason first.
    public func disagreements(of audit: Identifier<Audit>, limit: Int = 200) throws -> [Disagreement] {
        try sql.rows(
            """
            SELECT link_id, item_id, work_item_id, field, kind, local, remote, reason FROM disagreement WHERE audit_id = $1
            ORDER BY CASE WHEN kind = 'explained' THEN 1 ELSE 0 END, link_id, field LIMIT $2
            """,
            [.integer(audit.number), .integer(Int64(limit))]
        ).map { row in
            let field = row.text(3) ?? ""
            return Disagreement(
                link: Identifier(row.integer(0) ?? 0), item: Identifier(row.integer(1) ?? 0), workItem: row.integer(2),
                field: field.isEmpty ? nil : FieldKey(field), kind: row.text(4).flatMap { Disagreement.Kind(rawValue: $0) } ?? .differing,
                local: row.text(5), remote: row.text(6), reason: row.text(7))
        }
    }

    /// Marks every link that an audit found astray or differing, so that it is brought into step. Returns how many.
    @discardableResult
    public func heal(_ audit: Audit, at now: Instant) throws -> Int {
        let marked = try sql.run(
            """
            UPDATE link SET dirty = dirty + 1, is_waiting = TRUE, cause = 'sweep', priority = 2, not_before = $2, failures = 0
            WHERE is_live = TRUE AND id IN (SELECT link_id FROM disagreement WHERE audit_id = $1 AND kind <> 'explained')
            """,
            [.integer(audit.id.number), .integer(now.milliseconds)])
        touch(.work(audit.integration))
        return marked
    }

    private static func audit(_ row: SQLRow) -> Audit {
        Audit(
            id: Identifier(row.integer(0) ?? 0), integration: Identifier(row.integer(1) ?? 0),
            state: row.text(2).flatMap { Audit.State(rawValue: $0) } ?? .finished, startedBy: row.text(3) ?? "", heals: row.flag(4),
            startedAt: Instant(milliseconds: row.integer(5) ?? 0), finishedAt: row.integer(6).map { Instant(milliseconds: $0) },
            lastLink: Identifier(row.integer(7) ?? 0), links: Int(row.integer(8) ?? 0), agreeing: Int(row.integer(9) ?? 0),
            explained: Int(row.integer(10) ?? 0), differing: Int(row.integer(11) ?? 0), astray: Int(row.integer(12) ?? 0))
    }
}
