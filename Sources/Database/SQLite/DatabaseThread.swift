import Foundation

/// One operating system thread that runs the jobs of an actor one after the other, so that SQLite's blocking calls never occupy
/// the cooperative pool.
///
/// `@unchecked Sendable`: all mutable state is guarded by `condition`.
final class DatabaseThread: SerialExecutor, @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var isStopped = false

    init(name: String) {
        let thread = Thread { self.run() }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    /// Lets the thread end once nothing waits any more.
    func stop() {
        condition.lock()
        isStopped = true
        condition.signal()
        condition.unlock()
    }

    private func run() {
        while let next = waitForJobs() {
            for job in next { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }

    private func waitForJobs() -> [UnownedJob]? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty {
            if isStopped { return nil }
            condition.wait()
        }
        defer { jobs.removeAll(keepingCapacity: true) }
        return jobs
    }
}
