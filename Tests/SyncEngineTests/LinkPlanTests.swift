import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine
import Testing

@Suite("The plan of one link")
struct LinkPlanTests {
    private static let names: [FieldKey: String] = [
        .name: "System.Title", .description: "System.Description", .tags: "System.Tags", .effort: "Microsoft.VSTS.Scheduling.Effort",
    ]
    private static let types: [FieldKey: RemoteFieldType] = [.name: .string, .description: .html, .tags: .tags, .effort: .double]

    private func planner(_ keys: [FieldKey]) -> LinkPlanner {
        let type = WorkItemTypeSchema(
            name: "Feature", referenceName: "Microsoft.VSTS.WorkItemTypes.Feature", states: [],
            fields: Self.names.map { FieldSchema(referenceName: $0.value, name: $0.value, type: Self.types[$0.key] ?? .string) })
        let entity = EntityMapping(
            kind: .outcome, workItemType: "Feature",
            fields: keys.compactMap { key in Self.names[key].map { FieldMapping(field: key, azureDevOpsField: $0) } })
        let vocabulary = Vocabulary(
            stages: [], people: [], peopleTable: [:], businessUnits: [], teams: [], catalogue: FieldCatalogue(custom: []))
        let context = MappingContext(entity: entity, mappingVersion: 1, defaultMode: .automatic, type: type, vocabulary: vocabulary)
        return LinkPlanner(context: context, trigger: Trigger(cause: .webhook))
    }

    private func item(_ values: [FieldKey: FieldValue]) -> Item {
        let moment = Instant(milliseconds: 0)
        return Item(
            id: Identifier(1), kind: .outcome, number: 1, values: values, createdAt: moment, createdBy: "Ada", updatedAt: moment,
            updatedBy: "Ada")
    }

    private func link(_ agreed: [FieldKey: AgreedPair]) -> Link {
        var link = Link(
            id: Identifier(1), integration: Identifier(1), item: Identifier(1), workItem: 7, workItemType: "Feature", state: .active,
            marker: "m", notBefore: Instant(milliseconds: 0))
        for (key, pair) in agreed { link.fields[key] = LinkField(agreed: pair, remote: pair.remote, target: Self.names[key]) }
        return link
    }

    private func snapshot(_ fields: [FieldKey: JSONValue], _ format: RichText.Format? = nil) -> RemoteSnapshot {
        var named: [String: JSONValue] = [:]
        for (key, value) in fields { if let name = Self.names[key] { named[name] = value } }
        return RemoteSnapshot(
            id: 7, revision: 2, type: "Feature", project: "Contoso", title: "", state: "New", fields: named,
            formats: format.map { ["System.Description": $0] } ?? [:], parent: nil, parentRelation: nil, hyperlinks: [], changedAt: nil,
            changedBy: nil, createdBy: nil, webURL: nil)
    }

    @Test(
        "HTML is never written over Markdown, nor the reverse; the rest of the item goes on (A22)",
        arguments: [RichText.Format.html, .markdown], [nil, RichText.Format.html, .markdown])
    func formats(written: RichText.Format, present: RichText.Format?) {
        for stands in ["", "old"] {
            let html = present != .markdown
            let source = stands.isEmpty ? "" : html ? "<div>old</div>" : "old"
            let value = CanonicalForm.remoteValue(of: .string(source), type: .html, format: present ?? .html)
            let ours = FieldValue.richText(RichText(format: written, source: written == .html ? "<div>new</div>" : "**new**"))
            let plan = planner([.name, .description]).plan(
                link([
                    .name: AgreedPair(local: .text("A"), remote: .text("A")),
                    .description: AgreedPair(local: .richText(.html("<div>before</div>")), remote: value),
                ]),
                item: item([.name: .text("B"), .description: ours]),
                remote: .reading(snapshot([.name: "A", .description: .string(source)], present)), attempts: [:])
            // What stands there decides. Where nothing stands, the format of the field still does, but Markdown may make it a Markdown one.
            let mixes = written == .html ? present == .markdown : present != .markdown && value != nil
            if mixes {
                #expect(plan.pushes[.description] == nil)
                #expect(plan.fields[.description]?.obstacle != nil && plan.newObstacles == [.description])
            } else {
                guard case .richText(let sent)? = plan.pushes[.description]?.pair.remote else {
                    Issue.record("\(written) over \(String(describing: present)) with “\(source)” must be written")
                    continue
                }
                #expect(sent.format == written)
            }
            #expect(plan.pushes[.name] != nil, "one field holds up no other (A21)")
        }
    }

    @Test("a change of the format is read as such, and writes nothing back (A22)")
    func formatChanges() {
        let agreed = AgreedPair(
            local: .richText(.html("<div>old</div>")), remote: CanonicalForm.remoteValue(of: "<div>old</div>", type: .html))
        let plan = planner([.description]).plan(
            link([.description: agreed]), item: item([.description: .richText(.html("<div>old</div>"))]),
            remote: .reading(snapshot([.description: "old"], .markdown)), attempts: [:])
        #expect(plan.pulls[.description]?.pair.local == .richText(RichText(format: .markdown, source: "old")))
        #expect(plan.pushes.isEmpty)
    }

    @Test("a value that vanishes without a revision was erased by nobody: the field is gone (A13)", arguments: [1, 2])
    func vanished(readIn: Int64) {
        var link = link([.effort: AgreedPair(local: .number(8), remote: .number(8))])
        link.fields[.effort]?.readIn = readIn
        let plan = planner([.effort]).plan(link, item: item([.effort: .number(8)]), remote: .reading(snapshot([:])), attempts: [:])
        #expect(plan.pulls.keys.contains(.effort) == (readIn < 2), "of a newer revision it is an edit")
        #expect(plan.pushes.isEmpty)
    }

    @Test("fields are planned each by itself: together they come to what they come to alone (A34)", arguments: 0..<81)
    func commutes(number: Int) {
        // Each of four fields: neither side changed, one, the other, or both.
        let changes = [number % 3, number / 3 % 3, number / 9 % 3, number / 27]
        let keys: [FieldKey] = [.name, .description, .tags, .effort]
        let locals: [FieldKey: [FieldValue]] = [
            .name: [.text("a"), .text("b"), .text("c")],
            .description: ["a", "b", "c"].map { .richText(.html("<div>\($0)</div>")) },
            .tags: [.choices(["a"]), .choices(["a", "b"]), .choices(["c"])], .effort: [.number(1), .number(2), .number(3)],
        ]
        let remotes: [FieldKey: [JSONValue]] = [
            .name: ["a", "b", "c"], .description: ["<div>a</div>", "<div>b</div>", "<div>c</div>"], .tags: ["a", "a; b", "c; d"],
            .effort: [1, 2, 3],
        ]
        var agreed: [FieldKey: AgreedPair] = [:]
        var values: [FieldKey: FieldValue] = [:]
        var fields: [FieldKey: JSONValue] = [:]
        for (key, change) in zip(keys, changes) {
            guard let local = locals[key], let remote = remotes[key] else { continue }
            agreed[key] = AgreedPair(
                local: local[0], remote: CanonicalForm.remoteValue(of: remote[0], type: Self.types[key] ?? .string))
            values[key] = local[change == 0 ? 0 : change == 1 ? 1 : 2]
            fields[key] = remote[change == 2 ? 1 : 0]
        }
        let (link, item, remote) = (link(agreed), item(values), snapshot(fields))
        let whole = planner(keys).plan(link, item: item, remote: .reading(remote), attempts: [:])
        #expect(planner(keys.reversed()).plan(link, item: item, remote: .reading(remote), attempts: [:]) == whole)
        for key in keys {
            let alone = planner([key]).plan(link, item: item, remote: .reading(remote), attempts: [:])
            #expect(alone.pulls[key] == whole.pulls[key])
            #expect(alone.pushes[key] == whole.pushes[key])
            #expect(alone.fields[key] == whole.fields[key])
            #expect(alone.conflicts.contains(key) == whole.conflicts.contains(key))
        }
    }
}
