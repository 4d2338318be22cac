import FieldSync
import Portfolio

/// A portfolio with two of everything, and a value map for every type that needs one.
enum SmallPortfolio {
    static let vocabulary = Vocabulary(
        stages: [stage(1, "Idea", .idea), stage(2, "Build", .delivery)],
        people: [person(1, "Ann", "ann@contoso.com"), person(2, "Bob", "bob@contoso.com"), person(3, "Nobody", "")],
        peopleTable: ["contoso\\bob": Identifier(2)], businessUnits: [BusinessUnit(id: Identifier(1), name: "Retail")],
        teams: [Team(id: Identifier(1), name: "Web"), Team(id: Identifier(2), name: "App")], catalogue: FieldCatalogue(custom: []))

    static let types: [FieldType] = [
        .text, .longText, .number, .percentage, .date, .flag, .list(multiple: false), .list(multiple: true), .tags, .account, .stage, .rag,
        .businessUnit, .team,
    ]

    static func definition(_ type: FieldType) -> FieldDefinition {
        let isList = type == .list(multiple: false) || type == .list(multiple: true)
        return FieldDefinition(key: FieldKey("x"), label: "X", type: type, options: isList ? ["Low", "High"] : [])
    }

    static func valueMap(_ type: FieldType, _ remote: RemoteFieldType) -> ValueMap {
        switch (type, remote) {
        case (.flag, .string):
            ValueMap([ValueMap.Pair(kiplot: .flag(true), azureDevOps: "Yes"), ValueMap.Pair(kiplot: .flag(false), azureDevOps: "No")])
        case (.team, .treePath): ValueMap([ValueMap.Pair(kiplot: .team(Identifier(1)), azureDevOps: "Fabrikam\\Sites\\Web")])
        case (.businessUnit, .treePath):
            ValueMap([ValueMap.Pair(kiplot: .businessUnit(Identifier(1)), azureDevOps: "Fabrikam\\Retail")])
        case (.stage, .string):
            // Two states read as one stage.
            ValueMap([
                ValueMap.Pair(kiplot: .stage(Identifier(1)), azureDevOps: "New"),
                ValueMap.Pair(kiplot: .stage(Identifier(2)), azureDevOps: "Active"),
                ValueMap.Pair(kiplot: .stage(Identifier(2)), azureDevOps: "Resolved"),
            ])
        default: ValueMap()
        }
    }

    static func translation(_ type: FieldType, _ remote: RemoteFieldType, allowedValues: [String] = []) -> any Translation {
        Translations.translation(
            for: FieldMapping(field: FieldKey("x"), azureDevOpsField: "Custom.X", valueMap: valueMap(type, remote)),
            definition: definition(type),
            schema: FieldSchema(referenceName: "Custom.X", name: "X", type: remote, allowedValues: allowedValues), vocabulary: vocabulary)
    }

    private static func stage(_ id: Int64, _ name: String, _ category: Stage.Category) -> Stage {
        Stage(id: Identifier(id), name: name, category: category, appliesTo: [.initiative, .outcome], position: Int(id))
    }

    private static func person(_ id: Int64, _ name: String, _ email: String) -> Person {
        Person(id: Identifier(id), name: name, email: email, role: .member)
    }
}
