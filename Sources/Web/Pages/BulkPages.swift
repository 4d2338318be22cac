import Markup
import Portfolio
import Store
import SyncEngine

/// Bulk sync: choose, preview, run, watch, stop, resume, retry.
enum BulkPages {
    static let routes: [Route] = [
        Route("GET", "/bulk", .having(.runBulk)) { visit in try await form(visit) },
        Route("POST", "/bulk/selection", .having(.runBulk)) { visit in
            try await form(visit, selection: ItemListPages.selected(visit))
        },
        Route("POST", "/bulk", .having(.runBulk), start),
        Route("GET", "/runs/:id", .having(.runBulk), show),
        Route("POST", "/runs/:id/stop", .having(.runBulk)) { try await act($0) { try await $0.stop($1) } },
        Route("POST", "/runs/:id/resume", .having(.runBulk)) { try await act($0) { try await $0.resume($1) } },
        Route("POST", "/runs/:id/retry", .having(.runBulk)) { try await act($0) { try await $0.retryFailed($1) } },
    ]

    private static func form(_ visit: Visit, selection: [Identifier<Item>] = [], problem: ConnectionProblem? = nil) async throws -> Reply {
        let (integrations, runs) = try await visit.store.read {
            (try $0.integrations().filter { $0.state == .active }, try $0.runs(in: nil, limit: 20))
        }
        let names = Dictionary(integrations.map { ($0.id, $0.projectName) }, uniquingKeysWith: { first, _ in first })
        return try await visit.layout("Bulk sync", section: .bulk, live: runs.map { "run:\($0.id)" }) {
            heading("Bulk sync")
            if let problem { notice("error", problem.message, problem.remedy) }
            section(.class("card narrow")) {
                if integrations.isEmpty {
                    p { "No active project integration yet." }
                } else {
                    visit.post("/bulk") {
                        labelled("Project", "integration") {
                            choices(
                                "integration", id: "integration", integrations.map { ("\($0.id)", $0.projectName) },
                                selected: visit.query.text("integration"))
                        }
                        labelled("Direction", "direction") {
                            choices("direction", id: "direction", Run.Direction.allCases.map { ($0.rawValue, $0.title) }, selected: "pull")
                        }
                        labelled("Items", "scope") {
                            choices(
                                "scope", id: "scope",
                                (selection.isEmpty ? [] : [("selection", "The \(selection.count) selected items")])
                                    + [
                                        ("all", "Everything that the mapping covers"),
                                        ("initiative", "All initiatives that fit the words below"),
                                        ("outcome", "All outcomes that fit the words below"),
                                    ],
                                selected: "")
                            input(.name("q"), .label("Words of the name"), Attribute("placeholder", "Words of the name, for a filter"))
                            if !selection.isEmpty {
                                input(.type("hidden"), .name("items"), .value(selection.map { "\($0)" }.joined(separator: ",")))
                            }
                        }
                        label {
                            input(.type("checkbox"), .name("createsItems"))
                            " Create items for work items that have none"
                        }
                        label {
                            input(.type("checkbox"), .name("createsWorkItems"))
                            " Create work items for items that have none"
                        }
                        div(.class("actions")) {
                            button(.name("do"), .value("preview")) { "Preview" }
                            button(.name("do"), .value("run"), .class("primary")) { "Run" }
                        }
                    }
                }
            }
            section(.class("card"), .id("runs"), .data("part", "")) {
                h2 { "Runs" }
                table(.class("list")) {
                    thead {
                        tr { for words in ["Run", "Project", "Direction", "By", "Started", "State", "Done", "Failed"] { th { words } } }
                    }
                    tbody {
                        for run in runs {
                            tr {
                                td { a(.href("/runs/\(run.id)")) { run.isDryRun ? "Preview \(run.id)" : "Run \(run.id)" } }
                                td { names[run.integration] ?? "" }
                                td { run.direction.title }
                                td { run.startedBy }
                                td { run.startedAt.node }
                                td { run.state.rawValue }
                                td(.class("number")) { "\(run.done) of \(run.total)" }
                                td(.class("number")) { String(run.failed) }
                            }
                        }
                    }
                }
            }
        }
    }

    @Sendable
    private static func start(_ visit: Visit) async throws -> Reply {
        guard let integration = visit.form["integration"].flatMap({ Identifier<Integration>($0) }) else { throw Refusal.notFound }
        var selection: [Identifier<Item>]?
        switch visit.form["scope"] {
        case "selection": selection = visit.form.text("items").split(separator: ",").compactMap { Identifier<Item>($0) }
        case let scope?:
            if let kind = ItemKind(rawValue: scope) {
                let query = ItemQuery(kind: kind, search: visit.form.text("q"))
                selection = try await visit.store.read { try $0.itemIDs(matching: query) }
            }
        case nil: break
        }
        do {
            let run = try await visit.engine.runs.start(
                Run.Direction(rawValue: visit.form.text("direction")) ?? .pull, in: integration, selection: selection,
                createsItems: visit.form.flag("createsItems"), createsWorkItems: visit.form.flag("createsWorkItems"),
                isDryRun: visit.form["do"] == "preview", by: visit.visitor().name)
            return .seeOther("/runs/\(run.id)")
        } catch let problem as ConnectionProblem {
            return try await form(visit, problem: problem)
        }
    }

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Run> = try visit.identifier("id")
        let filter = RunEntry.Outcome(rawValue: visit.query.text("outcome"))
        let after = Int(visit.query.text("after")) ?? -1
        let (run, entries, integration) = try await visit.store.read {
            transaction -> (Run, [(entry: RunEntry, item: Item?)], Integration?) in
            guard let run = try transaction.run(id) else { throw Refusal.notFound }
            let entries = try transaction.entries(of: id, outcome: filter, after: after, limit: 200).map { entry in
                (entry, try entry.item.flatMap { try transaction.item($0) })
            }
            return (run, entries, try transaction.integration(run.integration))
        }
        let elapsed = max(1, (run.finishedAt ?? visit.now).duration(since: run.startedAt).milliseconds)
        let rate = Double(run.done) * 1_000 / Double(elapsed)
        return try await visit.layout("Run \(run.id)", section: .bulk, live: ["run:\(id)"]) {
            div(.id("run"), .data("part", "")) {
                heading("\(run.isDryRun ? "Preview" : "Run") \(run.id): \(run.direction.title)") {
                    if run.state == .running { visit.post("/runs/\(id)/stop", .class("inline")) { button { "Stop" } } }
                    if run.state == .stopped {
                        visit.post("/runs/\(id)/resume", .class("inline")) { button(.class("primary")) { "Resume" } }
                    }
                    if run.failed > 0, run.state != .running {
                        visit.post("/runs/\(id)/retry", .class("inline")) { button { "Retry the failed ones" } }
                    }
                }
                p(.class("muted")) { "\(integration?.projectName ?? "") · \(run.state.rawValue) · started by \(run.startedBy)" }
                progress(Attribute("max", String(max(1, run.total))), .value(String(run.done)), .label("Progress")) {
                    "\(run.done) of \(run.total)"
                }
                p {
                    "\(run.done) of \(run.total), \(run.failed) failed, \(Int(rate)) a second"
                    if run.state == .running, rate > 0 { ", about \(Int(Double(run.total - run.done) / rate)) seconds left" }
                }
                if let detail = run.detail { notice("warning", detail) }
                nav(.class("tabs"), .label("Results")) {
                    a(.href("/runs/\(id)")) { "All" }
                    for outcome in RunEntry.Outcome.allCases {
                        a(.href("/runs/\(id)?outcome=\(outcome.rawValue)"), Attribute("aria-current", outcome == filter ? "page" : nil)) {
                            outcome.title
                        }
                    }
                }
                table(.class("list")) {
                    thead { tr { for words in ["Item", "Work item", "Result", "Reason"] { th { words } } } }
                    tbody {
                        for row in entries {
                            tr {
                                td { if let item = row.item { a(.href("/items/\(item.id)")) { "\(item.key) \(item.name)" } } }
                                td { row.entry.workItem.map { "#\($0)" } ?? "" }
                                td {
                                    span(
                                        .class(
                                            "chip \(row.entry.outcome == .failed ? "bad" : row.entry.outcome == .waiting ? "pending" : "good")"
                                        )
                                    ) { row.entry.outcome.title }
                                }
                                td { row.entry.reason ?? "" }
                            }
                        }
                    }
                }
                if entries.count == 200, let last = entries.last {
                    a(.href("/runs/\(id)?outcome=\(filter?.rawValue ?? "")&after=\(last.entry.position)")) { "More →" }
                }
            }
        }
    }

    private static func act(_ visit: Visit, _ body: (RunCommands, Identifier<Run>) async throws -> Void) async throws -> Reply {
        let id: Identifier<Run> = try visit.identifier("id")
        try await body(visit.engine.runs, id)
        return .seeOther("/runs/\(id)")
    }
}
