import Database
import Portfolio

extension StoreTransaction {
    private static let instanceColumns = "id, name, url, deployment, credential_id, health, health_detail, checked_at"

    /// Adds an instance together with its credential.
    /// - Throws: `DatabaseError.uniqueViolation` when the name is taken.
    public func addInstance(
        name: String, url: String, deployment: Instance.Deployment, credential: (Identifier<Credential>) throws -> Credential
    ) throws -> Instance {
        let row = try sql.row(
            """
            INSERT INTO instance (name, url, deployment, credential_id, health) VALUES ($1, $2, $3, 0, 'unchecked') RETURNING id
            """,
            [.text(name), .text(url), .text(deployment.rawValue)])
        let id = Identifier<Instance>(row?.integer(0) ?? 0)
        let stored = try addCredential(instance: id, name: "Default", sealing: credential)
        try sql.run("UPDATE instance SET credential_id = $2 WHERE id = $1", [.integer(id.number), .integer(stored.id.number)])
        touch(.instance(id))
        return Instance(id: id, name: name, url: url, deployment: deployment, credential: stored.id)
    }

    public func instances() throws -> [Instance] {
        try sql.rows("SELECT \(Self.instanceColumns) FROM instance ORDER BY lower(name)").map(Self.instance)
    }

    public func instance(_ id: Identifier<Instance>) throws -> Instance? {
        try sql.row("SELECT \(Self.instanceColumns) FROM instance WHERE id = $1", [.integer(id.number)]).map(Self.instance)
    }

    public func update(_ instance: Instance) throws {
        try sql.run(
            """
            UPDATE instance SET name = $2, url = $3, deployment = $4, credential_id = $5, health = $6, health_detail = $7, checked_at = $8
            WHERE id = $1
            """,
            [
                .integer(instance.id.number), .text(instance.name), .text(instance.url), .text(instance.deployment.rawValue),
                .integer(instance.credential.number), .text(instance.health.rawValue), SQLValue(instance.healthDetail),
                SQLValue(instance.checkedAt?.milliseconds),
            ])
        touch(.instance(instance.id))
        touch(.attention)
    }

    /// Removes an instance whose integrations are all deleted, with its credentials. Items, histories and disconnected links stay.
    public func removeInstance(_ id: Identifier<Instance>) throws {
        try sql.run("UPDATE credential SET sealed = $2 WHERE instance_id = $1", [.integer(id.number), .blob([])])
        try sql.run("DELETE FROM instance WHERE id = $1", [.integer(id.number)])
        touch(.instance(id))
    }

    private static func instance(_ row: SQLRow) -> Instance {
        Instance(
            id: Identifier(row.integer(0) ?? 0), name: row.text(1) ?? "", url: row.text(2) ?? "",
            deployment: row.text(3).flatMap { Instance.Deployment(rawValue: $0) } ?? .services,
            credential: Identifier(row.integer(4) ?? 0), health: row.text(5).flatMap { Instance.Health(rawValue: $0) } ?? .unchecked,
            healthDetail: row.text(6), checkedAt: row.integer(7).map { Instant(milliseconds: $0) })
    }
}

extension StoreTransaction {
    private static let credentialColumns = "id, instance_id, name, sealed, owner_id, owner_name, expires_on, rejected_at"

    /// Adds a credential. It is sealed under its own id, so that a ciphertext moved to another row does not open.
    public func addCredential(
        instance: Identifier<Instance>, name: String, sealing seal: (Identifier<Credential>) throws -> Credential
    ) throws -> Credential {
        let row = try sql.row(
            "INSERT INTO credential (instance_id, name, sealed) VALUES ($1, $2, $3) RETURNING id",
            [.integer(instance.number), .text(name), .blob([])])
        var credential = try seal(Identifier(row?.integer(0) ?? 0))
        credential.id = Identifier(row?.integer(0) ?? 0)
        credential.instance = instance
        credential.name = name
        try update(credential)
        return credential
    }

    public func credential(_ id: Identifier<Credential>) throws -> Credential? {
        try sql.row("SELECT \(Self.credentialColumns) FROM credential WHERE id = $1", [.integer(id.number)]).map(Self.credential)
    }

    public func credentials(of instance: Identifier<Instance>) throws -> [Credential] {
        try sql.rows(
            "SELECT \(Self.credentialColumns) FROM credential WHERE instance_id = $1 ORDER BY id", [.integer(instance.number)]
        ).map(Self.credential)
    }

    public func update(_ credential: Credential) throws {
        try sql.run(
            """
            UPDATE credential SET name = $2, sealed = $3, owner_id = $4, owner_name = $5, expires_on = $6, rejected_at = $7 WHERE id = $1
            """,
            [
                .integer(credential.id.number), .text(credential.name), .blob(credential.sealed), SQLValue(credential.ownerID),
                SQLValue(credential.ownerName), SQLValue(credential.expiresOn?.description), SQLValue(credential.rejectedAt?.milliseconds),
            ])
        touch(.instance(credential.instance))
        touch(.attention)
    }

    private static func credential(_ row: SQLRow) -> Credential {
        Credential(
            id: Identifier(row.integer(0) ?? 0), instance: Identifier(row.integer(1) ?? 0), name: row.text(2) ?? "",
            sealed: row.blob(3) ?? [], ownerID: row.text(4), ownerName: row.text(5), expiresOn: row.text(6).flatMap { CalendarDate($0) },
            rejectedAt: row.integer(7).map { Instant(milliseconds: $0) })
    }
}
