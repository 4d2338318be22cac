/// What is known about a field, whether built in or added by an administrator.
public struct FieldDefinition: Hashable, Sendable {
    public var key: FieldKey
    public var label: String
    public var type: FieldType
    public var appliesTo: Set<ItemKind>
    public var isRequired: Bool
    /// The labels of a list, in the administrator's order; empty for every other type.
    public var options: [String]

    public init(
        key: FieldKey, label: String, type: FieldType, appliesTo: Set<ItemKind> = [.initiative, .outcome], isRequired: Bool = false,
        options: [String] = []
    ) {
        self.key = key
        self.label = label
        self.type = type
        self.appliesTo = appliesTo
        self.isRequired = isRequired
        self.options = options
    }
}

/// All fields of the workspace: the built-in ones and the enabled custom ones.
public struct FieldCatalogue: Hashable, Sendable {
    public var definitions: [FieldDefinition]

    public init(custom: [CustomField], itemTypes: [ItemType] = []) {
        definitions = FieldCatalogue.builtIn(itemTypes: itemTypes) + custom.filter(\.isEnabled).map(\.definition)
    }

    public subscript(key: FieldKey) -> FieldDefinition? { definitions.first { $0.key == key } }

    public func fields(of kind: ItemKind) -> [FieldDefinition] { definitions.filter { $0.appliesTo.contains(kind) } }

    /// The built-in fields (`kiplot-domain.md` 14.2).
    private static func builtIn(itemTypes: [ItemType]) -> [FieldDefinition] {
        let types = itemTypes.filter(\.isEnabled).map(\.name)
        return [
            FieldDefinition(key: .name, label: "Name", type: .text, isRequired: true),
            FieldDefinition(key: .description, label: "Description", type: .longText),
            FieldDefinition(key: .type, label: "Type", type: .list(multiple: false), options: types),
            FieldDefinition(key: .owner, label: "Owner", type: .account),
            FieldDefinition(key: .stage, label: "Lifecycle stage", type: .stage, isRequired: true),
            FieldDefinition(
                key: .status, label: "Status", type: .list(multiple: false), appliesTo: [.outcome],
                options: ["To Do", "In Progress", "Done"]),
            FieldDefinition(key: .start, label: "Start date", type: .date),
            FieldDefinition(key: .end, label: "End date", type: .date),
            FieldDefinition(key: .effort, label: "Effort", type: .number),
            FieldDefinition(key: .rag, label: "RAG", type: .rag),
            FieldDefinition(key: .percentComplete, label: "% complete", type: .percentage),
            FieldDefinition(key: .businessUnit, label: "Business unit", type: .businessUnit),
            FieldDefinition(key: .team, label: "Team", type: .team),
            FieldDefinition(key: .tags, label: "Tags", type: .tags),
            FieldDefinition(key: .parent, label: "Initiative", type: .parent, appliesTo: [.outcome]),
            FieldDefinition(key: .parked, label: "Parked", type: .flag),
            FieldDefinition(key: .rank, label: "Rank", type: .number),
        ]
    }
}

/// A field that an administrator has added (`kiplot-domain.md` 3.3).
public struct CustomField: Hashable, Sendable {
    public var id: Identifier<CustomField>
    public var label: String
    /// One of `text`, `longText`, `number`, `date`, `list`, `account`.
    public var type: FieldType
    public var options: [String]
    public var appliesTo: Set<ItemKind>
    public var isRequired: Bool
    public var isEnabled: Bool
    public var position: Int

    public init(
        id: Identifier<CustomField>, label: String, type: FieldType, options: [String] = [],
        appliesTo: Set<ItemKind> = [.initiative, .outcome], isRequired: Bool = false, isEnabled: Bool = true, position: Int = 0
    ) {
        self.id = id
        self.label = label
        self.type = type
        self.options = options
        self.appliesTo = appliesTo
        self.isRequired = isRequired
        self.isEnabled = isEnabled
        self.position = position
    }

    public var definition: FieldDefinition {
        FieldDefinition(
            key: .custom(id), label: label, type: type, appliesTo: appliesTo, isRequired: isRequired, options: options)
    }
}
