import Markup
import Portfolio
import Store

/// What an outcome waits for and what waits for it, with the form that says so.
struct DependencyList: Sendable {
    /// Where it is shown: what it names leads to the same kind of page, and a form without a script comes back there.
    enum Place: Sendable {
        case roadmap, itemPage

        func path(of item: Identifier<Item>) -> String {
            switch self {
            case .roadmap: "/roadmap/items/\(item)"
            case .itemPage: "/items/\(item)"
            }
        }
    }

    private struct Wait: Sendable {
        var other: Item
        var isHealthy: Bool?
        /// Whether the other one is what this one waits for.
        var isPredecessor: Bool
    }

    private let item: Item
    private let mayEdit: Bool
    private let place: Place
    private let waits: [Wait]
    private let proposals: [Item]

    init(of item: Item, mayEdit: Bool, on place: Place, _ transaction: StoreTransaction) throws {
        (self.item, self.mayEdit, self.place) = (item, mayEdit, place)
        waits = try Self.waits(item, transaction)
        proposals = mayEdit ? try Self.proposals(item, transaction) : []
    }

    private static func waits(_ item: Item, _ transaction: StoreTransaction) throws -> [Wait] {
        let timeline = try transaction.timeline()
        return try transaction.dependencies(of: item.id).compactMap { dependency in
            let isPredecessor = dependency.successor == item.id
            guard let other = try transaction.item(isPredecessor ? dependency.predecessor : dependency.successor) else { return nil }
            let isHealthy = isPredecessor ? timeline.isHealthy(other, before: item) : timeline.isHealthy(item, before: other)
            return Wait(other: other, isHealthy: isHealthy, isPredecessor: isPredecessor)
        }
    }

    /// What an outcome may wait for: its neighbours first, then what changed lately.
    private static func proposals(_ item: Item, _ transaction: StoreTransaction) throws -> [Item] {
        var found: [Item] = []
        if case .item(let parent) = item[.parent] { found = try transaction.outcomes(of: parent) }
        var query = ItemQuery(kind: .outcome, order: .updated, limit: 150)
        query.isDescending = true
        let known = Set(found.map(\.id))
        found += try transaction.items(matching: query).items.filter { !known.contains($0.id) }
        return found.filter { $0.id != item.id }
    }

    /// The others that a page which shows this list has to follow.
    var topics: [String] { waits.map { "item:\($0.other.id)" } }

    func nodes(_ visit: Visit) -> [Node] {
        let after = waits.filter { !$0.isPredecessor }
        var nodes = [
            h2 { "Waits for" },
            list(visit, waits.filter(\.isPredecessor), whenEmpty: "Nothing\(mayEdit ? ". Say below what has to be finished first." : ".")"),
        ]
        if mayEdit { nodes.append(form(visit)) }
        if !after.isEmpty { nodes += [h2 { "Needed by" }, list(visit, after, whenEmpty: "")] }
        return nodes
    }

    private func list(_ visit: Visit, _ waits: [Wait], whenEmpty words: String) -> Node {
        waits.isEmpty ? p(.class("hint")) { words } : ul(.class("plain")) { for wait in waits { line(visit, wait) } }
    }

    private func line(_ visit: Visit, _ wait: Wait) -> Node {
        li(.class("found")) {
            span(.class(wait.isHealthy == false ? "late" : "")) {
                a(.href(place.path(of: wait.other.id))) { "\(wait.other.key) \(wait.other.name)" }
                if wait.isHealthy == false { wait.isPredecessor ? " ends too late" : " starts too early" }
            }
            if mayEdit, wait.isPredecessor {
                visit.post("/roadmap/dependencies", .data("auto", "submit")) {
                    hidden("item", "\(item.id)")
                    hidden("on", "\(wait.other.id)")
                    hidden("do", "remove")
                    hidden("back", place.path(of: item.id))
                    button(.class("quiet"), .label("Does not wait for \(wait.other.key) any more")) { "Remove" }
                }
            }
        }
    }

    private func form(_ visit: Visit) -> Node {
        visit.post("/roadmap/dependencies", .class("inline"), .data("auto", "submit")) {
            hidden("item", "\(item.id)")
            hidden("back", place.path(of: item.id))
            input(
                .name("on"), .label("Outcome that has to be finished first"), Attribute("list", "outcome-proposals"),
                Attribute("placeholder", "OUT-7, or choose…"), .flag("required"), Attribute("autocomplete", "off"))
            button { "Add" }
            element("datalist", [.id("outcome-proposals")]) {
                for item in proposals { option(.value("\(item.key) \(item.name)")) }
            }
        }
    }

    private func hidden(_ name: String, _ value: String) -> Node { input(.type("hidden"), .name(name), .value(value)) }
}
