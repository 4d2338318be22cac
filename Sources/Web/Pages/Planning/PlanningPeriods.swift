import Portfolio

/// The periods that are shown, one column each.
struct PlanningPeriods: Hashable, Sendable {
    let timeline: Timeline
    /// The number of the first one.
    let first: Int
    let periods: [Period]
    /// The number of the one that today lies in.
    let present: Int

    /// - Parameter day: a day of the first period; without one it is the period before today's.
    init(_ timeline: Timeline, from day: CalendarDate?, count: Int, today: CalendarDate) {
        let present = timeline.period(containing: today).index
        let first = day.map { timeline.period(containing: $0).index } ?? present - 1
        self.timeline = timeline
        self.first = first
        self.present = present
        periods = (first..<first + count).map(timeline.period)
    }

    var span: ClosedRange<CalendarDate>? {
        guard let start = periods.first?.start, let end = periods.last?.end else { return nil }
        return start...end
    }
}
