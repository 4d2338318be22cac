import FieldSync
import JSON
import Markup
import Portfolio
import Store
import SyncEngine

/// Read, Write, Link, Create, Unlink and settling conflicts, on one item.
enum LinkPages {
    static let routes: [Route] = [
        Route("POST", "/items/:id/links/:link/read", .having(.synchroniseItems)) { try await synchronise($0, .pull) },
        Route("POST", "/items/:id/links/:link/write", .having(.synchroniseItems)) { try await synchronise($0, .push) },
        Route("GET", "/items/:id/link/:integration", .having(.synchroniseItems), search),
        Route("POST", "/items/:id/link/:integration", .having(.synchroniseItems), link),
        Route("POST", "/items/:id/create/:integration", .having(.synchroniseItems), create),
        Route("POST", "/items/:id/links/:link/unlink", .having(.synchroniseItems), unlink),
        Route("POST", "/items/:id/conflicts/:conflict", .having(.synchroniseItems), settle),
        Route("POST", "/items/:id/conflicts/:conflict/use", .having(.synchroniseItems), ReplacedValues.use),
    ]

    private static func editable(_ visit: Visit) async throws -> ItemPage {
        let page = try await ItemPages.page(visit)
        guard page.mayEdit else { throw Refusal.forbidden("synchronise this item") }
        return page
    }

    private static func synchronise(_ visit: Visit, _ movement: Movement) async throws -> Reply {
        let page = try await editable(visit)
        let id: Identifier<Link> = try visit.identifier("link")
        guard page.links.contains(where: { $0.link.id == id }) else { throw Refusal.notFound }
        let outcome = try await visit.engine.items.synchronise(id, movement, by: visit.actor())
        return answer(visit, page, report(outcome, page))
    }

    private static func answer(_ visit: Visit, _ page: ItemPage, _ words: String) -> Reply {
        visit.isScripted ? .json(["saved": true, "message": .string(words)]) : .seeOther("/items/\(page.item.id)")
    }

    private static func report(_ outcome: LinkOutcome, _ page: ItemPage) -> String {
        func names(_ keys: [FieldKey]) -> String { keys.map(page.label).joined(separator: ", ") }
        var words: [String] = []
        if outcome.created { words.append("Created #\(outcome.workItem ?? 0).") }
        if !outcome.pulled.isEmpty { words.append("Read \(names(outcome.pulled)).") }
        if !outcome.pushed.isEmpty, !outcome.created { words.append("Wrote \(names(outcome.pushed)).") }
        if !outcome.conflicts.isEmpty { words.append("Both sides changed \(names(outcome.conflicts)): choose a value.") }
        for (key, message) in outcome.obstacles.sorted(by: { $0.key < $1.key }) { words.append("\(page.label(key)): \(message)") }
        if let problem = outcome.problem { words.append("\(problem.message) \(problem.remedy)") }
        return words.isEmpty ? "Nothing to do: both sides agree." : words.joined(separator: " ")
    }

    @Sendable
    private static func search(_ visit: Visit) async throws -> Reply {
        let page = try await editable(visit)
        let integration: Identifier<Integration> = try visit.identifier("integration")
        let text = visit.query.text("q")
        var found: [FoundWorkItem] = []
        var problem: String?
        do {
            found = try await visit.engine.items.search(text.isEmpty ? page.item.name : text, for: page.item.kind, in: integration)
            if found.isEmpty, text.isEmpty { found = try await visit.engine.items.search("", for: page.item.kind, in: integration) }
        } catch let error as ConnectionProblem {
            problem = "\(error.message) \(error.remedy)"
        }
        let results = found
        let message = problem
        return try await visit.layout("Link \(page.item.key)") {
            heading("Link \(page.item.key) to a work item")
            form(.class("inline"), .action("/items/\(page.item.id)/link/\(integration)"), Attribute("role", "search")) {
                input(
                    .type("search"), .name("q"), .label("Number or words of the title"),
                    Attribute("placeholder", "Number or words of the title"), .value(text), .flag("autofocus"))
                button { "Search" }
            }
            if let message { notice("error", message) }
            section(.class("card")) {
                if results.isEmpty { p(.class("muted")) { "Nothing found." } }
                for item in results {
                    div(.class("found")) {
                        strong { "#\(item.id) \(item.title)" }
                        span(.class("muted")) { " \(item.type) · \(item.state)" }
                        if item.linkedTo != nil {
                            span(.class("chip outside")) { "Linked to another item" }
                        } else {
                            visit.post("/items/\(page.item.id)/link/\(integration)", .class("inline")) {
                                input(.type("hidden"), .name("workItem"), .value(String(item.id)))
                                choices(
                                    "source", id: "source-\(item.id)",
                                    [
                                        ("", "Where they differ: ask me"), ("azureDevOps", "Where they differ: Azure DevOps counts"),
                                        ("kiplot", "Where they differ: Kiplot counts"),
                                    ], selected: "", .label("Whose values count"))
                                button(.class("primary")) { "Link" }
                            }
                        }
                    }
                }
            }
            p { a(.href("/items/\(page.item.id)")) { "Back to \(page.item.key)" } }
        }
    }

    @Sendable
    private static func link(_ visit: Visit) async throws -> Reply {
        let page = try await editable(visit)
        guard let workItem = visit.form["workItem"].flatMap({ Int64($0) }) else { throw Refusal.notFound }
        let outcome = try await visit.engine.items.link(
            page.item.id, to: workItem, in: visit.identifier("integration"),
            source: visit.form["source"].flatMap { InitialSource(rawValue: $0) },
            by: visit.actor())
        return answer(visit, page, report(outcome, page))
    }

    @Sendable
    private static func create(_ visit: Visit) async throws -> Reply {
        let page = try await editable(visit)
        let outcome = try await visit.engine.items.createWorkItem(for: page.item.id, in: visit.identifier("integration"), by: visit.actor())
        return answer(visit, page, report(outcome, page))
    }

    @Sendable
    private static func unlink(_ visit: Visit) async throws -> Reply {
        let page = try await editable(visit)
        let id: Identifier<Link> = try visit.identifier("link")
        guard page.links.contains(where: { $0.link.id == id }) else { throw Refusal.notFound }
        try await visit.engine.items.unlink(id, by: visit.actor())
        return answer(visit, page, "Unlinked. Both sides keep what they have.")
    }

    @Sendable
    private static func settle(_ visit: Visit) async throws -> Reply {
        let page = try await editable(visit)
        let id: Identifier<Conflict> = try visit.identifier("conflict")
        guard let conflict = page.links.flatMap(\.conflicts).first(where: { $0.id == id }) else {
            throw Refusal.invalid(message: "This conflict is settled already.", remedy: "Reload the page.")
        }
        let choice: ConflictChoice
        switch visit.form["choice"] {
        case "kiplot": choice = .kiplot
        case "azureDevOps": choice = .azureDevOps
        default:
            guard let definition = page.workspace.catalogue[conflict.field] else { throw Refusal.notFound }
            choice = .typed(try FieldInput.value(visit.form.all("value"), for: definition))
        }
        let outcome = try await visit.engine.items.settle(
            id, by: choice, seen: visit.form["seen"].flatMap { $0.isEmpty ? nil : $0 }, actor: visit.actor())
        return visit.isScripted
            ? ReplacedValues.answer("Settled. \(report(outcome, page))", conflict, other: choice == .azureDevOps ? .kiplot : .azureDevOps)
            : .seeOther("/items/\(page.item.id)")
    }
}
