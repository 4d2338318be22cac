/// The grid of time that an organisation plans on: periods of one length, from a first day on.
///
/// The day of the month on which the timeline starts is the day on which every period starts; in a month that is too short for it, the
/// last day of that month.
public struct Timeline: Hashable, Sendable {
    public enum Length: String, Hashable, Sendable, CaseIterable {
        case month, quarter, year

        public var title: String {
            switch self {
            case .month: "Monthly"
            case .quarter: "Quarterly"
            case .year: "Yearly"
            }
        }

        var months: Int {
            switch self {
            case .month: 1
            case .quarter: 3
            case .year: 12
            }
        }
    }

    public var length: Length
    public var start: CalendarDate

    public init(length: Length, start: CalendarDate) {
        self.length = length
        self.start = start
    }

    /// Months since the year 0 in which the timeline starts.
    private var firstMonth: Int { start.year * 12 + start.month - 1 }

    /// The first day of a period; outside the years 1…9999 the nearest day there is.
    private func firstDay(_ index: Int) -> CalendarDate {
        let month = min(max(firstMonth + index * length.months, 12), 9_999 * 12 + 11)
        for day in stride(from: start.day, through: 28, by: -1) {
            if let date = CalendarDate(year: month / 12, month: month % 12 + 1, day: day) { return date }
        }
        return CalendarDate(year: month / 12, month: month % 12 + 1, day: min(start.day, 28)) ?? start
    }

    public func period(_ index: Int) -> Period {
        let first = firstDay(index)
        let last = firstDay(index + 1).adding(days: -1) ?? first
        let (label, short) = labels(first, last)
        return Period(index: index, start: first, end: max(first, last), label: label, shortLabel: short)
    }

    /// The period that a day belongs to.
    public func period(containing date: CalendarDate) -> Period {
        let months = date.year * 12 + date.month - 1 - firstMonth
        var index = Int((Double(months) / Double(length.months)).rounded(.down))
        if firstDay(index) > date { index -= 1 }
        return period(index)
    }

    /// The periods that meet a span of days, in order.
    public func periods(from first: CalendarDate, through last: CalendarDate) -> [Period] {
        let from = period(containing: first).index
        return (from...max(from, period(containing: last).index)).map(period)
    }

    /// A span moved to the edges of the periods that it lies in: it starts on a first day and ends on a last one.
    public func snapped(_ start: CalendarDate, _ end: CalendarDate) -> (start: CalendarDate, end: CalendarDate) {
        (period(containing: start).start, period(containing: max(start, end)).end)
    }

    /// A span that lies as many periods later (earlier, when negative), snapped to their edges.
    public func moved(
        _ start: CalendarDate, _ end: CalendarDate, by periods: Int
    ) -> (start: CalendarDate, end: CalendarDate) {
        (period(period(containing: start).index + periods).start, period(period(containing: max(start, end)).index + periods).end)
    }

    /// What a new item takes when somebody has only said where it starts: three months, or one longer period.
    public func proposal(from date: CalendarDate) -> (start: CalendarDate, end: CalendarDate) {
        let first = period(containing: date)
        return (first.start, period(first.index + (length == .month ? 2 : 0)).end)
    }

    /// Whether a dependency holds: the predecessor must not end in a later period than the one in which its successor starts.
    /// `nil` while one of the two days is not planned.
    public func isHealthy(predecessorEnd: CalendarDate?, successorStart: CalendarDate?) -> Bool? {
        guard let predecessorEnd, let successorStart else { return nil }
        return period(containing: predecessorEnd).index <= period(containing: successorStart).index
    }

    private func labels(_ first: CalendarDate, _ last: CalendarDate) -> (label: String, short: String) {
        let month = CalendarDate.months[first.month - 1]
        switch length {
        case .month: return ("\(month) \(first.year)", month)
        case .quarter:
            guard start.day == 1, (first.month - 1).isMultiple(of: 3) else {
                let short = "\(month)–\(CalendarDate.months[last.month - 1])"
                return ("\(short) \(last.year)", short)
            }
            let short = "Q\((first.month - 1) / 3 + 1)"
            return ("\(short) \(first.year)", short)
        case .year:
            let years = first.year == last.year ? String(first.year) : "\(first.year)/\(String(last.year).suffix(2))"
            return (years, years)
        }
    }
}
