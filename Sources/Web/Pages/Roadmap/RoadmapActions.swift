import JSON
import Markup
import Portfolio
import Store

/// What people do on the roadmap: plan, move, park, create, and say what waits for what. Each deed is one request, and can be undone.
enum RoadmapActions {
    static let routes: [Route] = [
        Route("POST", "/roadmap/plan", .having(.viewPortfolio), plan),
        Route("POST", "/roadmap/create", .having(.editEveryItem), create),
        Route("POST", "/roadmap/dependencies", .having(.viewPortfolio), depend),
    ]

    /// From the form, or from the address: an undo is an address to post to.
    private static func value(_ visit: Visit, _ name: String) -> String? { visit.form[name] ?? visit.query[name] }

    private static func item(_ visit: Visit) async throws -> (page: ItemPage, timeline: Timeline) {
        guard let id = value(visit, "item").flatMap({ Identifier<Item>($0) }) else { throw Refusal.notFound }
        let person = try visit.visitor()
        let (page, timeline) = try await visit.store.read { (try ItemPage(id, for: person, $0), try $0.timeline()) }
        guard page.mayEdit else { throw Refusal.forbidden("edit \(page.item.key)") }
        return (page, timeline)
    }

    private static func back(_ visit: Visit) -> Reply {
        let path = value(visit, "back") ?? ""
        return .seeOther(path.hasPrefix("/roadmap") ? path : "/roadmap")
    }

    /// Start, end and the mark “parked”: what is given is set, and an empty date is none.
    @Sendable
    private static func plan(_ visit: Visit) async throws -> Reply {
        let (page, timeline) = try await item(visit)
        let item = page.item
        var changes: [FieldKey: FieldValue?] = [:]
        for key in [FieldKey.start, .end] {
            guard let text = value(visit, key.name), let definition = page.workspace.catalogue[key] else { continue }
            changes[key] = try FieldInput.value([text], for: definition)
        }
        if let parked = value(visit, "parked") { changes[.parked] = parked == "yes" ? .flag(true) : .some(nil) }
        if let step = value(visit, "move").flatMap({ Int($0) }) {
            guard case .date(let start) = item[.start], case .date(let end) = item[.end] else {
                throw Refusal.invalid(message: "\(item.key) has no start and end yet.", remedy: "Choose two dates first.")
            }
            let span = timeline.moved(start, end, by: min(max(step, -1_200), 1_200))
            changes[.start] = .date(span.start)
            changes[.end] = .date(span.end)
        }
        let changed = changes.filter { item[$0.key] != $0.value }
        for key in changed.keys.sorted() {
            if let lock = page.lock(key) {
                throw Refusal.invalid(message: "\(page.label(key)) of \(item.key) is locked. \(lock)", remedy: "")
            }
        }
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        let after = try await visit.store.write { [changed] in try $0.edit(item.id, changes: changed, origin: origin) }
        guard visit.isScripted else { return back(visit) }
        return .json(["saved": true, "message": .string(words(after)), "undo": .string(undo(item))])
    }

    private static func undo(_ item: Item) -> String {
        func text(_ key: FieldKey) -> String { if case .date(let date) = item[key] { date.description } else { "" } }
        return "/roadmap/plan?item=\(item.id)&start=\(text(.start))&end=\(text(.end))&parked=\(item[.parked] == .flag(true) ? "yes" : "no")"
    }

    private static func words(_ item: Item) -> String {
        if item[.parked] == .flag(true) { return "\(item.key) is parked" }
        guard case .date(let start) = item[.start], case .date(let end) = item[.end] else { return "\(item.key) is not planned" }
        return "\(item.key) runs from \(start.words) to \(end.words)"
    }

    @Sendable
    private static func create(_ visit: Visit) async throws -> Reply {
        let name = visit.form.text("name")
        guard !name.isEmpty else { throw Refusal.invalid(message: "The name is empty.", remedy: "Type a name.") }
        let person = try visit.visitor()
        let origin = EditOrigin(actor: try visit.actor(), cause: .creation, at: visit.now)
        let (start, end) = (CalendarDate(visit.form.text("start")), CalendarDate(visit.form.text("end")))
        let item = try await visit.store.write { transaction in
            var values: [FieldKey: FieldValue] = [.name: .text(name), .owner: .person(person.id)]
            values[.start] = start.map { .date($0) }
            values[.end] = end.map { .date($0) }
            return try transaction.create(.initiative, values: values, origin: origin)
        }
        guard visit.isScripted else { return back(visit) }
        return .json([
            "saved": true, "item": .integer(item.id.number), "message": .string("\(item.key) is on the roadmap"),
            "undo": .string("/items/\(item.id)/archive"),
        ])
    }

    /// The outcome of the form waits for another one, or does so no longer. The other is named by its number or its key.
    @Sendable
    private static func depend(_ visit: Visit) async throws -> Reply {
        let (page, _) = try await item(visit)
        let typed = (value(visit, "on") ?? "").trimmed
        let isRemoval = value(visit, "do") == "remove"
        let successor = page.item.id
        let dependency = try await visit.store.write { transaction -> Dependency in
            guard let other = try outcome(typed, transaction) else {
                throw Refusal.invalid(
                    message: "“\(typed.prefix(60))” is no outcome.", remedy: "Type its key, such as OUT-7, or choose one from the list.")
            }
            let dependency = Dependency(predecessor: other.id, successor: successor)
            if isRemoval { try transaction.remove(dependency) } else { try transaction.add(dependency) }
            return dependency
        }
        let itemPage = DependencyList.Place.itemPage.path(of: successor)
        guard visit.isScripted else {
            return .seeOther(value(visit, "back") == itemPage ? itemPage : DependencyList.Place.roadmap.path(of: successor))
        }
        let undo = "/roadmap/dependencies?item=\(successor)&on=\(dependency.predecessor)&do=\(isRemoval ? "add" : "remove")"
        return .json([
            "saved": true, "message": .string(isRemoval ? "It does not wait any more" : "The dependency is kept"), "undo": .string(undo),
        ])
    }

    private static func outcome(_ typed: String, _ transaction: StoreTransaction) throws -> Item? {
        if let id = Identifier<Item>(typed) { return try transaction.item(id) }
        let word = typed.prefix { $0 != " " }.uppercased()
        guard word.hasPrefix("OUT-"), let number = Int64(word.dropFirst(4)) else { return nil }
        return try transaction.item(kind: .outcome, number: number)
    }
}
