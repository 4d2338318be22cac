import Database
import Portfolio

extension StoreTransaction {
    public func itemTypes() throws -> [ItemType] {
        try sql.rows("SELECT id, name, is_enabled FROM item_type ORDER BY lower(name)").map {
            ItemType(id: Identifier($0.integer(0) ?? 0), name: $0.text(1) ?? "", isEnabled: $0.flag(2))
        }
    }

    public func addItemType(name: String) throws {
        try sql.run("INSERT INTO item_type (name, is_enabled) VALUES ($1, TRUE)", [.text(name)])
        touch(.configuration)
    }

    public func removeItemType(_ id: Identifier<ItemType>) throws {
        guard let type = try itemTypes().first(where: { $0.id == id }) else { throw StoreError.notFound("The type") }
        let users = try sql.row("SELECT count(*) FROM item WHERE type = $1", [.text(type.name)])?.integer(0) ?? 0
        guard users == 0 else { throw StoreError.inUse("This type", by: users == 1 ? "one item" : "\(users) items") }
        try sql.run("DELETE FROM item_type WHERE id = $1", [.integer(id.number)])
        touch(.configuration)
    }

    public func businessUnits() throws -> [BusinessUnit] {
        try sql.rows("SELECT id, name, parent_id FROM business_unit ORDER BY lower(name)").map {
            BusinessUnit(id: Identifier($0.integer(0) ?? 0), name: $0.text(1) ?? "", parent: $0.integer(2).map { Identifier($0) })
        }
    }

    @discardableResult
    public func addBusinessUnit(name: String, parent: Identifier<BusinessUnit>?) throws -> BusinessUnit {
        let row = try sql.row(
            "INSERT INTO business_unit (name, parent_id) VALUES ($1, $2) RETURNING id", [.text(name), SQLValue(parent?.number)])
        touch(.configuration)
        return BusinessUnit(id: Identifier(row?.integer(0) ?? 0), name: name, parent: parent)
    }

    public func removeBusinessUnit(_ id: Identifier<BusinessUnit>) throws {
        let users = try sql.row("SELECT count(*) FROM item WHERE business_unit_id = $1", [.integer(id.number)])?.integer(0) ?? 0
        guard users == 0 else { throw StoreError.inUse("This business unit", by: users == 1 ? "one item" : "\(users) items") }
        try sql.run("UPDATE business_unit SET parent_id = NULL WHERE parent_id = $1", [.integer(id.number)])
        try sql.run("UPDATE team SET business_unit_id = NULL WHERE business_unit_id = $1", [.integer(id.number)])
        try sql.run("DELETE FROM business_unit WHERE id = $1", [.integer(id.number)])
        touch(.configuration)
    }

    public func teams() throws -> [Team] {
        try sql.rows("SELECT id, name, business_unit_id, description FROM team ORDER BY lower(name)").map {
            Team(
                id: Identifier($0.integer(0) ?? 0), name: $0.text(1) ?? "", businessUnit: $0.integer(2).map { Identifier($0) },
                description: $0.text(3))
        }
    }

    @discardableResult
    public func addTeam(name: String, businessUnit: Identifier<BusinessUnit>?) throws -> Team {
        let row = try sql.row(
            "INSERT INTO team (name, business_unit_id) VALUES ($1, $2) RETURNING id", [.text(name), SQLValue(businessUnit?.number)])
        touch(.configuration)
        return Team(id: Identifier(row?.integer(0) ?? 0), name: name, businessUnit: businessUnit)
    }

    public func removeTeam(_ id: Identifier<Team>) throws {
        let users = try sql.row("SELECT count(*) FROM item WHERE team_id = $1", [.integer(id.number)])?.integer(0) ?? 0
        guard users == 0 else { throw StoreError.inUse("This team", by: users == 1 ? "one item" : "\(users) items") }
        try sql.run("DELETE FROM team_member WHERE team_id = $1", [.integer(id.number)])
        try sql.run("DELETE FROM team WHERE id = $1", [.integer(id.number)])
        touch(.configuration)
    }
}
