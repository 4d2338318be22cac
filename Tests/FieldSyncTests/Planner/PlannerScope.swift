import FieldSync
import Portfolio

/// Every state of the planner over three values, two versions and three attempts: nothing is sampled (`sync-protocol.md` 3.2).
struct PlannerScope {
    let world: SmallWorld

    /// Which side is newer: unknown, unknown on one side, Kiplot, Azure DevOps, neither.
    private static let orders: [(local: Instant?, remote: Instant?)] = [
        (nil, nil), (Instant(milliseconds: 2), nil), (Instant(milliseconds: 2), Instant(milliseconds: 1)),
        (Instant(milliseconds: 1), Instant(milliseconds: 2)), (Instant(milliseconds: 2), Instant(milliseconds: 2)),
    ]

    static let pairs = SmallWorld.locals.flatMap { local in SmallWorld.remotes.map { AgreedPair(local: local, remote: $0) } }

    /// All sets of up to `most` attempts. One attempt is one of two versions of the local value and one of three that may have been
    /// sent; where different values mean the same, a value is sent as it is written.
    func attempts(most: Int) -> [[AgreedPair]] {
        let sent = Self.pairs.filter { pair in
            guard let local = pair.local, let remote = pair.remote else { return false }
            return world.alike.isEmpty ? local != .number(3) : (try? world.azureDevOps(from: local)) == remote
        }
        var sets: [[AgreedPair]] = [[]]
        var longest = sets
        for _ in 0..<most {
            longest = longest.flatMap { set in
                let next = set.last.flatMap(sent.firstIndex).map { $0 + 1 } ?? 0
                return sent[next...].map { set + [$0] }
            }
            sets += longest
        }
        return sets
    }

    func eachState(attempts: [[AgreedPair]], _ body: (FieldState) -> Void) {
        for local in SmallWorld.locals {
            for remote in SmallWorld.remotes {
                for agreed in [nil] + Self.pairs.map(Optional.some) {
                    for attempts in attempts { body(FieldState(local: local, remote: remote, agreed: agreed, attempts: attempts)) }
                }
            }
        }
    }

    /// Every rule, with every order of the two changes where that counts. A declared source counts where nothing is agreed; elsewhere
    /// it is tried only for as few attempts as make no difference to it.
    func eachRule(for state: FieldState, _ body: (FieldState, FieldRule) -> Void) {
        let sources: [InitialSource?] = state.agreed == nil || state.attempts.count <= 1 ? [nil, .azureDevOps, .kiplot] : [nil]
        for direction in Direction.allCases {
            for policy in ConflictPolicy.allCases {
                for source in sources {
                    let rule = FieldRule(direction: direction, conflictPolicy: policy, initialSource: source, translation: world)
                    for order in policy == .newest ? Self.orders : [Self.orders[0]] {
                        var state = state
                        state.localChangedAt = order.local
                        state.remoteChangedAt = order.remote
                        body(state, rule)
                    }
                }
            }
        }
    }
}

extension FieldDecision {
    /// The state once the decision is carried out.
    func carriedOut(on state: FieldState) -> FieldState {
        var next = state
        switch self {
        case .inStep, .conflict, .blocked: return state
        case .settle(let pair): next.agreed = pair
        case .pull(let pair, _):
            next.local = pair.local
            next.agreed = pair
        case .push(let pair, _):
            next.remote = pair.remote
            next.agreed = pair
        case .merge(let pair):
            next.local = pair.local
            next.remote = pair.remote
            next.agreed = pair
        }
        next.attempts = []
        next.settlement = nil
        return next
    }
}
