import Portfolio

/// The columns of planning. Everything about how long a period is stands here: other lengths change nothing else.
struct PlanningPeriods: Hashable, Sendable {
    struct Period: Hashable, Sendable {
        var start: CalendarDate
        var end: CalendarDate
        /// `Nov`
        var name: String
        /// `2026`
        var year: String
        var words: String { "\(name) \(year)" }
    }

    /// Counts periods from a fixed one, so that they can be shifted: months since the year 0.
    static func index(of day: CalendarDate) -> Int { day.year * 12 + day.month - 1 }

    /// `nil` outside the years that a calendar date can have.
    static func period(_ index: Int) -> Period? {
        let (year, month) = (index / 12, index % 12 + 1)
        guard let start = CalendarDate(year: year, month: month, day: 1),
            let next = CalendarDate(year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1),
            let end = next.adding(days: -1)
        else { return nil }
        return Period(start: start, end: end, name: CalendarDate.months[month - 1], year: String(year))
    }

    /// The first period that is shown, and the periods from there on.
    var first: Int
    var periods: [Period]

    init(first: Int, count: Int) {
        self.first = first
        periods = (first..<first + count).compactMap(PlanningPeriods.period)
    }

    var last: Int { first + periods.count - 1 }
    var span: ClosedRange<CalendarDate>? {
        guard let start = periods.first?.start, let end = periods.last?.end else { return nil }
        return start...end
    }
}
