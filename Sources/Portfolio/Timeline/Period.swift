/// A slot of the timeline in which work is planned: a month, a quarter or a year (`kiplot-domain.md` 6).
public struct Period: Hashable, Sendable {
    /// Counts from the period in which the timeline starts; negative before it.
    public var index: Int
    public var start: CalendarDate
    /// The last day that belongs to the period.
    public var end: CalendarDate
    /// `Nov 2026`, `Q4 2026`, `2026`
    public var label: String
    /// The label without the year, for narrow columns below a head that says the year.
    public var shortLabel: String
}

/// Periods in a row that have a name of their own, such as a planning increment.
public struct PeriodGroup: Hashable, Sendable {
    public var id: Identifier<PeriodGroup>
    public var label: String
    /// The first day of its first period.
    public var start: CalendarDate
    /// The last day of its last period.
    public var end: CalendarDate

    public init(id: Identifier<PeriodGroup>, label: String, start: CalendarDate, end: CalendarDate) {
        self.id = id
        self.label = label
        self.start = start
        self.end = end
    }

    /// One day belongs to one group at most: the head of the roadmap has one row for them.
    public func overlaps(_ other: PeriodGroup) -> Bool { start <= other.end && other.start <= end }
}
