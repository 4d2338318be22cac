import AzureDevOps
import Markup
import Portfolio
import Store
import SyncEngine

/// Adding an instance: where it is, by which token, and what a test of it says.
enum InstanceWizard {
    static let routes: [Route] = [
        Route("GET", "/integrations/new", .having(.configureIntegrations)) { visit in try await form(visit) },
        Route("POST", "/integrations/new", .having(.configureIntegrations), add),
    ]

    /// Which of the fields a problem is about, so that it stands there.
    private enum Place: Sendable { case name, url, token }

    private struct Problem: Sendable {
        var place: Place
        var problem: ConnectionProblem
    }

    private static func form(_ visit: Visit, report: ConnectionReport? = nil, problem: Problem? = nil) async throws -> Reply {
        let start =
            if report != nil {
                report?.isUsable == true ? 2 : 1
            } else {
                problem?.place == .token ? 1 : 0
            }
        return try await visit.layout("Add new instance", section: .integrations, parts: [.integrations]) {
            p(.class("crumbs")) { a(.href("/integrations")) { "Integrations" } }
            heading("Add new instance")
            visit.wizard(
                "/integrations/new", [addressStep(visit, problem), tokenStep(visit, problem), checkStep(visit, report)], start: start,
                working: "Trying the address, the token, and each right that is needed…"
            ) {
                button(.name("do"), .value("test"), .data("test", "report")) {
                    icon(.refresh, 16)
                    "Test"
                }
                button(.name("do"), .value("save"), .class("primary")) { "Save" }
            }
        }
    }

    private static func addressStep(_ visit: Visit, _ problem: Problem?) -> WizardStep {
        WizardStep("Organisation", "One organisation of Azure DevOps Services, or one collection of an Azure DevOps Server.") {
            choiceCards(
                "kind", label: "Tool", [("azureDevOps", "Azure DevOps", "Services or Server: Kiplot finds out which by the address.")],
                selected: "azureDevOps")
            labelled("Name", "name", hint: "As people in Kiplot shall see it.") {
                input(
                    .name("name"), .id("name"), .flag("required"), .value(visit.form.text("name")), Attribute("autocomplete", "off"),
                    Attribute("aria-describedby", "name-hint"))
                if let problem, problem.place == .name { fieldProblem("name", problem.problem.message, problem.problem.remedy) }
            }
            labelled(
                "URL", "url",
                hint: "https://dev.azure.com/your-organisation, https://your-organisation.visualstudio.com or https://server/collection"
            ) {
                input(
                    .name("url"), .id("url"), .flag("required"), .value(visit.form.text("url")), Attribute("inputmode", "url"),
                    Attribute("autocomplete", "off"), Attribute("aria-describedby", "url-hint"))
                if let problem, problem.place == .url { fieldProblem("url", problem.problem.message, problem.problem.remedy) }
            }
        }
    }

    private static func tokenStep(_ visit: Visit, _ problem: Problem?) -> WizardStep {
        WizardStep(
            "Access token", "Kiplot acts as the owner of the token: an account of its own, that is a member of the projects, is best."
        ) {
            details(.class("how")) {
                summary { "How to make a token" }
                ol {
                    li { "In Azure DevOps, open User settings (top right) › Personal access tokens › New Token." }
                    li { "Give it the organisation, and an expiry date that you can keep." }
                    li {
                        "Scopes, Custom defined: "
                        strong { "Work items (read & write)" }
                        " and "
                        strong { "Project and team (read)" }
                        ". Full access is not needed."
                    }
                    li { "Copy it at once: Azure DevOps shows it only then." }
                }
            }
            labelled("Personal access token", "token", hint: "It is kept encrypted and never shown again.") {
                input(
                    .type("password"), .name("token"), .id("token"), .flag("required"), Attribute("autocomplete", "off"),
                    Attribute("aria-describedby", "token-hint"))
                if let problem, problem.place == .token { fieldProblem("token", problem.problem.message, problem.problem.remedy) }
            }
            labelled("Expires on", "expires", hint: "Azure DevOps shows it when the token is made; Kiplot warns a fortnight before.") {
                input(
                    .type("date"), .name("expires"), .id("expires"), .value(visit.form.text("expires")),
                    Attribute("aria-describedby", "expires-hint"))
            }
        }
    }

    private static func checkStep(_ visit: Visit, _ report: ConnectionReport?) -> WizardStep {
        WizardStep("Check and save", "Every right that is needed is tried, without changing anything.") {
            div(.id("report"), .class("check"), Attribute("aria-live", "polite")) {
                if let report {
                    reportList(report, organisation: visit.form.text("url"))
                    if report.isUsable {
                        notice("good", "Everything that is needed works.", "Press Save to keep the instance.")
                    } else {
                        notice("error", "Not usable yet.", "Correct what is marked ✗, then test again. Nothing has been saved.")
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
            return try await form(visit, problem: Problem(place: await place(of: problem, visit), problem: problem))
        }
    }

    /// The engine tells what is wrong, not where it was typed.
    private static func place(of problem: ConnectionProblem, _ visit: Visit) async -> Place {
        let name = visit.form.text("name")
        let isTaken = (try? await visit.store.read { try $0.instances().contains { $0.name.lowercased() == name.lowercased() } }) ?? false
        if name.isEmpty || isTaken { return .name }
        return visit.form.text("token").isEmpty ? .token : .url
    }
}
