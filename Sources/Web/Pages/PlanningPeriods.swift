import Portfolio
import Store

/// The grid of time of planning: months, numbered since the year 0. How long a period is, and where one begins, stands here and nowhere
/// else in planning.
struct PlanningTimeline: Hashable, Sendable {
    struct Period: Hashable, Sendable {
        var start: CalendarDate
        var end: CalendarDate
        /// `Nov`
        var name: String
        /// `Nov 2026`
        var words: String
    }

    static func read(_ transaction: StoreTransaction) throws -> PlanningTimeline { PlanningTimeline() }

    func index(of day: CalendarDate) -> Int { day.year * 12 + day.month - 1 }

    /// `nil` outside the years that a calendar date can have.
    func period(_ index: Int) -> Period? {
        let (year, month) = (index / 12, index % 12 + 1)
        guard let start = CalendarDate(year: year, month: month, day: 1),
            let next = CalendarDate(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1),
            let end = next.adding(days: -1)
        else { return nil }
        let name = CalendarDate.months[month - 1]
        return Period(start: start, end: end, name: name, words: "\(name) \(year)")
    }
}

/// The periods that are shown, one column each.
struct PlanningPeriods: Hashable, Sendable {
    let timeline: PlanningTimeline
    /// The number of the first one.
    let first: Int
    let periods: [PlanningTimeline.Period]
    /// The number of the one that today lies in.
    let present: Int

    /// - Parameter day: a day of the first period; without one it is the period before today's.
    init(_ timeline: PlanningTimeline, from day: CalendarDate?, count: Int, today: CalendarDate) {
        let present = timeline.index(of: today)
        let first = day.map { timeline.index(of: $0) } ?? present - 1
        self.timeline = timeline
        self.first = first
        self.present = present
        periods = (first..<first + count).compactMap { timeline.period($0) }
    }

    var span: ClosedRange<CalendarDate>? {
        guard let start = periods.first?.start, let end = periods.last?.end else { return nil }
        return start...end
    }
}
