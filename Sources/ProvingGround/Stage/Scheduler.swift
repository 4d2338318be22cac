import Foundation

/// Owns every step of a play: jobs of all nodes, timers, and time itself. One thread; the next job is picked by chance.
///
/// `@unchecked Sendable`: everything happens on the thread that calls `run`; a job from another one ends the program.
final class Scheduler: @unchecked Sendable {
    private struct Timer {
        var at: Int64
        var number: Int
        var action: () -> Void
    }

    private struct ReadyJob {
        var job: UnownedJob
        var executor: NodeExecutor
    }

    private var generator: SeededGenerator
    private let thread = Thread.current
    private var ready: [ReadyJob] = []
    private var frozen: [ReadyJob] = []
    private var timers: [Timer] = []
    private var nextTimer = 0
    /// Milliseconds since 1970.
    private(set) var now: Int64
    private(set) var steps = 0

    init(seed: UInt64, now: Int64) {
        generator = SeededGenerator(seed: seed)
        self.now = now
    }

    fileprivate func enqueue(_ job: UnownedJob, on executor: NodeExecutor) {
        precondition(Thread.current === thread, "a job of the play ran on another thread: whatever follows could not be repeated")
        if executor.isFrozen {
            frozen.append(ReadyJob(job: job, executor: executor))
        } else {
            ready.append(ReadyJob(job: job, executor: executor))
        }
    }

    /// Does something at a later moment of the play.
    func after(_ milliseconds: Int64, _ action: @escaping () -> Void) { _ = setTimer(after: milliseconds, action) }

    private func setTimer(after milliseconds: Int64, _ action: @escaping () -> Void) -> Int {
        nextTimer += 1
        let timer = Timer(at: now + max(0, milliseconds), number: nextTimer, action: action)
        // Kept in the order of their moments, the last one first, so that the next is taken from the end.
        var low = 0
        var high = timers.count
        while low < high {
            let middle = (low + high) / 2
            if (timers[middle].at, timers[middle].number) > (timer.at, timer.number) { low = middle + 1 } else { high = middle }
        }
        timers.insert(timer, at: low)
        return timer.number
    }

    /// Sleeps in the time of the play.
    func sleep(_ milliseconds: Int64) async throws {
        let sleeper = Sleeper()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume() }
                sleeper.continuation = continuation
                sleeper.timer = setTimer(after: milliseconds) { sleeper.wake() }
            }
        } onCancel: {
            timers.removeAll { $0.number == sleeper.timer }
            sleeper.wake()
        }
        try Task.checkCancellation()
    }

    func chance<Result>(_ body: (inout SeededGenerator) -> Result) -> Result { body(&generator) }

    /// A frozen process does nothing, and time goes on without it.
    func setFrozen(_ isFrozen: Bool, _ executor: NodeExecutor) {
        executor.isFrozen = isFrozen
        if isFrozen {
            frozen += ready.filter { $0.executor === executor }
            ready.removeAll { $0.executor === executor }
        } else {
            ready += frozen.filter { $0.executor === executor }
            frozen.removeAll { $0.executor === executor }
        }
    }

    /// Plays until a moment, or until `isDone` says so between two moments.
    /// - Returns: `false` when it took more steps than a play may take: something runs in circles.
    func run(until end: Int64, mostSteps: Int, isDone: () -> Bool = { false }) -> Bool {
        let limit = steps + mostSteps
        while true {
            while !ready.isEmpty {
                let index = ready.count == 1 ? 0 : generator.below(ready.count)
                ready.swapAt(index, ready.count - 1)
                let next = ready.removeLast()
                steps += 1
                if steps > limit { return false }
                next.job.runSynchronously(on: next.executor.asUnownedTaskExecutor())
            }
            if isDone() { return true }
            guard let timer = timers.last, timer.at <= end else { break }
            timers.removeLast()
            now = max(now, timer.at)
            timer.action()
        }
        now = max(now, end)
        return true
    }
}

private final class Sleeper: @unchecked Sendable {
    var continuation: CheckedContinuation<Void, Never>?
    var timer: Int?

    func wake() {
        continuation?.resume()
        continuation = nil
    }
}

/// Hands the jobs of one process to the scheduler.
final class NodeExecutor: TaskExecutor, @unchecked Sendable {
    private let scheduler: Scheduler
    fileprivate(set) var isFrozen = false

    init(_ scheduler: Scheduler) { self.scheduler = scheduler }

    func enqueue(_ job: consuming ExecutorJob) { scheduler.enqueue(UnownedJob(job), on: self) }
}
