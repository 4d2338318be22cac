import Database
import Portfolio

/// What a team has to do: outcomes that are not closed, their effort, and the initiatives they belong to.
public struct TeamLoad: Hashable, Sendable {
    public var openOutcomes = 0
    public var closedOutcomes = 0
    public var openEffort = 0.0
    public var initiatives = 0

    public init() {}
}

extension StoreTransaction {
    public func team(_ id: Identifier<Team>) throws -> Team? { try teams().first { $0.id == id } }

    /// Writes name, unit and description back.
    /// - Throws: `DatabaseError.uniqueViolation` when another team has the name.
    public func update(_ team: Team) throws {
        let changed = try sql.run(
            "UPDATE team SET name = $2, business_unit_id = $3, description = $4 WHERE id = $1",
            [.integer(team.id.number), .text(team.name), SQLValue(team.businessUnit?.number), SQLValue(team.description)])
        guard changed > 0 else { throw StoreError.notFound("The team") }
        touch(.configuration)
    }

    /// Who belongs to which team, in the order of their names.
    public func teamMembers() throws -> [Identifier<Team>: [Identifier<Person>]] {
        let rows = try sql.rows(
            """
            SELECT team_member.team_id, team_member.person_id FROM team_member
                JOIN person ON person.id = team_member.person_id ORDER BY lower(person.name), person.id
            """)
        return Dictionary(
            rows.map { (Identifier<Team>($0.integer(0) ?? 0), [Identifier<Person>($0.integer(1) ?? 0)]) }, uniquingKeysWith: { $0 + $1 })
    }

    /// Takes somebody into a team, or out of it; the same twice changes nothing.
    public func setMember(_ person: Identifier<Person>, of team: Identifier<Team>, to isMember: Bool) throws {
        guard try self.person(person) != nil else { throw StoreError.notFound("The person") }
        guard try self.team(team) != nil else { throw StoreError.notFound("The team") }
        try sql.run(
            isMember
                ? "INSERT INTO team_member (team_id, person_id) VALUES ($1, $2) ON CONFLICT (team_id, person_id) DO NOTHING"
                : "DELETE FROM team_member WHERE team_id = $1 AND person_id = $2",
            [.integer(team.number), .integer(person.number)])
        touch(.configuration)
    }

    /// The load of every team that has any. Served by `item_team`.
    public func teamLoads() throws -> [Identifier<Team>: TeamLoad] {
        let rows = try sql.rows(
            """
            SELECT item.team_id,
                coalesce(sum(CASE WHEN item.kind = 'outcome' AND stage.category <> 'closed' THEN 1 ELSE 0 END), 0),
                coalesce(sum(CASE WHEN item.kind = 'outcome' AND stage.category = 'closed' THEN 1 ELSE 0 END), 0),
                coalesce(sum(CASE WHEN item.kind = 'outcome' AND stage.category <> 'closed' THEN coalesce(item.effort, 0) ELSE 0 END), 0),
                count(DISTINCT CASE WHEN item.kind = 'initiative' THEN item.id ELSE item.parent_id END)
            FROM item JOIN stage ON stage.id = item.stage_id
            WHERE item.team_id IS NOT NULL AND item.is_archived = FALSE GROUP BY item.team_id
            """)
        var loads: [Identifier<Team>: TeamLoad] = [:]
        for row in rows {
            var load = TeamLoad()
            load.openOutcomes = Int(row.integer(1) ?? 0)
            load.closedOutcomes = Int(row.integer(2) ?? 0)
            load.openEffort = row.real(3) ?? 0
            load.initiatives = Int(row.integer(4) ?? 0)
            loads[Identifier(row.integer(0) ?? 0)] = load
        }
        return loads
    }

    /// The initiatives of a team: its own, and those that one of its outcomes belongs to. Served by `item_team`.
    public func initiatives(of team: Identifier<Team>) throws -> [Item] {
        try sql.rows(
            """
            SELECT \(Self.itemColumns) FROM item WHERE kind = 'initiative' AND is_archived = FALSE AND (team_id = $1 OR id IN (
                SELECT parent_id FROM item WHERE team_id = $1 AND parent_id IS NOT NULL AND is_archived = FALSE))
            ORDER BY rank, id LIMIT 200
            """,
            [.integer(team.number)]
        ).map(Self.item)
    }

    /// How many items stand in the way of a team's removal, archived ones too.
    public func itemCount(of team: Identifier<Team>) throws -> Int {
        Int(try sql.row("SELECT count(*) FROM item WHERE team_id = $1", [.integer(team.number)])?.integer(0) ?? 0)
    }
}
