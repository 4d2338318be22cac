/// What a project of Azure DevOps offers for mapping: read from the project itself, never assumed.
public struct ProjectSchema: Hashable, Sendable {
    public var workItemTypes: [WorkItemTypeSchema]

    public init(workItemTypes: [WorkItemTypeSchema]) { self.workItemTypes = workItemTypes }

    public subscript(type: String) -> WorkItemTypeSchema? {
        workItemTypes.first { $0.name.lowercased() == type.lowercased() }
    }
}

public struct WorkItemTypeSchema: Hashable, Sendable {
    public var name: String
    public var referenceName: String
    public var states: [StateSchema]
    public var fields: [FieldSchema]

    public init(name: String, referenceName: String, states: [StateSchema], fields: [FieldSchema]) {
        self.name = name
        self.referenceName = referenceName
        self.states = states
        self.fields = fields
    }

    public subscript(field: String) -> FieldSchema? { fields.first { $0.referenceName.lowercased() == field.lowercased() } }
}

public struct StateSchema: Hashable, Sendable {
    public enum Category: String, Hashable, Sendable { case proposed, inProgress, resolved, completed, removed }

    public var name: String
    public var category: Category

    public init(name: String, category: Category) {
        self.name = name
        self.category = category
    }
}

/// The types of FACTS.md 8, with identity and pick-list told apart from their base type.
public enum RemoteFieldType: String, Hashable, Sendable {
    case string, integer, double, boolean, dateTime, html, plainText, treePath, history, guid, identity, tags
}

public struct FieldSchema: Hashable, Sendable {
    public var referenceName: String
    public var name: String
    public var type: RemoteFieldType
    /// Whether nothing may be written to it (FACTS.md 8 corrects what the service itself says).
    public var isReadOnly: Bool
    public var isRequired: Bool
    public var hasDefault: Bool
    /// Empty when any value is allowed.
    public var allowedValues: [String]

    public init(
        referenceName: String, name: String, type: RemoteFieldType, isReadOnly: Bool = false, isRequired: Bool = false,
        hasDefault: Bool = false, allowedValues: [String] = []
    ) {
        self.referenceName = referenceName
        self.name = name
        self.type = type
        self.isReadOnly = isReadOnly
        self.isRequired = isRequired
        self.hasDefault = hasDefault
        self.allowedValues = allowedValues
    }
}
