/// The time by which requests are paced: the machine's in production, a simulation's own in tests.
public protocol ServiceClock: Sendable {
    /// Time since some fixed moment; it never goes back.
    var elapsed: Duration { get }
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    func sleep(for duration: Duration) async throws
}

/// The steady clock of the machine.
public struct MachineClock: ServiceClock {
    private static let start = ContinuousClock.now

    public init() {}

    public var elapsed: Duration { Self.start.duration(to: .now) }
    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
