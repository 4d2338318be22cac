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
    public var sentAt: Instant
    /// After this moment the request cannot reach Azure DevOps any more.
    public var deadline: Instant
}

extension StoreTransaction {
    /// Remembers a write before it is sent.
    public func begin(
        _ kind: Attempt.Kind, of link: Identifier<Link>, expecting revision: Int64?, pairs: [FieldKey: AgreedPair], at now: Instant,
        deadline: Instant
    ) throws -> Attempt {
        var object = JSONObject()
        for key in pairs.keys.sorted() { object[key.name] = pairs[key].map(LinkFieldsCodec.pair) }
        let row = try sql.row(
            """
            INSERT INTO attempt (link_id, kind, state, expected_revision, pairs, sent_at, deadline)
            VALUES ($1, $2, 'sent', $3, $4, $5, $6) RETURNING id
            """,
            [
                .integer(link.number), .text(kind.rawValue), SQLValue(revision), .text(JSONValue.object(object).text),
                .integer(now.milliseconds), .integer(deadline.milliseconds),
            ])
        return Attempt(
            id: Identifier(row?.integer(0) ?? 0), link: link, kind: kind, state: .sent, expectedRevision: revision, pairs: pairs,
            sentAt: now, deadline: deadline)
    }

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
                "SELECT id, kind, state, expected_revision, pairs, sent_at, deadline FROM attempt WHERE link_id = $1 ORDER BY id",
                [.integer(link.number)])
            if !rows.isEmpty { attempts[link] = rows.map { Self.attempt($0, link: link) } }
        }
        return attempts
    }

    private static func attempt(_ row: SQLRow, link: Identifier<Link>) -> Attempt {
        var pairs: [FieldKey: AgreedPair] = [:]
        if let object = row.text(4).flatMap({ try? JSONValue(parsing: $0, limits: .answer).object }) {
            for (name, value) in object { pairs[FieldKey(name)] = LinkFieldsCodec.pair(value) }
        }
        return Attempt(
            id: Identifier(row.integer(0) ?? 0), link: link, kind: row.text(1).flatMap { Attempt.Kind(rawValue: $0) } ?? .patch,
            state: row.text(2).flatMap { Attempt.State(rawValue: $0) } ?? .unknown, expectedRevision: row.integer(3), pairs: pairs,
            sentAt: Instant(milliseconds: row.integer(5) ?? 0), deadline: Instant(milliseconds: row.integer(6) ?? 0))
    }
}
