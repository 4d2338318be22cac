import AzureDevOps
import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// Azure DevOps instances: added, tested, edited, given another token, deleted.
enum InstancePages {
    static let routes: [Route] = [
        Route("GET", "/integrations/new", .having(.configureIntegrations)) { visit in try await form(visit) },
        Route("POST", "/integrations/new", .having(.configureIntegrations), add),
        Route("GET", "/instances/:id", .having(.viewIntegrations)) { visit in try await show(visit) },
        Route("POST", "/instances/:id", .having(.configureIntegrations), edit),
        Route("POST", "/instances/:id/test", .having(.configureIntegrations)) { visit in
            let report = try await visit.engine.instances.recheck(visit.identifier("id"))
            return try await show(visit, report: report)
        },
        Route("POST", "/instances/:id/credentials/:credential", .having(.configureIntegrations), replaceToken),
        Route("POST", "/instances/:id/delete", .having(.configureIntegrations)) { visit in
            try await visit.engine.instances.remove(visit.identifier("id"))
            return .seeOther("/integrations")
        },
    ]

    private static func form(_ visit: Visit, report: ConnectionReport? = nil, problem: ConnectionProblem? = nil) async throws -> Reply {
        try await visit.layout("Add new instance", section: .integrations) {
            heading("Add new instance")
            section(.class("card narrow")) {
                p { "An instance is one organisation of Azure DevOps Services, or one collection of an Azure DevOps Server." }
                if let problem { notice("error", problem.message, problem.remedy) }
                if let report {
                    reportList(report)
                    if report.isUsable { notice("good", "Everything that is needed works.", "Press Save to keep the instance.") }
                }
                visit.post("/integrations/new") {
                    labelled("Tool", "kind") { choices("kind", id: "kind", [("azureDevOps", "Azure DevOps")], selected: "azureDevOps") }
                    labelled("Name", "name") { input(.name("name"), .id("name"), .flag("required"), .value(visit.form.text("name"))) }
                    labelled(
                        "URL", "url",
                        hint:
                            "https://dev.azure.com/your-organisation, https://your-organisation.visualstudio.com or https://server/collection"
                    ) {
                        input(.name("url"), .id("url"), .flag("required"), .value(visit.form.text("url")), Attribute("inputmode", "url"))
                    }
                    labelled(
                        "Personal access token", "token",
                        hint:
                            "With the scopes Work items (read & write) and Project and team (read). It is kept encrypted and never shown again."
                    ) {
                        input(.type("password"), .name("token"), .id("token"), .flag("required"), Attribute("autocomplete", "off"))
                    }
                    labelled("Expires on", "expires", hint: "Azure DevOps shows it when the token is made; you are reminded before.") {
                        input(.type("date"), .name("expires"), .id("expires"), .value(visit.form.text("expires")))
                    }
                    div(.class("actions")) {
                        button(.name("do"), .value("test")) { "Test" }
                        button(.name("do"), .value("save"), .class("primary")) { "Save" }
                    }
                }
            }
        }
    }

    @Sendable
    private static func add(_ visit: Visit) async throws -> Reply {
        let token = Secret(visit.form.text("token"))
        do {
            if visit.form["do"] == "test" {
                return try await form(visit, report: visit.engine.instances.check(url: visit.form.text("url"), token: token))
            }
            let outcome = try await visit.engine.instances.add(
                InstanceForm(
                    name: visit.form.text("name"), url: visit.form.text("url"), token: token,
                    expiresOn: CalendarDate(visit.form.text("expires"))))
            guard let id = outcome.instance else { return try await form(visit, report: outcome.report) }
            return .seeOther("/instances/\(id)")
        } catch let problem as ConnectionProblem {
            return try await form(visit, problem: problem)
        }
    }

    private static func show(_ visit: Visit, report: ConnectionReport? = nil, problem: ConnectionProblem? = nil) async throws -> Reply {
        let id: Identifier<Instance> = try visit.identifier("id")
        guard
            let (instance, credentials, integrations) = try await visit.store.read({ transaction in
                try transaction.instance(id).map { ($0, try transaction.credentials(of: id), try transaction.integrations(of: id)) }
            })
        else { throw Refusal.notFound }
        let mayConfigure = visit.may(.configureIntegrations)
        let today = visit.now.day
        return try await visit.layout(instance.name, section: .integrations, live: ["instance:\(id)"]) {
            heading(instance.name) {
                if mayConfigure {
                    visit.post("/instances/\(id)/test", .class("inline")) { button { "Test again" } }
                    a(.class("button primary"), .href("/instances/\(id)/projects/new")) { "Add Project Integration" }
                }
            }
            div(.id("health"), .data("part", "")) { healthNotice(instance) }
            if let problem { notice("error", problem.message, problem.remedy) }
            if let report { section(.class("card")) { reportList(report) } }
            section(.class("card")) {
                h2 { "Projects" }
                if integrations.isEmpty { p(.class("muted")) { "No project is integrated yet." } }
                ul(.class("plain")) {
                    for integration in integrations {
                        li {
                            a(.href("/integrations/\(integration.id)")) { integration.projectName }
                            span(.class("muted")) { " \(integration.state.rawValue), \(integration.defaultMode.title.lowercased())" }
                        }
                    }
                }
            }
            if mayConfigure { settings(visit, instance, credentials, today, canDelete: integrations.isEmpty) }
        }
    }

    private static func settings(
        _ visit: Visit, _ instance: Instance, _ credentials: [Credential], _ today: CalendarDate?, canDelete: Bool
    ) -> Node {
        .group([
            section(.class("card")) {
                h2 { "Credentials" }
                for credential in credentials {
                    div(.class("credential")) {
                        p {
                            strong { credential.name }
                            span(.class("muted")) { " belongs to \(credential.ownerName ?? "somebody")" }
                            if let date = credential.expiresOn {
                                " · expires on \(date)"
                                if let today, date < today { span(.class("chip bad")) { "Expired" } }
                            }
                            if credential.rejectedAt != nil { span(.class("chip bad")) { "Rejected by Azure DevOps" } }
                        }
                        visit.post("/instances/\(instance.id)/credentials/\(credential.id)", .class("inline")) {
                            input(
                                .type("password"), .name("token"), .label("New token for \(credential.name)"),
                                Attribute("placeholder", "New personal access token"), .flag("required"), Attribute("autocomplete", "off"))
                            input(.type("date"), .name("expires"), .label("Expires on"))
                            button { "Replace the token" }
                        }
                    }
                }
            },
            section(.class("card")) {
                h2 { "Instance" }
                visit.post("/instances/\(instance.id)") {
                    labelled("Name", "name") { input(.name("name"), .id("name"), .value(instance.name), .flag("required")) }
                    labelled("URL", "url") { input(.name("url"), .id("url"), .value(instance.url), .flag("required")) }
                    button { "Save" }
                }
                if canDelete {
                    visit.post(
                        "/instances/\(instance.id)/delete",
                        .data("confirm", "Delete the instance \(instance.name)? Its tokens are destroyed; items stay.")
                    ) {
                        button(.class("danger")) { "Delete the instance" }
                    }
                } else {
                    p(.class("muted")) { "To delete the instance, delete its project integrations first." }
                }
            },
        ])
    }

    static func healthNotice(_ instance: Instance) -> Node {
        switch instance.health {
        case .healthy: notice("good", "Azure DevOps is reached, and the token is accepted.")
        case .unchecked: notice("warning", "Not checked yet.")
        case .credentialRejected:
            notice(
                "error", "Azure DevOps rejects the access token; work waits and goes on when it is replaced.", instance.healthDetail ?? "")
        case .unreachable:
            notice("error", "Azure DevOps cannot be used at the moment; work goes on by itself.", instance.healthDetail ?? "")
        }
    }

    @Sendable
    private static func edit(_ visit: Visit) async throws -> Reply {
        do {
            try await visit.engine.instances.rename(visit.identifier("id"), name: visit.form.text("name"), url: visit.form.text("url"))
            return .seeOther("/instances/\(visit.parameters["id"] ?? "")")
        } catch let problem as ConnectionProblem {
            return try await show(visit, problem: problem)
        }
    }

    @Sendable
    private static func replaceToken(_ visit: Visit) async throws -> Reply {
        do {
            let report = try await visit.engine.instances.replaceToken(
                of: visit.identifier("credential"), by: Secret(visit.form.text("token")),
                expiresOn: CalendarDate(visit.form.text("expires")))
            return try await show(visit, report: report)
        } catch let problem as ConnectionProblem {
            return try await show(visit, problem: problem)
        }
    }
}
