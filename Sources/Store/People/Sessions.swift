import Database
import Portfolio

/// Somebody who is signed in. The token itself is never stored.
public struct Session: Hashable, Sendable {
    public var tokenDigest: [UInt8]
    public var person: Identifier<Person>
    public var csrfToken: String
    public var createdAt: Instant
    public var seenAt: Instant

    public init(tokenDigest: [UInt8], person: Identifier<Person>, csrfToken: String, createdAt: Instant) {
        self.tokenDigest = tokenDigest
        self.person = person
        self.csrfToken = csrfToken
        self.createdAt = createdAt
        seenAt = createdAt
    }
}

/// A one-time link: to create the first administrator, or to choose a password.
public struct Invitation: Hashable, Sendable {
    public enum Purpose: String, Hashable, Sendable { case setup, password }

    public var purpose: Purpose
    public var person: Identifier<Person>?
    public var expiresAt: Instant

    public init(purpose: Purpose, person: Identifier<Person>?, expiresAt: Instant) {
        self.purpose = purpose
        self.person = person
        self.expiresAt = expiresAt
    }
}

extension StoreTransaction {
    public func add(_ session: Session) throws {
        try sql.run(
            "INSERT INTO session (token_digest, person_id, csrf_token, created_at, seen_at) VALUES ($1, $2, $3, $4, $4)",
            [
                .blob(session.tokenDigest), .integer(session.person.number), .text(session.csrfToken),
                .integer(session.createdAt.milliseconds),
            ])
    }

    public func session(tokenDigest: [UInt8]) throws -> Session? {
        guard
            let row = try sql.row(
                "SELECT person_id, csrf_token, created_at, seen_at FROM session WHERE token_digest = $1", [.blob(tokenDigest)])
        else { return nil }
        var session = Session(
            tokenDigest: tokenDigest, person: Identifier(row.integer(0) ?? 0), csrfToken: row.text(1) ?? "",
            createdAt: Instant(milliseconds: row.integer(2) ?? 0))
        session.seenAt = Instant(milliseconds: row.integer(3) ?? 0)
        return session
    }

    public func markSeen(_ session: Session, at now: Instant) throws {
        try sql.run(
            "UPDATE session SET seen_at = $2 WHERE token_digest = $1", [.blob(session.tokenDigest), .integer(now.milliseconds)])
    }

    public func endSession(tokenDigest: [UInt8]) throws {
        try sql.run("DELETE FROM session WHERE token_digest = $1", [.blob(tokenDigest)])
    }

    public func endSessions(of person: Identifier<Person>) throws {
        try sql.run("DELETE FROM session WHERE person_id = $1", [.integer(person.number)])
    }

    public func forgetSessions(createdBefore created: Instant, seenBefore seen: Instant) throws {
        try sql.run(
            "DELETE FROM session WHERE created_at < $1 OR seen_at < $2", [.integer(created.milliseconds), .integer(seen.milliseconds)])
    }

    /// Adds a one-time link. A new set-up link replaces an older one.
    public func add(_ invitation: Invitation, tokenDigest: [UInt8]) throws {
        if invitation.purpose == .setup { try sql.run("DELETE FROM invitation WHERE purpose = 'setup'") }
        try sql.run(
            "INSERT INTO invitation (token_digest, purpose, person_id, expires_at) VALUES ($1, $2, $3, $4)",
            [
                .blob(tokenDigest), .text(invitation.purpose.rawValue), SQLValue(invitation.person?.number),
                .integer(invitation.expiresAt.milliseconds),
            ])
    }

    /// The link that still holds; an expired one is as good as none.
    public func invitation(tokenDigest: [UInt8], at now: Instant) throws -> Invitation? {
        guard
            let row = try sql.row(
                "SELECT purpose, person_id, expires_at FROM invitation WHERE token_digest = $1 AND expires_at > $2",
                [.blob(tokenDigest), .integer(now.milliseconds)])
        else { return nil }
        return Invitation(
            purpose: row.text(0).flatMap { Invitation.Purpose(rawValue: $0) } ?? .password, person: row.integer(1).map { Identifier($0) },
            expiresAt: Instant(milliseconds: row.integer(2) ?? 0))
    }

    /// Uses a link up. Returns `false` when somebody was faster.
    public func use(invitation tokenDigest: [UInt8]) throws -> Bool {
        try sql.run("DELETE FROM invitation WHERE token_digest = $1", [.blob(tokenDigest)]) > 0
    }

    /// How often signing in failed in a row for an account or an address, and when last.
    public func failedSignIns(_ subject: String) throws -> (failures: Int, lastAt: Instant)? {
        try sql.row("SELECT failures, last_at FROM failed_sign_in WHERE subject = $1", [.text(subject)]).map {
            (Int($0.integer(0) ?? 0), Instant(milliseconds: $0.integer(1) ?? 0))
        }
    }

    public func countFailedSignIn(_ subject: String, at now: Instant) throws {
        try sql.run(
            """
            INSERT INTO failed_sign_in (subject, failures, last_at) VALUES ($1, 1, $2)
            ON CONFLICT (subject) DO UPDATE SET failures = failed_sign_in.failures + 1, last_at = excluded.last_at
            """,
            [.text(subject), .integer(now.milliseconds)])
    }

    public func forgiveFailedSignIns(_ subject: String) throws {
        try sql.run("DELETE FROM failed_sign_in WHERE subject = $1", [.text(subject)])
    }
}

extension StoreTransaction {
    /// Adds a token for the API. Only its digest is kept.
    public func addAPIToken(digest: [UInt8], person: Identifier<Person>, name: String, at now: Instant) throws {
        try sql.run(
            "INSERT INTO api_token (token_digest, person_id, name, created_at) VALUES ($1, $2, $3, $4)",
            [.blob(digest), .integer(person.number), .text(name), .integer(now.milliseconds)])
    }

    public func person(apiTokenDigest digest: [UInt8]) throws -> Person? {
        guard let row = try sql.row("SELECT person_id FROM api_token WHERE token_digest = $1", [.blob(digest)]) else { return nil }
        return try person(Identifier(row.integer(0) ?? 0))
    }

    public func apiTokens(of person: Identifier<Person>) throws -> [(id: Int64, name: String, createdAt: Instant)] {
        try sql.rows("SELECT id, name, created_at FROM api_token WHERE person_id = $1 ORDER BY id", [.integer(person.number)]).map {
            ($0.integer(0) ?? 0, $0.text(1) ?? "", Instant(milliseconds: $0.integer(2) ?? 0))
        }
    }

    public func removeAPIToken(_ id: Int64, of person: Identifier<Person>) throws {
        try sql.run("DELETE FROM api_token WHERE id = $1 AND person_id = $2", [.integer(id), .integer(person.number)])
    }
}
