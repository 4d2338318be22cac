import Markup
import Portfolio
import Store

/// The part of the configuration that says which periods are planned on, and how they are grouped.
struct TimelineConfiguration: Sendable {
    static let routes: [Route] = [
        Route("POST", "/configuration/timeline", .having(.configurePortfolio), change),
        Route("POST", "/configuration/period-groups", .having(.configurePortfolio), add),
        Route("POST", "/configuration/period-groups/:id/remove", .having(.configurePortfolio)) { visit in
            let id: Identifier<PeriodGroup> = try visit.identifier("id")
            try await visit.store.write { try $0.removePeriodGroup(id) }
            return .seeOther(place)
        },
    ]

    private static let place = "/configuration#timeline"

    let timeline: Timeline
    let groups: [PeriodGroup]

    init(_ transaction: StoreTransaction) throws {
        timeline = try transaction.timeline()
        groups = try transaction.periodGroups()
    }

    func section(_ visit: Visit) -> Node {
        Markup.section(.class("card"), .id("timeline")) {
            h2 { "Timeline" }
            p(.class("hint")) {
                "The columns of the roadmap. Bars that are dragged snap to their edges. Months are the usual choice; the day of the start is the day on which every period starts."
            }
            visit.post("/configuration/timeline", .class("inline row timeline-form")) {
                labelled("Length of a period", "timeline-length") {
                    choices(
                        "length", id: "timeline-length", Timeline.Length.allCases.map { ($0.rawValue, $0.title) },
                        selected: timeline.length.rawValue)
                }
                labelled("Start of the timeline", "timeline-start") {
                    input(
                        .type("date"), .name("start"), .id("timeline-start"), .value(timeline.start.description), .flag("required"))
                }
                button { "Save" }
            }
            h3 { "Period groups" }
            if groups.isEmpty {
                p(.class("hint")) {
                    "None yet. A group names periods in a row, such as a planning increment, and heads them on the roadmap."
                }
            }
            ul(.class("plain period-groups")) {
                for group in groups {
                    li(.class("found")) {
                        span {
                            strong { group.label }
                            span(.class("muted")) {
                                " \(timeline.period(containing: group.start).label) – \(timeline.period(containing: group.end).label)"
                            }
                        }
                        visit.post("/configuration/period-groups/\(group.id)/remove", .class("inline")) {
                            button(.class("quiet"), .label("Remove \(group.label)")) { "Remove" }
                        }
                    }
                }
            }
            addForm(visit)
        }
    }

    private func addForm(_ visit: Visit) -> Node {
        let periods = choosable(visit)
        let next = nextStart(visit)
        let span = timeline.length == .month ? 2 : 0
        func menu(_ name: String, _ words: String, _ selected: Int) -> Node {
            choices(
                name, id: "group-\(name)", periods.map { (String($0.index), $0.label) }, selected: String(selected), .label(words))
        }
        return visit.post("/configuration/period-groups", .class("inline row")) {
            input(
                .name("label"), .label("Label of the new group"), Attribute("placeholder", "PI 1, or a quarter"), .flag("required"),
                Attribute("maxlength", "60"))
            menu("first", "First period", next.index)
            menu("last", "Last period", next.index + span)
            button { "Add a group" }
        }
    }

    /// The first period that follows the groups there are, or the one of today.
    private func nextStart(_ visit: Visit) -> Period {
        let today = visit.now.day ?? timeline.start
        guard let last = groups.last?.end, last >= today else { return timeline.period(containing: today) }
        return timeline.period(timeline.period(containing: last).index + 1)
    }

    private func choosable(_ visit: Visit) -> [Period] {
        let today = visit.now.day ?? timeline.start
        let years = timeline.length == .year ? 12 : 4
        func far(_ days: Int) -> CalendarDate { today.adding(days: days) ?? today }
        let last = max(far(years * 366), nextStart(visit).end.adding(days: 400) ?? today)
        return timeline.periods(from: far(-years * 366 / 2), through: last)
    }

    @Sendable
    private static func change(_ visit: Visit) async throws -> Reply {
        guard let length = Timeline.Length(rawValue: visit.form.text("length")), let start = CalendarDate(visit.form.text("start")) else {
            throw Refusal.invalid(message: "The timeline needs a length and a start.", remedy: "Choose both.")
        }
        try await visit.store.write { try $0.set(Timeline(length: length, start: start)) }
        return .seeOther(place)
    }

    @Sendable
    private static func add(_ visit: Visit) async throws -> Reply {
        let label = visit.form.text("label")
        guard !label.isEmpty else { throw Refusal.invalid(message: "The label is empty.", remedy: "Type a label.") }
        guard let first = Int(visit.form.text("first")), let last = Int(visit.form.text("last")), abs(first) < 100_000, abs(last) < 100_000
        else {
            throw Refusal.invalid(message: "The group has no periods.", remedy: "Choose its first and its last period.")
        }
        try await visit.store.write { transaction in
            let timeline = try transaction.timeline()
            try transaction.addPeriodGroup(label: label, start: timeline.period(first).start, end: timeline.period(last).end)
        }
        return .seeOther(place)
    }
}
