import FieldSync

/// What one seed plays: which faults occur and how often, and how the two sides are set up. Every seed draws its own (“swarm”), because a
/// play in which everything goes wrong at once hides what a single fault does.
public struct PlayOptions: Sendable {
    /// How Azure DevOps rewrites what is written to a title, or to a description.
    public enum Normaliser: String, CaseIterable, Sendable { case none, singleSpaces, endsWithDot, rewritesHTML }
    public enum Hooks: String, CaseIterable, Sendable { case reliable, unreliable, absent }

    public var seed: UInt64
    /// Nothing goes wrong and people only work: what is promised for good days is judged.
    public var isCalm = false
    public var deeds = 200
    public var nodes = 2
    /// Occurrences in a thousand.
    public var rates: [Fault: Int] = [:]
    public var normaliser = Normaliser.none
    public var hooks = Hooks.reliable
    public var answersConflict = false
    public var leavesOutMissing = false
    public var makesRevisionOfNothing = false
    public var policy = ConflictPolicy.hold
    public var tagsAreManual = false
    public var descriptionDirection = Direction.both
    public var effortDirection = Direction.both
    /// Milliseconds by which readings, queries and feeds lag.
    public var readLag: Int64 = 0
    public var queryLag: Int64 = 0
    public var feedLag: Int64 = 0

    public init(seed: UInt64) {
        self.seed = seed
        var generator = SeededGenerator(seed: seed)
        nodes = generator.happens(500) ? 2 : 1
        normaliser = generator.happens(600) ? .none : generator.pick(Normaliser.allCases)
        hooks = generator.pick([.reliable, .reliable, .unreliable, .absent])
        answersConflict = generator.happens(200)
        leavesOutMissing = generator.happens(300)
        makesRevisionOfNothing = generator.happens(200)
        policy = generator.pick([.hold, .hold, .hold, .azureDevOpsWins, .kiplotWins, .newest])
        tagsAreManual = generator.happens(200)
        descriptionDirection = generator.pick([.both, .both, .read, .write])
        effortDirection = generator.pick([.both, .both, .read, .write])
        if generator.happens(250) { readLag = generator.between(500, 20_000) }
        if generator.happens(250) { queryLag = generator.between(500, 25_000) }
        if generator.happens(250) { feedLag = generator.between(1_000, 120_000) }
        isCalm = generator.happens(100)
        if isCalm {
            hooks = .reliable
            (readLag, queryLag, feedLag) = (0, 0, 0)
            return
        }
        // Half of the seeds have a quiet network, so that faults of the machine and of people stand out.
        let isQuiet = generator.happens(300)
        for fault in Self.ofTheNetwork where !isQuiet && generator.happens(350) { rates[fault] = Int(generator.between(5, 60)) }
        // There is little occasion for it.
        if rates[.hooksMadeTwice] != nil { rates[.hooksMadeTwice] = 400 }
        if hooks == .unreliable {
            for fault in [Fault.hookLost, .hookTwice, .hookTwiceNewID, .hookLate] where generator.happens(600) {
                rates[fault] = Int(generator.between(20, 300))
            }
        }
        for fault in Self.ofTheMachine where generator.happens(200) { rates[fault] = Int(generator.between(1, 12)) }
    }

    static let ofTheNetwork: [Fault] = [
        .connectionRefused, .nameNotFound, .certificateExpired, .resetBeforeSending, .resetBeforeApplying, .answerLost, .answerPastDeadline,
        .appliedAfterRetry, .truncatedBody, .answerTooLarge, .signInPage, .redirect, .slowBody, .feedTokenRejected, .tooManyRequests,
        .retryAfterWithSuccess, .longDelay, .hooksMadeTwice,
    ]
    static let ofTheMachine: [Fault] = [.killed, .diskFull, .inputOutputError, .databaseBusy, .commitUnknown]

    func rate(_ fault: Fault) -> Int { rates[fault] ?? 0 }

    /// The safety phase is over: nothing goes wrong any more.
    mutating func endFaults() {
        rates = [:]
        readLag = 0
        queryLag = 0
        feedLag = 0
    }

    /// One line for a story.
    public var words: String {
        let faults = rates.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.name) \($0.value)‰" }.joined(separator: ", ")
        return
            "\(isCalm ? "calm, " : "")\(nodes) node(s), hooks \(hooks), policy \(policy), normaliser \(normaliser), description \(descriptionDirection), "
            + "effort \(effortDirection), tags \(tagsAreManual ? "manual" : "automatic"), lags \(readLag)/\(queryLag)/\(feedLag) ms, "
            + "faults: \(faults.isEmpty ? "none" : faults)"
    }
}
