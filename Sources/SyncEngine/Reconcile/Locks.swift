/// Lets one task at a time work on a thing: on a link, so that at most one write is on the wire for a work item (A16); on the hooks of
/// an integration, so that none is made twice.
actor Locks<Key: Hashable & Sendable> {
    private var held: Set<Key> = []
    private var waiters: [(ids: Set<Key>, ticket: Int, continuation: CheckedContinuation<Void, Never>)] = []
    private var nextTicket = 0

    /// Those of `ids` that were free; they are held from now on. Does not wait.
    func takeFree(of ids: [Key]) -> Set<Key> {
        let free = Set(ids).subtracting(held)
        held.formUnion(free)
        return free
    }

    /// Waits until all of `ids` are free, and holds them.
    /// - Throws: `CancellationError`; nothing is held then.
    func take(_ ids: Set<Key>) async throws {
        while !held.isDisjoint(with: ids) {
            try Task.checkCancellation()
            nextTicket += 1
            let ticket = nextTicket
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiters.append((ids, ticket, $0)) }
            } onCancel: {
                Task { await self.wake(ticket) }
            }
        }
        try Task.checkCancellation()
        held.formUnion(ids)
    }

    /// Holds all of `ids` while `body` runs, however it ends.
    nonisolated func holding<Value: Sendable>(_ ids: Set<Key>, _ body: () async throws -> Value) async throws -> Value {
        try await take(ids)
        return try await releasing(ids, after: body)
    }

    /// Releases `ids`, which are held, when `body` has ended, however it ends.
    nonisolated func releasing<Value: Sendable>(_ ids: Set<Key>, after body: () async throws -> Value) async throws -> Value {
        do {
            let value = try await body()
            await release(ids)
            return value
        } catch {
            await release(ids)
            throw error
        }
    }

    func release(_ ids: Set<Key>) {
        held.subtract(ids)
        let ready = waiters.filter { held.isDisjoint(with: $0.ids) }
        waiters.removeAll { waiter in ready.contains { $0.ticket == waiter.ticket } }
        for waiter in ready { waiter.continuation.resume() }
    }

    private func wake(_ ticket: Int) {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiters.remove(at: index).continuation.resume()
    }
}
