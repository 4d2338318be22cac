import FieldSync
import Portfolio
import Testing

/// Texts that mean the same on both sides.
private struct Plain: Translation {
    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard case .text(let text) = remote else { return nil }
        if text == "unreadable" { throw .unmapped(value: text, field: "X") }
        return .text(text)
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .text(let text) = local else { return nil }
        return .text(text)
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { left == right }
}

@Suite("The three-way planner")
struct PlannerTests {
    private static let values: [String?] = [nil, "a", "b", "c"]

    private func plan(
        _ local: String?, _ remote: String?, agreed: (String?, String?)?, _ direction: Direction = .both, policy: ConflictPolicy = .hold,
        attempts: [(String?, String?)] = []
    ) -> FieldDecision {
        func pair(_ pair: (String?, String?)) -> AgreedPair {
            AgreedPair(local: pair.0.map { .text($0) }, remote: pair.1.map { .text($0) })
        }
        return FieldPlanner.plan(
            FieldState(
                local: local.map { .text($0) }, remote: remote.map { .text($0) }, agreed: agreed.map(pair), attempts: attempts.map(pair)),
            by: FieldRule(direction: direction, conflictPolicy: policy, translation: Plain()))
    }

    @Test("an echo is no work: both sides as agreed, even where they look different")
    func echo() {
        #expect(plan("a", "a", agreed: ("a", "a")) == .inStep)
        #expect(plan("a", "A normalised", agreed: ("a", "A normalised")) == .inStep)
    }

    @Test("one side changed: the value travels the way that the direction allows")
    func oneSide() {
        let pair = AgreedPair(local: .text("b"), remote: .text("b"))
        #expect(plan("a", "b", agreed: ("a", "a")) == .pull(pair, overwritesEdit: false))
        #expect(plan("b", "a", agreed: ("a", "a")) == .push(pair, overwritesEdit: false))
        #expect(plan("b", "a", agreed: ("a", "a"), .read) == .pull(AgreedPair(local: .text("a"), remote: .text("a")), overwritesEdit: true))
        #expect(
            plan("a", "b", agreed: ("a", "a"), .write) == .push(AgreedPair(local: .text("a"), remote: .text("a")), overwritesEdit: true))
    }

    @Test("both changed: equal settles, different is held, and a policy decides otherwise")
    func bothSides() {
        #expect(plan("b", "b", agreed: ("a", "a")) == .settle(AgreedPair(local: .text("b"), remote: .text("b"))))
        #expect(plan("b", "c", agreed: ("a", "a")) == .conflict)
        #expect(
            plan("b", "c", agreed: ("a", "a"), policy: .kiplotWins)
                == .push(AgreedPair(local: .text("b"), remote: .text("b")), overwritesEdit: true))
        #expect(
            plan("b", "c", agreed: ("a", "a"), policy: .azureDevOpsWins)
                == .pull(AgreedPair(local: .text("c"), remote: .text("c")), overwritesEdit: true))
        #expect(plan("b", "c", agreed: ("a", "a"), policy: .newest) == .conflict, "without times nothing is guessed")
    }

    @Test("a write that landed unheard is our own, not somebody's edit")
    func attempts() {
        #expect(plan("b", "b*", agreed: ("a", "a"), attempts: [("b", "b*")]) == .settle(AgreedPair(local: .text("b"), remote: .text("b*"))))
        #expect(
            plan("c", "b*", agreed: ("a", "a"), attempts: [("b", "b*")])
                == .push(AgreedPair(local: .text("c"), remote: .text("c")), overwritesEdit: false))
    }

    @Test("the first meeting guesses nothing")
    func firstMeeting() {
        #expect(plan("a", "b", agreed: nil) == .conflict)
        #expect(plan(nil, "b", agreed: nil) == .pull(AgreedPair(local: .text("b"), remote: .text("b")), overwritesEdit: false))
        #expect(plan("a", nil, agreed: nil) == .push(AgreedPair(local: .text("a"), remote: .text("a")), overwritesEdit: false))
        #expect(plan(nil, "b", agreed: nil, .write) == .settle(AgreedPair(local: nil, remote: .text("b"))))
    }

    @Test("for all inputs: direction is law, and carrying a plan out leaves nothing to plan (A7, A34)")
    func laws() {
        for local in Self.values {
            for remote in Self.values {
                for agreedLocal in Self.values {
                    for agreedRemote in Self.values {
                        for direction in Direction.allCases {
                            for policy in ConflictPolicy.allCases {
                                check(local, remote, (agreedLocal, agreedRemote), direction, policy)
                            }
                        }
                    }
                }
            }
        }
    }

    private func check(_ local: String?, _ remote: String?, _ agreed: (String?, String?), _ direction: Direction, _ policy: ConflictPolicy)
    {
        func text(_ value: FieldValue?) -> String? { if case .text(let text) = value { text } else { nil } }
        func text(_ value: RemoteValue?) -> String? { if case .text(let text) = value { text } else { nil } }
        switch plan(local, remote, agreed: agreed, direction, policy: policy) {
        case .pull(let pair, _):
            #expect(direction.reads)
            #expect(plan(text(pair.local), remote, agreed: (text(pair.local), remote), direction, policy: policy) == .inStep)
        case .push(let pair, _):
            #expect(direction.writes)
            #expect(plan(local, text(pair.remote), agreed: (local, text(pair.remote)), direction, policy: policy) == .inStep)
        case .settle(let pair):
            #expect(plan(local, remote, agreed: (text(pair.local), text(pair.remote)), direction, policy: policy) == .inStep)
        case .conflict: #expect(direction == .both && local != agreed.0 && remote != agreed.1 && local != remote)
        case .inStep: #expect(local == agreed.0 && remote == agreed.1)
        case .merge, .blocked: Issue.record("plain texts neither merge nor block")
        }
    }
}
