import AzureDevOps
import Testing

@Suite("The pacer of one identity")
struct PacerTests {
    private static let most = RequestBudget.mostInFlight
    private static let background = RequestBudget.mostInFlight - RequestBudget.keptForPeople

    @Test("no more than the cap on the wire at any instant, whatever comes and goes (Q8)", arguments: 0..<20)
    func cap(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        var tasks: [Task<Void, Never>] = []
        for id in Int64(0)..<400 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5: tasks.append(stage.ask(id, RequestPriority.allCases.randomElement(using: &generator)!, client))
            case 5: stage.cancel(tasks.randomElement(using: &generator) ?? Task {})
            case 6: stage.advance(by: .seconds(1))
            default:
                guard let answered = stage.onTheWire.randomElement(using: &generator) else { continue }
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: stage.loseAnswer(answered)
                case 1: stage.answer(answered, status: 400)
                case 2: stage.answer(answered, [("X-RateLimit-Delay", "0.5")])
                case 3: stage.answer(answered, [("Retry-After", "3")])
                default: stage.answer(answered)
                }
            }
        }
        #expect(stage.mostOnTheWire <= Self.most)
        // Nothing is stuck: whoever was not cancelled gets an answer once the service answers.
        for _ in 0..<1_000 where !stage.onTheWire.isEmpty || stage.isAnybodyAsleep {
            for id in stage.onTheWire { stage.answer(id) }
            stage.advance(by: .seconds(1))
        }
        #expect(stage.outcomes.count == tasks.count)
    }

    @Test("background work leaves some places, which clicks and hooks find free", arguments: [RequestPriority.sweep, .bulk])
    func keptPlaces(priority: RequestPriority) throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        for id in Int64(0)..<40 { stage.ask(id, priority, client) }
        #expect(stage.onTheWire.count == Self.background)
        let kept = (0..<Int64(RequestBudget.keptForPeople)).map { 100 + $0 }
        for id in kept { stage.ask(id, id % 2 == 0 ? .interactive : .hook, client) }
        #expect(stage.onTheWire.suffix(kept.count) == kept)
        stage.ask(200, .interactive, client)
        #expect(stage.onTheWire.count == Self.most)
    }

    @Test("when a place comes free it goes to the most urgent, however late it came; among equals to the first")
    func order() throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        for id in Int64(0)..<Int64(Self.most) { stage.ask(id, .interactive, client) }
        let waiting: [(id: Int64, priority: RequestPriority)] = [
            (110, .bulk), (111, .sweep), (112, .hook), (113, .interactive), (114, .bulk), (115, .hook), (116, .interactive), (117, .sweep),
        ]
        for (id, priority) in waiting { stage.ask(id, priority, client) }
        for id in Int64(0)..<Int64(Self.most) { stage.answer(id) }
        #expect(stage.startedIDs.suffix(8) == [113, 116, 112, 115, 111, 117, 110, 114])
    }

    @Test("a click overtakes a whole bulk run: it waits for one request, not for the run (Q17)")
    func clickOvertakesBulk() throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        for id in Int64(0)..<Int64(RequestBudget.keptForPeople) { stage.ask(id, .interactive, client) }
        for id in Int64(1_000)..<2_000 { stage.ask(id, .bulk, client) }
        stage.ask(500, .interactive, client)
        #expect(!stage.startedIDs.contains(500))
        stage.answer(1_000)
        #expect(stage.startedIDs.last == 500)
    }

    @Test("bulk work goes on under any number of clicks: at least a tenth of what starts (Q17)", arguments: [3, 6, 20])
    func bulkProgresses(bulkRequests: Int64) throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        var nextClick: Int64 = 0
        var nextBulk: Int64 = 1_000_000
        func click() {
            stage.ask(nextClick, .interactive, client)
            nextClick += 1
        }
        func bulk() {
            stage.ask(nextBulk, .bulk, client)
            nextBulk += 1
        }
        // Clicks never run out: for each that ends there is another that waits. Bulk work asks again when it has an answer, several
        // at once, as it writes; with one or two at a time it would not fill a tenth of the capacity by itself.
        for _ in 0..<Self.most * 3 { click() }
        for _ in 0..<bulkRequests { bulk() }
        let before = stage.started.count
        for _ in 0..<2_000 {
            let first = stage.onTheWire[0]
            stage.answer(first)
            if first < 1_000_000 { click() } else { bulk() }
        }
        let later = stage.startedIDs.dropFirst(before)
        let share = Double(later.count { $0 >= 1_000_000 }) / Double(later.count)
        #expect(share >= 0.1, "\(share)")
        // And clicks still get the larger part.
        #expect(share <= 0.8, "\(share)")
    }

    @Test("an identity that is answered slowly, or never, delays no other (Q6, Q7)")
    func otherIdentities() throws {
        func startsOfTheOther(besideDead isBesideDead: Bool) throws -> [Duration] {
            let stage = Stage()
            if isBesideDead {
                let dead = try stage.client(pacer: RequestPacer(clock: stage), organisation: "dead")
                for id in Int64(10_000)..<11_000 { stage.ask(id, RequestPriority.allCases[Int(id % 4)], dead) }
                stage.answer(10_000, [("Retry-After", "3600")])
            }
            let client = try stage.client(pacer: RequestPacer(clock: stage))
            for id in Int64(0)..<100 {
                stage.ask(id, .bulk, client)
                stage.advance(by: .milliseconds(10))
                stage.answer(id)
            }
            return stage.started.filter { $0.id < 10_000 }.map(\.at)
        }
        #expect(try startsOfTheOther(besideDead: true) == startsOfTheOther(besideDead: false))
    }

    @Test("whoever is cancelled while waiting takes no place, sends nothing and wakes nobody in vain")
    func cancelled() throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        for id in Int64(0)..<Int64(Self.most) { stage.ask(id, .interactive, client) }
        let waiting = stage.ask(110, .interactive, client)
        stage.ask(111, .hook, client)
        stage.cancel(waiting)
        #expect(stage.outcomes[110] == .some(.unreachable(reason: "the work was stopped")))
        stage.answer(0)
        #expect(stage.startedIDs.last == 111)
        #expect(!stage.startedIDs.contains(110))
    }

    @Test("whoever is cancelled while the service wants to be left alone sends nothing")
    func cancelledAsleep() throws {
        let stage = Stage()
        let client = try stage.client(pacer: RequestPacer(clock: stage))
        stage.ask(1, .interactive, client)
        stage.answer(1, [("Retry-After", "10")])
        stage.cancel(stage.ask(2, .interactive, client))
        stage.advance(by: .seconds(10))
        #expect(stage.startedIDs == [1])
        #expect(stage.outcomes[2] == .some(.unreachable(reason: "the work was stopped")))
    }

    @Test("a fence is asked when the turn has come, not when the request was made")
    func fence() throws {
        let stage = Stage()
        let pacer = RequestPacer(clock: stage)
        let fence = Fence()
        let client = try stage.client(pacer: pacer)
        for id in Int64(0)..<Int64(Self.most) { stage.ask(id, .interactive, client) }
        stage.ask(110, .interactive, client.fenced { fence.isOpen })
        fence.isOpen = false
        stage.answer(0)
        #expect(stage.outcomes[110] == .some(.superseded))
        #expect(!stage.startedIDs.contains(110))
        stage.ask(111, .interactive, client)
        #expect(stage.startedIDs.last == 111, "the place is given back")
    }
}

/// `@unchecked Sendable`: everything happens on the thread of the test.
final class Fence: @unchecked Sendable {
    var isOpen = true
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0xD134_2543_DE82_EF95 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
