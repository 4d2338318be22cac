/// A process as a project uses it: one of the four that every organisation starts with, or one that inherits from them.
public struct Process: Sendable {
    public let id: String
    public let name: String
    /// What an inherited process stands on.
    public let template: ProcessTemplate
    public let isInherited: Bool
    var types: [WorkItemTypeDefinition]

    public init(_ template: ProcessTemplate) {
        id = template.id
        name = template.name
        self.template = template
        isInherited = false
        types = template.types
    }

    /// A process of an organisation's own, to which types, states and fields can be added.
    init(inheriting template: ProcessTemplate, name: String, id: String) {
        self.id = id
        self.name = name
        self.template = template
        isInherited = true
        types = template.types
    }

    func type(_ name: String) -> WorkItemTypeDefinition? {
        types.first { $0.name == name } ?? types.first { $0.name.lowercased() == name.lowercased() || $0.referenceName == name }
    }
}

/// The four processes that every organisation starts with (FACTS.md 7 and 8).
public enum ProcessTemplate: String, Hashable, Sendable, CaseIterable {
    case scrum, basic, agile, cmmi

    public var name: String {
        switch self {
        case .agile: "Agile"
        case .scrum: "Scrum"
        case .cmmi: "CMMI"
        case .basic: "Basic"
        }
    }

    var id: String {
        switch self {
        case .basic: "b8a3a935-7e91-48b8-a94c-606d37c3e9f2"
        case .agile: "adcc42ab-9882-485e-a3ed-7678f01f66bc"
        case .scrum: "6b724908-ef14-45cf-84f8-768b5384da45"
        case .cmmi: "27450541-8e31-4150-9947-dc59f998fc01"
        }
    }

    /// `recordings/projects.json`
    var summary: String {
        switch self {
        case .scrum: "This template is for teams who follow the Scrum framework."
        case .basic: "This template is flexible for any process and great for teams getting started with Azure DevOps."
        case .agile:
            "This template is flexible and will work great for most teams using Agile planning methods, including those practicing Scrum."
        case .cmmi:
            "This template is for more formal projects requiring a framework for process improvement and an auditable record of decisions."
        }
    }

    var types: [WorkItemTypeDefinition] {
        switch self {
        case .agile: Self.agileTypes
        case .scrum: Self.scrumTypes
        case .cmmi: Self.cmmiTypes
        case .basic: Self.basicTypes
        }
    }
}
