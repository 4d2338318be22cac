import AzureDevOps
import Logging
import Portfolio
import Store

/// All that goes on for one integration: two lanes that drain dirty links, so that bulk never holds up a click, the sweep, and bulk
/// runs. Ends when the integration is paused or removed.
struct IntegrationWorker: Sendable {
    let id: Identifier<Integration>
    let store: Store
    let reconciler: Reconciler
    let sweeper: Sweeper
    let hooks: HookSetup
    let runs: RunWorker
    let health: Health
    let clock: any EngineClock
    let random: any EngineRandom
    let logger: Logger

    private static let batch = 200
    /// Nobody waits longer than this without looking, whatever the bells say.
    private static let longestWait = Duration.seconds(30)

    func run() async {
        let bells = [Bell(), Bell(), Bell(), Bell()]
        let topics = store.changes.topics()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await listen(to: topics, ringing: bells)
                return false
            }
            group.addTask { await loop(bells[0]) { try await drain(.interactive ... .hook, bells[0]) } }
            group.addTask { await loop(bells[1]) { try await drain(.sweep ... .bulk, bells[1]) } }
            group.addTask {
                var state = SweepState()
                return await loop(bells[2]) { try await sweepIfDue(&state, bells[2]) }
            }
            group.addTask { await loop(bells[3]) { try await workOnRuns(bells[3]) } }
            // The first loop that finds the integration inactive ends them all.
            for await hasEnded in group where hasEnded { break }
            group.cancelAll()
        }
    }

    private func listen(to topics: AsyncStream<Set<Topic>>, ringing bells: [Bell]) async {
        for await touched in topics {
            let concernsUs = touched.contains(.work(id)) || touched.contains(.integration(id)) || touched.contains(.everything)
            let concernsAll = touched.contains { topic in
                switch topic {
                case .instance, .run: true
                default: false
                }
            }
            if concernsUs || concernsAll { for bell in bells { bell.ring() } }
        }
    }

    /// Repeats a step until the integration is inactive. What stops a step is noted, and tried again after a pause.
    private func loop(_ bell: Bell, _ step: () async throws -> Void) async -> Bool {
        var failures = 0
        while !Task.isCancelled {
            do {
                guard let rest = try await health.rest(of: id) else { return true }
                if rest > .zero {
                    await bell.wait(atMost: min(rest, Self.longestWait), clock: clock)
                    continue
                }
                try await step()
                if failures > 0 { try await health.noteSuccess(of: id) }
                failures = 0
            } catch is CancellationError {
                return true
            } catch let stop as LaneStop {
                failures += 1
                try? await health.note(stop, of: id)
                await pause(after: failures, atLeast: stop.pause)
            } catch {
                failures += 1
                logger.error("Work on an integration failed and is tried again.", metadata: ["integration": "\(id)", "error": "\(error)"])
                await pause(after: failures, atLeast: .seconds(1))
            }
        }
        return true
    }

    private func pause(after failures: Int, atLeast least: Duration) async {
        try? await clock.sleep(for: max(least, Backoff.delay(after: min(failures, 6), random: random)))
    }

    /// One batch of dirty links, or a wait for some.
    private func drain(_ priorities: ClosedRange<Priority>, _ bell: Bell) async throws {
        let now = clock.now
        let due = try await store.read { try $0.linksDue(in: id, priorities: priorities, at: now, limit: Self.batch) }
        let taken = reconciler.locks.takeFree(of: due.map(\.id))
        guard !taken.isEmpty else {
            let next = try await store.read { try $0.nextDue(in: id, priorities: priorities) }
            let untilNext = next.map { max(.milliseconds(due.isEmpty ? 1 : 50), $0.duration(since: now)) }
            await bell.wait(atMost: min(untilNext ?? Self.longestWait, Self.longestWait), clock: clock)
            return
        }
        try await reconciler.locks.releasing(taken) {
            _ = try await reconciler.reconcile(
                due.map(\.id).filter { taken.contains($0) }, in: id, as: .automatic, priority: due.map(\.priority).min() ?? .sweep)
        }
    }

    private struct SweepState {
        var overlapAt: Instant?
        var inspectAt: Instant?
    }

    /// Start-up sweeps first; after that it sweeps at intervals, and whenever something was lost.
    private func sweepIfDue(_ state: inout SweepState, _ bell: Bell) async throws {
        guard let integration = try await store.read({ try $0.integration(id) }) else { return }
        let now = clock.now
        let next = integration.lastSweepAt?.adding(Sweeper.interval(integration)) ?? now
        guard state.overlapAt == nil || integration.needsSweep || next <= now else {
            await bell.wait(atMost: min(max(.milliseconds(100), next.duration(since: now)), Self.longestWait), clock: clock)
            return
        }
        let withOverlap = state.overlapAt.map { $0.adding(Sweeper.overlapInterval) <= now } ?? true
        try await sweeper.sweep(id, withOverlap: withOverlap)
        if withOverlap { state.overlapAt = now }
        if state.inspectAt.map({ $0.adding(.seconds(900)) <= now }) ?? true {
            state.inspectAt = now
            try await hooks.inspect(id)
        }
    }

    private func workOnRuns(_ bell: Bell) async throws {
        guard let run = try await store.read({ try $0.runningRuns() }).first(where: { $0.integration == id }) else {
            await bell.wait(atMost: Self.longestWait, clock: clock)
            return
        }
        try await runs.work(on: run)
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
