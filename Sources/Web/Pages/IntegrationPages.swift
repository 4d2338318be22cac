import AzureDevOps
import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// Integrations home, and one project: connected, paused, configured, deleted.
enum IntegrationPages {
    static let routes: [Route] = [
        Route("GET", "/integrations", .having(.viewIntegrations), home),
        Route("GET", "/instances/:id/projects/new", .having(.configureIntegrations)) { visit in try await form(visit) },
        Route("POST", "/instances/:id/projects/new", .having(.configureIntegrations), add),
        Route("GET", "/integrations/:id", .having(.viewIntegrations)) { visit in try await show(visit) },
        Route("POST", "/integrations/:id/pause", .having(.configureIntegrations)) { try await pause($0, true) },
        Route("POST", "/integrations/:id/resume", .having(.configureIntegrations)) { try await pause($0, false) },
        Route("POST", "/integrations/:id/mode", .having(.configureIntegrations)) { visit in
            guard let mode = SyncMode(rawValue: visit.form.text("mode")) else { throw Refusal.notFound }
            try await visit.engine.integrations.setDefaultMode(mode, visit.identifier("id"))
            return back(visit)
        },
        Route("POST", "/integrations/:id/mapping", .having(.configureIntegrations)) { visit in
            guard let set = visit.form["set"].flatMap({ Identifier<StoredMappingSet>($0) }) else { throw Refusal.notFound }
            try await visit.engine.integrations.useMapping(set, asCopy: visit.form["as"] == "copy", for: visit.identifier("id"))
            return back(visit)
        },
        Route("POST", "/integrations/:id/token", .having(.configureIntegrations)) { visit in
            let token = visit.form.text("token")
            let report = try await visit.engine.integrations.setToken(token.isEmpty ? nil : Secret(token), of: visit.identifier("id"))
            return try await show(visit, report: report)
        },
        Route("POST", "/integrations/:id/hooks", .having(.configureIntegrations)) { visit in
            try await visit.engine.integrations.establishHooks(of: visit.identifier("id"))
            return back(visit)
        },
        Route("GET", "/integrations/:id/delete", .having(.configureIntegrations), askDelete),
        Route("POST", "/integrations/:id/delete", .having(.configureIntegrations), delete),
    ]

    private static func back(_ visit: Visit) -> Reply { .seeOther("/integrations/\(visit.parameters["id"] ?? "")") }

    @Sendable
    private static func home(_ visit: Visit) async throws -> Reply {
        let (instances, integrations, counts) = try await visit.store.read { transaction in
            let integrations = try transaction.integrations()
            return (
                try transaction.instances(), integrations,
                Dictionary(uniqueKeysWithValues: try integrations.map { ($0.id, try transaction.linkCounts(of: $0.id)) })
            )
        }
        return try await visit.layout(
            "Integrations", section: .integrations,
            live: instances.map { "instance:\($0.id)" } + integrations.map { "integration:\($0.id)" }
        ) {
            heading("Integrations") {
                a(.class("button"), .href("/mappings")) { "Mapping sets" }
                if visit.may(.configureIntegrations) { a(.class("button primary"), .href("/integrations/new")) { "Add New Instance" } }
            }
            div(.id("instances"), .data("part", "")) {
                if instances.isEmpty {
                    section(.class("card empty")) {
                        h2 { "Connect Azure DevOps" }
                        p { "Add your organisation, pick a project, take the recommended mapping, and pull its epics and features." }
                    }
                }
                for instance in instances {
                    section(.class("card")) {
                        h2 { a(.href("/instances/\(instance.id)")) { instance.name } }
                        p(.class("muted")) { instance.url }
                        InstancePages.healthNotice(instance)
                        table(.class("list")) {
                            thead {
                                tr {
                                    for words in ["Project", "State", "Mode", "Hooks", "Linked", "Waiting", "Conflicts", "Failed"] {
                                        th { words }
                                    }
                                }
                            }
                            tbody {
                                for integration in integrations where integration.instance == instance.id {
                                    let count = counts[integration.id]
                                    tr {
                                        td { a(.href("/integrations/\(integration.id)")) { integration.projectName } }
                                        td { integration.state.rawValue }
                                        td { integration.defaultMode.title }
                                        td { integration.hookState.rawValue }
                                        for number in [count?.total, count?.waiting, count?.inConflict, count?.failed] {
                                            td(.class("number")) { String(number ?? 0) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func form(_ visit: Visit, report: ConnectionReport? = nil, problem: ConnectionProblem? = nil) async throws -> Reply {
        let id: Identifier<Instance> = try visit.identifier("id")
        guard let instance = try await visit.store.read({ try $0.instance(id) }) else { throw Refusal.notFound }
        var projects: [TeamProject] = []
        var trouble = problem
        do {
            projects = try await visit.engine.instances.projects(of: id)
        } catch let error as ConnectionProblem {
            trouble = trouble ?? error
        }
        let found = projects
        let message = trouble
        let sets = try await visit.store.read { try $0.mappingSets() }
        return try await visit.layout("Add project integration", section: .integrations) {
            heading("Add project integration to \(instance.name)")
            section(.class("card narrow")) {
                if let message { notice("error", message.message, message.remedy) }
                if let report { reportList(report) }
                visit.post("/instances/\(id)/projects/new") {
                    labelled("Project", "project") {
                        choices("project", id: "project", found.map { ($0.id, $0.name) }, selected: visit.form.text("project"))
                    }
                    labelled("Other personal access token", "token", hint: "Leave empty to use the one of the instance.") {
                        input(.type("password"), .name("token"), .id("token"), Attribute("autocomplete", "off"))
                    }
                    labelled("Mapping", "mapping") {
                        choices(
                            "mapping", id: "mapping",
                            [("recommended", "Recommended for the project's process"), ("empty", "Empty: I map by hand")]
                                + sets.map { ("shared:\($0.id)", "Share “\($0.name)”: a change reaches all who use it") }
                                + sets.map { ("copy:\($0.id)", "Copy “\($0.name)”: a change stays here") },
                            selected: visit.form.text("mapping"))
                    }
                    labelled("Synchronise", "mode") {
                        choices(
                            "mode", id: "mode",
                            [
                                ("automatic", "Automatically: changes travel at once, both ways"),
                                ("manual", "Manually: by Read and Write buttons"),
                            ], selected: visit.form.text("mode"))
                    }
                    button(.class("primary")) { "Connect the project" }
                }
            }
        }
    }

    @Sendable
    private static func add(_ visit: Visit) async throws -> Reply {
        let choice = visit.form.text("mapping").split(separator: ":")
        let set = choice.count == 2 ? Identifier<StoredMappingSet>(String(choice[1])) : nil
        let mapping: IntegrationForm.Mapping =
            switch (choice.first, set) {
            case ("shared", let set?): .shared(set)
            case ("copy", let set?): .copy(set)
            case ("empty", _): .empty
            default: .recommended
            }
        let token = visit.form.text("token")
        do {
            let outcome = try await visit.engine.integrations.add(
                IntegrationForm(
                    instance: visit.identifier("id"), project: visit.form.text("project"), token: token.isEmpty ? nil : Secret(token),
                    mapping: mapping,
                    defaultMode: SyncMode(rawValue: visit.form.text("mode")) ?? .automatic))
            guard let id = outcome.integration else { return try await form(visit, report: outcome.report) }
            return .seeOther("/integrations/\(id)")
        } catch let problem as ConnectionProblem {
            return try await form(visit, problem: problem)
        }
    }

    private struct View: Sendable {
        var integration: Integration
        var instance: Instance?
        var mapping: StoredMappingSet?
        var others: [Integration]
        var counts: LinkCounts
        var runs: [Run]
        var activity: ActivityList
        var sets: [StoredMappingSet]
        var audit: Audit?
    }

    private static func view(_ id: Identifier<Integration>, _ visit: Visit) async throws -> View {
        try await visit.store.read { transaction in
            guard let integration = try transaction.integration(id), integration.state != .deleted else { throw Refusal.notFound }
            return View(
                integration: integration, instance: try transaction.instance(integration.instance),
                mapping: try transaction.mappingSet(integration.mappingSet),
                others: try transaction.integrations(using: integration.mappingSet).filter { $0.id != id },
                counts: try transaction.linkCounts(of: id), runs: try transaction.runs(in: id, limit: 5),
                activity: try ActivityList(transaction.receipts(in: id, limit: 15), transaction), sets: try transaction.mappingSets(),
                audit: try transaction.lastAudit(of: id))
        }
    }

    private static func show(_ visit: Visit, report: ConnectionReport? = nil) async throws -> Reply {
        let id: Identifier<Integration> = try visit.identifier("id")
        let view = try await view(id, visit)
        let integration = view.integration
        let mayConfigure = visit.may(.configureIntegrations)
        let hooks = mayConfigure ? try await visit.engine.integrations.hookInstructions(of: id) : []
        return try await visit.layout(integration.projectName, section: .integrations, live: ["integration:\(id)", "work:\(id)"]) {
            heading(integration.projectName) {
                if visit.may(.runBulk) { a(.class("button primary"), .href("/bulk?integration=\(id)")) { "Bulk sync…" } }
                if mayConfigure {
                    visit.post("/integrations/\(id)/\(integration.state == .paused ? "resume" : "pause")", .class("inline")) {
                        button { integration.state == .paused ? "Resume" : "Pause" }
                    }
                    a(.class("button danger"), .href("/integrations/\(id)/delete")) { "Delete…" }
                }
            }
            p(.class("crumbs")) { a(.href("/instances/\(integration.instance)")) { view.instance?.name ?? "" } }
            if let report { section(.class("card")) { reportList(report) } }
            section(.class("card"), .id("state"), .data("part", "")) {
                if integration.state == .paused {
                    notice("warning", "Paused: nothing is read or written.", "Press Resume; it sweeps first and misses nothing.")
                }
                dl {
                    for (words, number) in [
                        ("Linked items", view.counts.total), ("Waiting", view.counts.waiting), ("In conflict", view.counts.inConflict),
                        ("Failed", view.counts.failed),
                    ] {
                        dt { words }
                        dd { String(number) }
                    }
                    dt { "Last event" }
                    dd { integration.lastEventAt.map { [$0.node] } ?? [.text("none yet")] }
                    dt { "Last sweep" }
                    dd { integration.lastSweepAt.map { [$0.node] } ?? [.text("not yet")] }
                }
            }
            agreementCard(view)
            mappingCard(visit, view, mayConfigure)
            if mayConfigure { settings(visit, view) }
            hookCard(visit, integration, hooks, mayConfigure)
            section(.class("card"), .id("recent"), .data("part", "")) {
                h2 { "Lately" }
                view.activity.node
            }
        }
    }

    private static func agreementCard(_ view: View) -> Node {
        section(.class("card"), .id("agreement"), .data("part", "")) {
            h2 { "Agreement" }
            if let audit = view.audit, audit.links > 0 {
                AgreementPages.score(audit)
            } else {
                p { "Not compared yet." }
            }
            p { a(.class("button"), .href("/integrations/\(view.integration.id)/agreement")) { "See what agrees…" } }
        }
    }

    private static func mappingCard(_ visit: Visit, _ view: View, _ mayConfigure: Bool) -> Node {
        section(.class("card")) {
            h2 { "Mapping" }
            if let mapping = view.mapping {
                p {
                    a(.href("/mappings/\(mapping.id)?integration=\(view.integration.id)")) { mapping.name }
                    span(.class("muted")) { mapping.isShared ? " shared" : " of this project" }
                }
                if !view.others.isEmpty {
                    p { "Shared with \(view.others.map(\.projectName).joined(separator: ", ")): a change reaches them too." }
                }
                ul {
                    for entity in mapping.mapping.entities {
                        li { "\(entity.kind.title) ↔ \(entity.workItemType), \(entity.enabledFields.count) fields" }
                    }
                }
            }
            if mayConfigure {
                visit.post("/integrations/\(view.integration.id)/mapping", .class("inline")) {
                    choices(
                        "set", id: "set", view.sets.map { ("\($0.id)", $0.name) }, selected: "\(view.integration.mappingSet)",
                        .label("Mapping set"))
                    choices("as", id: "as", [("shared", "share it"), ("copy", "take a copy")], selected: "shared", .label("How"))
                    button { "Use this set" }
                }
            }
        }
    }

    private static func settings(_ visit: Visit, _ view: View) -> Node {
        let id = view.integration.id
        return section(.class("card")) {
            h2 { "Settings" }
            visit.post("/integrations/\(id)/mode", .class("inline")) {
                choices(
                    "mode", id: "mode", SyncMode.allCases.map { ($0.rawValue, $0.title) }, selected: view.integration.defaultMode.rawValue,
                    .label("Default mode"))
                button { "Save the mode" }
            }
            visit.post("/integrations/\(id)/token", .class("inline")) {
                input(
                    .type("password"), .name("token"), .label("Personal access token of this project"),
                    Attribute("placeholder", view.integration.credential == nil ? "Uses the instance's token" : "Has its own token"),
                    Attribute("autocomplete", "off"))
                button { "Save the token" }
                span(.class("hint")) { "Empty: the token of the instance." }
            }
        }
    }

    private static func hookCard(_ visit: Visit, _ integration: Integration, _ hooks: [HookInstruction], _ mayConfigure: Bool) -> Node {
        section(.class("card")) {
            h2 { "Service hooks" }
            switch integration.hookState {
            case .active: notice("good", "Azure DevOps tells us of changes at once.", "A sweep every 15 minutes finds what no hook told.")
            case .manual:
                notice("warning", "Automatic reads by hook are not active yet; a sweep looks every minute.", integration.hookDetail ?? "")
            case .failing: notice("warning", "Azure DevOps had stopped our hooks.", integration.hookDetail ?? "")
            case .pending, .none: notice("warning", "The hooks are being created.")
            }
            if mayConfigure, integration.hookState != .active {
                visit.post("/integrations/\(integration.id)/hooks", .class("inline")) { button { "Try to create them again" } }
                p {
                    "Or enter them by hand in Azure DevOps: Project settings › Service hooks › Web Hooks, one for each event, with the basic authentication below."
                }
                table(.class("list")) {
                    thead { tr { for words in ["Event", "URL", "User name", "Password"] { th { words } } } }
                    tbody {
                        for hook in hooks {
                            tr {
                                td { hook.event }
                                td { code { hook.url } }
                                td { code { hook.userName } }
                                td { code { hook.secret } }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func pause(_ visit: Visit, _ isPaused: Bool) async throws -> Reply {
        try await visit.engine.integrations.setPaused(isPaused, visit.identifier("id"))
        return back(visit)
    }

    @Sendable
    private static func askDelete(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Integration> = try visit.identifier("id")
        let view = try await view(id, visit)
        return try await visit.layout("Delete \(view.integration.projectName)?", section: .integrations) {
            section(.class("card narrow")) {
                h1 { "Delete the integration of \(view.integration.projectName)?" }
                ul {
                    li { "All synchronisation ends, and our service hooks in Azure DevOps are removed." }
                    li { "No item and no work item is deleted or changed." }
                    li { "The \(view.counts.total) links are kept: connecting the project again finds them." }
                }
                visit.post("/integrations/\(id)/delete", .class("inline")) { button(.class("danger")) { "Delete the integration" } }
                a(.class("button"), .href("/integrations/\(id)")) { "Keep it" }
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
