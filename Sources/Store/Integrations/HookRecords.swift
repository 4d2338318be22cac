import Database
import Portfolio

/// One service hook subscription of ours: what Azure DevOps calls, and what it must know to be believed.
public struct Hook: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable { case pending, active, manual, failing, disabled }

    public var id: Identifier<Hook>
    /// The public name in the address: `/hooks/{publicID}`. No secret.
    public var publicID: String
    public var integration: Identifier<Integration>
    public var eventType: String
    /// The subscription's id at Azure DevOps; `nil` when it is entered by hand.
    public var remoteID: String?
    /// SHA-256 of the secret.
    public var secretDigest: [UInt8]
    /// The secret, sealed: an administrator who enters the hook by hand has to see it.
    public var sealedSecret: [UInt8]
    public var status: Status
    public var lastEventAt: Instant?

    public init(
        id: Identifier<Hook> = Identifier(0), publicID: String, integration: Identifier<Integration>, eventType: String,
        remoteID: String? = nil, secretDigest: [UInt8], sealedSecret: [UInt8], status: Status = .pending, lastEventAt: Instant? = nil
    ) {
        self.id = id
        self.publicID = publicID
        self.integration = integration
        self.eventType = eventType
        self.remoteID = remoteID
        self.secretDigest = secretDigest
        self.sealedSecret = sealedSecret
        self.status = status
        self.lastEventAt = lastEventAt
    }
}

extension StoreTransaction {
    private static let hookColumns =
        "id, public_id, integration_id, event_type, remote_id, secret_digest, sealed_secret, status, last_event_at"

    public func add(_ hook: Hook) throws {
        try sql.run(
            """
            INSERT INTO hook (public_id, integration_id, event_type, remote_id, secret_digest, sealed_secret, status)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .text(hook.publicID), .integer(hook.integration.number), .text(hook.eventType), SQLValue(hook.remoteID),
                .blob(hook.secretDigest), .blob(hook.sealedSecret), .text(hook.status.rawValue),
            ])
        touch(.integration(hook.integration))
    }

    public func hook(publicID: String) throws -> Hook? {
        try sql.row("SELECT \(Self.hookColumns) FROM hook WHERE public_id = $1", [.text(publicID)]).map(Self.hook)
    }

    public func hooks(of integration: Identifier<Integration>) throws -> [Hook] {
        try sql.rows("SELECT \(Self.hookColumns) FROM hook WHERE integration_id = $1 ORDER BY id", [.integer(integration.number)])
            .map(Self.hook)
    }

    public func update(_ hook: Hook) throws {
        try sql.run(
            "UPDATE hook SET remote_id = $2, status = $3, last_event_at = $4 WHERE id = $1",
            [
                .integer(hook.id.number), SQLValue(hook.remoteID), .text(hook.status.rawValue), SQLValue(hook.lastEventAt?.milliseconds),
            ])
        touch(.integration(hook.integration))
    }

    public func removeHook(_ id: Identifier<Hook>) throws {
        try sql.run("DELETE FROM hook_event WHERE hook_id = $1", [.integer(id.number)])
        try sql.run("DELETE FROM hook WHERE id = $1", [.integer(id.number)])
    }

    /// Records that an event arrived. Returns `false` when it had arrived before.
    public func receive(event: String, of hook: Hook, workItem: Int64?, revision: Int64?, at now: Instant) throws -> Bool {
        let inserted = try sql.run(
            """
            INSERT INTO hook_event (hook_id, event_id, work_item_id, revision, received_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (hook_id, event_id) DO NOTHING
            """,
            [.integer(hook.id.number), .text(event), SQLValue(workItem), SQLValue(revision), .integer(now.milliseconds)])
        guard inserted > 0 else { return false }
        try noteArrival(at: hook, now)
        return true
    }

    /// People see when something last came, to the second: a thousand events in one change two rows once.
    private func noteArrival(at hook: Hook, _ now: Instant) throws {
        let isNoted = hook.lastEventAt.map { $0.adding(.seconds(1)) > now } ?? false
        guard !isNoted || hook.status == .manual else { return }
        try sql.run(
            "UPDATE hook SET last_event_at = $2, status = CASE WHEN status = 'manual' THEN 'active' ELSE status END WHERE id = $1",
            [.integer(hook.id.number), .integer(now.milliseconds)])
        try sql.run(
            """
            UPDATE integration SET last_event_at = $2, hook_state = CASE WHEN hook_state = 'manual' THEN 'active' ELSE hook_state END
            WHERE id = $1
            """,
            [.integer(hook.integration.number), .integer(now.milliseconds)])
        touch(.integration(hook.integration))
    }

    /// Keeps an event that we could not read, so that nothing is lost, and asks for a sweep.
    public func keepUnreadable(_ body: [UInt8], reason: String, of hook: Hook, at now: Instant) throws {
        try sql.run(
            "INSERT INTO unreadable_hook_event (hook_id, reason, body, received_at) VALUES ($1, $2, $3, $4)",
            [.integer(hook.id.number), .text(reason), .blob(body), .integer(now.milliseconds)])
        try sql.run("UPDATE integration SET needs_sweep = TRUE WHERE id = $1", [.integer(hook.integration.number)])
        touch(.work(hook.integration))
        touch(.integration(hook.integration))
    }

    /// Forgets events that no repetition can follow any more.
    public func forgetEvents(before instant: Instant) throws {
        try sql.run("DELETE FROM hook_event WHERE received_at < $1", [.integer(instant.milliseconds)])
    }

    private static func hook(_ row: SQLRow) -> Hook {
        Hook(
            id: Identifier(row.integer(0) ?? 0), publicID: row.text(1) ?? "", integration: Identifier(row.integer(2) ?? 0),
            eventType: row.text(3) ?? "", remoteID: row.text(4), secretDigest: row.blob(5) ?? [], sealedSecret: row.blob(6) ?? [],
            status: row.text(7).flatMap { Hook.Status(rawValue: $0) } ?? .pending,
            lastEventAt: row.integer(8).map { Instant(milliseconds: $0) })
    }
}
