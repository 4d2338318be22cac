import AzureDevOps
import Foundation
import Portfolio

/// The engine's time: a real clock in production, the simulation's own in tests.
public protocol EngineClock: ServiceClock {
    var now: Instant { get }
}

/// The clock of the machine.
public struct SystemClock: EngineClock {
    private let steady = MachineClock()

    public init() {}

    public var now: Instant { Instant(Date()) }
    public var elapsed: Duration { steady.elapsed }

    public func sleep(for duration: Duration) async throws { try await steady.sleep(for: duration) }
}

extension Instant {
    init(_ date: Date) { self.init(milliseconds: Int64(date.timeIntervalSince1970 * 1_000)) }
}
