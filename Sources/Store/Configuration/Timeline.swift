import Database
import Portfolio

extension StoreTransaction {
    /// The grid of time that is planned on; months from 2020 on, until somebody configures another.
    public func timeline() throws -> Timeline {
        let length = try setting("timeline.length").flatMap { Timeline.Length(rawValue: $0) }
        let start = try setting("timeline.start").flatMap { CalendarDate($0) } ?? CalendarDate(year: 2020, month: 1, day: 1)
        guard let start else { throw StoreError.unusable("The timeline has no start.", remedy: "Set one in the configuration.") }
        return Timeline(length: length ?? .month, start: start)
    }

    public func set(_ timeline: Timeline) throws {
        try set("timeline.length", to: timeline.length.rawValue)
        try set("timeline.start", to: timeline.start.description)
        touch(.configuration)
    }

    /// The named groups of periods, the earliest first.
    public func periodGroups() throws -> [PeriodGroup] {
        try sql.rows("SELECT id, label, start_date, end_date FROM period_group ORDER BY start_date, id").compactMap { row in
            guard let start = row.text(2).flatMap({ CalendarDate($0) }), let end = row.text(3).flatMap({ CalendarDate($0) }) else {
                return nil
            }
            return PeriodGroup(id: Identifier(row.integer(0) ?? 0), label: row.text(1) ?? "", start: start, end: end)
        }
    }

    /// - Throws: `StoreError.unusable` when it ends before it starts, or shares a day with another group.
    @discardableResult
    public func addPeriodGroup(label: String, start: CalendarDate, end: CalendarDate) throws -> PeriodGroup {
        let group = PeriodGroup(id: Identifier(0), label: label, start: start, end: end)
        guard start <= end else {
            throw StoreError.unusable(
                "The last period of “\(label)” is before its first one.", remedy: "Choose a later last period.")
        }
        if let other = try periodGroups().first(where: group.overlaps) {
            throw StoreError.unusable(
                "“\(label)” shares periods with “\(other.label)”.",
                remedy: "Choose periods that belong to no group yet, or remove the other group.")
        }
        let row = try sql.row(
            "INSERT INTO period_group (label, start_date, end_date) VALUES ($1, $2, $3) RETURNING id",
            [.text(label), .text(start.description), .text(end.description)])
        touch(.configuration)
        return PeriodGroup(id: Identifier(row?.integer(0) ?? 0), label: label, start: start, end: end)
    }

    public func removePeriodGroup(_ id: Identifier<PeriodGroup>) throws {
        try sql.run("DELETE FROM period_group WHERE id = $1", [.integer(id.number)])
        touch(.configuration)
    }
}
