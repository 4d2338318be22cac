import Portfolio
import SyncEngine

/// The clock of the machine with the database, by which all its processes decide: the time of the play, off by what that clock is off.
final class PlayClock: EngineClock, @unchecked Sendable {
    private let scheduler: Scheduler
    /// Milliseconds; changed only on the play's thread.
    var skew: Int64 = 0

    init(_ scheduler: Scheduler) { self.scheduler = scheduler }

    var now: Instant { Instant(milliseconds: scheduler.now + skew) }
    var elapsed: Duration { .milliseconds(scheduler.now) }
    func sleep(for duration: Duration) async throws { try await scheduler.sleep(duration.milliseconds) }
}

/// The chance of one process.
final class PlayRandom: EngineRandom, @unchecked Sendable {
    private let scheduler: Scheduler

    init(_ scheduler: Scheduler) { self.scheduler = scheduler }

    func bytes(_ count: Int) -> [UInt8] {
        scheduler.chance { generator in (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) } }
    }
}
