import Foundation
import Synchronization

/// Lets requests of one identity start in the order of their priority, within the budget, and not before Azure DevOps wants.
///
/// A click overtakes bulk work; yet whoever has been overtaken ten times in a row goes next, so that bulk work goes on under any load
/// (`sync-protocol.md` Q17).
public final class RequestPacer: Sendable {
    fileprivate struct Waiter {
        let ticket: Int
        let priority: RequestPriority
        var overtaken = 0
        /// Resumed with whether a place was given.
        let continuation: CheckedContinuation<Bool, Never>
    }

    fileprivate struct State {
        var budget = RequestBudget()
        var waiters: [Waiter] = []
        var nextTicket = 0
        /// What an answer said the time was, and when it came.
        var toldTime: (date: Date, at: Duration)?
    }

    private static let patience = 10

    public let clock: any ServiceClock
    private let state = Mutex(State())

    public init(clock: any ServiceClock = MachineClock()) { self.clock = clock }

    /// What time it is by the clock of the service; `nil` while it has not said so.
    var serviceTime: Date? {
        state.withLock(\.toldTime).map { $0.date.addingTimeInterval((clock.elapsed - $0.at) / .seconds(1)) }
    }

    /// Runs one request when its turn has come.
    func run(_ priority: RequestPriority, _ body: () async throws(AzureDevOpsError) -> ServiceResponse) async throws(AzureDevOpsError)
        -> ServiceResponse
    {
        guard await isAdmitted(priority) else { throw .unreachable(reason: "the work was stopped") }
        do {
            let response = try await body()
            if let date = response.answeredAt { state.withLock { $0.toldTime = (date, clock.elapsed) } }
            finish(priority, ServiceAdvice(response))
            return response
        } catch {
            finish(priority, nil)
            throw error
        }
    }

    /// `false` when the task was cancelled before its turn came; no place is taken then.
    private func isAdmitted(_ priority: RequestPriority) async -> Bool {
        while !Task.isCancelled {
            switch state.withLock({ $0.take(priority, at: clock.elapsed) }) {
            case .now: return true
            case .at(let moment): try? await clock.sleep(for: moment - clock.elapsed)
            case .later: if await isGivenPlace(priority) { return true }
            }
        }
        return false
    }

    /// Waits until a place is given, or until it is worth asking again.
    private func isGivenPlace(_ priority: RequestPriority) async -> Bool {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // Everything may have ended since the budget was asked.
                    if Task.isCancelled || state.budget.inFlight == 0 { return true }
                    state.waiters.append(Waiter(ticket: ticket, priority: priority, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume(returning: false) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    private func finish(_ priority: RequestPriority, _ advice: ServiceAdvice?) {
        let now = clock.elapsed
        let awakened = state.withLock { state in
            state.budget.finish(priority, advice: advice, at: now)
            return state.takeNext(at: now, patience: Self.patience)
        }
        for (waiter, isGranted) in awakened { waiter.continuation.resume(returning: isGranted) }
    }
}

extension RequestPacer.State {
    /// Starts a request that has just come, unless somebody as urgent waits already.
    fileprivate mutating func take(_ priority: RequestPriority, at now: Duration) -> RequestBudget.Turn {
        let turn = budget.turn(priority, at: now)
        guard turn == .now else { return turn }
        if waiters.contains(where: { $0.priority <= priority }) { return .later }
        start(priority)
        return .now
    }

    /// Those who wait and may start, and those who have to sleep instead.
    fileprivate mutating func takeNext(at now: Duration, patience: Int) -> [(waiter: RequestPacer.Waiter, isGranted: Bool)] {
        var awakened: [(waiter: RequestPacer.Waiter, isGranted: Bool)] = []
        let order = waiters.sorted { left, right in
            let isPatient = (left.overtaken < patience, right.overtaken < patience)
            if isPatient.0 != isPatient.1 { return !isPatient.0 }
            return (left.priority, left.ticket) < (right.priority, right.ticket)
        }
        for waiter in order {
            let turn = budget.turn(waiter.priority, at: now)
            if turn == .later { continue }
            waiters.removeAll { $0.ticket == waiter.ticket }
            if turn == .now { start(waiter.priority) }
            awakened.append((waiter, turn == .now))
        }
        return awakened
    }

    private mutating func start(_ priority: RequestPriority) {
        budget.start(priority)
        for index in waiters.indices where waiters[index].priority > priority { waiters[index].overtaken += 1 }
    }
}
