import FieldSync
import Markup
import Portfolio
import Store

/// What waits for a person, and what has happened.
enum AttentionPages {
    static let routes: [Route] = [
        Route("GET", "/attention", .having(.viewPortfolio), attention),
        Route("GET", "/activity", .having(.viewIntegrations), activity),
    ]

    @Sendable
    private static func attention(_ visit: Visit) async throws -> Reply {
        typealias Row = (item: Item, link: Link?)
        typealias Second = (duplicate: Duplicate, item: Item?)
        let (conflicts, troubled, duplicates, instances, workspace) = try await visit.store.read {
            transaction -> ([(conflict: Conflict, item: Item?)], [Row], [Second], [Instance], Workspace) in
            let conflicts = try transaction.openConflicts(limit: 200).map { ($0, try transaction.item($0.item)) }
            var troubled: [Row] = []
            for kind in ItemKind.allCases {
                var query = ItemQuery(kind: kind, limit: 200)
                query.link = .attention
                troubled += try transaction.items(matching: query).items.map {
                    ($0, try transaction.links(of: $0.id).first { $0.state.isLive })
                }
            }
            return (
                conflicts, troubled, try transaction.duplicates().map { ($0, try transaction.item($0.item)) },
                try transaction.instances().filter { $0.health == .credentialRejected || $0.health == .unreachable },
                try transaction.workspace()
            )
        }
        return try await visit.layout("Attention", section: .attention, live: ["attention"]) {
            heading("Attention")
            div(.id("attention"), .data("part", "")) {
                for instance in instances { notice("error", "\(instance.name): \(instance.healthDetail ?? "cannot be used.")") }
                section(.class("card")) {
                    h2 { "Conflicts" }
                    if conflicts.isEmpty { p(.class("muted")) { "None. No edit waits for a choice." } }
                    ul(.class("plain")) {
                        for row in conflicts {
                            li {
                                a(.href("/items/\(row.conflict.item)#azure-devops")) { row.item.map { "\($0.key) \($0.name)" } ?? "item" }
                                ": \(workspace.catalogue[row.conflict.field]?.label ?? row.conflict.field.name), "
                                "“\(workspace.words(row.conflict.local, limit: 60))” or “\(row.conflict.remote?.shortText.prefix(60) ?? "")”"
                            }
                        }
                    }
                }
                if !duplicates.isEmpty {
                    section(.class("card")) {
                        h2 { "Second work items" }
                        p(.class("muted")) {
                            "Made for an item that has one already, when an answer of Azure DevOps was lost. Nothing is deleted by itself."
                        }
                        ul(.class("plain")) {
                            for row in duplicates {
                                li {
                                    a(.href("/items/\(row.duplicate.item)")) { row.item.map { "\($0.key) \($0.name)" } ?? "item" }
                                    ": #\(row.duplicate.linked ?? 0) is linked, #\(row.duplicate.workItem) carries the same marker. "
                                    "Delete the one that is not wanted in Azure DevOps; the next comparison takes it off this list."
                                }
                            }
                        }
                    }
                }
                section(.class("card")) {
                    h2 { "Blocked" }
                    let blocked = troubled.filter { $0.link?.problem != nil || !($0.link?.obstacles.isEmpty ?? true) }
                    if blocked.isEmpty { p(.class("muted")) { "Nothing is blocked." } }
                    ul(.class("plain")) {
                        for row in blocked {
                            li {
                                a(.href("/items/\(row.item.id)")) { "\(row.item.key) \(row.item.name)" }
                                if let problem = row.link?.problem { notice("error", problem.message, problem.remedy) }
                                for key in row.link?.obstacles ?? [] {
                                    if let obstacle = row.link?.fields[key]?.obstacle {
                                        notice(
                                            "warning", "\(workspace.catalogue[key]?.label ?? key.name): \(obstacle.message)",
                                            obstacle.remedy)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @Sendable
    private static func activity(_ visit: Visit) async throws -> Reply {
        let integration = visit.query["integration"].flatMap { Identifier<Integration>($0) }
        let before = Int64(visit.query.text("before"))
        let wanted = Receipt.Action(rawValue: visit.query.text("action"))
        let (activity, last, integrations) = try await visit.store.read { transaction in
            let page = try transaction.receipts(in: integration, before: before)
            let shown = try ActivityList(page.filter { wanted == nil || $0.action == wanted }, transaction)
            return (shown, page.count == 100 ? page.last?.id : nil, try transaction.integrations())
        }
        return try await visit.layout("Activity", section: .activity, live: integrations.map { "integration:\($0.id)" }) {
            heading("Activity") {
                form(.class("inline"), .action("/activity"), .data("auto", "")) {
                    choices(
                        "integration", id: "integration", [("", "Every project")] + integrations.map { ("\($0.id)", $0.projectName) },
                        selected: integration.map { "\($0)" } ?? "", .label("Project"))
                    choices(
                        "action", id: "action", [("", "Everything")] + Receipt.Action.allCases.map { ($0.rawValue, $0.title) },
                        selected: wanted?.rawValue ?? "", .label("What"))
                    button { "Show" }
                }
            }
            section(.class("card"), .id("activity"), .data("part", "")) {
                if activity.receipts.isEmpty { p(.class("muted")) { "Nothing yet." } }
                activity.node
                if let last {
                    a(
                        .href(
                            "/activity?integration=\(integration.map { "\($0)" } ?? "")&action=\(wanted?.rawValue ?? "")&before=\(last)")
                    ) { "Older →" }
                }
            }
        }
    }
}
