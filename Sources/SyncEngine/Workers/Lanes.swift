import Portfolio
import Store
import Synchronization

/// The kinds of work of one integration. Each goes on by itself, so that bulk never holds up a click.
enum Lane: CaseIterable {
    /// Links that a person or a hook has marked.
    case urgent
    /// Links that a sweep or a bulk run has marked.
    case background
    case sweep
    case runs
    case audit

    /// When there is something to do; `nil` when there is nothing.
    func dueAt(in outlook: WorkOutlook, now: Instant) -> Instant? {
        switch self {
        case .urgent: outlook.urgentWorkAt
        case .background: outlook.backgroundWorkAt
        case .sweep:
            outlook.needsSweep ? now : outlook.lastSweepAt?.adding(Sweeper.interval(while: outlook.hookState)) ?? now
        case .runs: outlook.hasRunningRun ? now : nil
        case .audit: outlook.hasRunningAudit ? now : nil
        }
    }
}

/// Which lanes work and which wait: the watch starts them, and hears when they are done.
final class Lanes: Sendable {
    /// Rung when it is worth looking again what is due.
    let look = Bell()
    private let starts = Dictionary(uniqueKeysWithValues: Lane.allCases.map { ($0, Bell()) })
    private let busy = Mutex<Set<Lane>>([])

    var idle: [Lane] { busy.withLock { busy in Lane.allCases.filter { !busy.contains($0) } } }

    func start(_ lane: Lane) {
        guard busy.withLock({ $0.insert(lane).inserted }) else { return }
        starts[lane]?.ring()
    }

    func waitForStart(of lane: Lane) async { await starts[lane]?.wait() }

    func finish(_ lane: Lane) {
        busy.withLock { _ = $0.remove(lane) }
        look.ring()
    }
}
