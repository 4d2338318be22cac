import Portfolio
import Store
import SyncEngine

/// Signing in and out, the first administrator, passwords and tokens.
public struct Accounts: Sendable {
    let site: Site

    public init(site: Site) { self.site = site }

    private var store: Store { site.store }
    private var now: Instant { site.engine.clock.now }

    static let sessionLifetime = Duration.seconds(12 * 3_600)
    static let idleLifetime = Duration.seconds(2 * 3_600)
    static let shortestPassword = 12

    /// A one-time link to create the first administrator; `nil` once there is somebody who can sign in.
    public func setupLink() async throws -> String? {
        let token = Secrets.newToken()
        let expiresAt = now.adding(.seconds(24 * 3_600))
        let isNeeded = try await store.write { transaction in
            guard try !transaction.people().contains(where: \.canSignIn) else { return false }
            try transaction.add(Invitation(purpose: .setup, person: nil, expiresAt: expiresAt), tokenDigest: Secrets.digest(token))
            return true
        }
        return isNeeded ? "\(site.publicURL)/setup?token=\(token)" : nil
    }

    /// A one-time link with which a person chooses a password.
    public func passwordLink(for person: Identifier<Person>) async throws -> String {
        let token = Secrets.newToken()
        let expiresAt = now.adding(.seconds(72 * 3_600))
        try await store.write {
            try $0.add(Invitation(purpose: .password, person: person, expiresAt: expiresAt), tokenDigest: Secrets.digest(token))
        }
        return "\(site.publicURL)/setup?token=\(token)"
    }

    func invitation(_ token: String) async throws -> Invitation? {
        let now = now
        return try await store.read { try $0.invitation(tokenDigest: Secrets.digest(token), at: now) }
    }

    /// Uses a link up: creates the administrator, or sets the password.
    func accept(_ token: String, name: String, email: String, password: String) async throws -> Person {
        try Self.check(password: password)
        let hash = try await Secrets.hash(password: password)
        let now = now
        return try await store.write { transaction in
            let digest = Secrets.digest(token)
            guard let invitation = try transaction.invitation(tokenDigest: digest, at: now), try transaction.use(invitation: digest) else {
                throw Refusal.invalid(message: "This link was used already, or is too old.", remedy: "Ask for a new one.")
            }
            let person: Person
            if let id = invitation.person {
                guard let known = try transaction.person(id) else { throw Refusal.notFound }
                person = known
            } else {
                guard !name.isEmpty, email.contains("@") else {
                    throw Refusal.invalid(message: "Name or e-mail address is missing.", remedy: "Fill in both.")
                }
                if var known = try transaction.person(email: email) {
                    known.role = .administrator
                    known.name = name
                    try transaction.update(known)
                    person = known
                } else {
                    person = try transaction.addPerson(name: name, email: email, role: .administrator)
                }
            }
            try transaction.setPasswordHash(hash, of: person.id)
            return person
        }
    }

    static func check(password: String) throws(Refusal) {
        guard password.count >= shortestPassword else {
            throw .invalid(
                message: "The password is too short.", remedy: "Take at least \(shortestPassword) characters; a sentence is good.")
        }
        guard password.utf8.count <= 1_000 else {
            throw .invalid(message: "The password is too long.", remedy: "Take at most 1,000 characters.")
        }
    }

    /// - Returns: the person; `nil` when address and password do not belong together. After failures it takes longer and longer.
    func signIn(email: String, password: String) async throws -> Person? {
        let subject = "account:\(email.lowercased())"
        let now = now
        if let past = try await store.read({ try $0.failedSignIns(subject) }), past.failures >= 5 {
            let wait = Duration.seconds(min(900, 1 << min(past.failures - 4, 10)))
            guard past.lastAt.adding(wait) <= now else {
                throw Refusal.invalid(
                    message: "Signing in failed too often.", remedy: "Wait \(wait.components.seconds) seconds, then try again.")
            }
        }
        let (person, hash) = try await store.read { transaction -> (Person?, String?) in
            guard let person = try transaction.person(email: email), person.isActive else { return (nil, nil) }
            return (person, try transaction.passwordHash(of: person.id))
        }
        // The same work whether or not the address is known, so that the time does not tell.
        let isRight = try await Secrets.verify(password: password, against: hash ?? Self.nobody)
        guard isRight, let person, hash != nil else {
            try await store.write { try $0.countFailedSignIn(subject, at: now) }
            return nil
        }
        try await store.write { try $0.forgiveFailedSignIns(subject) }
        return person
    }

    private static let nobody =
        "scrypt$15$8$3$00000000000000000000000000000000$0000000000000000000000000000000000000000000000000000000000000000"

    /// - Returns: the value of the cookie.
    func begin(sessionFor person: Identifier<Person>) async throws -> String {
        let token = Secrets.newToken()
        let now = now
        try await store.write { transaction in
            try transaction.forgetSessions(
                createdBefore: now.adding(.milliseconds(-Self.sessionLifetime.milliseconds)),
                seenBefore: now.adding(.milliseconds(-Self.idleLifetime.milliseconds)))
            try transaction.add(
                Session(tokenDigest: Secrets.digest(token), person: person, csrfToken: Secrets.newToken(), createdAt: now))
        }
        return token
    }

    func session(token: String) async throws -> (Session, Person)? {
        let now = now
        let found = try await store.read { transaction -> (Session, Person)? in
            guard let session = try transaction.session(tokenDigest: Secrets.digest(token)),
                session.createdAt.adding(Self.sessionLifetime) > now, session.seenAt.adding(Self.idleLifetime) > now,
                let person = try transaction.person(session.person), person.isActive
            else { return nil }
            return (session, person)
        }
        if let found, found.0.seenAt.adding(.seconds(60)) < now { try await store.write { try $0.markSeen(found.0, at: now) } }
        return found
    }

    func person(apiToken token: String) async throws -> Person? {
        let person = try await store.read { try $0.person(apiTokenDigest: Secrets.digest(token)) }
        return person?.isActive == true ? person : nil
    }

    /// Sets a password from the command line.
    public func setPassword(_ password: String, of person: Identifier<Person>) async throws {
        try Self.check(password: password)
        let hash = try await Secrets.hash(password: password)
        try await store.write { try $0.setPasswordHash(hash, of: person) }
    }

    func cookie(_ token: String, lasting seconds: Int64 = Accounts.sessionLifetime.components.seconds) -> (name: String, value: String) {
        let secure = site.isSecure ? "; Secure" : ""
        return ("Set-Cookie", "\(site.cookieName)=\(token); Path=/; HttpOnly; SameSite=Lax; Max-Age=\(seconds)\(secure)")
    }
}
