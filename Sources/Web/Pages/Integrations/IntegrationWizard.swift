import AzureDevOps
import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// Adding a project: which one, by which token, under which mapping, in which mode.
enum IntegrationWizard {
    static let routes: [Route] = [
        Route("GET", "/instances/:id/projects/new", .having(.configureIntegrations)) { visit in try await form(visit) },
        Route("POST", "/instances/:id/projects/new", .having(.configureIntegrations), add),
    ]

    private struct View: Sendable {
        var instance: Instance
        var credential: Credential?
        var projects: [TeamProject]
        /// The projects that are integrated, by their id at Azure DevOps.
        var integrated: [String: Identifier<Integration>]
        var sets: [StoredMappingSet]
        var trouble: ConnectionProblem?
    }

    private static func view(_ visit: Visit) async throws -> View {
        let id: Identifier<Instance> = try visit.identifier("id")
        guard
            var view = try await visit.store.read({ transaction -> View? in
                guard let instance = try transaction.instance(id) else { return nil }
                return View(
                    instance: instance, credential: try transaction.credential(instance.credential), projects: [],
                    integrated: Dictionary(
                        try transaction.integrations(of: id).map { ($0.projectID, $0.id) }, uniquingKeysWith: { first, _ in first }),
                    sets: try transaction.mappingSets())
            })
        else { throw Refusal.notFound }
        do {
            view.projects = try await visit.engine.instances.projects(of: id).sorted { $0.name.lowercased() < $1.name.lowercased() }
        } catch let problem as ConnectionProblem {
            view.trouble = problem
        }
        return view
    }

    private static func form(_ visit: Visit, report: ConnectionReport? = nil, problem: ConnectionProblem? = nil) async throws -> Reply {
        let view = try await view(visit)
        let isRefused = report != nil || problem != nil
        return try await visit.layout("Add project integration", section: .integrations, parts: [.integrations]) {
            p(.class("crumbs")) {
                a(.href("/integrations")) { "Integrations" }
                " › "
                a(.href("/instances/\(view.instance.id)")) { view.instance.name }
            }
            heading("Add project integration")
            if let problem = problem ?? view.trouble { notice("error", problem.message, problem.remedy) }
            if let report {
                section(.class("card narrow"), .id("report")) {
                    h2 { "The project cannot be connected yet" }
                    reportList(report, organisation: view.instance.url)
                }
            }
            visit.wizard(
                "/instances/\(view.instance.id)/projects/new",
                [
                    projectStep(visit, view), accessStep(visit, view), mappingStep(visit, view), modeStep(visit), reviewStep(view),
                ], start: isRefused && report?.isUsable == false && !visit.form.text("project").isEmpty ? 1 : 0,
                working: "Trying the token, reading the project's process, saving, making the service hooks…"
            ) {
                button(.class("primary")) { "Connect the project" }
            }
        }
    }

    private static func projectStep(_ visit: Visit, _ view: View) -> WizardStep {
        WizardStep("Project", "The projects that the token of \(view.instance.name) can see.") {
            if view.projects.isEmpty {
                notice(
                    "warning", "No project can be chosen.",
                    "Check the token of the instance: its owner must be a member of the project, with the scope Project and team (read).")
            }
            if view.projects.count > 6 {
                input(
                    .type("search"), .class("narrow-down"), .label("Find a project"), Attribute("placeholder", "Find a project"),
                    .data("narrow", "projects"))
            }
            div(.class("choices list-of-choices"), .id("projects"), Attribute("role", "radiogroup"), .label("Project")) {
                for project in view.projects {
                    let existing = view.integrated[project.id]
                    label(.class("choice")) {
                        input(
                            .type("radio"), .name("project"), .value(project.id), .flag("required"), .flag("disabled", existing != nil),
                            .flag("checked", visit.form.text("project") == project.id))
                        span {
                            strong { project.name }
                            if let existing { a(.href("/integrations/\(existing)")) { "integrated already" } }
                        }
                    }
                }
            }
        }
    }

    private static func accessStep(_ visit: Visit, _ view: View) -> WizardStep {
        WizardStep("Access", "Most projects use the token of the instance. Another one is only for projects that it may not see.") {
            choiceCards(
                "credential", label: "Access token",
                [
                    (
                        "instance", "The token of the instance",
                        view.credential?.ownerName.map { "It belongs to \($0)." } ?? "It is replaced in one place when it expires."
                    ),
                    ("own", "A token of this project's own", "It is kept encrypted, and never shown again."),
                ], selected: visit.form["credential"] ?? "instance")
            div(.data("only", "credential=own")) {
                labelled(
                    "Other personal access token", "token",
                    hint: "With the scopes Work items (read & write) and Project and team (read)."
                ) {
                    input(.type("password"), .name("token"), .id("token"), Attribute("autocomplete", "off"))
                }
            }
        }
    }

    private static func mappingStep(_ visit: Visit, _ view: View) -> WizardStep {
        WizardStep("Mapping", "Which fields belong together. It can be changed at any time.") {
            choiceCards(
                "mapping", label: "Mapping",
                [
                    (
                        "recommended", "Recommended for the project's process",
                        "Epics and features with name, description, stage, owner, dates, effort and tags, as the project has them."
                    )
                ]
                    + (view.sets.isEmpty
                        ? []
                        : [
                            ("shared", "Share a set that exists", "A change reaches every project that shares it."),
                            ("copy", "Copy a set that exists", "A change stays with this project."),
                        ]) + [("empty", "Start empty", "You map every field by hand.")],
                selected: visit.form["mapping"].map { String($0.prefix { $0 != ":" }) } ?? "recommended")
            if !view.sets.isEmpty {
                div(.data("only", "mapping=shared mapping=copy")) {
                    labelled("Which set", "set") {
                        choices("set", id: "set", view.sets.map { ("\($0.id)", $0.name) }, selected: visit.form.text("set"))
                    }
                }
            }
        }
    }

    private static func modeStep(_ visit: Visit) -> WizardStep {
        WizardStep("Mode", "When changes travel. Single fields can differ from it.") {
            choiceCards(
                "mode", label: "Synchronise",
                [
                    ("automatic", "Automatically", "Changes travel at once, both ways, without a button."),
                    ("manual", "Manually", "Nothing moves until somebody presses Read or Write on an item, or runs a bulk sync."),
                ], selected: visit.form["mode"] ?? "automatic")
        }
    }

    private static func reviewStep(_ view: View) -> WizardStep {
        WizardStep("Review", "Nothing is read or written yet: that begins with a bulk sync, or with the first link.") {
            dl(.class("review")) {
                for (words, name) in [("Project", "project"), ("Access", "credential"), ("Mapping", "mapping"), ("Mode", "mode")] {
                    dt { words }
                    dd(.data("summary", name)) { "as chosen above" }
                }
                dt { "Instance" }
                dd { view.instance.name }
            }
            p(.class("muted")) {
                "Kiplot makes its own service hooks in the project, so that changes arrive at once. Where the token may not, a sweep looks every minute, and the project's page shows what to enter by hand."
            }
        }
    }

    private static func mapping(_ form: FormValues) -> IntegrationForm.Mapping {
        let parts = form.text("mapping").split(separator: ":").map(String.init)
        let set = Identifier<StoredMappingSet>(parts.count == 2 ? parts[1] : form.text("set"))
        return switch (parts.first, set) {
        case ("shared", let set?): .shared(set)
        case ("copy", let set?): .copy(set)
        case ("empty", _): .empty
        default: .recommended
        }
    }

    @Sendable
    private static func add(_ visit: Visit) async throws -> Reply {
        let token = visit.form["credential"] == "instance" ? "" : visit.form.text("token")
        do {
            guard visit.form["credential"] != "own" || !token.isEmpty else {
                throw ConnectionProblem(
                    message: "The token of the project is empty.", remedy: "Paste it, or choose the token of the instance.")
            }
            guard !visit.form.text("project").isEmpty else {
                throw ConnectionProblem(message: "No project is chosen.", remedy: "Choose one in the first step.")
            }
            let outcome = try await visit.engine.integrations.add(
                IntegrationForm(
                    instance: visit.identifier("id"), project: visit.form.text("project"), token: token.isEmpty ? nil : Secret(token),
                    mapping: mapping(visit.form), defaultMode: SyncMode(rawValue: visit.form.text("mode")) ?? .automatic))
            guard let id = outcome.integration else { return try await form(visit, report: outcome.report) }
            return .seeOther("/integrations/\(id)")
        } catch let problem as ConnectionProblem {
            return try await form(visit, problem: problem)
        }
    }
}
