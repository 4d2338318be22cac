import Synchronization

/// Lets one task at a time work on a thing: on a link, so that at most one write is on the wire for a work item (A16); on the hooks of
/// an integration, so that none is made twice.
final class Locks<Key: Hashable & Sendable>: Sendable {
    private struct Waiter {
        let keys: Set<Key>
        let ticket: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var held: Set<Key> = []
        var waiters: [Waiter] = []
        var nextTicket = 0
    }

    private let state = Mutex(State())

    /// The first of `keys` that were free; they are held from now on. Does not wait.
    func takeFree(of keys: [Key], atMost most: Int) -> Set<Key> {
        state.withLock { state in
            let free = Set(keys.filter { !state.held.contains($0) }.prefix(most))
            state.held.formUnion(free)
            return free
        }
    }

    /// Waits until all of `keys` are free, and holds them.
    /// - Throws: `CancellationError`; nothing is held then.
    func take(_ keys: Set<Key>) async throws {
        while true {
            try Task.checkCancellation()
            let isTaken = state.withLock { state in
                guard state.held.isDisjoint(with: keys) else { return false }
                state.held.formUnion(keys)
                return true
            }
            if isTaken { return }
            await waitForRelease(of: keys)
        }
    }

    private func waitForRelease(of keys: Set<Key>) async {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.held.isDisjoint(with: keys) || Task.isCancelled { return true }
                    state.waiters.append(Waiter(keys: keys, ticket: ticket, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }

    /// Holds all of `keys` while `body` runs, however it ends.
    func holding<Value: Sendable>(_ keys: Set<Key>, _ body: () async throws -> Value) async throws -> Value {
        try await take(keys)
        return try await releasing(keys, after: body)
    }

    /// Releases `keys`, which are held, when `body` has ended, however it ends.
    func releasing<Value: Sendable>(_ keys: Set<Key>, after body: () async throws -> Value) async throws -> Value {
        defer { release(keys) }
        return try await body()
    }

    func release(_ keys: Set<Key>) {
        let ready = state.withLock { state in
            state.held.subtract(keys)
            let held = state.held
            let ready = state.waiters.filter { held.isDisjoint(with: $0.keys) }
            state.waiters.removeAll { waiter in ready.contains { $0.ticket == waiter.ticket } }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }
}
