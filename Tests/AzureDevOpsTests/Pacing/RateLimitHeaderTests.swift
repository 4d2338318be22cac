import AzureDevOps
import Foundation
import Testing

/// What Azure DevOps says about our budget (FACTS.md 6), and what we do about it. Nobody waits here: the clock is the test's.
@Suite("The headers that limit our rate")
struct RateLimitHeaderTests {
    private static let date = (name: "Date", value: "Tue, 24 Nov 2026 04:46:37 GMT")
    /// The moment of `date`, as `X-RateLimit-Reset` counts.
    private static let unixTime = 1_795_495_597

    /// Gives one request the headers, then asks once for each priority.
    private func after(_ headers: [(name: String, value: String)], status: Int = 200) throws -> Stage {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        stage.ask(100, .interactive, client)
        stage.answer(100, status: status, headers)
        for priority in RequestPriority.allCases { stage.ask(Int64(priority.rawValue), priority, client) }
        return stage
    }

    /// Which priorities have started.
    private func priorities(_ stage: Stage) -> Set<RequestPriority> {
        Set(stage.startedIDs.compactMap { RequestPriority(rawValue: Int($0)) })
    }

    private static let all = Set(RequestPriority.allCases)

    @Test(
        "Retry-After holds everything, also a click, also after a success, until its moment and no longer (Q9)", arguments: [200, 429, 503])
    func retryAfter(status: Int) throws {
        let stage = try after([("Retry-After", "30")], status: status)
        #expect(priorities(stage).isEmpty)
        stage.advance(by: .milliseconds(29_999))
        #expect(priorities(stage).isEmpty)
        stage.advance(by: .milliseconds(1))
        #expect(priorities(stage) == Self.all)
    }

    @Test("Retry-After may be a moment by the clock of the service, whatever ours says")
    func retryAfterDate() throws {
        let stage = try after([Self.date, ("Retry-After", "Tue, 24 Nov 2026 04:47:07 GMT")])
        stage.advance(by: .milliseconds(29_999))
        #expect(priorities(stage).isEmpty)
        stage.advance(by: .milliseconds(1))
        #expect(priorities(stage) == Self.all)
        let past = try after([Self.date, ("Retry-After", "Tue, 24 Nov 2026 04:40:00 GMT")])
        #expect(priorities(past) == Self.all)
    }

    @Test("of two answers the longer wait counts, in whichever order they come", arguments: [["10", "40"], ["40", "10"]])
    func longestWait(seconds: [String]) throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        stage.ask(1, .interactive, client)
        stage.ask(2, .interactive, client)
        stage.answer(1, [("Retry-After", seconds[0])])
        stage.answer(2, [("Retry-After", seconds[1])])
        stage.ask(3, .interactive, client)
        stage.advance(by: .milliseconds(39_999))
        #expect(stage.startedIDs == [1, 2])
        stage.advance(by: .milliseconds(1))
        #expect(stage.startedIDs == [1, 2, 3])
    }

    @Test("less than a fifth of the budget: bulk work rests until it is whole again, everybody else goes on")
    func shortBudget() throws {
        let stage = try after([
            Self.date, ("X-RateLimit-Limit", "200"), ("X-RateLimit-Remaining", "39"), ("X-RateLimit-Reset", "\(Self.unixTime + 60)"),
        ])
        #expect(priorities(stage) == [.interactive, .hook, .sweep])
        stage.advance(by: .milliseconds(59_999))
        #expect(!priorities(stage).contains(.bulk))
        stage.advance(by: .milliseconds(1))
        #expect(priorities(stage) == Self.all)
    }

    @Test("less than a twentieth: only a person's clicks go on")
    func nearlyEmptyBudget() throws {
        let stage = try after([
            Self.date, ("X-RateLimit-Limit", "200"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "\(Self.unixTime + 60)"),
        ])
        #expect(priorities(stage) == [.interactive])
        stage.advance(by: .seconds(60))
        #expect(priorities(stage) == Self.all)
    }

    @Test(
        "without a moment, or without the service's time to compare it with, a short budget counts for half a minute",
        arguments: [true, false])
    func unknownReset(tellsReset: Bool) throws {
        var headers: [(name: String, value: String)] = [("X-RateLimit-Limit", "200"), ("X-RateLimit-Remaining", "10")]
        headers.append(tellsReset ? ("X-RateLimit-Reset", "\(Self.unixTime + 600)") : Self.date)
        let stage = try after(headers)
        stage.advance(by: .milliseconds(29_999))
        #expect(!priorities(stage).contains(.bulk))
        stage.advance(by: .milliseconds(1))
        #expect(priorities(stage) == Self.all)
    }

    @Test("a budget that is far from short changes nothing, and words about the resource neither")
    func wholeBudget() throws {
        let stage = try after([
            Self.date, ("X-RateLimit-Limit", "200"), ("X-RateLimit-Remaining", "40"), ("X-RateLimit-Reset", "\(Self.unixTime + 60)"),
            ("X-RateLimit-Resource", "https://dev.azure.com/contoso: work items, 0"), ("X-RateLimit-Delay", "0"),
        ])
        #expect(priorities(stage) == Self.all)
    }

    @Test("an answer that was held back halves what goes out at once; answers that were not raise it again, slowly")
    func delay() throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        stage.ask(100, .interactive, client)
        stage.answer(100, [("X-RateLimit-Delay", "1.250")])
        for id in Int64(0)..<20 { stage.ask(id, .interactive, client) }
        #expect(stage.onTheWire.count == RequestBudget.mostInFlight / 2)
        for id in Int64(0)..<4 { stage.answer(id) }
        #expect(stage.onTheWire.count == RequestBudget.mostInFlight / 2 + 1)
    }

    @Test("held back again and again, one request at a time still goes out")
    func lowestCap() throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        for id in Int64(0)..<10 {
            stage.ask(id, .bulk, client)
            stage.answer(id, [("X-RateLimit-Delay", "30")])
        }
        for id in Int64(10)..<14 { stage.ask(id, .bulk, client) }
        #expect(stage.onTheWire == [10])
    }

    @Test(
        "what is no sensible number is no advice, and stops nobody for longer than an hour",
        arguments: ["", "soon", "-5", "nan", "inf", "-inf", "1e400", "0x10", "Tue, 24 Nov 2026", "99999999999999999999"])
    func nonsense(value: String) throws {
        let names = ["Retry-After", "X-RateLimit-Delay", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
        for status in [200, 429] {
            let stage = try after(names.map { ($0, value) } + [Self.date], status: status)
            stage.advance(by: .seconds(3_600))
            #expect(priorities(stage) == Self.all)
        }
    }

    @Test("a refusal for going too fast tells how long to wait, in either form")
    func throttled() throws {
        for value in ["30", "Tue, 24 Nov 2026 04:47:07 GMT"] {
            let stage = try after([Self.date, ("Retry-After", value)], status: 429)
            #expect(stage.outcomes[100] == .some(.throttled(retryAfter: .seconds(30))))
        }
        let stage = try after([], status: 429)
        #expect(stage.outcomes[100] == .some(.throttled(retryAfter: nil)))
    }
}
