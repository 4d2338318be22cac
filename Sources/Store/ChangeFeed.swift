import Synchronization

/// Tells every listener, after each commit, which topics it touched.
public final class ChangeFeed: Sendable {
    private struct Listeners {
        var next = 0
        var continuations: [Int: AsyncStream<Set<Topic>>.Continuation] = [:]
    }

    private let listeners = Mutex(Listeners())

    public init() {}

    /// Everything that is published from now on. A listener that falls 256 commits behind hears `everything` once instead.
    public func topics() -> AsyncStream<Set<Topic>> {
        let (stream, continuation) = AsyncStream.makeStream(of: Set<Topic>.self, bufferingPolicy: .bufferingNewest(256))
        let number = listeners.withLock { listeners in
            listeners.next += 1
            listeners.continuations[listeners.next] = continuation
            return listeners.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.continuations.removeValue(forKey: number) }
        }
        return stream
    }

    public func publish(_ topics: Set<Topic>) {
        guard !topics.isEmpty else { return }
        let continuations = listeners.withLock { Array($0.continuations.values) }
        for continuation in continuations {
            if case .dropped = continuation.yield(topics) { continuation.yield([.everything]) }
        }
    }
}
