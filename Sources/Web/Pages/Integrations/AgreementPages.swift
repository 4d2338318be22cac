import FieldSync
import JSON
import Markup
import Portfolio
import Store
import SyncEngine

/// How much of a project agrees with Azure DevOps, what does not, and the button that brings it into step.
enum AgreementPages {
    static let routes: [Route] = [
        Route("GET", "/integrations/:id/agreement", .having(.viewIntegrations), show),
        Route("POST", "/integrations/:id/agreement", .having(.runBulk)) { visit in
            let id: Identifier<Integration> = try visit.identifier("id")
            _ = try await visit.engine.audits.start(in: id, by: visit.visitor().name)
            return .seeOther("/integrations/\(id)/agreement")
        },
        Route("POST", "/integrations/:id/agreement/heal", .having(.runBulk)) { visit in
            let id: Identifier<Integration> = try visit.identifier("id")
            guard let audit = try await visit.store.read({ try $0.lastAudit(of: id) }) else { throw Refusal.notFound }
            _ = try await visit.engine.audits.heal(audit.id)
            return .seeOther("/integrations/\(id)/agreement?healing=1")
        },
        Route("GET", "/api/v1/integrations/:id/agreement", .token(.viewIntegrations)) { visit in
            .json(try await view(visit).json)
        },
        Route("POST", "/api/v1/integrations/:id/agreement", .token(.runBulk)) { visit in
            let heals = visit.query["heal"] == "true"
            _ = try await visit.engine.audits.start(in: visit.identifier("id"), heals: heals, by: visit.visitor().name)
            return .json(try await view(visit).json, status: 201)
        },
    ]

    private struct View: Sendable {
        var integration: Integration
        var audit: Audit?
        var links: Int
        var disagreements: [(found: Disagreement, item: Item?)]
        var workspace: Workspace

        /// The first audit only notes since when there is something to compare.
        var result: Audit? { audit.flatMap { $0.links == 0 && $0.state == .finished ? nil : $0 } }

        var json: JSONValue {
            guard let audit = result else { return ["audit": .null] }
            return [
                "audit": [
                    "id": .integer(audit.id.number), "state": .string(audit.state.rawValue),
                    "startedAt": .string(audit.startedAt.description),
                    "finishedAt": audit.finishedAt.map { .string($0.description) } ?? .null, "links": .integer(audit.links),
                    "agreeing": .integer(audit.agreeing), "explained": .integer(audit.explained), "differing": .integer(audit.differing),
                    "astray": .integer(audit.astray), "score": audit.score.map { .number($0) } ?? .null,
                ],
                "disagreements": .array(
                    disagreements.map { row in
                        [
                            "item": .integer(row.found.item.number), "workItem": row.found.workItem.map { .integer($0) } ?? .null,
                            "field": row.found.field.map { .string($0.name) } ?? .null, "kind": .string(row.found.kind.rawValue),
                            "kiplot": row.found.local.map { .string($0) } ?? .null,
                            "azureDevOps": row.found.remote.map { .string($0) } ?? .null,
                            "reason": row.found.reason.map { .string($0) } ?? .null,
                        ]
                    }),
            ]
        }
    }

    private static func view(_ visit: Visit) async throws -> View {
        let id: Identifier<Integration> = try visit.identifier("id")
        return try await visit.store.read { transaction in
            guard let integration = try transaction.integration(id), integration.state != .deleted else { throw Refusal.notFound }
            let audit = try transaction.lastAudit(of: id)
            let found = try audit.map { try transaction.disagreements(of: $0.id) } ?? []
            return View(
                integration: integration, audit: audit, links: try transaction.linkCounts(of: id).total,
                disagreements: try found.map { ($0, try transaction.item($0.item)) }, workspace: try transaction.workspace())
        }
    }

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let view = try await view(visit)
        let id = view.integration.id
        let isRunning = view.audit?.state == .running
        return try await visit.layout(
            "Agreement of \(view.integration.projectName)", section: .integrations, live: ["integration:\(id)"], parts: [.integrations]
        ) {
            p(.class("crumbs")) {
                a(.href("/integrations")) { "Integrations" }
                " › "
                a(.href("/integrations/\(id)")) { view.integration.projectName }
            }
            heading("Agreement of \(view.integration.projectName)") {
                div(.id("compare"), .data("part", "")) {
                    if visit.may(.runBulk) {
                        visit.post("/integrations/\(id)/agreement", .class("inline")) {
                            button(.class("primary"), .flag("disabled", isRunning || view.integration.state != .active)) {
                                "Compare everything"
                            }
                        }
                    }
                }
            }
            section(.class("card"), .id("agreement"), .data("part", "")) {
                if let audit = view.result {
                    score(audit)
                    if isRunning {
                        element(
                            "progress", [.value("\(audit.links)"), Attribute("max", "\(max(view.links, 1))"), .label("Links compared")])
                        p(.class("muted")) { "\(audit.links) of \(view.links) links compared." }
                    } else {
                        healing(visit, audit)
                    }
                } else {
                    p {
                        "Nothing has been compared yet. A comparison reads every linked work item, 200 with each call, and changes nothing; once a week it is made by itself."
                    }
                }
            }
            section(.class(view.disagreements.isEmpty ? "" : "card"), .id("disagreements"), .data("part", "")) {
                if !view.disagreements.isEmpty {
                    h2 { "What does not agree" }
                    table(view)
                }
            }
        }
    }

    /// The figure by which a project is judged, and what it is made of.
    static func score(_ audit: Audit) -> Node {
        div {
            p(.class("score")) {
                strong { audit.score.map { percent($0) } ?? "–" }
                " of \(audit.agreeing + audit.explained + audit.differing) pairs of fields agree"
            }
            shares(audit)
            dl(.class("shares")) {
                for (words, number, name) in [
                    ("Differ for a reason that is shown", audit.explained, "conflict"), ("Differ without one", audit.differing, "failed"),
                    ("Work items that are not where the link says", audit.astray, "outside"), ("Links compared", audit.links, ""),
                ] {
                    dt(.class(name)) { words }
                    dd { String(number) }
                }
                dt { audit.state == .running ? "Started" : "Compared" }
                dd {
                    (audit.finishedAt ?? audit.startedAt).node
                    " by \(audit.startedBy)"
                }
            }
        }
    }

    /// The parts of the score as one bar.
    private static func shares(_ audit: Audit) -> Node {
        let all = Double(max(1, audit.agreeing + audit.explained + audit.differing))
        var start = 0.0
        var parts: [Node] = []
        for (name, number) in [("inSync", audit.agreeing), ("conflict", audit.explained), ("failed", audit.differing)] where number > 0 {
            let width = max(0.6, Double(number) / all * 100)
            parts.append(
                rect(.class(name), Attribute("x", String(start)), Attribute("width", String(width)), Attribute("height", "10")))
            start += width
        }
        return svg(
            .class("state-bar"), Attribute("viewBox", "0 0 100 10"), Attribute("preserveAspectRatio", "none"),
            Attribute("aria-hidden", "true")
        ) { parts }
    }

    /// Rounded down: only full agreement is 100 %.
    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded(.down))
        return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
    }

    @NodeBuilder
    private static func healing(_ visit: Visit, _ audit: Audit) -> [Node] {
        if visit.query["healing"] != nil {
            notice("good", "Everything that differed is looked at again now.", "Compare again in a minute to see what is left.")
        } else if audit.differing + audit.astray == 0 {
            notice("good", audit.explained == 0 ? "Everything agrees." : "Whatever differs says why.")
        } else if visit.may(.runBulk) {
            visit.post("/integrations/\(audit.integration)/agreement/heal", .class("inline")) {
                button(.class("primary")) { "Bring \(audit.differing + audit.astray) into step" }
                span(.class("hint")) { "Each is read and planned like any other change: nothing is overwritten unseen." }
            }
        }
    }

    private static func table(_ view: View) -> Node {
        Markup.table(.class("list stacked")) {
            thead { tr { for words in ["Item", "Work item", "Field", "Kiplot", "Azure DevOps", "Why"] { th { words } } } }
            tbody {
                for row in view.disagreements {
                    tr {
                        td(.class("name")) {
                            a(.href("/items/\(row.found.item)#azure-devops")) { row.item.map { "\($0.key) \($0.name)" } ?? "item" }
                        }
                        td(.data("label", "Work item")) { row.found.workItem.map { "#\($0)" } ?? "" }
                        td(.data("label", "Field")) { row.found.field.map { view.workspace.catalogue[$0]?.label ?? $0.name } ?? "" }
                        td(.data("label", "Kiplot")) { row.found.local ?? "" }
                        td(.data("label", "Azure DevOps")) { row.found.remote ?? "" }
                        td(.data("label", "Why")) { row.found.reason ?? "Nobody has noticed yet." }
                    }
                }
            }
        }
    }
}
