import FieldSync
import Portfolio
import Testing

@Suite("The check of a mapping, and the one that is recommended")
struct MappingCheckTests {
    private static let stages = SmallPortfolio.vocabulary.stages
    private static let catalogue = FieldCatalogue(custom: [
        CustomField(id: Identifier(1), label: "Risk", type: .list(multiple: false), options: ["Low", "High"])
    ])

    private static func type(_ name: String, extra: [FieldSchema] = []) -> WorkItemTypeSchema {
        WorkItemTypeSchema(
            name: name, referenceName: "Microsoft.VSTS.WorkItemTypes.\(name)",
            states: [
                StateSchema(name: "New", category: .proposed), StateSchema(name: "Active", category: .inProgress),
                StateSchema(name: "Resolved", category: .resolved), StateSchema(name: "Closed", category: .completed),
                StateSchema(name: "Removed", category: .removed),
            ],
            fields: [
                FieldSchema(referenceName: "System.Title", name: "Title", type: .string, isRequired: true),
                FieldSchema(referenceName: "System.Description", name: "Description", type: .html),
                FieldSchema(referenceName: "System.State", name: "State", type: .string, isRequired: true),
                FieldSchema(referenceName: "System.AssignedTo", name: "Assigned To", type: .identity),
                FieldSchema(referenceName: "System.Tags", name: "Tags", type: .tags),
                FieldSchema(referenceName: "System.Id", name: "ID", type: .integer, isReadOnly: true),
                FieldSchema(referenceName: "Microsoft.VSTS.Scheduling.StartDate", name: "Start Date", type: .dateTime),
                FieldSchema(referenceName: "Microsoft.VSTS.Scheduling.DueDate", name: "Due Date", type: .dateTime),
                FieldSchema(referenceName: "Microsoft.VSTS.Scheduling.Effort", name: "Effort", type: .double),
            ] + extra)
    }

    private static let lights = FieldSchema(
        referenceName: "Custom.RAG", name: "RAG", type: .string, allowedValues: ["1 - Green", "2 - Yellow", "3 - Red"])
    private static let schema = ProjectSchema(workItemTypes: [
        type("Epic", extra: [lights, FieldSchema(referenceName: "Custom.PercentComplete", name: "Done", type: .double)]), type("Feature"),
        type("Bug", extra: [FieldSchema(referenceName: "Custom.Found", name: "Found in", type: .string, isRequired: true)]),
    ])

    private func findings(_ entities: [EntityMapping]) -> [MappingFinding] {
        MappingCheck(schema: Self.schema, catalogue: Self.catalogue, stages: Self.stages).findings(for: MappingSet(entities: entities))
    }

    private func findings(_ fields: [FieldMapping], type: String = "Epic", kind: ItemKind = .initiative) -> [MappingFinding] {
        findings([EntityMapping(kind: kind, workItemType: type, fields: fields)])
    }

    @Test("the recommended mapping has no errors, reads every state and writes every stage")
    func recommended() throws {
        let mapping = RecommendedMapping(schema: Self.schema, stages: Self.stages, catalogue: Self.catalogue).mapping
        #expect(mapping[.initiative]?.workItemType == "Epic" && mapping[.outcome]?.workItemType == "Feature")
        #expect(mapping[.outcome]?.parentDirection == .both && mapping[.initiative]?.parentDirection == nil)
        #expect(findings(mapping.entities).filter { $0.severity == .error }.isEmpty)
        let states = try #require(mapping[.initiative]?.fields.first { $0.field == .stage }?.valueMap)
        for state in Self.schema.workItemTypes[0].states { #expect(states.kiplot(for: state.name) != nil) }
        for stage in Self.stages { #expect(states.azureDevOps(for: .stage(stage.id)) != nil) }
        let lights = try #require(mapping[.initiative]?.fields.first { $0.field == .rag })
        #expect(lights.direction == .write && lights.valueMap.azureDevOps(for: .rag(.amber)) == "2 - Yellow")
        #expect(mapping[.initiative]?.fields.first { $0.field == .percentComplete }?.direction == .read)
        #expect(mapping[.initiative]?.fields.first { $0.field == .end }?.azureDevOpsField == "Microsoft.VSTS.Scheduling.DueDate")
        #expect(
            RecommendedMapping(schema: ProjectSchema(workItemTypes: []), stages: [], catalogue: Self.catalogue).mapping.entities.isEmpty)
    }

    @Test("a process without features maps issues, whatever the types are called in the language of the project")
    func localised() {
        var epic = Self.type("Epic")
        epic.name = "Épopée"
        var issue = Self.type("Issue")
        issue.name = "Problème"
        let schema = ProjectSchema(workItemTypes: [issue, epic])
        let mapping = RecommendedMapping(schema: schema, stages: Self.stages, catalogue: Self.catalogue).mapping
        #expect(mapping.entities.map(\.workItemType) == ["Épopée", "Problème"])
    }

    @Test("nothing mapped, a kind twice, a type twice and an unknown type are errors")
    func entities() {
        #expect(findings([]).map(\.message) == ["Nothing is mapped."])
        let twice = findings([EntityMapping(kind: .outcome, workItemType: "Epic"), EntityMapping(kind: .outcome, workItemType: "EPIC")])
        #expect(twice.contains { $0.message.contains("mapped twice") && $0.kind == .outcome })
        #expect(twice.contains { $0.message.contains("type EPIC is mapped twice") })
        let unknown = findings([], type: "Story")
        #expect(unknown.map(\.message) == ["The project has no work item type “Story”."])
        #expect(unknown[0].remedy.contains("Feature"))
    }

    @Test(
        "a row that cannot work is an error that names what it found",
        arguments: [
            (FieldMapping(field: FieldKey("nothing"), azureDevOpsField: "System.Title"), "no field “nothing”"),
            (FieldMapping(field: .status, azureDevOpsField: "System.State"), "no field “status”"),
            (FieldMapping(field: .name, azureDevOpsField: "Custom.None"), "no field Custom.None"),
            (FieldMapping(field: .start, azureDevOpsField: "System.Tags"), "different types"),
            (FieldMapping(field: .effort, azureDevOpsField: "System.Id", direction: .write), "cannot be written"),
            (FieldMapping(field: .name, azureDevOpsField: "System.Description", direction: .both), "fit one way only"),
        ])
    func rows(row: FieldMapping, words: String) {
        let errors = findings([row]).filter { $0.severity == .error }
        #expect(errors.count == 1 && errors[0].message.contains(words), "\(errors)")
        #expect(errors.allSatisfy { !$0.remedy.isEmpty })
    }

    @Test("two rows that write to one field, and two for one field, are errors")
    func duplicates() {
        let title = FieldMapping(field: .name, azureDevOpsField: "System.Title")
        let both = findings([title, FieldMapping(field: .custom(Identifier(1)), azureDevOpsField: "system.title", direction: .write)])
        #expect(both.contains { $0.severity == .error && $0.message == "“Name”, “Risk” all write to System.Title." })
        let twice = findings([title, FieldMapping(field: .name, azureDevOpsField: "System.Tags", direction: .read)])
        #expect(twice.contains { $0.severity == .error && $0.message == "Name is mapped 2 times." })
        #expect(
            findings([title, FieldMapping(field: .name, azureDevOpsField: "System.Tags", isEnabled: false)]).allSatisfy {
                $0.severity == .warning
            })
    }

    @Test("values without a counterpart, and required fields that nothing fills, are warnings")
    func warnings() {
        let stage = findings([FieldMapping(field: .stage, azureDevOpsField: "System.State")]).map(\.message)
        #expect(stage.contains { $0.contains("“New”, “Active”") && $0.contains("cannot be read") })
        #expect(stage.contains { $0.contains("“Idea”, “Build”") && $0.contains("cannot be written") })
        #expect(stage.contains { $0.contains("Name is required in Kiplot") })
        #expect(stage.contains { $0.contains("Epic requires Title") })
        let lights = findings([FieldMapping(field: .rag, azureDevOpsField: "Custom.RAG", direction: .write)]).map(\.message)
        #expect(lights.contains { $0.contains("“Green”, “Amber”, “Red” cannot be written") })
        let bug = findings([FieldMapping(field: .name, azureDevOpsField: "System.Title")], type: "Bug").map(\.message)
        #expect(bug == ["Bug requires Found in (Custom.Found), which nothing fills."])
    }

    @Test("a pair of types allows the same whatever the field is called, and a read-only field at most reading")
    func directions() {
        for type in SmallPortfolio.types {
            for remote in RemoteFieldType.all {
                var target = FieldSchema(referenceName: "Custom.X", name: "X", type: remote)
                let possible = MappingCheck.directions(of: SmallPortfolio.definition(type), with: target)
                #expect(possible.contains(.both) == (possible.contains(.read) && possible.contains(.write)))
                target.isReadOnly = true
                #expect(MappingCheck.directions(of: SmallPortfolio.definition(type), with: target) == possible.intersection([.read]))
            }
        }
    }
}
