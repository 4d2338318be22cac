import Portfolio
import Testing

@Suite("Portfolio")
struct PortfolioTests {
    @Test("days and moments read back as themselves", arguments: ["2026-11-23", "2024-02-29", "1970-01-01", "2099-12-31"])
    func days(text: String) throws {
        let day = try #require(CalendarDate(text))
        #expect(day.description == text)
        #expect(Instant(startOf: day).day == day)
    }

    @Test("what is no day is none", arguments: ["", "2026-13-01", "2025-02-29", "2026-1-1", "tomorrow", "2026-11-31"])
    func noDays(text: String) { #expect(CalendarDate(text) == nil) }

    @Test("moments keep their milliseconds and their offset")
    func moments() throws {
        let utc = try #require(Instant(iso8601: "2026-03-31T18:36:25.077Z"))
        #expect(utc.description == "2026-03-31T18:36:25.077Z")
        #expect(Instant(iso8601: "2026-03-31T20:36:25.077+02:00") == utc)
        #expect(Instant(iso8601: "yesterday") == nil)
    }

    @Test("progress is weighted by effort, and plain without any")
    func progressOfOutcomes() {
        #expect(progress(of: []) == nil)
        #expect(progress(of: [Accomplishment(percentComplete: 100, effort: 3), Accomplishment(percentComplete: 0, effort: 1)]) == 75)
        #expect(progress(of: [Accomplishment(percentComplete: 100, effort: nil), Accomplishment(percentComplete: 0, effort: nil)]) == 50)
        let closed = [nil, 40].map { Accomplishment(percentComplete: $0, effort: 2, isClosed: true) }
        #expect(progress(of: closed) == 70, "what is closed is complete, unless it says otherwise")
    }

    @Test("rules name the field and what to do")
    func rules() throws {
        let rules = ItemRules(catalogue: FieldCatalogue(custom: []))
        #expect(throws: ItemRuleViolation.required(label: "Name")) { try rules.check(nil, for: .name, of: .initiative) }
        #expect(throws: ItemRuleViolation.self) { try rules.check(.number(101), for: .percentComplete, of: .outcome) }
        #expect(throws: ItemRuleViolation.self) { try rules.check(.text(String(repeating: "x", count: 256)), for: .name, of: .outcome) }
        let (start, end) = (try #require(CalendarDate("2026-02-02")), try #require(CalendarDate("2026-02-01")))
        #expect(throws: ItemRuleViolation.endsBeforeStart(start: start, end: end)) {
            try rules.check([.start: .date(start), .end: .date(end)])
        }
    }

    @Test("only administrators configure; who may only view changes nothing")
    func roles() {
        for role in Role.allCases {
            #expect(role.may(.viewPortfolio))
            #expect(role.may(.configureIntegrations) == (role == .administrator))
            #expect(role.may(.runBulk) == (role == .administrator || role == .fullAccess))
        }
        #expect(Role.viewOnly.permissions == [.viewPortfolio])
    }
}
