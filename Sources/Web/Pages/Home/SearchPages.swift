import JSON
import Markup
import Portfolio
import Store

/// Search over everything: items, work item numbers, people, teams and pages. The palette asks the same, and gets JSON.
enum SearchPages {
    static let routes: [Route] = [
        Route("GET", "/search", .having(.viewPortfolio), show),
        Route("GET", "/search.json", .having(.viewPortfolio), json),
    ]

    /// One thing that was found, and where it is.
    struct Find: Sendable {
        enum Group: String, Sendable, CaseIterable {
            case initiatives = "Initiatives"
            case outcomes = "Outcomes"
            case people = "People"
            case teams = "Teams"
            case pages = "Pages"

            var drawing: Icon {
                switch self {
                case .initiatives: .initiative
                case .outcomes: .outcome
                case .people: .people
                case .teams: .team
                case .pages: .chevron
                }
            }
        }

        var group: Group
        var name: String
        var key = ""
        var hint: String
        var path: String
    }

    private static let perGroup = 25

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let text = visit.query.text("q")
        let found = try await find(text, for: visit, limit: perGroup)
        return try await visit.layout(text.isEmpty ? "Search" : "Search: \(text)", parts: [.home]) {
            heading("Search")
            form(.class("search-form"), Attribute("role", "search"), .action("/search")) {
                icon(.search, 18)
                input(
                    .type("search"), .name("q"), .label("What to search for"), .value(text), .flag("autofocus", text.isEmpty),
                    Attribute("placeholder", "A name, a key like INI-12, a tag, #1234, a person, a team…"), Attribute("maxlength", "200"))
                button(.class("primary")) { "Search" }
            }
            if text.isEmpty {
                tips
            } else if found.isEmpty {
                section(.class("card empty")) {
                    icon(.search, 34)
                    h2 { "Nothing is called “\(text)”" }
                    p { "Try fewer or shorter words, or a key like INI-12. Archived items are in the lists, under “archived”." }
                }
            } else {
                results(found)
            }
        }
    }

    private static var tips: Node {
        section(.class("card narrow")) {
            h2 { "What you can type" }
            dl(.class("keys")) {
                for (example, words) in [
                    ("portal", "words of a name, or a tag"), ("INI-12", "the key of an item"), ("#1234", "the number of a work item"),
                    ("Dana", "a person, to see what is theirs"), ("road", "a page"),
                ] {
                    dt { code { example } }
                    dd { words }
                }
            }
            p(.class("sub")) {
                "From anywhere: "
                element("kbd", []) { "Ctrl" }
                " "
                element("kbd", []) { "K" }
            }
        }
    }

    private static func results(_ found: [Find]) -> Node {
        div(.class("search-results")) {
            for group in Find.Group.allCases {
                let entries = found.filter { $0.group == group }
                if !entries.isEmpty {
                    section(.class("card")) {
                        h2 { group.rawValue }
                        ul(.class("plain rows")) {
                            for entry in entries {
                                li {
                                    icon(group.drawing, 16)
                                    div {
                                        a(.class("name"), .href(entry.path)) { entry.name }
                                        p(.class("sub")) {
                                            if !entry.key.isEmpty { code { entry.key } }
                                            entry.hint
                                        }
                                    }
                                }
                            }
                        }
                        if entries.count == perGroup { p(.class("sub")) { "There may be more: add a word to narrow the search." } }
                    }
                }
            }
        }
    }

    @Sendable
    private static func json(_ visit: Visit) async throws -> Reply {
        let found = try await find(visit.query.text("q"), for: visit, limit: 8)
        return .json([
            "found": .array(
                found.map { entry in
                    [
                        "group": .string(entry.group.rawValue), "name": .string(entry.name), "key": .string(entry.key),
                        "hint": .string(entry.hint), "path": .string(entry.path),
                    ]
                })
        ])
    }

    private static func find(_ text: String, for visit: Visit, limit: Int) async throws -> [Find] {
        let text = String(text.prefix(200))
        guard !text.isEmpty else { return [] }
        let words = text.lowercased().split(separator: " ").map(String.init)
        @Sendable func fits(_ candidate: String) -> Bool { words.allSatisfy { candidate.lowercased().contains($0) } }
        var found = try await visit.store.read { transaction -> [Find] in
            let workspace = try transaction.workspace()
            var found = try items(text, workspace, limit, transaction)
            found += workspace.people.filter { fits("\($0.name) \($0.email)") }.prefix(limit).map { person in
                Find(
                    group: .people, name: person.name, hint: person.isActive ? "Shows the outcomes that are theirs" : "Not active any more",
                    path: "/outcomes?owner=\(person.id)")
            }
            found += workspace.teams.filter { fits($0.name) }.prefix(limit).map { team in
                Find(
                    group: .teams, name: team.name, hint: team.businessUnit.flatMap { workspace.businessUnit($0)?.name } ?? "Team",
                    path: "/teams/\(team.id)")
            }
            return found
        }
        found += pages.filter { page in (page.right.map { visit.may($0) } ?? true) && fits("\(page.name) \(page.also)") }.map {
            Find(group: .pages, name: $0.name, hint: $0.also, path: $0.path)
        }
        return found
    }

    /// Items by their work item's number and by words; an exact key or name comes first.
    private static func items(_ text: String, _ workspace: Workspace, _ limit: Int, _ transaction: StoreTransaction) throws -> [Find] {
        var items: [Item] = []
        if let number = Int64(text.hasPrefix("#") ? text.dropFirst() : text[...]) {
            items = try transaction.items(linkedToWorkItem: number)
        }
        for kind in ItemKind.allCases where !text.hasPrefix("#") {
            let wanted = text.uppercased()
            if wanted.hasPrefix("\(kind.keyPrefix)-"), let number = Int64(wanted.dropFirst(kind.keyPrefix.count + 1)),
                let item = try transaction.item(kind: kind, number: number)
            {
                items.append(item)
            }
            let matches = try transaction.items(matching: ItemQuery(kind: kind, search: text, order: .name, limit: limit)).items
            items += matches.filter { $0.name.lowercased().hasPrefix(text.lowercased()) } + matches
        }
        var seen: Set<Identifier<Item>> = []
        return try items.filter { seen.insert($0.id).inserted }.map { item in
            var hint = workspace.words(item[.stage])
            if let number = try transaction.links(of: item.id).first(where: { $0.state.isLive })?.workItem { hint += " · #\(number)" }
            if item.isArchived { hint += " · archived" }
            if case .item(let id) = item[.parent], let parent = try transaction.item(id) { hint += " · \(parent.name)" }
            return Find(
                group: item.kind == .initiative ? .initiatives : .outcomes, name: item.name, key: item.key, hint: hint,
                path: "/items/\(item.id)")
        }
    }

    private static let pages: [(name: String, also: String, path: String, right: Permission?)] = [
        ("Home", "What waits and what has changed", "/", nil), ("Initiatives", "The list", "/initiatives", nil),
        ("Outcomes", "The list", "/outcomes", nil), ("Roadmap", "Initiatives in time", "/roadmap", nil),
        ("Board of initiatives", "Stages as columns", "/board/initiatives", nil),
        ("Board of outcomes", "Stages as columns", "/board/outcomes", nil),
        ("Outcome planning", "Teams and months", "/planning", nil), ("Teams", "Members and load", "/teams", nil),
        ("Attention", "Conflicts and refused writes", "/attention", nil), ("Keyboard shortcuts", "What the keys do", "/shortcuts", nil),
        ("Your account", "Theme, name, password, tokens for the API", "/profile", nil),
        ("Integrations", "Azure DevOps, projects", "/integrations", .viewIntegrations),
        ("Mapping sets", "Fields of Azure DevOps", "/mappings", .viewIntegrations),
        ("Activity", "What was synchronised", "/activity", .viewIntegrations),
        ("Bulk sync", "Pull and push many items", "/bulk", .runBulk),
        ("Configuration", "Stages, custom fields, types, units", "/configuration", .configurePortfolio),
        ("People", "Roles and invitations", "/people", .managePeople),
    ]
}
