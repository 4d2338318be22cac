import Markup
import Portfolio
import Store

/// What has happened, by day and item.
enum ActivityPages {
    static let routes: [Route] = [Route("GET", "/activity", .having(.viewIntegrations), activity)]

    private static let onPage = 150

    /// Kinds of deeds that people look for, rather than each of our own words.
    private static let results: [(value: String, words: String, actions: [Receipt.Action])] = [
        ("read", "Read into Kiplot", [.pulled, .imported]), ("written", "Written to Azure DevOps", [.pushed, .overwroteAzureDevOps]),
        ("created", "Created", [.created, .imported]), ("conflicts", "Conflicts", [.heldConflict]),
        ("problems", "Blocked or failed", [.blocked, .failed]), ("links", "Links", [.linked, .unlinked, .stateChanged]),
        ("equal", "Found equal or merged", [.settled, .merged]),
    ]

    private struct View: Sendable {
        var activity: ActivityList
        var older: Int64?
        var integrations: [Integration]
        var actors: [String]
        var item: Item?
    }

    private static func query(_ visit: Visit) -> ReceiptQuery {
        var query = ReceiptQuery(limit: onPage)
        query.item = visit.query["item"].flatMap { Identifier<Item>($0) }
        query.integrations = visit.query.all("integration").compactMap { Identifier<Integration>($0) }
        let wanted = visit.query.all("result")
        query.actions = results.filter { wanted.contains($0.value) }.flatMap(\.actions)
        query.actions += visit.query.all("action").compactMap { Receipt.Action(rawValue: $0) }
        query.actors = visit.query.all("person").filter { !$0.isEmpty }
        query.words = visit.query.text("q")
        query.before = Int64(visit.query.text("before"))
        return query
    }

    @Sendable
    private static func activity(_ visit: Visit) async throws -> Reply {
        let query = query(visit)
        let view = try await visit.store.read { transaction in
            let page = try transaction.receipts(matching: query)
            return View(
                activity: try ActivityList(page, transaction), older: page.count == query.limit ? page.last?.id : nil,
                integrations: try transaction.integrations(), actors: try transaction.actorsLately(),
                item: try query.item.flatMap { try transaction.item($0) })
        }
        // Somebody who reads the past is not to be pulled away from it.
        let live = query.before == nil ? view.integrations.map { "integration:\($0.id)" } : []
        return try await visit.layout("Activity", section: .activity, live: live, parts: [.integrations]) {
            header(.class("page-head")) {
                div {
                    h1 { "Activity" }
                    p(.class("lead")) { "What travelled between Kiplot and Azure DevOps, by whom and why." }
                }
            }
            visit.filterBar(
                "/activity",
                [
                    Facet(name: "integration", title: "Project", values: view.integrations.map { ("\($0.id)", $0.projectName) }),
                    Facet(name: "result", title: "Result", values: results.map { ($0.value, $0.words) }),
                    Facet(name: "person", title: "Person", values: view.actors.map { ($0, $0) }),
                ].filter { !$0.values.isEmpty }, keeping: ["item"], placeholder: "Search items")
            if let item = view.item {
                p {
                    "Only \(item.key) \(item.name). "
                    a(.href(visit.address(changing: ["item": "", "before": ""]))) { "Show all items" }
                }
            }
            section(.class("card"), .id("activity"), .data("part", "")) {
                if view.activity.receipts.isEmpty { nothing(visit) }
                view.activity.days
            }
            nav(.class("list-foot"), .label("Pages")) {
                if query.before != nil { a(.href(visit.address(changing: ["before": ""]))) { "← Newest" } }
                if let older = view.older { a(.href(visit.address(changing: ["before": String(older)]))) { "Older →" } }
            }
        }
    }

    private static func nothing(_ visit: Visit) -> Node {
        div(.class("empty")) {
            icon(.activity)
            if visit.query.names.isEmpty {
                h2 { "Nothing has travelled yet" }
                p { "Every value that is read or written leaves a line here, with who, when and why." }
            } else {
                h2 { "Nothing fits" }
                p { "No line of the past fits these filters." }
                a(.class("button"), .href("/activity")) { "Clear the filters" }
            }
        }
    }
}
