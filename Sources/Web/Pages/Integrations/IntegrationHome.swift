import FieldSync
import Markup
import Portfolio
import Store

/// Integrations home: how every instance and every project stands, at a glance.
enum IntegrationHome {
    private struct View: Sendable {
        var instances: [Instance]
        var credentials: [Identifier<Instance>: [Credential]]
        var integrations: [Integration]
        var counts: [Identifier<Integration>: LinkHealthCounts]
        var audits: [Identifier<Integration>: Audit]

        func integrations(of instance: Instance) -> [Integration] { integrations.filter { $0.instance == instance.id } }

        /// The token that the instance uses where a project has none of its own.
        func credential(of instance: Instance) -> Credential? { credentials[instance.id]?.first { $0.id == instance.credential } }

        var agreement: Double? {
            let pairs = audits.values.reduce(into: (agreeing: 0, all: 0)) { sum, audit in
                sum.agreeing += audit.agreeing
                sum.all += audit.agreeing + audit.explained + audit.differing
            }
            return pairs.all == 0 ? nil : Double(pairs.agreeing) / Double(pairs.all)
        }
    }

    private static func view(_ transaction: StoreTransaction) throws -> View {
        let instances = try transaction.instances()
        let integrations = try transaction.integrations()
        func byProject<Value>(_ value: (Identifier<Integration>) throws -> Value?) rethrows -> [Identifier<Integration>: Value] {
            var found: [Identifier<Integration>: Value] = [:]
            for integration in integrations { found[integration.id] = try value(integration.id) }
            return found
        }
        var credentials: [Identifier<Instance>: [Credential]] = [:]
        for instance in instances { credentials[instance.id] = try transaction.credentials(of: instance.id) }
        return View(
            instances: instances, credentials: credentials, integrations: integrations,
            counts: try byProject { try transaction.linkHealthCounts(of: $0) },
            audits: try byProject { try transaction.lastAudit(of: $0).flatMap { $0.links > 0 ? $0 : nil } })
    }

    @Sendable
    static func page(_ visit: Visit) async throws -> Reply {
        let view = try await visit.store.read { try self.view($0) }
        let mayConfigure = visit.may(.configureIntegrations)
        return try await visit.layout(
            "Integrations", section: .integrations,
            live: view.instances.map { "instance:\($0.id)" } + view.integrations.flatMap { ["integration:\($0.id)", "work:\($0.id)"] },
            parts: [.integrations]
        ) {
            heading("Integrations") {
                a(.class("button"), .href("/mappings")) { "Mapping sets" }
                if mayConfigure, !view.instances.isEmpty {
                    a(.class("button primary"), .href("/integrations/new")) {
                        icon(.plus, 16)
                        "Add New Instance"
                    }
                }
            }
            div(.id("instances"), .data("part", "")) {
                if view.instances.isEmpty {
                    beginning(mayConfigure)
                } else {
                    totals(view)
                    for instance in view.instances { card(visit, view, instance, mayConfigure) }
                }
            }
        }
    }

    private static func beginning(_ mayConfigure: Bool) -> Node {
        section(.class("card beginning")) {
            connectionPicture()
            h2 { "Connect Azure DevOps" }
            p(.class("muted")) {
                "Initiatives and outcomes here, epics and features there: Kiplot keeps each pair in step, and asks where both sides have changed."
            }
            ol(.class("first-steps")) {
                for (title, words) in [
                    ("Add the organisation", "Its address and a personal access token; Kiplot tests every right that is needed."),
                    ("Pick a project", "Take the recommended mapping for its process, or one that you use already."),
                    ("Pull", "Epics become initiatives, features become outcomes, and stand on the roadmap."),
                ] {
                    li {
                        strong { title }
                        span(.class("muted")) { words }
                    }
                }
            }
            if mayConfigure {
                a(.class("button primary"), .href("/integrations/new")) {
                    icon(.plus, 16)
                    "Add New Instance"
                }
            } else {
                p { "An administrator of Kiplot can add the first instance." }
            }
        }
    }

    private static func totals(_ view: View) -> Node {
        let counts = view.counts.values.reduce(into: LinkHealthCounts()) { sum, next in
            sum.inSync += next.inSync
            sum.pending += next.pending
            sum.conflict += next.conflict
            sum.failed += next.failed
            sum.outside += next.outside
        }
        return div(.class("figures"), Attribute("role", "group"), .label("All projects together")) {
            figure("linked items", String(counts.total))
            figure("in step", String(counts.inSync), "good")
            figure("waiting", String(counts.pending), counts.pending > 0 ? "pending" : "")
            figure("in conflict", String(counts.conflict), counts.conflict > 0 ? "bad" : "", href: "/attention")
            figure("need attention", String(counts.failed + counts.outside), counts.failed > 0 ? "bad" : "", href: "/attention")
            figure("of fields agree", view.agreement.map { AgreementPages.percent($0) } ?? "–")
        }
    }

    private static func card(_ visit: Visit, _ view: View, _ instance: Instance, _ mayConfigure: Bool) -> Node {
        let integrations = view.integrations(of: instance)
        let credential = view.credential(of: instance)
        return section(.class("card instance")) {
            header(.class("instance-head")) {
                span(.class("emblem")) { icon(.plug, 20) }
                div {
                    h2 { a(.href("/instances/\(instance.id)")) { instance.name } }
                    p(.class("muted")) {
                        "\(instance.url) · \(instance.deployment == .services ? "Azure DevOps Services" : "Azure DevOps Server")"
                        if let owner = credential?.ownerName { " · as \(owner)" }
                    }
                }
                div(.class("signs")) {
                    healthChip(instance)
                    if let credential { expiryChip(credential, today: visit.now.day) }
                    if let checkedAt = instance.checkedAt {
                        span(.class("muted")) {
                            "checked "
                            checkedAt.node
                        }
                    }
                }
            }
            if instance.health == .credentialRejected || instance.health == .unreachable {
                InstancePages.healthNotice(instance)
                if mayConfigure, instance.health == .credentialRejected {
                    p { a(.class("button"), .href("/instances/\(instance.id)#credentials")) { "Replace the token…" } }
                }
            }
            if integrations.isEmpty {
                p(.class("muted")) { "No project of this instance is integrated yet." }
            } else {
                projects(view, integrations)
            }
            if mayConfigure {
                a(.class("button quiet"), .href("/instances/\(instance.id)/projects/new")) {
                    icon(.plus, 14)
                    "Add project integration"
                }
            }
        }
    }

    private static func projects(_ view: View, _ integrations: [Integration]) -> Node {
        table(.class("list stacked")) {
            thead {
                tr {
                    th { "Project" }
                    for words in ["Linked", "Waiting", "Conflicts", "Failed"] { th(.class("number")) { words } }
                    for words in ["Agreement", "Hooks", "Last event"] { th { words } }
                }
            }
            tbody {
                for integration in integrations {
                    let counts = view.counts[integration.id] ?? LinkHealthCounts()
                    tr {
                        td(.class("name")) {
                            a(.href("/integrations/\(integration.id)")) { integration.projectName }
                            " "
                            span(.class("muted")) { integration.defaultMode.title }
                            if integration.state != .active { stateChip(integration) }
                        }
                        for (words, number, isTrouble) in [
                            ("Linked", counts.total, false), ("Waiting", counts.pending, false), ("Conflicts", counts.conflict, true),
                            ("Failed", counts.failed, true),
                        ] {
                            td(.class("number"), .data("label", words)) {
                                if isTrouble, number > 0 {
                                    a(.class("chip bad"), .href("/attention")) { String(number) }
                                } else {
                                    String(number)
                                }
                            }
                        }
                        td(.data("label", "Agreement")) { shareMeter(view.audits[integration.id]?.score) }
                        td(.data("label", "Hooks")) { hookChip(integration) }
                        td(.data("label", "Last event")) {
                            if let at = integration.lastEventAt { at.node } else { span(.class("muted")) { "none yet" } }
                        }
                    }
                }
            }
        }
    }
}
