import FieldSync
import Portfolio
import Testing

/// A translation over a few texts, chosen so that the sides differ in what they can say.
private enum SmallTranslation: CaseIterable, Translation {
    /// Every value means itself.
    case exact
    /// Azure DevOps distinguishes `a` from `b`, Kiplot does not: reading is many to one.
    case folding
    /// `b` can be read but not written, `c` can be written but not read.
    case obstructed

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard case .text(let text) = remote else { return nil }
        switch (self, text) {
        case (.folding, "b"): return .text("a")
        case (.obstructed, "c"): throw .unmapped(value: text, field: "X")
        default: return .text(text)
        }
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .text(let text) = local else { return nil }
        switch (self, text) {
        case (.obstructed, "b"): throw .unmapped(value: text, field: "X")
        default: return .text(text)
        }
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { left == right }
}

/// Every state of the planner over three values, two versions and three attempts: nothing is sampled (`sync-protocol.md` 3.2, A34).
@Suite("The planner, exhaustively over small scopes")
struct PlannerScopeTests {
    private static let locals: [FieldValue?] = [nil, .text("a"), .text("b"), .text("c")]
    private static let remotes: [RemoteValue?] = [nil, .text("a"), .text("b"), .text("c")]
    /// Which side is newer: unknown, Kiplot, Azure DevOps.
    private static let orders: [(local: Instant?, remote: Instant?)] = [
        (nil, nil), (Instant(milliseconds: 2), Instant(milliseconds: 1)), (Instant(milliseconds: 1), Instant(milliseconds: 2)),
    ]

    private static var rules: [FieldRule] {
        var rules: [FieldRule] = []
        for translation in SmallTranslation.allCases {
            for direction in Direction.allCases {
                for policy in ConflictPolicy.allCases {
                    for source in [nil, InitialSource.azureDevOps, .kiplot] {
                        rules.append(
                            FieldRule(direction: direction, conflictPolicy: policy, initialSource: source, translation: translation))
                    }
                }
            }
        }
        return rules
    }

    /// Pairs that can be agreed or attempted; and all sets of up to three attempts, in one order each.
    private static let pairs = locals.flatMap { local in remotes.map { AgreedPair(local: local, remote: $0) } }
    private static let attempts: [[AgreedPair]] = {
        // What one attempt can be: two versions of the local value, three of what was sent.
        let sent = pairs.filter { $0.local != .text("c") && $0.local != nil && $0.remote != nil }
        var sets: [[AgreedPair]] = [[]]
        for (index, first) in sent.enumerated() {
            sets.append([first])
            for (offset, second) in sent.enumerated() where offset > index {
                sets.append([first, second])
                for third in sent[(offset + 1)...] { sets.append([first, second, third]) }
            }
        }
        return sets
    }()

    private func eachState(_ body: (FieldState) -> Void) -> Int {
        var count = 0
        for local in Self.locals {
            for remote in Self.remotes {
                for agreed in [nil] + Self.pairs.map(Optional.some) {
                    for attempts in Self.attempts {
                        count += 1
                        body(FieldState(local: local, remote: remote, agreed: agreed, attempts: attempts))
                    }
                }
            }
        }
        return count
    }

    private func applying(_ decision: FieldDecision, to state: FieldState) -> FieldState {
        var next = state
        switch decision {
        case .inStep, .conflict, .blocked: break
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
        return next
    }

    @Test("deterministic, idempotent, blind to the order of attempts, true to the direction", arguments: 0..<3)
    func everyState(translation: Int) {
        var failures: [String] = []
        let kind = SmallTranslation.allCases[translation]
        let rules = Self.rules.filter { $0.translation as? SmallTranslation == kind }
        let count = eachState { given in
            for rule in rules {
                for order in rule.conflictPolicy == .newest ? Self.orders : [Self.orders[0]] {
                    var state = given
                    state.localChangedAt = order.local
                    state.remoteChangedAt = order.remote
                    let decision = FieldPlanner.plan(state, by: rule)
                    if let failure = fault(of: decision, state, rule), failures.count < 5 { failures.append(failure) }
                }
            }
        }
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
        #expect(count == 4 * 4 * 17 * Self.attempts.count, "the scope is whole")
    }

    private func fault(of decision: FieldDecision, _ state: FieldState, _ rule: FieldRule) -> String? {
        func wrong(_ what: String) -> String { "\(what): \(decision) for \(state), \(rule)" }
        if FieldPlanner.plan(state, by: rule) != decision { return wrong("not deterministic") }
        let next = applying(decision, to: state)
        switch decision {
        case .inStep, .conflict, .blocked: break
        default:
            if FieldPlanner.plan(next, by: rule) != .inStep { return wrong("not idempotent, then \(FieldPlanner.plan(next, by: rule))") }
        }
        var turned = state
        turned.attempts.reverse()
        if applying(FieldPlanner.plan(turned, by: rule), to: turned) != next, !decision.isHeld {
            return wrong("the order of attempts counts")
        }
        switch decision {
        case .pull where rule.direction == .write: return wrong("reads a field that is only written")
        case .push where rule.direction == .read: return wrong("writes a field that is only read")
        case .merge where rule.direction != .both: return wrong("merges against the direction")
        case .conflict where rule.direction != .both: return wrong("a conflict in one direction")
        default: break
        }
        return edits(decision, state, rule).map(wrong)
    }

    /// What the decision does to edits of people, told from the state alone.
    private func edits(_ decision: FieldDecision, _ state: FieldState, _ rule: FieldRule) -> String? {
        let landed = state.agreed?.remote == state.remote ? nil : state.attempts.first { $0.remote == state.remote }
        guard let base = landed ?? state.agreed else {
            if case .conflict = decision, state.local == nil || state.remote == nil || rule.initialSource != nil {
                return "a conflict where one side is empty or a source is declared"
            }
            return nil
        }
        let localChanged = state.local != base.local
        let remoteChanged = state.remote != base.remote
        switch decision {
        case .conflict:
            if !localChanged || !remoteChanged { return "a false conflict" }
            if rule.conflictPolicy == .azureDevOpsWins || rule.conflictPolicy == .kiplotWins { return "a conflict against the policy" }
        case .pull(_, let overwrites):
            if localChanged && !overwrites { return "an edit in Kiplot is overwritten without a word" }
            if localChanged, rule.direction == .both, rule.conflictPolicy == .hold { return "an edit in Kiplot is lost" }
        case .push(_, let overwrites):
            if remoteChanged && !overwrites { return "an edit in Azure DevOps is overwritten without a word" }
            if remoteChanged, rule.direction == .both, rule.conflictPolicy == .hold { return "an edit in Azure DevOps is lost" }
        case .inStep: if localChanged || remoteChanged { return "a change is overlooked" }
        case .settle, .merge, .blocked: break
        }
        return nil
    }

    @Test("tags: whatever either side added stays, whatever either side removed goes, and both end with the same")
    func everySetOfTags() {
        let labels = ["x", "y", "z"]
        let sets = (0..<8).map { bits in labels.indices.filter { bits >> $0 & 1 == 1 }.map { labels[$0] } }
        let rule = FieldRule(direction: .both, conflictPolicy: .hold, translation: TagTexts())
        for base in sets {
            for local in sets where local != base {
                for remote in sets where remote != base && remote != local {
                    let state = FieldState(
                        local: .set(of: local), remote: TagTexts.remote(remote),
                        agreed: AgreedPair(local: .set(of: base), remote: TagTexts.remote(base)))
                    let expected = labels.filter { label in
                        base.contains(label)
                            ? local.contains(label) && remote.contains(label) : local.contains(label) || remote.contains(label)
                    }
                    #expect(
                        FieldPlanner.plan(state, by: rule)
                            == .merge(AgreedPair(local: .set(of: expected), remote: TagTexts.remote(expected))))
                }
            }
        }
    }
}

private struct TagTexts: Translation {
    static func remote(_ labels: [String]) -> RemoteValue? { labels.isEmpty ? nil : .tags(RemoteTags(labels)) }

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard case .tags(let tags) = remote else { return nil }
        return .set(of: tags.labels)
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .choices(let labels) = local else { return nil }
        return Self.remote(labels)
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { left == right }
}

extension FieldDecision {
    fileprivate var isHeld: Bool {
        switch self {
        case .conflict, .blocked: true
        default: false
        }
    }
}
