import Markup
import Portfolio
import Store

/// Outcome planning: teams as bands, periods as columns, and beside them the outcomes that have no dates yet.
enum PlanningPages {
    static let routes: [Route] = [
        Route("GET", "/planning", .having(.viewPortfolio), show),
        Route("GET", "/planning/:id", .having(.viewPortfolio), PlanningEdits.form),
        Route("POST", "/planning/:id", .having(.viewPortfolio), PlanningEdits.save),
        Route("POST", "/planning/:id/move", .having(.viewPortfolio), PlanningEdits.move),
        Route("POST", "/planning/:id/undo", .having(.viewPortfolio), PlanningEdits.takeBack),
    ]

    private static let kept = ["from", "periods", "lens"]
    private static let lengths = [6, 9, 12, 18]

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let person = try visit.visitor()
        guard let today = visit.now.day else { throw Refusal.notFound }
        let count = lengths.first { $0 == Int(visit.query.text("periods")) } ?? 9
        let from = CalendarDate(visit.query.text("from"))
        let lens = PlanningLens(rawValue: visit.query.text("lens")) ?? .effort
        var query = ItemListPages.query(visit.query, .outcome)
        query.isArchived = false
        let wanted = query
        let page = try await visit.store.read { transaction in
            let periods = PlanningPeriods(try transaction.timeline(), from: from, count: count, today: today)
            return try PlanningPage(wanted, periods, lens, for: person, transaction)
        }
        return try await visit.layout(
            "Outcome planning", section: .planning, live: ["item:*", "items:outcome", "configuration"], parts: [.planning]
        ) {
            heading("Outcome planning") {
                if page.hasOutcomes {
                    window(visit, page.periods)
                    lenses(visit, lens)
                }
            }
            if page.hasOutcomes {
                visit.filterBar("/planning", page.workspace.facets(of: .outcome), keeping: kept)
                div(.class("planning")) {
                    div(.class("plan-scroll"), Attribute("tabindex", "0"), Attribute("role", "group"), .label("The plan")) {
                        PlanningGrid(page: page, visit: visit).node
                    }
                    PlanningTray(page: page).node
                }
                p(.class("hint plan-help")) {
                    "Drag a card to a team and a month, or its right edge to lengthen it. "
                    for key in ["Alt", "←"] { element("kbd", []) { key } }
                    " moves it, "
                    for key in ["Alt", "Shift", "→"] { element("kbd", []) { key } }
                    " lengthens it."
                }
            } else {
                empty(visit)
            }
        }
    }

    private static func window(_ visit: Visit, _ periods: PlanningPeriods) -> Node {
        func path(_ first: Int) -> String {
            visit.address(changing: ["from": periods.timeline.period(first).start.description])
        }
        let step = max(1, periods.periods.count / 3)
        return div(.class("plan-window")) {
            nav(.class("segments"), .label("Which periods")) {
                a(.class("button"), .href(path(periods.first - step)), .label("Earlier")) { "←" }
                a(.class("button"), .href(visit.address(changing: ["from": ""]))) { "Today" }
                a(.class("button"), .href(path(periods.first + step)), .label("Later")) { "→" }
            }
            nav(.class("segments"), .label("How many periods")) {
                for length in lengths {
                    a(
                        .class("button"), .href(visit.address(changing: ["periods": String(length)])), .label("\(length) periods"),
                        Attribute("aria-current", length == periods.periods.count ? "true" : nil)
                    ) { String(length) }
                }
            }
        }
    }

    private static func lenses(_ visit: Visit, _ current: PlanningLens) -> Node {
        nav(.class("segments lenses"), .label("What the cards show")) {
            for lens in PlanningLens.allCases {
                a(
                    .class("button"), .href(visit.address(changing: ["lens": lens.rawValue])),
                    Attribute("aria-current", lens == current ? "true" : nil)
                ) { lens.title }
            }
        }
    }

    private static func empty(_ visit: Visit) -> Node {
        section(.class("card empty"), .id("plan"), .data("part", "")) {
            icon(.planning, 34)
            h2 { "No outcome to plan yet" }
            p {
                "An outcome is a package of work that one team delivers. Create some, or pull them from Azure DevOps; then give them periods here."
            }
            p {
                a(.class("button primary"), .href("/outcomes"), .data("create", "outcome")) { "Create an outcome" }
                " "
                if visit.may(.runBulk) { a(.class("button"), .href("/bulk")) { "Pull from Azure DevOps" } }
            }
        }
    }
}
