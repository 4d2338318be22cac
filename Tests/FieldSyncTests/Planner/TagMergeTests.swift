import FieldSync
import Portfolio
import Testing

/// Tags as the product translates them, over every set of three.
@Suite("The merge of tags, exhaustively over small sets")
struct TagMergeTests {
    private static let labels = ["x", "y", "z"]
    private static let sets = (0..<8).map { bits in labels.indices.filter { bits >> $0 & 1 == 1 }.map { labels[$0] } }
    private static let translation = Translations.translation(
        for: FieldMapping(field: .tags, azureDevOpsField: "System.Tags"),
        definition: FieldDefinition(key: .tags, label: "Tags", type: .tags),
        schema: FieldSchema(referenceName: "System.Tags", name: "Tags", type: .tags),
        vocabulary: Vocabulary(
            stages: [], people: [], peopleTable: [:], businessUnits: [], teams: [], catalogue: FieldCatalogue(custom: [])))

    private static func rule(_ direction: Direction, _ policy: ConflictPolicy = .hold) -> FieldRule {
        FieldRule(direction: direction, conflictPolicy: policy, translation: translation)
    }

    private static func remote(_ labels: [String]) -> RemoteValue? { labels.isEmpty ? nil : .tags(RemoteTags(labels)) }

    private static func pair(_ labels: [String]) -> AgreedPair { AgreedPair(local: .set(of: labels), remote: remote(labels)) }

    @Test("whatever either side added stays, whatever either side removed goes, and both end with the same", arguments: [false, true])
    func everySet(shoutsInAzureDevOps: Bool) {
        func there(_ labels: [String]) -> RemoteValue? { Self.remote(shoutsInAzureDevOps ? labels.map { $0.uppercased() } : labels) }
        for base in Self.sets {
            for local in Self.sets {
                for remote in Self.sets {
                    let state = FieldState(
                        local: .set(of: local), remote: there(remote), agreed: AgreedPair(local: .set(of: base), remote: there(base)))
                    let decision = FieldPlanner.plan(state, by: Self.rule(.both))
                    let next = decision.carriedOut(on: state)
                    let expected = Self.labels.filter { label in
                        base.contains(label)
                            ? local.contains(label) && remote.contains(label) : local.contains(label) || remote.contains(label)
                    }
                    #expect(Self.translation.isSame(next.local, .set(of: expected)), "\(base) \(local) \(remote): \(decision)")
                    #expect(next.remote == Self.remote(expected), "\(base) \(local) \(remote): \(decision)")
                    #expect(FieldPlanner.plan(next, by: Self.rule(.both)) == .inStep)
                    if case .merge = decision {
                        #expect(local != base && remote != base && local != remote)
                    } else {
                        #expect(local == base || remote == base || local == remote)
                    }
                }
            }
        }
    }

    @Test("no policy turns a merge into a conflict or into a loss", arguments: ConflictPolicy.allCases)
    func policies(policy: ConflictPolicy) {
        let state = FieldState(local: .set(of: ["x", "y"]), remote: Self.remote(["x", "z"]), agreed: Self.pair(["x"]))
        #expect(FieldPlanner.plan(state, by: Self.rule(.both, policy)) == .merge(Self.pair(["x", "y", "z"])))
    }

    @Test("one direction merges nothing: one side's set is written over the other's, and said so")
    func oneDirection() {
        let state = FieldState(local: .set(of: ["x", "y"]), remote: Self.remote(["x", "z"]), agreed: Self.pair(["x"]))
        #expect(FieldPlanner.plan(state, by: Self.rule(.read)) == .pull(Self.pair(["x", "z"]), overwritesEdit: true))
        #expect(FieldPlanner.plan(state, by: Self.rule(.write)) == .push(Self.pair(["x", "y"]), overwritesEdit: true))
    }

    @Test("a tag keeps the case in which it was agreed, or in which it was added here")
    func letterCase() {
        let state = FieldState(local: .set(of: ["Old", "New"]), remote: Self.remote(["OLD", "NEW", "other"]), agreed: Self.pair(["Old"]))
        guard case .merge(let pair) = FieldPlanner.plan(state, by: Self.rule(.both)) else {
            Issue.record("it must merge")
            return
        }
        #expect(pair.local == .set(of: ["Old", "New", "other"]))
    }

    @Test("labels that differ in case only are one tag, also where Kiplot holds both")
    func twins() {
        let state = FieldState(local: .choices(["New", "new", "x"]), remote: Self.remote(["x", "z"]), agreed: Self.pair(["x"]))
        let decision = FieldPlanner.plan(state, by: Self.rule(.both))
        #expect(decision.carriedOut(on: state).remote == Self.remote(["new", "x", "z"]))
        #expect(FieldPlanner.plan(decision.carriedOut(on: state), by: Self.rule(.both)) == .inStep)
    }

    @Test("both sides emptied, each of what it knew: nothing is left, and nothing comes back")
    func emptied() {
        let state = FieldState(local: .set(of: ["x"]), remote: Self.remote(["y"]), agreed: Self.pair(["x", "y"]))
        #expect(FieldPlanner.plan(state, by: Self.rule(.both)) == .merge(AgreedPair(local: nil, remote: nil)))
    }

    @Test("a label that Azure DevOps would cut in two holds the field, it is not cut")
    func separators() {
        let state = FieldState(local: .set(of: ["x", "y, z"]), remote: Self.remote(["x", "w"]), agreed: Self.pair(["x"]))
        #expect(FieldPlanner.plan(state, by: Self.rule(.both)) == .blocked(.wrongType(value: "y, z", field: "Tags")))
    }
}
