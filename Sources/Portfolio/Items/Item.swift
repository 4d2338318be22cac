/// An Initiative is a large undertaking towards a goal; an Outcome is a package of work inside one.
public enum ItemKind: String, Hashable, Sendable, CaseIterable {
    case initiative, outcome

    public var title: String { self == .initiative ? "Initiative" : "Outcome" }
    public var plural: String { self == .initiative ? "Initiatives" : "Outcomes" }
    /// `INI-12`, `OUT-7`: never used again after a deletion.
    public var keyPrefix: String { self == .initiative ? "INI" : "OUT" }
}

/// One Initiative or Outcome.
public struct Item: Hashable, Sendable {
    public var id: Identifier<Item>
    public var kind: ItemKind
    /// Counts from 1 for each kind.
    public var number: Int64
    public var values: [FieldKey: FieldValue]
    /// How often each field has changed; a field that never changed is absent and counts as 0.
    public var versions: [FieldKey: Int64]
    public var isArchived: Bool
    public var createdAt: Instant
    public var createdBy: String
    public var updatedAt: Instant
    public var updatedBy: String

    public init(
        id: Identifier<Item>, kind: ItemKind, number: Int64, values: [FieldKey: FieldValue], versions: [FieldKey: Int64] = [:],
        isArchived: Bool = false, createdAt: Instant, createdBy: String, updatedAt: Instant, updatedBy: String
    ) {
        self.id = id
        self.kind = kind
        self.number = number
        self.values = values
        self.versions = versions
        self.isArchived = isArchived
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.updatedAt = updatedAt
        self.updatedBy = updatedBy
    }

    public var key: String { "\(kind.keyPrefix)-\(number)" }

    public var name: String { if case .text(let name) = values[.name] { name } else { "" } }

    public subscript(key: FieldKey) -> FieldValue? {
        get { values[key] }
        set { values[key] = newValue }
    }

    public func version(of key: FieldKey) -> Int64 { versions[key] ?? 0 }
}

/// The method or scope of an item, configured by an administrator.
public struct ItemType: Hashable, Sendable {
    public var id: Identifier<ItemType>
    public var name: String
    public var isEnabled: Bool

    public init(id: Identifier<ItemType>, name: String, isEnabled: Bool = true) {
        self.id = id
        self.name = name
        self.isEnabled = isEnabled
    }
}

/// A part of the organisation, at most three levels deep.
public struct BusinessUnit: Hashable, Sendable {
    public var id: Identifier<BusinessUnit>
    public var name: String
    public var parent: Identifier<BusinessUnit>?

    public init(id: Identifier<BusinessUnit>, name: String, parent: Identifier<BusinessUnit>? = nil) {
        self.id = id
        self.name = name
        self.parent = parent
    }
}

/// People who deliver outcomes together.
public struct Team: Hashable, Sendable {
    public var id: Identifier<Team>
    public var name: String
    public var businessUnit: Identifier<BusinessUnit>?
    /// What the team is for, in plain words.
    public var description: String?

    public init(id: Identifier<Team>, name: String, businessUnit: Identifier<BusinessUnit>? = nil, description: String? = nil) {
        self.id = id
        self.name = name
        self.businessUnit = businessUnit
        self.description = description
    }
}
