import Database
import FieldSync
import JSON
import Portfolio

/// A write whose outcome may not be known: kept until both sides have been seen to agree past it (`sync-protocol.md` 2.5).
public struct Attempt: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable { case create, patch }

    public enum State: String, Hashable, Sendable {
        /// On the wire, or lost with the process that sent it.
        case sent
        /// The answer did not come, or said nothing.
        case unknown
    }

    public var id: Identifier<Attempt>
    public var link: Identifier<Link>
    public var kind: Kind
    public var state: State
    public var expectedRevision: Int64?
    public var pairs: [FieldKey: AgreedPair]
    /// What stood in Azure DevOps before; empty fields are left out.
    public var before: [FieldKey: RemoteValue]
    /// Those of them that somebody had typed: they go to the history as soon as the write is known to have landed.
    public var overwritten: [FieldKey: RemoteValue]
    public var sentAt: Instant
    /// The same by the clock of Azure DevOps, as its answers tell it; `nil` where they do not.
    public var serviceTime: Instant?
    /// After this moment the request cannot reach Azure DevOps any more.
    public var deadline: Instant
}

extension StoreTransaction {
    /// Remembers a write before it is sent.
    public func begin(
        _ kind: Attempt.Kind, of link: Identifier<Link>, expecting revision: Int64?, pairs: [FieldKey: AgreedPair],
        before: [FieldKey: RemoteValue] = [:], overwriting typed: Set<FieldKey> = [], at now: Instant,
        serviceTime: Instant? = nil, deadline: Instant
    ) throws -> Attempt {
        var object = JSONObject()
        for key in pairs.keys.sorted() {
            guard let pair = pairs[key] else { continue }
            object[key.name] = [
                pair.local?.json ?? .null, pair.remote?.json ?? .null, before[key]?.json ?? .null, .bool(typed.contains(key)),
            ]
        }
        let row = try sql.row(
            """
            INSERT INTO attempt (link_id, kind, state, expected_revision, pairs, sent_at, deadline, service_time)
            VALUES ($1, $2, 'sent', $3, $4, $5, $6, $7) RETURNING id
            """,
            [
                .integer(link.number), .text(kind.rawValue), SQLValue(revision), .text(JSONValue.object(object).text),
                .integer(now.milliseconds), .integer(deadline.milliseconds), SQLValue(serviceTime?.milliseconds),
            ])
        return Attempt(
            id: Identifier(row?.integer(0) ?? 0), link: link, kind: kind, state: .sent, expectedRevision: revision, pairs: pairs,
            before: before, overwritten: before.filter { typed.contains($0.key) }, sentAt: now, serviceTime: serviceTime, deadline: deadline
        )
    }

    /// Whether a write that was remembered may still go out: the link lives, nothing about the integration is another than when it was
    /// planned, nobody has settled the write meanwhile, and nobody else sends to the same work item, as another process does when this
    /// write has waited past its deadline (A16, A30).
    public func maySend(_ attempt: Identifier<Attempt>, underEpoch epoch: Int64, at now: Instant) throws -> Bool {
        try sql.row(
            """
            SELECT 1 FROM attempt JOIN link ON link.id = attempt.link_id JOIN integration ON integration.id = link.integration_id
            WHERE attempt.id = $1 AND \(Self.isAlone) AND link.is_live = TRUE AND integration.epoch = $3
            """, [.integer(attempt.number), .integer(now.milliseconds), .integer(epoch)]) != nil
    }

    /// The write waited for its turn: only now is it about to be sent.
    /// - Returns: `false` when it may not be sent any more; nothing is changed then.
    public func renew(_ attempt: Identifier<Attempt>, at now: Instant, serviceTime: Instant?, deadline: Instant) throws -> Bool {
        try sql.row(
            "UPDATE attempt SET sent_at = $2, deadline = $3, service_time = $4 WHERE id = $1 AND \(Self.isAlone) RETURNING id",
            [
                .integer(attempt.number), .integer(now.milliseconds), .integer(deadline.milliseconds),
                SQLValue(serviceTime?.milliseconds),
            ]) != nil
    }

    private static var isAlone: String {
        """
        attempt.state = 'sent' AND NOT EXISTS (
            SELECT 1 FROM attempt AS other
            WHERE other.link_id = attempt.link_id AND other.id <> attempt.id AND other.state = 'sent' AND other.deadline > $2)
        """
    }

    /// Whoever sent them is gone, and this process is the only one: none of them is heard of any more.
    public func markSentAttemptsUnknown() throws { try sql.run("UPDATE attempt SET state = 'unknown' WHERE state = 'sent'") }

    private static var attemptColumns: String { "id, kind, state, expected_revision, pairs, sent_at, deadline, link_id, service_time" }

    /// The outcome of the write is not known: it stays until reading has told.
    public func markUnknown(_ attempt: Identifier<Attempt>) throws {
        try sql.run("UPDATE attempt SET state = 'unknown' WHERE id = $1", [.integer(attempt.number)])
    }

    /// The write is known to have happened, or not to have happened.
    public func forget(_ attempt: Identifier<Attempt>) throws {
        try sql.run("DELETE FROM attempt WHERE id = $1", [.integer(attempt.number)])
    }

    /// What is unsettled for some links, by link. Served by `attempt_link`.
    public func attempts(of links: [Identifier<Link>]) throws -> [Identifier<Link>: [Attempt]] {
        var attempts: [Identifier<Link>: [Attempt]] = [:]
        for link in links {
            let rows = try sql.rows(
                "SELECT \(Self.attemptColumns) FROM attempt WHERE link_id = $1 ORDER BY id",
                [.integer(link.number)])
            if !rows.isEmpty { attempts[link] = rows.map(Self.attempt) }
        }
        return attempts
    }

    private static func attempt(_ row: SQLRow) -> Attempt {
        var pairs: [FieldKey: AgreedPair] = [:]
        var before: [FieldKey: RemoteValue] = [:]
        var typed: Set<FieldKey> = []
        if let object = row.text(4).flatMap({ try? JSONValue(parsing: $0, limits: .answer).object }) {
            for (name, value) in object {
                pairs[FieldKey(name)] = LinkFieldsCodec.pair(value)
                before[FieldKey(name)] = value[2].flatMap { RemoteValue(json: $0) }
                // Before there was a flag, only such values were remembered.
                if value[3]?.bool ?? true { typed.insert(FieldKey(name)) }
            }
        }
        return Attempt(
            id: Identifier(row.integer(0) ?? 0), link: Identifier(row.integer(7) ?? 0),
            kind: row.text(1).flatMap { Attempt.Kind(rawValue: $0) } ?? .patch,
            state: row.text(2).flatMap { Attempt.State(rawValue: $0) } ?? .unknown, expectedRevision: row.integer(3), pairs: pairs,
            before: before, overwritten: before.filter { typed.contains($0.key) }, sentAt: Instant(milliseconds: row.integer(5) ?? 0),
            serviceTime: row.integer(8).map { Instant(milliseconds: $0) },
            deadline: Instant(milliseconds: row.integer(6) ?? 0))
    }
}
