import Foundation

/// What many plays came to.
public struct Tally: Codable, Sendable {
    public struct Failure: Codable, Sendable {
        public var seed: UInt64
        public var invariant: String
        public var what: String
    }

    public var seeds = 0
    public var plays = 0
    /// Of all workers together.
    public var seconds = 0.0
    public var calls = 0
    public var writes = 0
    /// Milliseconds that passed in the plays.
    public var playedTime: Int64 = 0
    public var failures: [Failure] = []
    /// How often each fault of the catalogue occurred, by its number.
    public var occurrences: [Int: Int] = [:]

    public init() {}

    public var failedSeeds: Set<UInt64> { Set(failures.map(\.seed)) }

    public mutating func add(_ trial: Trial) {
        plays += 1
        calls += trial.calls
        writes += trial.writes
        playedTime += trial.playedTime
        for (fault, count) in trial.occurrences { occurrences[fault.rawValue, default: 0] += count }
        for violation in trial.violations { add(violation, trial.seed) }
    }

    public mutating func add(_ violation: Violation, _ seed: UInt64) {
        failures.append(Failure(seed: seed, invariant: violation.invariant, what: violation.what))
    }

    public mutating func add(_ other: Tally) {
        seeds += other.seeds
        plays += other.plays
        seconds += other.seconds
        calls += other.calls
        writes += other.writes
        playedTime += other.playedTime
        failures += other.failures
        occurrences.merge(other.occurrences) { $0 + $1 }
    }
}
