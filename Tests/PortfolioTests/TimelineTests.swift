import Portfolio
import Testing

@Suite("The timeline")
struct TimelineTests {
    private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

    private func timeline(_ length: Timeline.Length, _ start: String) throws -> Timeline {
        Timeline(length: length, start: try day(start))
    }

    @Test("periods follow each other without a gap, and every day belongs to the one that it is found in")
    func partition() throws {
        for length in Timeline.Length.allCases {
            for start in ["2020-01-01", "2021-02-15", "2020-08-31", "2024-02-29"] {
                let timeline = try timeline(length, start)
                for index in -60..<60 {
                    let (period, next) = (timeline.period(index), timeline.period(index + 1))
                    #expect(period.end.adding(days: 1) == next.start)
                    #expect(timeline.period(containing: period.start).index == index)
                    #expect(timeline.period(containing: period.end).index == index)
                }
            }
        }
    }

    @Test("labels say what people call a period")
    func labels() throws {
        let date = try day("2026-11-26")
        #expect(try timeline(.month, "2020-01-01").period(containing: date).label == "Nov 2026")
        #expect(try timeline(.quarter, "2020-01-01").period(containing: date).label == "Q4 2026")
        #expect(try timeline(.quarter, "2020-02-01").period(containing: date).label == "Nov–Jan 2027")
        #expect(try timeline(.year, "2020-01-01").period(containing: date).label == "2026")
        #expect(try timeline(.year, "2020-04-01").period(containing: date).label == "2026/27")
    }

    @Test("the day of the start is the day of every period, or the last one of a shorter month")
    func startDay() throws {
        let timeline = try timeline(.month, "2026-01-31")
        #expect(timeline.period(1).start == (try day("2026-02-28")))
        #expect(timeline.period(2).start == (try day("2026-03-31")))
        #expect(timeline.period(1).end == (try day("2026-03-30")))
    }

    @Test("spans snap to the edges of periods, and move by whole ones")
    func snapping() throws {
        let timeline = try timeline(.month, "2020-01-01")
        let (start, end) = (try day("2026-11-14"), try day("2027-01-02"))
        #expect(timeline.snapped(start, end) == (try day("2026-11-01"), try day("2027-01-31")))
        #expect(timeline.moved(start, end, by: 1) == (try day("2026-12-01"), try day("2027-02-28")))
        #expect(timeline.moved(start, end, by: -11) == (try day("2025-12-01"), try day("2026-02-28")))
        #expect(timeline.proposal(from: start) == (try day("2026-11-01"), try day("2027-01-31")))
        #expect(try self.timeline(.quarter, "2020-01-01").proposal(from: start) == (try day("2026-10-01"), try day("2026-12-31")))
    }

    @Test("the ends of the calendar are no end of the program")
    func ends() throws {
        let timeline = try timeline(.year, "2020-01-01")
        #expect(timeline.period(100_000).end >= timeline.period(100_000).start)
        #expect(timeline.period(-100_000).end >= timeline.period(-100_000).start)
        #expect(timeline.period(containing: try day("9999-12-31")).start == (try day("9999-01-01")))
    }

    @Test("a dependency is unhealthy when the predecessor ends in a later period than its successor starts in")
    func dependencies() throws {
        let timeline = try timeline(.month, "2020-01-01")
        #expect(timeline.isHealthy(predecessorEnd: try day("2026-11-30"), successorStart: try day("2026-11-01")) == true)
        #expect(timeline.isHealthy(predecessorEnd: try day("2026-12-01"), successorStart: try day("2026-11-30")) == false)
        #expect(timeline.isHealthy(predecessorEnd: nil, successorStart: try day("2026-11-30")) == nil)
    }

    @Test("groups that share a day overlap")
    func groups() throws {
        func group(_ start: String, _ end: String) throws -> PeriodGroup {
            PeriodGroup(id: Identifier(1), label: "G", start: try day(start), end: try day(end))
        }
        #expect(try group("2026-01-01", "2026-03-31").overlaps(group("2026-03-31", "2026-05-01")))
        #expect(try !group("2026-01-01", "2026-03-31").overlaps(group("2026-04-01", "2026-05-01")))
    }
}
