import Foundation
import Portfolio

/// The engine's time: a real clock in production, the simulation's own in tests.
public protocol EngineClock: Sendable {
    var now: Instant { get }
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(for duration: Duration) async throws
}

/// The clock of the machine.
public struct SystemClock: EngineClock {
    public init() {}

    public var now: Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }

    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
