import Markup
import Portfolio
import Store

/// One item in brief, and all that can be done with it on the roadmap. A page of its own without a script; with one, a card beside the bar.
struct RoadmapCard: Sendable {
    static let routes: [Route] = [Route("GET", "/roadmap/items/:id", .having(.viewPortfolio), show)]

    private let page: ItemPage
    private let timeline: Timeline
    /// Only outcomes wait for each other.
    private let dependencies: DependencyList?
    /// Typed, or computed from the outcomes.
    private let percentComplete: Double?

    private init(_ id: Identifier<Item>, for person: Person, _ transaction: StoreTransaction) throws {
        page = try ItemPage(id, for: person, transaction)
        timeline = try transaction.timeline()
        if case .number(let number) = page.item[.percentComplete] {
            percentComplete = number
        } else {
            percentComplete = try transaction.outcomeProgress(of: [id])[id]?.percentComplete
        }
        dependencies =
            page.item.kind == .outcome ? try DependencyList(of: page.item, mayEdit: page.mayEdit, on: .roadmap, transaction) : nil
    }

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Item> = try visit.identifier("id")
        let person = try visit.visitor()
        let card = try await visit.store.read { try RoadmapCard(id, for: person, $0) }
        let page = card.page
        let item = page.item
        return try await visit.layout("Plan \(item.key)", section: .roadmap, live: ["item:\(id)"], parts: [.roadmap]) {
            article(.class("card narrow plan-card"), .id("plan-card"), .data("part", "")) {
                card.facts
                if page.mayEdit { card.planning(visit) }
                if let dependencies = card.dependencies { div(.class("plan-forms waits")) { dependencies.nodes(visit) } }
            }
            p { a(.href("/roadmap")) { "Back to the roadmap" } }
        }
    }

    private var facts: [Node] {
        let item = page.item
        func fact(_ title: String, _ words: String) -> [Node] { words.isEmpty ? [] : [dt { title }, dd { words }] }
        return [
            p(.class("crumbs")) {
                code { item.key }
                if let parent = page.parent { " · \(parent.name)" }
            },
            h1 { a(.href("/items/\(item.id)")) { item.name } },
            dl {
                if case .date(let start) = item[.start], case .date(let end) = item[.end] {
                    fact("Dates", "\(start.words) – \(end.words)")
                } else {
                    fact("Dates", item[.start] == nil && item[.end] == nil ? "None yet" : page.words(item[.start] ?? item[.end]))
                }
                if item[.parked] == .flag(true) { fact("Plan", "Parked") }
                fact("Stage", page.words(item[.stage]))
                fact("Owner", page.words(item[.owner]))
                fact("Team", page.words(item[.team]))
                if let light = item.light {
                    dt { "RAG" }
                    dd { ragDot(light) }
                }
                if let percent = percentComplete { fact("Progress", "\(Int(percent)) %") }
                dt { "Azure DevOps" }
                dd { linkChip(page.links.first?.link) }
            },
        ]
    }

    private func planning(_ visit: Visit) -> Node {
        let item = page.item
        func text(_ key: FieldKey) -> String { FieldInput.text(item[key]) }
        func hidden(_ name: String, _ value: String) -> Node { input(.type("hidden"), .name(name), .value(value)) }
        let locks = [FieldKey.start, .end].compactMap { key in page.lock(key).map { "\(page.label(key)): \($0)" } }
        let isParked = item[.parked] == .flag(true)
        let hasDates = item[.start] != nil && item[.end] != nil
        return div(.class("plan-forms")) {
            h2 { "Plan" }
            for lock in locks { p(.class("hint lock")) { "Locked. \(lock)" } }
            visit.post("/roadmap/plan", .class("plan-dates"), .data("auto", "submit")) {
                hidden("item", "\(item.id)")
                hidden("parked", "no")
                labelled("Start", "plan-start") { input(.type("date"), .name("start"), .id("plan-start"), .value(text(.start))) }
                labelled("End", "plan-end") { input(.type("date"), .name("end"), .id("plan-end"), .value(text(.end))) }
                button(.class("primary")) { isParked ? "Plan again" : "Save" }
            }
            div(.class("plan-steps")) {
                if hasDates, !isParked {
                    for (step, words) in [
                        (-1, "← One \(timeline.length.rawValue) earlier"), (1, "One \(timeline.length.rawValue) later →"),
                    ] {
                        visit.post("/roadmap/plan", .data("auto", "submit")) {
                            hidden("item", "\(item.id)")
                            hidden("move", String(step))
                            button { words }
                        }
                    }
                }
                visit.post("/roadmap/plan", .data("auto", "submit")) {
                    hidden("item", "\(item.id)")
                    hidden("parked", isParked ? "no" : "yes")
                    button {
                        icon(.park, 16)
                        isParked ? "Take out of the car park" : "Park"
                    }
                }
            }
        }
    }
}
