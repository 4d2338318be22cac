/// What goes first when requests of one identity wait for each other.
public enum RequestPriority: Int, Hashable, Comparable, Sendable, CaseIterable {
    case interactive, hook, sweep, bulk

    public static func < (left: RequestPriority, right: RequestPriority) -> Bool { left.rawValue < right.rawValue }
}

/// The rule of the budget, apart from any waiting: who may start now, given what Azure DevOps has said.
public struct RequestBudget: Sendable {
    /// Requests that may be on the wire at once, and how many of them bulk work may fill.
    public static let inFlightLimit = 8
    public static let bulkLimit = 6

    public private(set) var inFlight = 0
    private var bulkInFlight = 0
    private var isShort = false
    private var isNearlyEmpty = false

    public init() {}

    /// Below a fifth of the budget bulk waits, below a twentieth everything but interactive work (`sync-protocol.md` 4.2).
    public func mayStart(_ priority: RequestPriority) -> Bool {
        if inFlight >= Self.inFlightLimit { return false }
        if isNearlyEmpty, priority != .interactive { return inFlight == 0 }
        guard priority == .bulk else { return true }
        return isShort ? inFlight == 0 : bulkInFlight < Self.bulkLimit
    }

    public mutating func start(_ priority: RequestPriority) {
        inFlight += 1
        if priority == .bulk { bulkInFlight += 1 }
    }

    public mutating func finish(_ priority: RequestPriority, advice: ServiceAdvice?) {
        inFlight -= 1
        if priority == .bulk { bulkInFlight -= 1 }
        guard let advice else { return }
        let share = advice.remaining.flatMap { remaining in advice.limit.map { $0 > 0 ? remaining / $0 : 1 } }
        isShort = (share ?? 1) < 0.2
        isNearlyEmpty = (share ?? 1) < 0.05
    }
}

/// Lets requests of one identity start in the order of their priority, within the budget, and not before Azure DevOps wants.
public actor RequestPacer {
    private var budget = RequestBudget()
    private var notBefore: ContinuousClock.Instant?
    private var nextTicket = 0
    private var waiting: [(ticket: Int, priority: RequestPriority, continuation: CheckedContinuation<Void, Never>)] = []

    public init() {}

    /// Runs one request when its turn has come.
    func run(_ priority: RequestPriority, _ body: () async throws(AzureDevOpsError) -> ServiceResponse) async throws(AzureDevOpsError)
        -> ServiceResponse
    {
        await admit(priority)
        guard !Task.isCancelled else {
            finish(priority, nil)
            throw .unreachable(reason: "the work was stopped")
        }
        do {
            let response = try await body()
            finish(priority, ServiceAdvice(response))
            return response
        } catch {
            finish(priority, nil)
            throw error
        }
    }

    private func admit(_ priority: RequestPriority) async {
        while let notBefore, notBefore > .now, !Task.isCancelled {
            try? await Task.sleep(until: notBefore, clock: .continuous)
        }
        if budget.mayStart(priority), !waiting.contains(where: { $0.priority <= priority }) {
            budget.start(priority)
            return
        }
        nextTicket += 1
        let ticket = nextTicket
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // `admitNext` starts the budget on behalf of whoever it wakes.
                waiting.append((ticket, priority, continuation))
            }
        } onCancel: {
            Task { await self.admitCancelled(ticket) }
        }
    }

    private func finish(_ priority: RequestPriority, _ advice: ServiceAdvice?) {
        budget.finish(priority, advice: advice)
        if let retryAfter = advice?.retryAfter { notBefore = max(notBefore ?? .now, .now + retryAfter) }
        admitNext()
    }

    private func admitNext() {
        while let index = waiting.indices.min(by: { waiting[$0].priority < waiting[$1].priority }),
            budget.mayStart(waiting[index].priority)
        {
            let next = waiting.remove(at: index)
            budget.start(next.priority)
            next.continuation.resume()
        }
    }

    /// A cancelled request is let through at once; its caller notices and gives the place back.
    private func admitCancelled(_ ticket: Int) {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        let cancelled = waiting.remove(at: index)
        budget.start(cancelled.priority)
        cancelled.continuation.resume()
    }
}
