import Markup
import Portfolio
import Store

/// The roadmap: a bar for each initiative with a start and an end, drawn in SVG, with its outcomes below.
enum RoadmapPages {
    static let routes: [Route] = [Route("GET", "/roadmap", .having(.viewPortfolio), show)]

    private struct Bar: Sendable {
        var item: Item
        var link: Link?
        var start: CalendarDate
        var end: CalendarDate
    }

    private static let rowHeight = 34
    private static let labelWidth = 280
    private static let dayWidth = 4.0

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let today = visit.now.day
        let months = max(3, min(36, Int(visit.query.text("months")) ?? 12))
        let showsOutcomes = visit.query.text("outcomes") != "no"
        let (bars, unplanned, workspace) = try await visit.store.read { transaction -> ([Bar], Int, Workspace) in
            var bars: [Bar] = []
            var unplanned = 0
            func add(_ item: Item) throws {
                guard case .date(let start) = item[.start], case .date(let end) = item[.end] else {
                    unplanned += 1
                    return
                }
                bars.append(Bar(item: item, link: try transaction.links(of: item.id).first { $0.state.isLive }, start: start, end: end))
            }
            for item in try transaction.items(matching: ItemQuery(kind: .initiative, order: .start, limit: 200)).items {
                try add(item)
                guard showsOutcomes else { continue }
                for outcome in try transaction.outcomes(of: item.id).prefix(50) { try add(outcome) }
            }
            return (bars, unplanned, try transaction.workspace())
        }
        return try await visit.layout(
            "Roadmap", section: .roadmap, live: ["item:*", "items:initiative", "items:outcome", "configuration"],
            parts: [.roadmap]
        ) {
            heading("Roadmap") {
                form(.class("inline"), .action("/roadmap"), .data("auto", "")) {
                    choices(
                        "months", id: "months", [("6", "6 months"), ("12", "12 months"), ("24", "24 months"), ("36", "36 months")],
                        selected: String(months), .label("Span"))
                    choices(
                        "outcomes", id: "outcomes", [("yes", "With outcomes"), ("no", "Initiatives only")],
                        selected: showsOutcomes ? "yes" : "no", .label("Rows"))
                    button { "Show" }
                }
            }
            div(.class("scroll"), .id("roadmap"), .data("part", "")) {
                if let today, !bars.isEmpty {
                    drawing(bars, today, months, workspace)
                } else {
                    p(.class("empty")) { "No initiative has a start and an end yet." }
                }
                if unplanned > 0 { p(.class("muted")) { "\(unplanned) items without dates are not shown." } }
            }
        }
    }

    private static func drawing(_ bars: [Bar], _ today: CalendarDate, _ months: Int, _ workspace: Workspace) -> Node {
        let origin = day(today) - 60
        let days = months * 30
        let width = labelWidth + Int(Double(days) * dayWidth)
        let height = rowHeight * bars.count + 40
        func x(_ number: Int) -> Double { Double(labelWidth) + Double(number - origin) * dayWidth }
        return svg(
            .class("roadmap"), Attribute("width", String(width)), Attribute("height", String(height)), Attribute("role", "img"),
            .label("Roadmap with \(bars.count) bars")
        ) {
            for month in monthStarts(from: origin, days: days) {
                element(
                    "line",
                    [
                        .class("month"), Attribute("x1", "\(x(month.day))"), Attribute("x2", "\(x(month.day))"), Attribute("y1", "20"),
                        Attribute("y2", String(height)),
                    ])
                element("text", [.class("month"), Attribute("x", "\(x(month.day) + 4)"), Attribute("y", "14")]) { month.name }
            }
            element(
                "line",
                [
                    .class("today"), Attribute("x1", "\(x(day(today)))"), Attribute("x2", "\(x(day(today)))"), Attribute("y1", "20"),
                    Attribute("y2", String(height)),
                ])
            for (row, bar) in bars.enumerated() {
                let top = 26 + row * rowHeight
                let left = min(max(x(day(bar.start)), Double(labelWidth)), Double(width))
                let right = min(max(x(day(bar.end) + 1), left + 4), Double(width))
                let isOutcome = bar.item.kind == .outcome
                element("a", [.href("/items/\(bar.item.id)")]) {
                    element(
                        "text",
                        [
                            .class(isOutcome ? "label outcome" : "label"), Attribute("x", isOutcome ? "20" : "4"),
                            Attribute("y", String(top + 17)),
                        ]
                    ) {
                        String(bar.item.name.prefix(isOutcome ? 36 : 38))
                    }
                    element(
                        "rect",
                        [
                            .class("bar \(isOutcome ? "outcome" : "initiative") \(bar.item.light?.rawValue ?? "")"),
                            Attribute("x", "\(left)"),
                            Attribute("y", String(top + (isOutcome ? 7 : 3))), Attribute("width", "\(right - left)"),
                            Attribute("height", isOutcome ? "12" : "20"), Attribute("rx", "4"), .data("item", "\(bar.item.id)"),
                        ]
                    ) {
                        titleElement {
                            "\(bar.item.key) \(bar.item.name): \(bar.start) to \(bar.end), \(workspace.words(bar.item[.stage]))\(bar.link.map { " · \($0.healthWords)" } ?? "")"
                        }
                    }
                }
                if let link = bar.link, link.health == .conflict || link.health == .failed {
                    element("text", [.class("mark"), Attribute("x", "\(right + 4)"), Attribute("y", String(top + 17))]) { "!" }
                }
            }
        }
    }

    private static func day(_ date: CalendarDate) -> Int { Int(Instant(startOf: date).milliseconds / 86_400_000) }

    private static let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func monthStarts(from origin: Int, days: Int) -> [(day: Int, name: String)] {
        var result: [(day: Int, name: String)] = []
        for number in origin..<(origin + days) {
            guard let text = Instant(milliseconds: Int64(number) * 86_400_000).day?.description, text.hasSuffix("-01"),
                let month = Int(text.dropFirst(5).prefix(2))
            else { continue }
            result.append((number, "\(names[month - 1]) \(text.prefix(4).suffix(2))"))
        }
        return result
    }
}
