import AzureDevOps
import Portfolio
import Store

/// Works off dirty links, several batches at once: what waits for an answer holds up nobody who comes after it.
struct Drain: Sendable {
    let integration: Identifier<Integration>
    let priorities: ClosedRange<Priority>
    let batchesAtOnce: Int
    let store: Store
    let reconciler: Reconciler
    let clock: any EngineClock

    private static let batch = 200

    private struct Batch: Sendable {
        var links: [Identifier<Link>]
        var priority: Priority
    }

    private enum Event: Sendable {
        case rung
        case ended((any Error)?)
    }

    /// Works until nothing is left that is due and that nobody works on. Once a batch has failed no other is begun; those on the wire come to
    /// their end.
    /// - Parameter bell: rung when it is worth looking again what is due.
    /// - Throws: what the first batch that failed has met.
    func run(_ bell: Bell) async throws {
        let failure = await withTaskGroup(of: Event.self) { group -> (any Error)? in
            var (atWork, isListening) = (0, false)
            var failure: (any Error)?
            while true {
                do {
                    while failure == nil, atWork < batchesAtOnce, let batch = try await take(beside: atWork) {
                        group.addTask { .ended(await work(on: batch)) }
                        atWork += 1
                    }
                } catch {
                    failure = error
                }
                guard atWork > 0 else { break }
                if !isListening, failure == nil, !Task.isCancelled {
                    group.addTask {
                        // Behind the links that are worked on others may fall due without a bell.
                        await bell.wait(atMost: .seconds(1), clock: clock)
                        return .rung
                    }
                    isListening = true
                }
                switch await group.next() {
                case .ended(let found)?:
                    atWork -= 1
                    failure = failure ?? found
                case .rung?, nil: isListening = false
                }
            }
            group.cancelAll()
            return failure
        }
        if let failure { throw failure }
    }

    /// The most urgent links that nobody works on, which are held from now on.
    private func take(beside atWork: Int) async throws -> Batch? {
        let (now, limit) = (clock.now, Self.batch * (atWork + 1))
        let due = try await store.read { try $0.linksDue(in: integration, priorities: priorities, at: now, limit: limit) }
        guard !due.isEmpty else { return nil }
        let taken = reconciler.locks.takeFree(of: due.map(\.link), atMost: Self.batch)
        guard let first = due.first(where: { taken.contains($0.link) }) else {
            // Somebody presses a button on each of them at this moment.
            if atWork == 0 { try await clock.sleep(for: .milliseconds(50)) }
            return nil
        }
        return Batch(links: due.map(\.link).filter { taken.contains($0) }, priority: first.priority)
    }

    /// - Returns: what stood in the way.
    private func work(on batch: Batch) async -> (any Error)? {
        do {
            try await reconciler.locks.releasing(Set(batch.links)) {
                _ = try await reconciler.reconcile(batch.links, in: integration, as: .automatic, priority: batch.priority)
            }
            return nil
        } catch {
            return error
        }
    }
}
