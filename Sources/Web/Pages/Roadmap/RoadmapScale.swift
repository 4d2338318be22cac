import Portfolio

/// From days to places on the roadmap: which span is shown, and where its periods stand.
struct RoadmapScale: Sendable {
    struct Column: Sendable {
        var period: Period
        var x: Int
        var width: Int
        /// Empty where the columns are too narrow for a label each.
        var label: String
    }

    struct Head: Sendable {
        var label: String
        var x: Int
        var width: Int
        var isGroup: Bool
    }

    let origin: Int
    let dayWidth: Double
    let columns: [Column]
    let heads: [Head]
    let width: Int
    let today: Int

    /// Six years back and eight ahead: what lies further away is cut, so that one mistyped year does not stretch the page.
    /// - Parameter least: how wide the drawing must be at least; later periods fill it.
    init(_ roadmap: Roadmap, least: Int) {
        let today = roadmap.today
        func far(_ days: Int) -> CalendarDate { today.adding(days: days) ?? today }
        let dayWidth = roadmap.view.zoom.dayWidth
        let rows = roadmap.rows
        var first = max(far(-2_200), min(far(-90), rows.compactMap(\.start).min() ?? today))
        var last = min(far(2_900), max(far(300), rows.compactMap(\.end).max() ?? today))
        first = roadmap.timeline.period(roadmap.timeline.period(containing: first).index - 1).start
        last = max(last.adding(days: 62) ?? last, first.adding(days: Int(Double(least) / dayWidth)) ?? last)
        let periods = roadmap.timeline.periods(from: first, through: last)
        let origin = periods[0].start.daysSinceEpoch
        func x(_ date: CalendarDate) -> Int { Int((Double(date.daysSinceEpoch - origin) * dayWidth).rounded()) }
        func after(_ date: CalendarDate) -> Int { Int((Double(date.daysSinceEpoch + 1 - origin) * dayWidth).rounded()) }
        let typical = max(1, after(periods[0].end))
        let room = roadmap.timeline.length == .quarter ? 34 : 30
        let step = max(1, (room + typical - 1) / typical)
        columns = periods.map { period in
            let month = period.start.month - 1
            let stands = step == 1 || (roadmap.timeline.length == .month ? month.isMultiple(of: step) : period.index.isMultiple(of: step))
            return Column(
                period: period, x: x(period.start), width: after(period.end) - x(period.start), label: stands ? period.shortLabel : "")
        }
        width = columns.last.map { $0.x + $0.width } ?? 0
        self.origin = origin
        self.dayWidth = dayWidth
        self.today = x(today)
        heads = Self.heads(roadmap.groups, columns)
    }

    func x(_ date: CalendarDate) -> Int { Int((Double(date.daysSinceEpoch - origin) * dayWidth).rounded()) }

    /// The scale of a page that stands already, for rows that are added to it.
    init(origin: Int, width: Int, zoom: RoadmapView.Zoom, today: CalendarDate) {
        self.origin = origin
        self.width = width
        dayWidth = zoom.dayWidth
        self.today = Int((Double(today.daysSinceEpoch - origin) * zoom.dayWidth).rounded())
        columns = []
        heads = []
    }

    /// Where a bar stands; `nil` when it lies outside of what is shown.
    func bar(_ start: CalendarDate, _ end: CalendarDate) -> (x: Int, width: Int)? {
        let left = max(0, x(start))
        let right = min(width, Int((Double(max(start, end).daysSinceEpoch + 1 - origin) * dayWidth).rounded()))
        guard left < width, right > 0 else { return nil }
        return (left, max(right - left, 6))
    }

    /// The upper row of the head: the groups of periods, and the years where there is no group.
    private static func heads(_ groups: [PeriodGroup], _ columns: [Column]) -> [Head] {
        var heads: [Head] = []
        var last = ""
        for column in columns {
            let group = groups.first { $0.start <= column.period.start && column.period.start <= $0.end }
            let key = group.map { "g\($0.id)" } ?? "y\(column.period.start.year)"
            if key == last, let index = heads.indices.last {
                heads[index].width += column.width
            } else {
                heads.append(
                    Head(label: group?.label ?? String(column.period.start.year), x: column.x, width: column.width, isGroup: group != nil))
            }
            last = key
        }
        return heads
    }
}
