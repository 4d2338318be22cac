import FieldSync
import JSON
import Portfolio
import Testing

@Suite("The written form of a mapping set")
struct MappingCodecTests {
    private static let set = MappingSet(entities: [
        EntityMapping(
            kind: .initiative, workItemType: "Epic",
            fields: [
                FieldMapping(field: .name, azureDevOpsField: "System.Title", direction: .read, mode: .manual, conflictPolicy: .newest),
                FieldMapping(
                    field: .stage, azureDevOpsField: "System.State",
                    valueMap: ValueMap([ValueMap.Pair(kiplot: .stage(Identifier(1)), azureDevOps: "New")]), addsMissingPeople: false,
                    isEnabled: false),
            ], parentDirection: .write),
        EntityMapping(kind: .outcome, workItemType: "Feature"),
    ])

    @Test("what is written is read back the same, through text")
    func roundTrip() throws {
        #expect(try MappingCodec.mappingSet(JSONValue(parsing: MappingCodec.json(Self.set).text)) == Self.set)
    }

    @Test("what may be left out has its usual value")
    func defaults() throws {
        let json: JSONValue = [
            "format": 1,
            "entities": [
                [
                    "kind": "outcome", "workItemType": "Feature", "parentDirection": .null,
                    "fields": [
                        [
                            "field": "name", "azureDevOpsField": "System.Title", "direction": "both", "mode": "inherit",
                            "conflictPolicy": "hold",
                        ]
                    ],
                ]
            ],
        ]
        let expected = FieldMapping(field: .name, azureDevOpsField: "System.Title")
        #expect(try MappingCodec.mappingSet(json).entities == [EntityMapping(kind: .outcome, workItemType: "Feature", fields: [expected])])
    }

    @Test(
        "what is missing or unknown is told by its place",
        arguments: [
            (["format"], "format"), (["entities"], "entities"), (["entities", "0", "kind"], "entities[0].kind"),
            (["entities", "1", "workItemType"], "entities[1].workItemType"), (["entities", "0", "fields"], "entities[0].fields"),
            (["entities", "0", "parentDirection"], "entities[0].parentDirection"),
            (["entities", "0", "fields", "0", "field"], "entities[0].fields[0].field"),
            (["entities", "0", "fields", "1", "azureDevOpsField"], "entities[0].fields[1].azureDevOpsField"),
            (["entities", "0", "fields", "1", "direction"], "entities[0].fields[1].direction"),
            (["entities", "0", "fields", "1", "mode"], "entities[0].fields[1].mode"),
            (["entities", "0", "fields", "1", "conflictPolicy"], "entities[0].fields[1].conflictPolicy"),
            (["entities", "0", "fields", "1", "valueMap", "0"], "entities[0].fields[1].valueMap[0]"),
        ])
    func places(place: [String], path: String) {
        let broken = MappingCodec.json(Self.set).replacing(place[...], with: "")
        let unknown = MappingCodec.json(Self.set).replacing(place[...], with: 7)
        for json in [broken, unknown] {
            let error = #expect(throws: MappingFormatError.self) { try MappingCodec.mappingSet(json) }
            #expect(error?.path == path && error?.message.contains(path) == true)
        }
    }

    @Test("of several pairs the first that fits counts, each way for itself, whatever the case there")
    func valueMap() {
        let map = ValueMap([
            ValueMap.Pair(kiplot: .stage(Identifier(1)), azureDevOps: "New"),
            ValueMap.Pair(kiplot: .stage(Identifier(1)), azureDevOps: "Active"),
            ValueMap.Pair(kiplot: .stage(Identifier(2)), azureDevOps: "new"),
        ])
        #expect(map.kiplot(for: "ACTIVE") == .stage(Identifier(1)))
        #expect(map.kiplot(for: "new") == .stage(Identifier(1)))
        #expect(map.azureDevOps(for: .stage(Identifier(1))) == "New")
        #expect(map.azureDevOps(for: .stage(Identifier(2))) == "new")
        #expect(map.kiplot(for: "Closed") == nil && map.azureDevOps(for: .stage(Identifier(3))) == nil)
    }

    @Test("a field's own mode goes before the default; directions are words beside arrows")
    func words() {
        #expect(FieldMode.inherit.resolved(default: .manual) == .manual)
        #expect(FieldMode.automatic.resolved(default: .manual) == .automatic)
        #expect(FieldMode.manual.resolved(default: .automatic) == .manual)
        #expect(
            Direction.allCases.map { "\($0.arrow) \($0.title)" } == ["← Reads from Azure DevOps", "→ Writes to Azure DevOps", "↔ Both"])
        #expect(Set(ConflictPolicy.allCases.map(\.title)).count == 4 && Set(SyncMode.allCases.map(\.title)).count == 2)
        #expect(Self.set[.outcome]?.workItemType == "Feature")
        #expect(Self.set.entity(forWorkItemType: "EPIC")?.enabledFields.map(\.field) == [.name])
        #expect(Self.set.entity(forWorkItemType: "Bug") == nil)
    }
}

extension JSONValue {
    /// The same with another value at a place.
    fileprivate func replacing(_ place: ArraySlice<String>, with value: JSONValue) -> JSONValue {
        guard let step = place.first else { return value }
        switch self {
        case .object(var object):
            object[step] = object[step]?.replacing(place.dropFirst(), with: value)
            return .object(object)
        case .array(var elements):
            guard let index = Int(step) else { return self }
            elements[index] = elements[index].replacing(place.dropFirst(), with: value)
            return .array(elements)
        default: return self
        }
    }
}
