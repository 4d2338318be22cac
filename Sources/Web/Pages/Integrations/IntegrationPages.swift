import AzureDevOps
import FieldSync
import JSON
import Markup
import Portfolio
import Store
import SyncEngine

/// One project: how it stands, paused, configured, deleted.
enum IntegrationPages {
    static let routes: [Route] =
        [
            Route("GET", "/integrations", .having(.viewIntegrations), IntegrationHome.page),
            Route("GET", "/integrations/:id", .having(.viewIntegrations)) { visit in try await show(visit) },
            Route("POST", "/integrations/:id/pause", .having(.configureIntegrations)) { try await pause($0, true) },
            Route("POST", "/integrations/:id/resume", .having(.configureIntegrations)) { try await pause($0, false) },
            Route("POST", "/integrations/:id/mode", .having(.configureIntegrations), changeMode),
            Route("POST", "/integrations/:id/mapping", .having(.configureIntegrations)) { visit in
                guard let set = visit.form["set"].flatMap({ Identifier<StoredMappingSet>($0) }) else { throw Refusal.notFound }
                try await visit.engine.integrations.useMapping(set, asCopy: visit.form["as"] == "copy", for: visit.identifier("id"))
                return back(visit)
            },
            Route("POST", "/integrations/:id/token", .having(.configureIntegrations)) { visit in
                let token = visit.form.text("token")
                let report = try await visit.engine.integrations.setToken(
                    token.isEmpty ? nil : Secret(token), of: visit.identifier("id"))
                return try await show(visit, report: report)
            },
            Route("POST", "/integrations/:id/hooks", .having(.configureIntegrations)) { visit in
                try await visit.engine.integrations.establishHooks(of: visit.identifier("id"))
                return back(visit)
            },
            Route("GET", "/integrations/:id/delete", .having(.configureIntegrations), askDelete),
            Route("POST", "/integrations/:id/delete", .having(.configureIntegrations), delete),
        ] + IntegrationWizard.routes

    private static func back(_ visit: Visit) -> Reply { .seeOther("/integrations/\(visit.parameters["id"] ?? "")") }

    /// What a project's page shows, as of one moment.
    struct View: Sendable {
        var integration: Integration
        var instance: Instance?
        var credential: Credential?
        var mapping: StoredMappingSet?
        var others: [Integration]
        var counts: LinkHealthCounts
        var links: [(link: Link, item: Item?)]
        var events: [(event: HookEvent, item: Item?)]
        var runs: [Run]
        var activity: ActivityList
        var sets: [StoredMappingSet]
        var audit: Audit?
        /// The state of links that is listed; `nil` lists all.
        var health: Link.Health?
    }

    static let linksOnPage = 10

    private static func view(_ id: Identifier<Integration>, _ visit: Visit) async throws -> View {
        let health = Link.Health(rawValue: visit.query.text("state"))
        let after = visit.query["after"].flatMap { Identifier<Link>($0) }
        return try await visit.store.read { transaction in
            guard let integration = try transaction.integration(id), integration.state != .deleted else { throw Refusal.notFound }
            let instance = try transaction.instance(integration.instance)
            return View(
                integration: integration, instance: instance,
                credential: try (integration.credential ?? instance?.credential).flatMap { try transaction.credential($0) },
                mapping: try transaction.mappingSet(integration.mappingSet),
                others: try transaction.integrations(using: integration.mappingSet).filter { $0.id != id },
                counts: try transaction.linkHealthCounts(of: id),
                links: try transaction.links(in: id, health: health, after: after, limit: linksOnPage).map {
                    ($0, try transaction.item($0.item))
                },
                events: try transaction.hookEvents(of: id, limit: 8).map { ($0, try $0.item.flatMap { try transaction.item($0) }) },
                runs: try transaction.runs(in: id, limit: 4),
                activity: try ActivityList(transaction.receipts(in: id, limit: 20), transaction), sets: try transaction.mappingSets(),
                audit: try transaction.lastAudit(of: id), health: health)
        }
    }

    private static func show(_ visit: Visit, report: ConnectionReport? = nil) async throws -> Reply {
        let id: Identifier<Integration> = try visit.identifier("id")
        let view = try await view(id, visit)
        let integration = view.integration
        let mayConfigure = visit.may(.configureIntegrations)
        let hooks =
            mayConfigure && integration.hookState != .active ? try await visit.engine.integrations.hookInstructions(of: id) : []
        return try await visit.layout(
            integration.projectName, section: .integrations, live: ["integration:\(id)", "work:\(id)", "instance:\(integration.instance)"],
            parts: [.integrations]
        ) {
            p(.class("crumbs")) {
                a(.href("/integrations")) { "Integrations" }
                " › "
                a(.href("/instances/\(integration.instance)")) { view.instance?.name ?? "" }
            }
            header(.class("page-head")) {
                h1 { integration.projectName }
                div(.class("actions")) { actions(visit, view) }
            }
            if let report { section(.class("card")) { reportList(report, organisation: view.instance?.url) } }
            div(.id("warnings"), .data("part", "")) { warnings(view) }
            div(.class("columns")) {
                div {
                    ProjectCards.links(visit, view)
                    ProjectCards.agreement(view)
                    ProjectCards.lately(view)
                }
                div {
                    ProjectCards.settings(visit, view)
                    ProjectCards.mapping(visit, view)
                    ProjectCards.hooks(visit, view, hooks)
                    ProjectCards.runs(visit, view)
                }
            }
        }
    }

    @NodeBuilder
    private static func actions(_ visit: Visit, _ view: View) -> [Node] {
        let integration = view.integration
        let isPaused = integration.state == .paused
        if visit.may(.configureIntegrations) {
            div(.id("pausing"), .data("part", "")) {
                visit.post("/integrations/\(integration.id)/\(isPaused ? "resume" : "pause")", .class("inline"), .data("auto", "submit")) {
                    button { isPaused ? "Resume" : "Pause" }
                }
            }
            a(.class("button danger"), .href("/integrations/\(integration.id)/delete")) { "Delete…" }
        }
        if visit.may(.runBulk) {
            a(.class("button primary"), .href("/bulk?integration=\(integration.id)\(view.counts.total == 0 ? "&create=items" : "")")) {
                icon(.bulk, 16)
                "Bulk sync…"
            }
        }
    }

    @NodeBuilder
    private static func warnings(_ view: View) -> [Node] {
        if view.integration.state == .paused {
            notice("warning", "Paused: nothing is read or written.", "Press Resume; it sweeps first and misses nothing.")
        }
        if let instance = view.instance, instance.health == .credentialRejected || instance.health == .unreachable {
            InstancePages.healthNotice(instance)
        }
        if view.counts.total == 0, view.integration.state == .active {
            notice(
                "info", "Connected, and nothing is linked yet.",
                "Press Bulk sync to bring in what the project has; or link single items on their pages.")
        }
    }

    @Sendable
    private static func changeMode(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Integration> = try visit.identifier("id")
        guard let mode = SyncMode(rawValue: visit.form["mode"] ?? visit.query.text("mode")),
            let before = try await visit.store.read({ try $0.integration(id)?.defaultMode })
        else { throw Refusal.notFound }
        try await visit.engine.integrations.setDefaultMode(mode, id)
        guard visit.isScripted else { return back(visit) }
        return .json([
            "saved": true, "message": .string("The mode is \(mode.title.lowercased()) now."),
            "undo": .string("/integrations/\(id)/mode?mode=\(before.rawValue)"),
        ])
    }

    private static func pause(_ visit: Visit, _ isPaused: Bool) async throws -> Reply {
        let id: Identifier<Integration> = try visit.identifier("id")
        try await visit.engine.integrations.setPaused(isPaused, id)
        guard visit.isScripted else { return back(visit) }
        return .json([
            "saved": true, "message": .string(isPaused ? "Paused: nothing is read or written." : "Resumed: it sweeps first."),
            "undo": .string("/integrations/\(id)/\(isPaused ? "resume" : "pause")"),
        ])
    }

    @Sendable
    private static func askDelete(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Integration> = try visit.identifier("id")
        let view = try await view(id, visit)
        return try await visit.layout("Delete \(view.integration.projectName)?", section: .integrations, parts: [.integrations]) {
            section(.class("card narrow")) {
                h1 { "Delete the integration of \(view.integration.projectName)?" }
                ul {
                    li { "All synchronisation ends, and our service hooks in Azure DevOps are removed." }
                    li { "No item and no work item is deleted or changed." }
                    li { "The \(view.counts.total) links are kept: connecting the project again finds them." }
                    li { "The history of what was synchronised stays readable." }
                }
                p(.class("muted")) { "To stop for a while only, pause it instead." }
                div(.class("actions")) {
                    visit.post("/integrations/\(id)/delete", .class("inline")) {
                        button(.class("danger")) { "Delete the integration" }
                    }
                    a(.class("button"), .href("/integrations/\(id)")) { "Keep it" }
                }
            }
        }
    }

    @Sendable
    private static func delete(_ visit: Visit) async throws -> Reply {
        let left = try await visit.engine.integrations.delete(visit.identifier("id"))
        guard !left.isEmpty else { return .seeOther("/integrations") }
        return try await visit.layout("Deleted", section: .integrations) {
            heading("The integration is deleted")
            notice(
                "warning", "These service hooks could not be removed; they are answered with “gone”, which ends them:",
                left.joined(separator: " "))
            p { a(.href("/integrations")) { "Back to the integrations" } }
        }
    }
}
