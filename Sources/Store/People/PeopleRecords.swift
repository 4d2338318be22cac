import Database
import Portfolio

extension StoreTransaction {
    private static let personColumns = "id, name, email, role, is_active, password_hash IS NOT NULL"

    public func people() throws -> [Person] {
        try sql.rows("SELECT \(Self.personColumns) FROM person ORDER BY lower(name), id").map(Self.person)
    }

    public func person(_ id: Identifier<Person>) throws -> Person? {
        try sql.row("SELECT \(Self.personColumns) FROM person WHERE id = $1", [.integer(id.number)]).map(Self.person)
    }

    public func person(email: String) throws -> Person? {
        try sql.row("SELECT \(Self.personColumns) FROM person WHERE lower(email) = $1", [.text(email.lowercased())]).map(Self.person)
    }

    /// - Throws: `StoreError.taken` when somebody has the e-mail address.
    @discardableResult
    public func addPerson(name: String, email: String, role: Role) throws -> Person {
        guard try person(email: email) == nil else { throw StoreError.taken("A person with the e-mail address \(email)") }
        let row = try sql.row(
            "INSERT INTO person (name, email, role, is_active) VALUES ($1, $2, $3, TRUE) RETURNING id",
            [.text(name), .text(email), .text(role.rawValue)])
        touch(.configuration)
        return Person(id: Identifier(row?.integer(0) ?? 0), name: name, email: email, role: role)
    }

    /// Changes name, address, role and activity. The last active administrator stays one.
    public func update(_ person: Person) throws {
        if let old = try self.person(person.id), old.role == .administrator, old.isActive,
            person.role != .administrator || !person.isActive
        {
            let administrators = try people().filter { $0.role == .administrator && $0.isActive && $0.canSignIn }
            guard administrators.contains(where: { $0.id != person.id }) else {
                throw StoreError.unusable(
                    "\(old.name) is the last administrator.", remedy: "Make somebody else an administrator first.")
            }
        }
        if let other = try self.person(email: person.email), other.id != person.id {
            throw StoreError.taken("A person with the e-mail address \(person.email)")
        }
        try sql.run(
            "UPDATE person SET name = $2, email = $3, role = $4, is_active = ($5 = 1) WHERE id = $1",
            [
                .integer(person.id.number), .text(person.name), .text(person.email), .text(person.role.rawValue),
                .integer(person.isActive ? 1 : 0),
            ])
        if !person.isActive { try endSessions(of: person.id) }
        touch(.configuration)
    }

    public func passwordHash(of id: Identifier<Person>) throws -> String? {
        try sql.row("SELECT password_hash FROM person WHERE id = $1", [.integer(id.number)])?.text(0)
    }

    /// Sets the password and ends every session but one.
    public func setPasswordHash(_ hash: String, of id: Identifier<Person>, keeping session: [UInt8]? = nil) throws {
        try sql.run("UPDATE person SET password_hash = $2 WHERE id = $1", [.integer(id.number), .text(hash)])
        try sql.run(
            "DELETE FROM session WHERE person_id = $1 AND token_digest <> $2", [.integer(id.number), .blob(session ?? [])])
        touch(.configuration)
    }

    /// Whom Azure DevOps' names belong to where the e-mail address does not tell: by unique name, in lower case.
    public func peopleTable() throws -> [String: Identifier<Person>] {
        let rows = try sql.rows("SELECT unique_name, person_id FROM azure_devops_person ORDER BY unique_name")
        return Dictionary(
            rows.map { ($0.text(0) ?? "", Identifier<Person>($0.integer(1) ?? 0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Enters or, with `nil`, removes a pair of the people table.
    public func setPerson(_ person: Identifier<Person>?, forUniqueName name: String) throws {
        if let person {
            try sql.run(
                """
                INSERT INTO azure_devops_person (unique_name, person_id) VALUES ($1, $2)
                ON CONFLICT (unique_name) DO UPDATE SET person_id = excluded.person_id
                """,
                [.text(name.lowercased()), .integer(person.number)])
        } else {
            try sql.run("DELETE FROM azure_devops_person WHERE unique_name = $1", [.text(name.lowercased())])
        }
        touch(.configuration)
    }

    /// Whether a person may edit an item by a share.
    public func isShared(_ item: Identifier<Item>, with person: Identifier<Person>) throws -> Bool {
        try sql.row(
            "SELECT 1 FROM share WHERE item_id = $1 AND person_id = $2 AND may_edit = TRUE",
            [.integer(item.number), .integer(person.number)]) != nil
    }

    /// The items that a person may edit because they are shared.
    public func itemsShared(with person: Identifier<Person>) throws -> Set<Identifier<Item>> {
        let rows = try sql.rows("SELECT item_id FROM share WHERE person_id = $1 AND may_edit = TRUE", [.integer(person.number)])
        return Set(rows.map { Identifier($0.integer(0) ?? 0) })
    }

    public func shares(of item: Identifier<Item>) throws -> [(person: Identifier<Person>, mayEdit: Bool)] {
        try sql.rows("SELECT person_id, may_edit FROM share WHERE item_id = $1", [.integer(item.number)]).map {
            (Identifier($0.integer(0) ?? 0), $0.flag(1))
        }
    }

    /// Shares an item, or with `nil` ends the share.
    public func share(_ item: Identifier<Item>, with person: Identifier<Person>, mayEdit: Bool?) throws {
        if let mayEdit {
            try sql.run(
                """
                INSERT INTO share (item_id, person_id, may_edit) VALUES ($1, $2, ($3 = 1))
                ON CONFLICT (item_id, person_id) DO UPDATE SET may_edit = excluded.may_edit
                """,
                [.integer(item.number), .integer(person.number), .integer(mayEdit ? 1 : 0)])
        } else {
            try sql.run("DELETE FROM share WHERE item_id = $1 AND person_id = $2", [.integer(item.number), .integer(person.number)])
        }
        touch(.item(item))
    }

    private static func person(_ row: SQLRow) -> Person {
        Person(
            id: Identifier(row.integer(0) ?? 0), name: row.text(1) ?? "", email: row.text(2) ?? "",
            role: row.text(3).flatMap { Role(rawValue: $0) } ?? .viewOnly, isActive: row.flag(4), canSignIn: row.flag(5))
    }
}
