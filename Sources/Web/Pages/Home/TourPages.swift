import JSON
import Markup
import Portfolio
import Store

/// The first steps of somebody who is new, each ticked by what is really there.
struct Tour: Sendable {
    struct Step: Sendable {
        var title: String
        var reason: String
        var action: String
        var path: String
        var isDone: Bool
    }

    static let preference = "tour"

    var steps: [Step]
    /// Set once it has been shown, so that it stays until it is finished or put away.
    var isBegun: Bool
    var isHidden: Bool
    /// Nothing is connected and nothing is planned: the tour comes by itself.
    var isBeginner: Bool

    var isShown: Bool { !isHidden && (isBegun || isBeginner) }
    var done: Int { steps.filter(\.isDone).count }

    init(for person: Person, _ transaction: StoreTransaction) throws {
        let marks = Tour.marks(try transaction.preference(Tour.preference, of: person.id))
        isBegun = marks.contains("begun")
        isHidden = marks.contains("hidden")
        if person.role.may(.configureIntegrations) {
            let (instances, integrations) = (try transaction.instances(), try transaction.integrations())
            let hasPulled = try transaction.runs(in: nil, limit: 50).contains {
                $0.state == .finished && $0.direction != .push && !$0.isDryRun
            }
            isBeginner = !hasPulled
            steps = Tour.administratorSteps(
                instance: instances.first?.id, integration: integrations.first, hasPulled: hasPulled, marks: marks,
                people: try transaction.people().filter(\.isActive).count)
        } else {
            isBeginner = true
            steps = Tour.memberSteps(marks)
        }
    }

    static func marks(_ text: String?) -> Set<String> { Set((text ?? "").split(separator: " ").map(String.init)) }

    private static func administratorSteps(
        instance: Identifier<Instance>?, integration: Integration?, hasPulled: Bool, marks: Set<String>, people: Int
    ) -> [Step] {
        [
            Step(
                title: "Connect Azure DevOps", reason: "The address of your organisation and an access token. Both are checked at once.",
                action: "Connect", path: "/integrations/new", isDone: instance != nil),
            Step(
                title: "Choose a project", reason: "The project whose epics and features belong to the portfolio.", action: "Choose",
                path: instance.map { "/instances/\($0)/projects/new" } ?? "/integrations/new", isDone: integration != nil),
            Step(
                title: "Check the mapping", reason: "Which field here is which field there, and in which direction it travels.",
                action: "Check", path: integration == nil ? "/integrations" : "/tour/mapping",
                isDone: marks.contains("mapping") || hasPulled),
            Step(
                title: "Pull for the first time", reason: "Initiatives and outcomes are made from the work items that are there already.",
                action: "Pull", path: integration.map { "/bulk?integration=\($0.id)" } ?? "/bulk", isDone: hasPulled),
            Step(
                title: "Look at the roadmap", reason: "What you have pulled, in time. It follows every change by itself.", action: "Look",
                path: "/tour/roadmap", isDone: marks.contains("roadmap")),
            Step(
                title: "Invite people", reason: "A link for each of them, with the rights that they need.", action: "Invite",
                path: "/people",
                isDone: people > 1),
        ]
    }

    private static func memberSteps(_ marks: Set<String>) -> [Step] {
        [
            Step(
                title: "Find your work", reason: "The outcomes that you own; filters stay in the address, so you can keep it.",
                action: "Find", path: "/tour/work", isDone: marks.contains("work")),
            Step(
                title: "Plan on the roadmap", reason: "Initiatives and outcomes in time. It follows every change by itself.",
                action: "Look",
                path: "/tour/roadmap", isDone: marks.contains("roadmap")),
            Step(
                title: "Press ?", reason: "The keyboard takes you everywhere: ? shows how, Ctrl+K searches.", action: "Show the keys",
                path: "/tour/keys", isDone: marks.contains("keys")),
        ]
    }
}

/// The card with the tour, and the small steps that it remembers.
enum TourPages {
    static let routes: [Route] = [
        Route("GET", "/tour/:step", .having(.viewPortfolio), follow),
        Route("POST", "/tour/hide", .having(.viewPortfolio)) { visit in
            try await mark(visit, adding: ["hidden"], removing: [])
            return visit.isScripted
                ? .json(["saved": true, "message": "Put away. Ctrl+K and “Show the tour” bring it back.", "undo": "/tour/show"])
                : .seeOther("/")
        },
        Route("POST", "/tour/show", .having(.viewPortfolio)) { visit in
            try await mark(visit, adding: ["begun"], removing: ["hidden"])
            return visit.isScripted ? .json(["saved": true]) : .seeOther("/")
        },
        Route("GET", "/shortcuts", .having(.viewPortfolio), shortcuts),
    ]

    /// Remembers that the tour was shown, once.
    static func begin(_ visit: Visit, _ tour: Tour) async throws {
        if tour.isShown, !tour.isBegun { try await mark(visit, adding: ["begun"], removing: []) }
    }

    private static func mark(_ visit: Visit, adding added: Set<String>, removing removed: Set<String>) async throws {
        let person = try visit.visitor()
        try await visit.store.write { transaction in
            let marks = Tour.marks(try transaction.preference(Tour.preference, of: person.id))
            let text = marks.union(added).subtracting(removed).sorted().joined(separator: " ")
            try transaction.setPreference(Tour.preference, of: person.id, to: text)
        }
    }

    /// Steps that leave no trace in the portfolio are remembered on the way.
    @Sendable
    private static func follow(_ visit: Visit) async throws -> Reply {
        let person = try visit.visitor()
        let step = visit.parameters["step"] ?? ""
        let target: String
        switch step {
        case "mapping":
            guard visit.may(.viewIntegrations) else { throw Refusal.notFound }
            target = try await visit.store.read { try $0.integrations().first }.map { "/mappings/\($0.mappingSet)" } ?? "/integrations"
        case "roadmap": target = "/roadmap"
        case "work": target = "/outcomes?owner=\(person.id)"
        case "keys": target = "/shortcuts"
        default: throw Refusal.notFound
        }
        try await mark(visit, adding: [step], removing: [])
        return .seeOther(target)
    }

    static func card(_ visit: Visit, _ tour: Tour) -> Node {
        guard tour.isShown else { return div(.id("tour"), .data("part", "")) }
        let next = tour.steps.firstIndex { !$0.isDone }
        return section(.class("card tour"), .id("tour"), .data("part", ""), .label("First steps")) {
            header(.class("card-head")) {
                div {
                    h2 { next == nil ? "All set" : "First steps" }
                    p(.class("sub")) {
                        next == nil
                            ? "You know your way around. From here on, Home tells you what waits and what has changed."
                            : "\(tour.done) of \(tour.steps.count) done. Each step ticks itself."
                    }
                }
                visit.post("/tour/hide", .class("inline"), .data("auto", "submit")) {
                    button(.class(next == nil ? "primary" : "quiet")) { next == nil ? "Finish" : "Put away" }
                }
            }
            ol(.class("plain steps")) {
                for (index, step) in tour.steps.enumerated() {
                    li(.class(step.isDone ? "done" : index == next ? "next" : ""), Attribute("aria-current", index == next ? "step" : nil))
                    {
                        span(.class("tick")) { if step.isDone { icon(.check, 14) } else { String(index + 1) } }
                        div {
                            strong { step.title }
                            if step.isDone { span(.class("sr")) { " (done)" } }
                            p(.class("sub")) { step.reason }
                        }
                        if !step.isDone {
                            a(.class(index == next ? "button primary" : "button quiet"), .href(step.path)) { step.action }
                        }
                    }
                }
            }
        }
    }

    /// What the ? key shows, for whoever has no script; the script adds what the present page can do.
    @Sendable
    private static func shortcuts(_ visit: Visit) async throws -> Reply {
        let keys: [(keys: String, words: String)] = [
            ("Ctrl K", "Search, and do anything by its name"), ("/", "Go to the search of the page"), ("?", "Show the keys"),
            ("g h", "Home"), ("g i", "Initiatives"), ("g o", "Outcomes"), ("g r", "Roadmap"), ("g b", "Board"), ("g p", "Outcome planning"),
            ("g t", "Teams"), ("g a", "Attention"), ("c", "Create an initiative or an outcome"), ("Ctrl Z", "Take back what you just did"),
        ]
        return try await visit.layout("Keyboard shortcuts", parts: [.home]) {
            heading("Keyboard shortcuts")
            section(.class("card narrow")) {
                dl(.class("keys")) {
                    for key in keys {
                        dt { for part in key.keys.split(separator: " ") { element("kbd", []) { String(part) } } }
                        dd { key.words }
                    }
                }
                p(.class("sub")) { "They rest while you type. They need a browser with scripts; every place is in the sidebar, too." }
            }
        }
    }
}
