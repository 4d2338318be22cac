import JSON
import Markup
import Portfolio
import Store
import SyncEngine

/// Bulk sync: choose, preview, run.
enum BulkPages {
    static let routes: [Route] =
        [
            Route("GET", "/bulk", .having(.runBulk)) { visit in try await form(visit) },
            Route("GET", "/bulk/matching", .having(.runBulk), matching),
            Route("POST", "/bulk/selection", .having(.runBulk)) { visit in
                try await form(visit, selection: ItemListPages.selected(visit))
            },
            Route("POST", "/bulk", .having(.runBulk), start),
        ] + RunPages.routes

    private struct View: Sendable {
        var integrations: [Integration]
        var names: [Identifier<Integration>: String]
        var runs: [Run]
        var workspace: Workspace
    }

    private static func form(_ visit: Visit, selection: [Identifier<Item>] = [], problem: ConnectionProblem? = nil) async throws -> Reply {
        let view = try await visit.store.read { transaction in
            let all = try transaction.integrations()
            return View(
                integrations: all.filter { $0.state == .active },
                names: Dictionary(all.map { ($0.id, $0.projectName) }, uniquingKeysWith: { first, _ in first }),
                runs: try transaction.runs(in: nil, limit: 20), workspace: try transaction.workspace())
        }
        return try await visit.layout(
            "Bulk sync", section: .bulk, live: view.runs.filter { $0.state == .running }.map { "run:\($0.id)" }, parts: [.integrations]
        ) {
            header(.class("page-head")) {
                div {
                    h1 { "Bulk sync" }
                    p(.class("lead")) { "Many items at once, in one direction or both. A preview changes nothing." }
                }
            }
            if let problem { notice("error", problem.message, problem.remedy) }
            if view.integrations.isEmpty { nothingToRun(visit) } else { choosing(visit, view, selection) }
            runList(view)
        }
    }

    private static func nothingToRun(_ visit: Visit) -> Node {
        section(.class("card empty")) {
            icon(.bulk)
            h2 { "No active project integration yet" }
            p { "A bulk sync needs a project that is connected and not paused." }
            a(.class("button primary"), .href("/integrations")) { "Go to the integrations" }
        }
    }

    private static func choosing(_ visit: Visit, _ view: View, _ selection: [Identifier<Item>]) -> Node {
        let values = visit.method == "POST" ? visit.form : visit.query
        return section(.class("card bulk-form")) {
            visit.post("/bulk", .data("bulk", "")) {
                labelled("Project", "integration") {
                    choices(
                        "integration", id: "integration", view.integrations.map { ("\($0.id)", $0.projectName) },
                        selected: values.text("integration"))
                }
                p(.class("label muted")) { "Direction" }
                choiceCards(
                    "direction", label: "Direction",
                    [
                        ("pull", "← Pull from Azure DevOps", "Values from there come into Kiplot."),
                        ("push", "→ Push to Azure DevOps", "Values from here go there."),
                        ("both", "↔ Both ways", "Each side gets what changed on the other."),
                    ], selected: values["direction"] ?? "pull", isCompact: true)
                p(.class("label muted")) { "Items" }
                scopes(selection, values)
                filter(view.workspace, values)
                div(.class("checks")) {
                    for (name, words) in [
                        ("createsItems", "Create items for work items that have none"),
                        ("createsWorkItems", "Create work items for items that have none"),
                    ] {
                        label {
                            input(
                                .type("checkbox"), .name(name),
                                .flag("checked", values.flag(name) || (name == "createsItems" && values.text("create") == "items")))
                            " \(words)"
                        }
                    }
                }
                div(.class("actions")) {
                    button(.name("do"), .value("run"), .class("primary")) { "Run" }
                    button(.name("do"), .value("preview")) { "Preview" }
                    span(.class("muted"), .data("matching", ""), Attribute("role", "status"))
                }
            }
        }
    }

    @NodeBuilder
    private static func scopes(_ selection: [Identifier<Item>], _ values: FormValues) -> [Node] {
        choiceCards(
            "scope", label: "Items",
            (selection.isEmpty ? [] : [("selection", "The \(selection.count) selected items", "As they were chosen in the list.")])
                + [
                    ("all", "Everything", "All that the mapping covers."),
                    ("filter", "What a filter finds", "Items of one kind, by words, stage, owner or team."),
                ], selected: selection.isEmpty ? (values["scope"] ?? "all") : "selection", isCompact: true)
        for id in selection { input(.type("hidden"), .name("item"), .value("\(id)")) }
    }

    private static func filter(_ workspace: Workspace, _ values: FormValues) -> Node {
        div(.class("filter-row"), .data("only", "scope=filter")) {
            labelled("Kind", "kind") {
                choices("kind", id: "kind", ItemKind.allCases.map { ($0.rawValue, $0.plural) }, selected: values.text("kind"))
            }
            labelled("Words", "q") {
                input(.type("search"), .name("q"), .id("q"), Attribute("placeholder", "Name, key, tags"), .value(values.text("q")))
            }
            for (name, title, options) in [
                ("stage", "Stage", workspace.stages.map { ("\($0.id)", $0.name) }),
                ("owner", "Owner", workspace.people.map { ("\($0.id)", $0.name) }),
                ("team", "Team", workspace.teams.map { ("\($0.id)", $0.name) }),
            ] {
                labelled(title, name) { choices(name, id: name, [("", "Any")] + options, selected: values.text(name)) }
            }
        }
    }

    private static func runList(_ view: View) -> Node {
        section(.id("runs"), .data("part", "")) {
            if !view.runs.isEmpty {
                h2 { "Runs" }
                table(.class("list stacked")) {
                    thead {
                        tr {
                            for words in ["Run", "Project", "By", "Started", "State"] { th { words } }
                            for words in ["Done", "Failed"] { th(.class("number")) { words } }
                        }
                    }
                    tbody { for run in view.runs { row(run, view.names[run.integration] ?? "a project that was removed") } }
                }
            }
        }
    }

    private static func row(_ run: Run, _ project: String) -> Node {
        tr {
            td(.class("name")) {
                a(.href("/runs/\(run.id)")) { "\(run.isDryRun ? "Preview" : "Run") \(run.id): \(run.direction.title)" }
            }
            td(.data("label", "Project")) { project }
            td(.data("label", "By")) { run.startedBy }
            td(.data("label", "Started")) { run.startedAt.node }
            td(.data("label", "State")) { RunPages.chip(run) }
            td(.class("number"), .data("label", "Done")) { "\(run.done) of \(run.total)" }
            td(.class("number"), .data("label", "Failed")) {
                if run.failed > 0 { span(.class("chip bad")) { String(run.failed) } } else { "0" }
            }
        }
    }

    private static func query(_ values: FormValues) -> ItemQuery {
        var query = ItemQuery(kind: ItemKind(rawValue: values.text("kind")) ?? .initiative, search: values.text("q"))
        query.stages = [values.text("stage")].compactMap { Identifier<Stage>($0) }
        query.owners = [values.text("owner")].compactMap { Identifier<Person>($0) }
        query.teams = [values.text("team")].compactMap { Identifier<Team>($0) }
        return query
    }

    /// How many items the present choice covers, in words.
    @Sendable
    private static func matching(_ visit: Visit) async throws -> Reply {
        let values = visit.query
        let words: String
        switch values.text("scope") {
        case "selection": words = count(values.all("item").count, "item", "selected")
        case "filter":
            let query = query(values)
            let found = try await visit.store.read { try $0.itemIDs(matching: query).count }
            words = count(found, query.kind.title.lowercased(), found == 1 ? "fits" : "fit")
        default:
            guard let id = Identifier<Integration>(values.text("integration")) else { return .json(["words": ""]) }
            words = count(try await visit.store.read { try $0.linkCounts(of: id).total }, "linked item", "")
        }
        return .json(["words": .string(words)])
    }

    private static func count(_ number: Int, _ noun: String, _ rest: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s") \(rest)".trimmed
    }

    @Sendable
    private static func start(_ visit: Visit) async throws -> Reply {
        guard let integration = visit.form["integration"].flatMap({ Identifier<Integration>($0) }) else { throw Refusal.notFound }
        var selection: [Identifier<Item>]?
        switch visit.form["scope"] {
        case "selection": selection = visit.form.all("item").compactMap { Identifier<Item>($0) }
        case "filter":
            let query = query(visit.form)
            selection = try await visit.store.read { try $0.itemIDs(matching: query) }
        default: break
        }
        do {
            let run = try await visit.engine.runs.start(
                Run.Direction(rawValue: visit.form.text("direction")) ?? .pull, in: integration, selection: selection,
                createsItems: visit.form.flag("createsItems"), createsWorkItems: visit.form.flag("createsWorkItems"),
                isDryRun: visit.form["do"] == "preview", by: visit.visitor().name)
            return .seeOther("/runs/\(run.id)")
        } catch let problem as ConnectionProblem {
            return try await form(visit, selection: selection ?? [], problem: problem)
        }
    }
}
