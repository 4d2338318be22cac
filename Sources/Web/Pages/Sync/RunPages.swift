import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// One bulk run: watched, stopped, resumed, repeated, and read item by item.
enum RunPages {
    static let routes: [Route] = [
        Route("GET", "/runs/:id", .having(.runBulk), show),
        Route("GET", "/runs/:id/entries/:position", .having(.runBulk), entry),
        Route("GET", "/runs/:id/results.csv", .having(.runBulk), download),
        Route("POST", "/runs/:id/stop", .having(.runBulk)) { try await act($0) { try await $0.stop($1) } },
        Route("POST", "/runs/:id/resume", .having(.runBulk)) { try await act($0) { try await $0.resume($1) } },
        Route("POST", "/runs/:id/retry", .having(.runBulk)) { try await act($0) { try await $0.retryFailed($1) } },
        Route("POST", "/runs/:id/repeat", .having(.runBulk), runForReal),
    ]

    private struct View: Sendable {
        var run: Run
        var entries: [(entry: RunEntry, item: Item?)]
        var counts: [RunEntry.Outcome: Int]
        var integration: Integration?
        var filter: RunEntry.Outcome?

        func count(_ outcome: RunEntry.Outcome) -> Int { counts[outcome] ?? 0 }
        var title: String { "\(run.isDryRun ? "Preview" : "Run") \(run.id): \(run.direction.title)" }
    }

    private static let entriesOnPage = 100
    /// Changes of a preview that are shown in full without being asked for.
    private static let sample = 3

    static func chip(_ run: Run) -> Node {
        switch run.state {
        case .running: span(.class("chip pending")) { "Running" }
        case .stopped: span(.class("chip outside")) { "Stopped" }
        case .finished: span(.class("chip good")) { "Finished" }
        case .failed: span(.class("chip bad")) { "Failed" }
        }
    }

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Run> = try visit.identifier("id")
        let filter = RunEntry.Outcome(rawValue: visit.query.text("outcome"))
        let after = Int(visit.query.text("after")) ?? -1
        let view = try await visit.store.read { transaction -> View in
            guard let run = try transaction.run(id) else { throw Refusal.notFound }
            return View(
                run: run,
                entries: try transaction.entries(of: id, outcome: filter, after: after, limit: entriesOnPage).map { entry in
                    (entry, try entry.item.flatMap { try transaction.item($0) })
                }, counts: try transaction.entryCounts(of: id), integration: try transaction.integration(run.integration), filter: filter)
        }
        return try await visit.layout(
            "\(view.run.isDryRun ? "Preview" : "Run") \(id)", section: .bulk, live: ["run:\(id)"], parts: [.integrations]
        ) {
            p(.class("crumbs")) { a(.href("/bulk")) { "Bulk sync" } }
            div(.id("run"), .data("part", "")) {
                heading(view.title) { actions(visit, view) }
                p(.class("muted")) {
                    "\(view.integration?.projectName ?? "") · \(view.run.state.rawValue) · started by \(view.run.startedBy)"
                }
                progressBar(view.run, now: visit.now)
                if let detail = view.run.detail { notice("warning", detail) }
                figures(view)
                results(visit, view)
            }
        }
    }

    @NodeBuilder
    private static func actions(_ visit: Visit, _ view: View) -> [Node] {
        let path = "/runs/\(view.run.id)"
        if view.run.done > 0 {
            a(.class("button"), .href("\(path)/results.csv")) {
                icon(.download, 16)
                "Download CSV"
            }
        }
        if view.run.failed > 0, view.run.state != .running {
            visit.post("\(path)/retry", .class("inline"), .data("auto", "submit")) { button { "Retry the failed ones" } }
        }
        if view.run.state == .running {
            visit.post("\(path)/stop", .class("inline"), .data("auto", "submit")) { button { "Stop" } }
        }
        if view.run.state == .stopped {
            visit.post("\(path)/resume", .class("inline"), .data("auto", "submit")) { button(.class("primary")) { "Resume" } }
        }
        if view.run.isDryRun, view.run.state == .finished {
            visit.post("\(path)/repeat", .class("inline")) { button(.class("primary")) { "Run it for real" } }
        }
    }

    private static func progressBar(_ run: Run, now: Instant) -> Node {
        let elapsed = max(1, (run.finishedAt ?? now).duration(since: run.startedAt).milliseconds)
        let rate = Double(run.done) * 1_000 / Double(elapsed)
        return div(.class("run-progress")) {
            progress(Attribute("max", String(max(1, run.total))), .value(String(run.done)), .label("Progress")) {
                "\(run.done) of \(run.total)"
            }
            p {
                span {
                    run.state == .running && run.total == 0
                        ? "Looking what there is to do…" : "\(run.done) of \(run.total), \(run.failed) failed"
                }
                if run.inStep > 0 { span(.class("muted")) { "\(run.inStep) more are in step already" } }
                span(.class("muted")) {
                    rate >= 1 ? "\(Int(rate)) a second" : "\(Int(rate * 60)) a minute"
                    if run.state == .running, rate > 0 { " · about \(words(seconds: Double(run.total - run.done) / rate)) left" }
                }
            }
        }
    }

    private static func words(seconds: Double) -> String {
        seconds < 90 ? "\(Int(seconds.rounded(.up))) seconds" : "\(Int((seconds / 60).rounded(.up))) minutes"
    }

    private static func figures(_ view: View) -> Node {
        let path = "/runs/\(view.run.id)"
        return nav(.class("figures"), .label("Results")) {
            choice("all", String(view.run.total), "", path, view.filter == nil)
            for outcome in RunEntry.Outcome.allCases where view.count(outcome) > 0 || view.filter == outcome {
                choice(
                    (view.run.isDryRun ? outcome.wouldTitle : outcome.title).lowercased(), String(view.count(outcome)),
                    outcome == .failed ? "bad" : outcome == .changed || outcome == .created ? "good" : "",
                    "\(path)?outcome=\(outcome.rawValue)", view.filter == outcome)
            }
        }
    }

    private static func choice(_ words: String, _ number: String, _ kind: String, _ href: String, _ isChosen: Bool) -> Node {
        a(.class("figure \(kind)"), .href(href), Attribute("aria-current", isChosen ? "page" : nil)) {
            strong { number }
            span { words }
        }
    }

    private static func results(_ visit: Visit, _ view: View) -> Node {
        let sampled =
            view.run.isDryRun && view.run.state == .finished
            ? view.entries.filter { $0.entry.outcome == .changed }.prefix(sample).map(\.entry.position) : []
        return div {
            if view.entries.isEmpty {
                p(.class("muted")) { view.run.state == .running ? "The results come here, one by one." : "Nothing of this kind." }
            } else {
                table(.class("list stacked")) {
                    thead { tr { for words in ["Item", "Work item", "Result", "What and why"] { th { words } } } }
                    tbody {
                        for row in view.entries { resultRow(view.run, row.entry, row.item, isOpen: sampled.contains(row.entry.position)) }
                    }
                }
            }
            if view.entries.count == entriesOnPage, let last = view.entries.last {
                p {
                    a(.href("/runs/\(view.run.id)?outcome=\(view.filter?.rawValue ?? "")&after=\(last.entry.position)")) { "More →" }
                }
            }
        }
    }

    private static func resultRow(_ run: Run, _ entry: RunEntry, _ item: Item?, isOpen: Bool) -> Node {
        tr(.class("run-row")) {
            td(.class("name")) {
                if let item {
                    a(.href("/items/\(item.id)")) { "\(item.key) \(item.name)" }
                } else {
                    span(.class("muted")) { "no item yet" }
                }
            }
            td(.class("whole"), .data("label", "Work item")) { entry.workItem.map { "#\($0)" } ?? "–" }
            td(.data("label", "Result")) {
                span(.class("chip \(entry.outcome == .failed ? "bad" : entry.outcome == .waiting ? "pending" : "good")")) {
                    run.isDryRun ? entry.outcome.wouldTitle : entry.outcome.title
                }
            }
            td {
                if let reason = entry.reason { p { reason } }
                if entry.outcome == .changed || entry.outcome == .created, entry.workItem != nil {
                    let source = "/runs/\(run.id)/entries/\(entry.position)"
                    details(.data("source", source), .data("sample", isOpen ? "" : nil), .flag("open", isOpen)) {
                        summary { run.isDryRun ? "What would change" : "What changed" }
                        div(.data("place", "")) { a(.href(source)) { "Show the values" } }
                    }
                }
            }
        }
    }

    /// One entry in full: before, after and why.
    @Sendable
    private static func entry(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Run> = try visit.identifier("id")
        let position = Int(visit.parameters["position"] ?? "") ?? -1
        let (run, entry, receipts, set, workspace) = try await visit.store.read {
            transaction -> (Run, RunEntry, ActivityList, StoredMappingSet?, Workspace) in
            guard let run = try transaction.run(id), let entry = try transaction.entry(at: position, of: id) else { throw Refusal.notFound }
            return (
                run, entry,
                try ActivityList(entry.item.map { try transaction.receipts(of: $0, by: id) } ?? [], transaction),
                try transaction.integration(run.integration).flatMap { try transaction.mappingSet($0.mappingSet) },
                try transaction.workspace()
            )
        }
        var preview: WorkItemPreview?
        if run.isDryRun, let set, let workItem = entry.workItem {
            preview = try await visit.engine.items.preview(
                set.mapping, version: set.version, on: workItem, in: run.integration, as: run.direction)
        }
        let shown = preview
        return try await visit.layout("Entry \(position + 1) of run \(id)", section: .bulk, parts: [.integrations]) {
            p(.class("crumbs")) { a(.href("/runs/\(id)")) { "Run \(id)" } }
            heading("Entry \(position + 1)")
            div(.id("entry"), .class("entry")) {
                if let shown {
                    changes(shown, workspace)
                } else if receipts.receipts.isEmpty {
                    p(.class("muted")) { "Nothing more is known of it." }
                } else {
                    ul(.class("plain changes")) { for receipt in receipts.receipts { li { receipts.sentence(receipt) } } }
                }
            }
        }
    }

    private static func changes(_ preview: WorkItemPreview, _ workspace: Workspace) -> Node {
        table(.class("entry-table")) {
            thead { tr { for words in ["Field", "Now", "Would become"] { th { words } } } }
            tbody {
                for field in preview.fields {
                    if let (side, before, after) = change(field) {
                        tr {
                            td { "\(workspace.catalogue[field.field]?.label ?? field.field.name) \(side)" }
                            td { before.isEmpty ? "(empty)" : String(before.prefix(120)) }
                            td { strong { after.isEmpty ? "(empty)" : String(after.prefix(120)) } }
                        }
                    }
                }
            }
        }
    }

    private static func change(_ field: FieldPreview) -> (side: String, before: String, after: String)? {
        switch field.effect {
        case .read(let value): ("in Kiplot", field.kiplot, value)
        case .written(let value): ("in Azure DevOps", field.azureDevOps, value)
        case .merged(let value): ("on both sides", field.azureDevOps, value)
        case .conflict: ("", field.kiplot, "a choice: Azure DevOps holds “\(field.azureDevOps.prefix(60))”")
        case .blocked(let message, _): ("", field.azureDevOps, message)
        case .inStep, .waits: nil
        }
    }

    /// Every result as a table for a spreadsheet.
    @Sendable
    private static func download(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Run> = try visit.identifier("id")
        let rows = try await visit.store.read { transaction -> [[String]] in
            guard try transaction.run(id) != nil else { throw Refusal.notFound }
            var rows: [[String]] = []
            var after = -1
            while true {
                let page = try transaction.entries(of: id, outcome: nil, after: after, limit: 1_000)
                for entry in page {
                    let item = try entry.item.flatMap { try transaction.item($0) }
                    rows.append([
                        item?.key ?? "", item?.name ?? "", entry.workItem.map { String($0) } ?? "", entry.outcome.title, entry.reason ?? "",
                    ])
                }
                guard page.count == 1_000, let last = page.last else { return rows }
                after = last.position
            }
        }
        let lines = ([["Item", "Name", "Work item", "Result", "Reason"]] + rows).map { $0.map(quoted).joined(separator: ",") }
        var reply = Reply.text(lines.joined(separator: "\r\n") + "\r\n")
        reply.headers = [
            ("Content-Type", "text/csv; charset=utf-8"), ("Cache-Control", "no-store"),
            ("Content-Disposition", "attachment; filename=\"kiplot-run-\(id).csv\""),
        ]
        return reply
    }

    /// A spreadsheet must not take somebody's name for a formula.
    private static func quoted(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
        return "\"\(isFormula ? "'" : "")\(text.replacing("\"", with: "\"\""))\""
    }

    @Sendable
    private static func runForReal(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Run> = try visit.identifier("id")
        guard let run = try await visit.store.read({ try $0.run(id) }) else { throw Refusal.notFound }
        let started = try await visit.engine.runs.start(
            run.direction, in: run.integration, selection: run.selection, createsItems: run.createsItems,
            createsWorkItems: run.createsWorkItems, by: visit.visitor().name)
        return .seeOther("/runs/\(started.id)")
    }

    private static func act(_ visit: Visit, _ body: (RunCommands, Identifier<Run>) async throws -> Void) async throws -> Reply {
        let id: Identifier<Run> = try visit.identifier("id")
        try await body(visit.engine.runs, id)
        return .seeOther("/runs/\(id)")
    }
}

extension RunEntry.Outcome {
    /// The result of a preview: nothing has happened.
    fileprivate var wouldTitle: String {
        switch self {
        case .changed: "Would change"
        case .created: "Would be created"
        case .failed: "Would fail"
        case .waiting, .unchanged, .skipped: title
        }
    }
}
