import JSON
import Markup
import Portfolio
import Store

/// Where a day with the portfolio begins: what waits, how the initiatives stand, and what has changed since one last looked.
enum HomePages {
    static let routes: [Route] = [
        Route("GET", "/", .having(.viewPortfolio), show),
        Route("POST", "/home/seen", .having(.viewPortfolio), markSeen),
        Route("POST", "/home/seen/:moment", .having(.viewPortfolio), takeBackSeen),
    ]

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let person = try visit.visitor()
        let now = visit.now
        guard let today = now.day else { throw Refusal.notFound }
        let showsAll = visit.query.text("show") == "all"
        let (looked, page) = try await visit.store.read { transaction -> (LastLook, HomePage) in
            let looked = LastLook(try transaction.preference(LastLook.name, of: person.id), now: now)
            return (looked, try HomePage(for: person, since: looked.since, on: today, showsAll: showsAll, transaction))
        }
        if looked.isNew {
            try await visit.store.write { try $0.setPreference(LastLook.name, of: person.id, to: looked.text) }
        }
        try await TourPages.begin(visit, page.tour)
        return try await visit.layout(
            "Home", section: .home,
            live: ["item:*", "items:initiative", "items:outcome", "configuration", "attention", "instance:*", "integration:*", "run:*"],
            parts: [.home]
        ) {
            header(.class("page-head home-head")) {
                div {
                    h1 { "Hello, \(person.name.split(separator: " ").first.map(String.init) ?? person.name)" }
                    p(.class("lead")) { "\(weekday(today)), \(today.words)" }
                }
                summaryLine(page)
            }
            TourPages.card(visit, page.tour)
            div(.class("home")) {
                waiting(page)
                progress(visit, page)
                HomeFeed(page: page, since: looked.since).node(visit)
            }
        }
    }

    /// `Thursday`; 1 January 1970 was one.
    private static func weekday(_ day: CalendarDate) -> String {
        let names = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
        return names[((day.daysSinceEpoch % 7) + 7) % 7]
    }

    private static func summaryLine(_ page: HomePage) -> Node {
        let summary = page.summary
        guard summary.open > 0 else { return .nothing }
        return p(.class("home-summary"), .id("summary"), .data("part", "")) {
            strong { String(summary.open) }
            summary.open == 1 ? " initiative is open, " : " initiatives are open, "
            strong { String(summary.inDelivery) }
            " in delivery"
            if summary.red > 0 {
                ", "
                a(.href("/initiatives?rag=red")) { "\(summary.red) red" }
            }
            if summary.overdue > 0 {
                ", "
                a(.href("/initiatives?sort=end")) { "\(summary.overdue) overdue" }
            }
            "."
        }
    }

    private static func waiting(_ page: HomePage) -> Node {
        section(.class("card waits"), .id("waits"), .data("part", "")) {
            header(.class("card-head")) {
                h2 { "Waits for you" }
                if page.waitingTotal > 0 { span(.class("tally")) { String(page.waitingTotal) } }
            }
            if page.waiting.isEmpty {
                p(.class("calm")) {
                    icon(.check, 18)
                    "Nothing. No conflict, no refused write, and none of your initiatives is late, red or without dates."
                }
            }
            ul(.class("plain rows")) {
                for wait in page.waiting {
                    li {
                        span(.class("wait-sign \(wait.weight.rawValue)")) { icon(wait.weight == .bad ? .warning : .attention, 16) }
                        div {
                            a(.class("name"), .href(wait.path)) { wait.title }
                            p(.class("sub")) { wait.reason }
                        }
                        a(.class("button"), .href(wait.path), .label("\(wait.action): \(wait.title)")) { wait.action }
                    }
                }
            }
            if page.waitingTotal > page.waiting.count {
                p { a(.href("/attention")) { "All \(page.waitingTotal) →" } }
            }
            if let health = page.health {
                p(.class("health")) {
                    span(.class(health.isGood ? "dot good" : "dot bad"), Attribute("aria-hidden", "true"))
                    a(.href("/integrations")) { "Azure DevOps: \(health.words)" }
                }
            }
        }
    }

    private static func progress(_ visit: Visit, _ page: HomePage) -> Node {
        section(.class("card portfolio"), .id("portfolio"), .data("part", "")) {
            header(.class("card-head")) {
                h2 { page.showsAll ? "The portfolio" : "Your initiatives" }
                if page.ownsAny {
                    nav(.class("segments"), .label("Which initiatives")) {
                        a(.class("button"), .href("/"), Attribute("aria-current", page.showsAll ? nil : "page")) { "Yours" }
                        a(.class("button"), .href("/?show=all"), Attribute("aria-current", page.showsAll ? "page" : nil)) { "All" }
                    }
                }
            }
            if page.rows.isEmpty {
                div(.class("empty")) {
                    icon(.initiative, 34)
                    h3 { "No open initiative yet" }
                    p {
                        "An initiative is a large undertaking; its outcomes are what teams deliver. Create one, or pull them from Azure DevOps."
                    }
                    a(.class("button"), .href("/initiatives"), .data("create", "initiative")) { "Create an initiative" }
                }
            } else {
                ul(.class("plain rows")) { for row in page.rows { progressRow(row, page) } }
                if page.rowsTotal > page.rows.count {
                    p { a(.href("/initiatives")) { "All \(page.rowsTotal) initiatives →" } }
                }
            }
        }
    }

    private static func progressRow(_ row: HomePage.Row, _ page: HomePage) -> Node {
        li {
            div {
                a(.class("name"), .href("/items/\(row.item.id)")) { row.item.name }
                p(.class("sub")) {
                    code { row.item.key }
                    if let stage = row.stage { stageLabel(stage) }
                    if row.total > 0 { span { "\(row.closed) of \(row.total) \(row.total == 1 ? "outcome" : "outcomes") done" } }
                }
            }
            div(.class("portfolio-progress")) {
                if let percent = row.percent {
                    meter(percent)
                    span(.class("number")) { "\(Int(percent)) %" }
                } else {
                    span(.class("muted")) { "No outcomes" }
                }
            }
            div(.class("portfolio-end")) {
                if let end = row.end {
                    span(.class(row.isOverdue ? "overdue" : "")) { end.words }
                    if row.isOverdue { span(.class("sub overdue")) { "Overdue" } }
                } else {
                    span(.class("muted")) { "No end date" }
                }
            }
            if let light = row.item.light { ragDot(light) } else { span(.class("muted none")) { "No RAG" } }
        }
    }

    @Sendable
    private static func markSeen(_ visit: Visit) async throws -> Reply {
        let person = try visit.visitor()
        let now = visit.now
        let before = try await visit.store.write { transaction in
            let before = LastLook(try transaction.preference(LastLook.name, of: person.id), now: now)
            try transaction.setPreference(LastLook.name, of: person.id, to: LastLook(since: now, shown: now).text)
            return before.since
        }
        guard visit.isScripted else { return .seeOther("/") }
        return .json([
            "saved": true, "message": "Marked as seen", "undo": .string("/home/seen/\(before.milliseconds)"),
        ])
    }

    @Sendable
    private static func takeBackSeen(_ visit: Visit) async throws -> Reply {
        let person = try visit.visitor()
        guard let moment = visit.parameters["moment"].flatMap({ Int64($0) }) else { throw Refusal.notFound }
        let look = LastLook(since: Instant(milliseconds: moment), shown: visit.now)
        try await visit.store.write { try $0.setPreference(LastLook.name, of: person.id, to: look.text) }
        return visit.isScripted ? .json(["saved": true]) : .seeOther("/")
    }
}

/// Up to when somebody has seen the news. It moves by “Mark as seen”, or once the news has been there to be read for a day.
struct LastLook: Hashable, Sendable {
    static let name = "home.seen"
    private static let day: Int64 = 86_400_000

    /// News are younger than this.
    var since: Instant
    /// When they were first there to be read.
    var shown: Instant
    /// Whether this differs from what is stored.
    var isNew = false

    init(since: Instant, shown: Instant) {
        self.since = since
        self.shown = shown
    }

    init(_ text: String?, now: Instant) {
        let parts = (text ?? "").split(separator: " ").compactMap { Int64($0) }
        if parts.count == 2, now.milliseconds - parts[1] < Self.day {
            self.init(since: Instant(milliseconds: parts[0]), shown: Instant(milliseconds: parts[1]))
        } else if parts.count == 2 {
            self.init(since: Instant(milliseconds: parts[1]), shown: now)
            isNew = true
        } else {
            // Whoever is new sees what the last week has brought.
            self.init(since: Instant(milliseconds: now.milliseconds - 7 * Self.day), shown: now)
            isNew = true
        }
    }

    var text: String { "\(since.milliseconds) \(shown.milliseconds)" }
}
