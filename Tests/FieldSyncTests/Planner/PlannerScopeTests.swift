import FieldSync
import Portfolio
import Testing

@Suite("The planner, exhaustively over small scopes")
struct PlannerScopeTests {
    @Test("what the table says, whatever the order of attempts, and nothing is left once it is done (A34)", arguments: SmallWorld.all)
    func everyState(world: SmallWorld) {
        let scope = PlannerScope(world: world)
        let attempts = scope.attempts(most: 3)
        #expect(attempts.count == (world.alike.isEmpty ? 1 + 6 + 15 + 20 : 1 + 3 + 3 + 1), "the scope is whole")
        var failures: [String] = []
        var states = 0
        scope.eachState(attempts: attempts) { given in
            states += 1
            let oracle = PlannerOracle(given, in: world)
            scope.eachRule(for: given) { state, rule in
                if let failure = Self.fault(in: state, rule, oracle), failures.count < 5 { failures.append(failure) }
            }
        }
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
        #expect(states == 4 * 4 * 17 * attempts.count)
    }

    @Test(
        "a person's choice goes before the table, for exactly the two values that were seen, and never against the direction (A6)",
        arguments: SmallWorld.all)
    func everySettlement(world: SmallWorld) {
        let scope = PlannerScope(world: world)
        var failures: [String] = []
        scope.eachState(attempts: scope.attempts(most: 1)) { given in
            for winner in [InitialSource.kiplot, .azureDevOps] {
                for local in [given.local, .number(1), nil] {
                    for remote in [given.remote, .number(1), nil] {
                        var state = given
                        state.settlement = Settlement(winner, local: local, remote: remote)
                        let oracle = PlannerOracle(state, in: world)
                        for direction in Direction.allCases {
                            let rule = FieldRule(direction: direction, conflictPolicy: .hold, translation: world)
                            if let failure = Self.fault(in: state, rule, oracle), failures.count < 5 { failures.append(failure) }
                        }
                    }
                }
            }
        }
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test("a choice between values that cannot travel is held with the obstacle, not forgotten")
    func settledObstacles() {
        let world = SmallWorld.all[2]
        func decision(_ winner: InitialSource) -> FieldDecision {
            let state = FieldState(
                local: .number(2), remote: .number(3), agreed: AgreedPair(local: .number(1), remote: .number(1)),
                settlement: Settlement(winner, local: .number(2), remote: .number(3)))
            return FieldPlanner.plan(state, by: FieldRule(direction: .both, conflictPolicy: .hold, translation: world))
        }
        #expect(decision(.kiplot) == .blocked(SmallWorld.unwritable(2)))
        #expect(decision(.azureDevOps) == .blocked(SmallWorld.unreadable(3)))
    }

    /// What is wrong with the planner's decision; `nil` for nothing.
    private static func fault(in state: FieldState, _ rule: FieldRule, _ oracle: PlannerOracle) -> String? {
        // The oracle was made before it was known which side is newer.
        var oracle = oracle
        oracle.state = state
        let decision = FieldPlanner.plan(state, by: rule)
        func wrong(_ what: String) -> String { "\(what): \(decision) for \(state), \(rule)" }
        let expected = oracle.decision(by: rule)
        if decision != expected { return wrong("not \(expected)") }
        if state.attempts.count > 1 {
            var turned = state
            turned.attempts.reverse()
            if FieldPlanner.plan(turned, by: rule) != decision { return wrong("the order of attempts counts") }
        }
        return edits(decision, state, rule).map(wrong) ?? remainder(decision, state, rule).map(wrong)
    }

    /// Whether anything is left to do once the decision is carried out.
    private static func remainder(_ decision: FieldDecision, _ state: FieldState, _ rule: FieldRule) -> String? {
        switch decision {
        case .inStep, .conflict, .blocked: return nil
        default:
            let next = FieldPlanner.plan(decision.carriedOut(on: state), by: rule)
            return next == .inStep ? nil : "not idempotent, then \(next)"
        }
    }

    /// What the decision does to edits of people, told without the table: from the promises.
    private static func edits(_ decision: FieldDecision, _ state: FieldState, _ rule: FieldRule) -> String? {
        switch decision {
        case .pull where rule.direction == .write: return "reads a field that is only written (A7)"
        case .push where rule.direction == .read: return "writes a field that is only read (A7)"
        case .conflict where rule.direction != .both: return "a conflict in one direction"
        case .merge: return "merges what is no set"
        default: break
        }
        let isChosen = state.settlement?.concerns(state.local, state.remote) ?? false
        guard !isChosen, let agreed = state.agreed ?? state.attempts.first else { return nil }
        // Where nothing was ever agreed, nothing is nobody's edit.
        let localIsKnown =
            ([agreed] + state.attempts).contains { rule.translation.isSame($0.local, state.local) }
            || state.agreed == nil && state.local == nil
        let remoteIsKnown = ([agreed] + state.attempts).contains { $0.remote == state.remote } || state.agreed == nil && state.remote == nil
        switch decision {
        case .pull(_, false) where !localIsKnown: return "an edit in Kiplot is overwritten without a word (A2)"
        case .push(_, false) where !remoteIsKnown: return "an edit in Azure DevOps is overwritten without a word (A1)"
        case .pull where !localIsKnown && rule.direction == .both && rule.conflictPolicy == .hold && state.agreed != nil:
            return "an edit in Kiplot is lost (A2)"
        case .push where !remoteIsKnown && rule.direction == .both && rule.conflictPolicy == .hold && state.agreed != nil:
            return "an edit in Azure DevOps is lost (A1)"
        case .conflict where state.agreed?.remote == state.remote: return "a conflict although nobody changed Azure DevOps (A5)"
        case .conflict where state.agreed != nil && rule.translation.isSame(state.agreed?.local, state.local):
            return "a conflict although nobody changed Kiplot (A5)"
        default: return nil
        }
    }
}
