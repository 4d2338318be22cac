import Foundation
import SyncEngine

/// What came of one seed.
public struct Trial: Sendable {
    public var seed: UInt64
    public var violations: [Violation]
    public var occurrences: [Fault: Int]
    public var hash: UInt64
    /// What people did and what befell the house; fewer than asked for once a play has been shortened.
    public var deeds: Int
    public var calls: Int
    public var writes: Int
    /// Of the database, and of the scheduler: what a play costs.
    public var reads: Int
    public var commits: Int
    public var steps: Int
    /// Milliseconds that passed in the play.
    public var playedTime: Int64
    public var story: [String]
    public var options: String
}

/// Plays seeds and judges them.
public struct Prover: Sendable {
    public let setting: Setting
    /// Simulated milliseconds without any deed at the end, in which nothing may be written: longer than a sweep's interval.
    public var quietMilliseconds: Int64 = 1_000_000

    public init() throws { setting = try Setting.make() }

    /// Plays one seed.
    /// - Parameter script: `nil` for the seed's own.
    public func play(
        _ seed: UInt64, script: Script? = nil, options given: PlayOptions? = nil, keepsStory: Bool = false, tellsCalls: Bool = false
    ) throws -> Trial {
        let options = given ?? PlayOptions(seed: seed)
        let play = try Play(options, on: setting, keepsStory: keepsStory)
        defer { play.dissolve() }
        play.evidence.tellsCalls = tellsCalls
        // Every fiftieth seed is watched for a whole day.
        let script = script ?? Script(options)
        try play.run(script, quietMilliseconds: seed % 50 == 7 ? 86_400_000 : quietMilliseconds)
        let evidence = play.evidence
        var violations = evidence.violations
        let facts = try Case(play)
        for checker in Checkers.all { violations += try checker.violations(facts) }
        return Trial(
            seed: seed, violations: violations, occurrences: evidence.occurrences, hash: evidence.hash, deeds: script.scenes.count,
            calls: evidence.calls.count, writes: evidence.calls.count { $0.isPatch || $0.isCreation }, reads: evidence.reads,
            commits: evidence.commits, steps: play.scheduler.steps, playedTime: play.now - setting.now,
            story: evidence.story, options: options.words)
    }
}
