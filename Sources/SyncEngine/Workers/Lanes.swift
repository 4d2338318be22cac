import Portfolio
import Store
import Synchronization

/// The kinds of work of one integration. Each goes on by itself, so that bulk never holds up a click.
enum Lane: Int, CaseIterable {
    /// Links that a person or a hook has marked.
    case urgent
    /// Links that a sweep or a bulk run has marked.
    case background
    case sweep
    case runs
    case audit

    /// Whether it works off dirty links, of which more may come at any time.
    var isDrain: Bool { self == .urgent || self == .background }

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
    private let bells = Lane.allCases.map { _ in Bell() }
    private let busy = Mutex<Set<Lane>>([])

    /// Starts a lane; one that drains and is at work looks again what is due.
    func start(_ lane: Lane) {
        let isIdle = busy.withLock { $0.insert(lane).inserted }
        if isIdle || lane.isDrain { bell(of: lane).ring() }
    }

    func isBusy(_ lane: Lane) -> Bool { busy.withLock { $0.contains(lane) } }

    func bell(of lane: Lane) -> Bell { bells[lane.rawValue] }

    func finish(_ lane: Lane) {
        busy.withLock { _ = $0.remove(lane) }
        look.ring()
    }
}
