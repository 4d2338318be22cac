import Portfolio

/// One Azure DevOps organisation, or one collection of a Server.
public struct Instance: Hashable, Sendable {
    public enum Deployment: String, Hashable, Sendable { case services, server }

    /// Whether we get through, as last seen.
    public enum Health: String, Hashable, Sendable {
        case unchecked, healthy, credentialRejected, unreachable
    }

    public var id: Identifier<Instance>
    public var name: String
    public var url: String
    public var deployment: Deployment
    public var credential: Identifier<Credential>
    public var health: Health
    /// In words, when not healthy.
    public var healthDetail: String?
    public var checkedAt: Instant?

    public init(
        id: Identifier<Instance>, name: String, url: String, deployment: Deployment, credential: Identifier<Credential>,
        health: Health = .unchecked, healthDetail: String? = nil, checkedAt: Instant? = nil
    ) {
        self.id = id
        self.name = name
        self.url = url
        self.deployment = deployment
        self.credential = credential
        self.health = health
        self.healthDetail = healthDetail
        self.checkedAt = checkedAt
    }
}

/// An access token for one instance. The secret is sealed; only the engine can open it.
public struct Credential: Hashable, Sendable {
    public var id: Identifier<Credential>
    public var instance: Identifier<Instance>
    public var name: String
    /// The sealed token: format, key id, wrapped data key, nonce, ciphertext and tag.
    public var sealed: [UInt8]
    /// Whom Azure DevOps says the token belongs to.
    public var ownerID: String?
    public var ownerName: String?
    /// Typed by the administrator; Azure DevOps does not tell.
    public var expiresOn: CalendarDate?
    /// Set when Azure DevOps rejected it; work that needs it waits.
    public var rejectedAt: Instant?

    public init(
        id: Identifier<Credential>, instance: Identifier<Instance>, name: String, sealed: [UInt8], ownerID: String? = nil,
        ownerName: String? = nil, expiresOn: CalendarDate? = nil, rejectedAt: Instant? = nil
    ) {
        self.id = id
        self.instance = instance
        self.name = name
        self.sealed = sealed
        self.ownerID = ownerID
        self.ownerName = ownerName
        self.expiresOn = expiresOn
        self.rejectedAt = rejectedAt
    }
}
