import AzureDevOps
import Markup
import Portfolio
import Store

/// Everything that the page of one team shows, read at one moment.
struct TeamPage: Sendable {
    var team: Team
    var workspace: Workspace
    var members: [Person]
    var load: TeamLoad
    var itemCount: Int
    var outcomes: [Item]
    var outcomesTotal: Int
    var initiatives: [Item]
    var mayEdit: Bool

    static func read(_ visit: Visit) async throws -> TeamPage {
        let id: Identifier<Team> = try visit.identifier("id")
        let mayEdit = visit.may(.configurePortfolio)
        return try await visit.store.read { transaction in
            guard let team = try transaction.team(id) else { throw Refusal.notFound }
            let workspace = try transaction.workspace()
            var query = ItemQuery(kind: .outcome, order: .end, limit: 50)
            query.teams = [id]
            query.stages = workspace.stages.filter { $0.category != .closed }.map(\.id)
            let outcomes = try transaction.items(matching: query)
            return TeamPage(
                team: team, workspace: workspace, members: (try transaction.teamMembers()[id] ?? []).compactMap { workspace.person($0) },
                load: try transaction.teamLoads()[id] ?? TeamLoad(), itemCount: try transaction.itemCount(of: id), outcomes: outcomes.items,
                outcomesTotal: outcomes.total, initiatives: try transaction.initiatives(of: id), mayEdit: mayEdit)
        }
    }

    var outcomesCard: Node {
        section(.class("card"), .id("outcomes"), .data("part", "")) {
            h2 { "Outcomes in work" }
            if outcomes.isEmpty {
                p(.class("muted")) { "None. Choose this team on an outcome, or drag one here in Outcome planning." }
            } else {
                div(.class("scroll")) {
                    table(.class("list")) {
                        thead { tr { for words in ["Name", "Stage", "End", "Effort", "RAG"] { th { words } } } }
                        tbody {
                            for item in outcomes {
                                tr {
                                    td(.class("name")) {
                                        a(.href("/items/\(item.id)")) { item.name }
                                        " "
                                        code(.class("muted")) { item.key }
                                    }
                                    td { stage(of: item) }
                                    td(.class("day")) { workspace.words(item[.end]) }
                                    td(.class("number")) { workspace.words(item[.effort]) }
                                    td { ragDot(item.light) }
                                }
                            }
                        }
                    }
                }
            }
            if outcomesTotal > outcomes.count { p { a(.href("/outcomes?team=\(team.id)")) { "All \(outcomesTotal) →" } } }
        }
    }

    var initiativesCard: Node {
        section(.class("card"), .id("initiatives"), .data("part", "")) {
            h2 { "Related initiatives" }
            if initiatives.isEmpty { p(.class("muted")) { "None: an initiative is related when one of its outcomes belongs to the team." } }
            ul(.class("plain rows")) {
                for item in initiatives {
                    li {
                        div {
                            a(.class("name"), .href("/items/\(item.id)")) { item.name }
                            p(.class("sub")) {
                                code { item.key }
                                stage(of: item)
                            }
                        }
                        ragDot(item.light)
                    }
                }
            }
        }
    }

    private func stage(of item: Item) -> Node {
        item.stage(in: workspace).map(stageLabel) ?? .nothing
    }

    func membersCard(_ visit: Visit) -> Node {
        let others = workspace.people.filter { person in person.isActive && !members.contains { $0.id == person.id } }
        return section(.class("card"), .id("members"), .data("part", "")) {
            h2 { "Members" }
            if members.isEmpty { p(.class("muted")) { mayEdit ? "Nobody yet. Add the people who deliver." : "Nobody yet." } }
            ul(.class("plain rows members")) {
                for person in members {
                    li {
                        avatar(person.name)
                        div {
                            person.name
                            p(.class("sub")) { person.isActive ? person.email : "Not active any more" }
                        }
                        if mayEdit {
                            visit.post("/teams/\(team.id)/members/\(person.id)/remove", .class("inline"), .data("auto", "submit")) {
                                button(.class("quiet square"), .label("Take \(person.name) out of the team")) { icon(.close, 16) }
                            }
                        }
                    }
                }
            }
            if mayEdit, !others.isEmpty {
                visit.post("/teams/\(team.id)/members", .class("inline"), .data("auto", "submit")) {
                    choices("person", id: "member", others.map { ("\($0.id)", $0.name) }, selected: "", .label("Person"))
                    button { "Add" }
                }
            }
        }
    }

    func aboutCard(_ visit: Visit) -> Node {
        section(.class("card"), .id("about"), .data("part", "")) {
            h2 { "About" }
            if mayEdit {
                visit.post("/teams/\(team.id)", .data("auto", "")) {
                    labelled("Name", "team-name") {
                        input(.name("name"), .id("team-name"), .value(team.name), .flag("required"), Attribute("maxlength", "120"))
                    }
                    labelled("Business unit", "team-unit") {
                        choices(
                            "unit", id: "team-unit", [("", "–")] + workspace.businessUnits.map { ("\($0.id)", $0.name) },
                            selected: team.businessUnit.map { "\($0)" } ?? "")
                    }
                    labelled("Description", "team-description") {
                        textarea(.name("description"), .id("team-description"), Attribute("rows", "4"), Attribute("maxlength", "2000")) {
                            team.description ?? ""
                        }
                    }
                    button(.class("save")) { "Save" }
                }
            } else {
                p { team.description ?? "No description yet." }
            }
        }
    }
}
