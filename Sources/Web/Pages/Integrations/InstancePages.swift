import AzureDevOps
import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// Azure DevOps instances: tested, edited, given another token, deleted.
enum InstancePages {
    static let routes: [Route] =
        InstanceWizard.routes + [
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

    private static func show(_ visit: Visit, report: ConnectionReport? = nil, problem: ConnectionProblem? = nil) async throws -> Reply {
        let id: Identifier<Instance> = try visit.identifier("id")
        guard
            let (instance, credentials, integrations) = try await visit.store.read({ transaction in
                try transaction.instance(id).map { ($0, try transaction.credentials(of: id), try transaction.integrations(of: id)) }
            })
        else { throw Refusal.notFound }
        let mayConfigure = visit.may(.configureIntegrations)
        return try await visit.layout(
            instance.name, section: .integrations, live: ["instance:\(id)"] + integrations.map { "integration:\($0.id)" },
            parts: [.integrations]
        ) {
            p(.class("crumbs")) { a(.href("/integrations")) { "Integrations" } }
            heading(instance.name) {
                if mayConfigure {
                    visit.post("/instances/\(id)/test", .class("inline"), .data("working", "Testing…")) { button { "Test again" } }
                    a(.class("button primary"), .href("/instances/\(id)/projects/new")) {
                        icon(.plus, 16)
                        "Add Project Integration"
                    }
                }
            }
            div(.id("health"), .data("part", "")) { healthNotice(instance) }
            if let problem { notice("error", problem.message, problem.remedy) }
            if let report { section(.class("card")) { reportList(report, organisation: instance.url) } }
            div(.class("columns")) {
                div {
                    projects(integrations, mayConfigure)
                    if mayConfigure { credentialCard(instance, credentials, visit) }
                }
                div { about(visit, instance, canDelete: integrations.isEmpty) }
            }
        }
    }

    private static func projects(_ integrations: [Integration], _ mayConfigure: Bool) -> Node {
        section(.class("card"), .id("projects"), .data("part", "")) {
            h2 { "Projects" }
            if integrations.isEmpty {
                p(.class("muted")) {
                    mayConfigure
                        ? "No project is integrated yet. Add one: you choose its mapping and when changes travel."
                        : "No project is integrated yet."
                }
            }
            ul(.class("plain pairs")) {
                for integration in integrations {
                    li {
                        a(.href("/integrations/\(integration.id)")) { integration.projectName }
                        span(.class("signs")) {
                            span(.class("muted")) { integration.defaultMode.title }
                            stateChip(integration)
                        }
                    }
                }
            }
        }
    }

    private static func credentialCard(_ instance: Instance, _ credentials: [Credential], _ visit: Visit) -> Node {
        section(.class("card"), .id("credentials")) {
            h2 { "Credentials" }
            for credential in credentials {
                div(.class("credential")) {
                    p {
                        strong { credential.name }
                        span(.class("muted")) { " belongs to \(credential.ownerName ?? "somebody") " }
                        expiryChip(credential, today: visit.now.day)
                        if credential.rejectedAt != nil, credential.expiresOn != nil {
                            span(.class("chip bad")) { "Rejected by Azure DevOps" }
                        }
                    }
                    visit.post(
                        "/instances/\(instance.id)/credentials/\(credential.id)", .class("replace"),
                        .data("working", "Trying the new token…")
                    ) {
                        labelled("New token for \(credential.name)", "token-\(credential.id)") {
                            input(
                                .type("password"), .name("token"), .id("token-\(credential.id)"), .flag("required"),
                                Attribute("autocomplete", "off"))
                        }
                        labelled("Expires on", "expires-\(credential.id)") {
                            input(.type("date"), .name("expires"), .id("expires-\(credential.id)"))
                        }
                        button { "Replace the token" }
                        workingNotice("Trying the new token…")
                    }
                }
            }
        }
    }

    private static func about(_ visit: Visit, _ instance: Instance, canDelete: Bool) -> Node {
        section(.class("card")) {
            h2 { "Instance" }
            dl {
                dt { "Kind" }
                dd { instance.deployment == .services ? "Azure DevOps Services" : "Azure DevOps Server" }
                dt { "Checked" }
                dd { instance.checkedAt.map { [$0.node] } ?? [.text("not yet")] }
            }
            if visit.may(.configureIntegrations) {
                visit.post("/instances/\(instance.id)") {
                    labelled("Name", "name") { input(.name("name"), .id("name"), .value(instance.name), .flag("required")) }
                    labelled("URL", "url") { input(.name("url"), .id("url"), .value(instance.url), .flag("required")) }
                    button { "Save" }
                }
                if canDelete {
                    visit.post(
                        "/instances/\(instance.id)/delete", .class("apart"),
                        .data("confirm", "Delete the instance \(instance.name)? Its tokens are destroyed; items stay.")
                    ) {
                        button(.class("danger")) { "Delete the instance" }
                    }
                } else {
                    p(.class("muted apart")) { "To delete the instance, delete its project integrations first." }
                }
            }
        }
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
