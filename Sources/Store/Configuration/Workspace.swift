import Database
import JSON
import Portfolio

/// Everything that an administrator configures, read at once.
public struct Workspace: Hashable, Sendable {
    public var stages: [Stage]
    public var customFields: [CustomField]
    public var itemTypes: [ItemType]
    public var businessUnits: [BusinessUnit]
    public var teams: [Team]
    public var people: [Person]
    public var catalogue: FieldCatalogue

    public func stage(_ id: Identifier<Stage>) -> Stage? { stages.first { $0.id == id } }
    public func person(_ id: Identifier<Person>) -> Person? { people.first { $0.id == id } }
    public func team(_ id: Identifier<Team>) -> Team? { teams.first { $0.id == id } }
    public func businessUnit(_ id: Identifier<BusinessUnit>) -> BusinessUnit? { businessUnits.first { $0.id == id } }
}

extension StoreTransaction {
    /// Read once in a transaction, and again after the transaction has changed it.
    public func workspace() throws -> Workspace {
        if let workspaceAsRead { return workspaceAsRead }
        let customFields = try customFields()
        let itemTypes = try itemTypes()
        let workspace = Workspace(
            stages: try stages(), customFields: customFields, itemTypes: itemTypes, businessUnits: try businessUnits(), teams: try teams(),
            people: try people(), catalogue: FieldCatalogue(custom: customFields, itemTypes: itemTypes))
        workspaceAsRead = workspace
        return workspace
    }

    /// Fills an empty database with what most organisations start from.
    func seedDefaults() throws {
        guard try stages().isEmpty else { return }
        let stages: [(String, Stage.Category)] = [
            ("Idea", .idea), ("Analysis", .analysis), ("In Progress", .delivery), ("Validation", .delivery), ("Done", .closed),
            ("Cancelled", .closed),
        ]
        for (name, category) in stages { try addStage(name: name, category: category) }
        for name in ["Strategic", "Operational", "Regulatory"] { try addItemType(name: name) }
        for label in ["Customers", "Products"] {
            let field = try addCustomField(label: label, type: .list(multiple: true), options: [])
            var disabled = field
            disabled.isEnabled = false
            try update(disabled)
        }
    }

    public func setting(_ name: String) throws -> String? {
        try sql.row("SELECT value FROM setting WHERE name = $1", [.text(name)])?.text(0)
    }

    public func set(_ name: String, to value: String) throws {
        try sql.run(
            "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [.text(name), .text(value)])
    }
}
