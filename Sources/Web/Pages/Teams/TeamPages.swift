import AzureDevOps
import JSON
import Markup
import Portfolio
import Store

/// Teams: who belongs to them and what they have to do.
enum TeamPages {
    static let routes: [Route] = [
        Route("GET", "/teams", .having(.viewPortfolio), list),
        Route("POST", "/teams", .having(.configurePortfolio), create),
        Route("GET", "/teams/:id", .having(.viewPortfolio), show),
        Route("POST", "/teams/:id", .having(.configurePortfolio), edit),
        Route("POST", "/teams/:id/members", .having(.configurePortfolio)) { try await setMember($0, true) },
        Route("POST", "/teams/:id/members/:person/add", .having(.configurePortfolio)) { try await setMember($0, true) },
        Route("POST", "/teams/:id/members/:person/remove", .having(.configurePortfolio)) { try await setMember($0, false) },
        Route("GET", "/teams/:id/delete", .having(.configurePortfolio), askDelete),
        Route("POST", "/teams/:id/delete", .having(.configurePortfolio), delete),
    ]

    /// With one digit behind the point where that says more.
    static func words(effort: Double) -> String {
        let tenths = (effort * 10).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0 ? String(Int(tenths / 10)) : String(tenths / 10)
    }

    @Sendable
    private static func list(_ visit: Visit) async throws -> Reply {
        let (workspace, members, loads) = try await visit.store.read {
            (try $0.workspace(), try $0.teamMembers(), try $0.teamLoads())
        }
        let mayEdit = visit.may(.configurePortfolio)
        return try await visit.layout("Teams", section: .teams, live: ["configuration", "items:outcome"], parts: [.home]) {
            heading("Teams") {
                if mayEdit {
                    visit.post("/teams", .class("inline")) {
                        input(
                            .name("name"), .label("Name of the new team"), Attribute("placeholder", "New team…"), .flag("required"),
                            Attribute("maxlength", "120"))
                        button(.class("primary")) { "Create" }
                    }
                }
            }
            div(.id("teams"), .data("part", "")) {
                if workspace.teams.isEmpty {
                    section(.class("card empty")) {
                        icon(.team, 34)
                        h2 { "No team yet" }
                        p {
                            "Teams deliver outcomes. Give an outcome its team, and planning shows who has how much to do in which month."
                        }
                        if mayEdit { p { "Type a name above to make the first one." } }
                    }
                } else {
                    div(.class("scroll")) {
                        table(.class("list teams")) {
                            thead {
                                tr {
                                    for words in ["Team", "Business unit", "Members"] { th { words } }
                                    for words in ["Outcomes in work", "Effort", "Initiatives"] { th(.class("number")) { words } }
                                }
                            }
                            tbody {
                                for team in workspace.teams { row(team, workspace, members[team.id] ?? [], loads[team.id] ?? TeamLoad()) }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func row(_ team: Team, _ workspace: Workspace, _ members: [Identifier<Person>], _ load: TeamLoad) -> Node {
        tr {
            td(.class("name")) {
                a(.href("/teams/\(team.id)")) { team.name }
                if let description = team.description { p(.class("sub")) { String(description.prefix(120)) } }
            }
            td { team.businessUnit.flatMap { workspace.businessUnit($0)?.name } ?? "–" }
            td {
                span(.class("faces")) {
                    for id in members.prefix(5) { if let person = workspace.person(id) { avatar(person.name) } }
                    if members.isEmpty { "–" } else { span(.class("sub")) { String(members.count) } }
                }
            }
            td(.class("number")) {
                if load.openOutcomes > 0 { a(.href("/outcomes?team=\(team.id)")) { String(load.openOutcomes) } } else { "0" }
            }
            td(.class("number")) { words(effort: load.openEffort) }
            td(.class("number")) { String(load.initiatives) }
        }
    }

    @Sendable
    private static func create(_ visit: Visit) async throws -> Reply {
        let name = visit.form.text("name")
        guard !name.isEmpty else { throw Refusal.invalid(message: "The name is empty.", remedy: "Type a name.") }
        let team = try await visit.store.write { try $0.addTeam(name: String(name.prefix(120)), businessUnit: nil) }
        return .seeOther("/teams/\(team.id)")
    }

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let page = try await TeamPage.read(visit)
        let team = page.team
        return try await visit.layout(
            team.name, section: .teams, live: ["configuration", "items:outcome", "items:initiative", "item:*"], parts: [.home]
        ) {
            header(.class("page-head"), .id("head"), .data("part", "")) {
                div {
                    p(.class("crumbs")) {
                        a(.href("/teams")) { "Teams" }
                        if let unit = team.businessUnit.flatMap({ page.workspace.businessUnit($0)?.name }) { " / \(unit)" }
                    }
                    h1 { team.name }
                    p(.class("lead")) {
                        "\(page.load.openOutcomes) \(page.load.openOutcomes == 1 ? "outcome" : "outcomes") in work, effort \(words(effort: page.load.openEffort)), \(page.load.closedOutcomes) done"
                    }
                }
                div(.class("actions")) {
                    a(.class("button"), .href("/planning?team=\(team.id)")) {
                        icon(.planning, 16)
                        "Plan"
                    }
                    if page.mayEdit { a(.class("button danger"), .href("/teams/\(team.id)/delete")) { "Delete…" } }
                }
            }
            div(.class("columns")) {
                div {
                    page.outcomesCard
                    page.initiativesCard
                }
                aside(.label("About the team")) {
                    page.membersCard(visit)
                    page.aboutCard(visit)
                }
            }
        }
    }

    @Sendable
    private static func edit(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Team> = try visit.identifier("id")
        // An undo has its values in the address.
        let values = visit.query.names.isEmpty ? visit.form : visit.query
        let name = values.text("name")
        guard !name.isEmpty else {
            throw Refusal.invalid(message: "The name of a team cannot be empty.", remedy: "Type a name; the old one is kept until then.")
        }
        let (unit, description) = (Identifier<BusinessUnit>(values.text("unit")), values.text("description"))
        let before = try await visit.store.write { transaction -> Team in
            guard let before = try transaction.team(id) else { throw StoreError.notFound("The team") }
            if let unit, try !transaction.businessUnits().contains(where: { $0.id == unit }) {
                throw StoreError.notFound("The business unit")
            }
            try transaction.update(
                Team(
                    id: id, name: String(name.prefix(120)), businessUnit: unit,
                    description: description.isEmpty ? nil : String(description.prefix(2_000))))
            return before
        }
        let undo =
            "/teams/\(id)?name=\(percentEncoded(before.name))&unit=\(before.businessUnit.map { "\($0)" } ?? "")"
            + "&description=\(percentEncoded(before.description ?? ""))"
        return visit.isScripted ? .json(["saved": true, "undo": .string(undo)]) : .seeOther("/teams/\(id)")
    }

    private static func setMember(_ visit: Visit, _ isMember: Bool) async throws -> Reply {
        let id: Identifier<Team> = try visit.identifier("id")
        guard let person = Identifier<Person>(visit.parameters["person"] ?? visit.form.text("person")) else {
            throw Refusal.invalid(message: "No person is chosen.", remedy: "Choose one from the list.")
        }
        try await visit.store.write { try $0.setMember(person, of: id, to: isMember) }
        let undo = "/teams/\(id)/members/\(person)/\(isMember ? "remove" : "add")"
        return visit.isScripted ? .json(["saved": true, "undo": .string(undo)]) : .seeOther("/teams/\(id)")
    }

    @Sendable
    private static func askDelete(_ visit: Visit) async throws -> Reply {
        let page = try await TeamPage.read(visit)
        let team = page.team
        return try await visit.layout("Delete \(team.name)?", section: .teams) {
            section(.class("card narrow")) {
                h1 { "Delete the team “\(team.name)”?" }
                if page.itemCount > 0 {
                    notice(
                        "warning",
                        "\(page.itemCount) \(page.itemCount == 1 ? "item belongs" : "items belong") to this team, so it cannot be deleted yet.",
                        "Give them another team first; archived ones count, too.")
                    p {
                        a(.class("button"), .href("/outcomes?team=\(team.id)")) { "Its outcomes" }
                        " "
                        a(.class("button"), .href("/initiatives?team=\(team.id)")) { "Its initiatives" }
                        " "
                        a(.class("button quiet"), .href("/teams/\(team.id)")) { "Back" }
                    }
                } else {
                    p { "Nothing belongs to it. Its name, description and list of members are gone for good; the people stay." }
                    visit.post("/teams/\(team.id)/delete", .class("inline")) { button(.class("danger")) { "Delete for good" } }
                    " "
                    a(.class("button"), .href("/teams/\(team.id)")) { "Keep it" }
                }
            }
        }
    }

    @Sendable
    private static func delete(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Team> = try visit.identifier("id")
        try await visit.store.write { try $0.removeTeam(id) }
        return .seeOther("/teams")
    }
}
