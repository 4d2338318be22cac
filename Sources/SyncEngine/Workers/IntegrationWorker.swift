import AzureDevOps
import Logging
import Portfolio
import Store

/// All that goes on for one integration: a watch that looks what is due, and lanes that do it. Ends when the integration is paused or
/// removed.
struct IntegrationWorker: Sendable {
    let id: Identifier<Integration>
    let store: Store
    let reconciler: Reconciler
    let sweeper: Sweeper
    let hooks: HookSetup
    let runs: RunWorker
    let auditor: Auditor
    let health: Health
    let clock: any EngineClock
    let random: any EngineRandom
    let logger: Logger

    /// Nobody waits longer than this without looking, whatever the bells say: other processes ring none of ours.
    private static let longestWait = Duration.seconds(60)

    func run() async {
        let lanes = Lanes()
        let topics = store.changes.topics()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await touched in topics where concernsUs(touched) { lanes.look.ring() } }
            for lane in Lane.allCases { group.addTask { await work(in: lane, lanes) } }
            await watch(lanes)
            group.cancelAll()
        }
    }

    private func concernsUs(_ touched: Set<Topic>) -> Bool {
        touched.contains { topic in
            switch topic {
            case .work(let other), .integration(let other): other == id
            case .instance, .run, .everything: true
            default: false
            }
        }
    }

    /// Starts the lanes that have something to do, until the integration is inactive.
    private func watch(_ lanes: Lanes) async {
        // Whatever happened while no process was there is found by a sweep.
        lanes.start(.sweep)
        var failures = 0
        while !Task.isCancelled {
            do {
                guard let outlook = try await store.read({ try $0.workOutlook(of: id) }), outlook.isActive else { return }
                let now = clock.now
                let next = start(lanes, outlook, at: now)
                failures = 0
                let untilNext = next.map { max(.milliseconds(1), $0.duration(since: now)) } ?? Self.longestWait
                await lanes.look.wait(atMost: min(untilNext, Self.longestWait), clock: clock)
            } catch is CancellationError {
                return
            } catch {
                failures += 1
                logger.error("Looking for work failed and is tried again.", metadata: ["integration": "\(id)", "error": "\(error)"])
                await pause(after: failures, atLeast: .seconds(1))
            }
        }
    }

    /// Starts what is due, and returns when something falls due next.
    private func start(_ lanes: Lanes, _ outlook: WorkOutlook, at now: Instant) -> Instant? {
        if let probeAt = outlook.credentialRejectedAt?.adding(Health.probeInterval), probeAt > now { return probeAt }
        var next: Instant?
        for lane in Lane.allCases {
            guard let dueAt = lane.dueAt(in: outlook, now: now) else { continue }
            if dueAt <= now {
                lanes.start(lane)
            } else if !lanes.isBusy(lane) {
                next = min(next ?? dueAt, dueAt)
            }
        }
        return next
    }

    /// Does the work of one lane whenever the watch starts it. What stops it is noted, and tried again after a pause.
    private func work(in lane: Lane, _ lanes: Lanes) async {
        var failures = 0
        var passes = Passes()
        while !Task.isCancelled {
            await lanes.bell(of: lane).wait()
            var epoch: Int64?
            do {
                try Task.checkCancellation()
                epoch = try await store.read { try $0.integration(id)?.epoch }
                switch lane {
                // Whoever waits for an answer to one edit holds up no other; what nobody waits for takes its time.
                case .urgent: try await drain(.interactive ... .hook, batchesAtOnce: 4, lanes.bell(of: lane))
                case .background: try await drain(.sweep ... .bulk, batchesAtOnce: 1, lanes.bell(of: lane))
                case .sweep: try await sweep(&passes)
                case .runs: try await workOnRuns()
                case .audit: try await workOnAudit()
                }
                if failures > 0 { try await health.noteSuccess(of: id) }
                failures = 0
            } catch is CancellationError {
                return
            } catch let stop as LaneStop {
                failures += 1
                try? await health.note(stop, of: id, since: epoch)
                await pause(after: failures, atLeast: stop.pause)
            } catch {
                failures += 1
                logger.error("Work on an integration failed and is tried again.", metadata: ["integration": "\(id)", "error": "\(error)"])
                await pause(after: failures, atLeast: .seconds(1))
            }
            lanes.finish(lane)
        }
    }

    private func pause(after failures: Int, atLeast least: Duration) async {
        try? await clock.sleep(for: max(least, Backoff.delay(after: min(failures, 6), random: random)))
    }

    private func drain(_ priorities: ClosedRange<Priority>, batchesAtOnce: Int, _ bell: Bell) async throws {
        try await Drain(
            integration: id, priorities: priorities, batchesAtOnce: batchesAtOnce, store: store, reconciler: reconciler, clock: clock
        ).run(bell)
    }

    /// When the passes over the feeds and the hooks that are not made every time were made last.
    private struct Passes {
        var overlapAt: Instant?
        var inspectAt: Instant?
    }

    private func sweep(_ passes: inout Passes) async throws {
        let now = clock.now
        let withOverlap = passes.overlapAt.map { $0.adding(Sweeper.overlapInterval) <= now } ?? true
        try await sweeper.sweep(id, withOverlap: withOverlap)
        if withOverlap { passes.overlapAt = now }
        try await reconciler.keepSchema(of: id)
        if passes.inspectAt.map({ $0.adding(.seconds(900)) <= now }) ?? true {
            passes.inspectAt = now
            try await hooks.inspect(id)
        }
    }

    private func workOnRuns() async throws {
        guard let run = try await store.read({ try $0.runningRuns() }).first(where: { $0.integration == id }) else { return }
        try await runs.work(on: run)
    }

    private func workOnAudit() async throws {
        guard let audit = try await store.read({ try $0.runningAudit(of: id) }) else { return }
        try await auditor.work(on: audit)
    }
}

extension LaneStop {
    fileprivate var pause: Duration {
        switch self {
        case .later(_, let after): after ?? .zero
        case .credential, .unusable: .seconds(1)
        }
    }
}
