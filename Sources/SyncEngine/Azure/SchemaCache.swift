import AzureDevOps
import FieldSync
import Portfolio
import Store

/// What projects offer, read from the projects themselves and remembered for a while.
public actor SchemaCache {
    private struct Key: Hashable {
        var organisation: String
        var project: String
    }

    private struct Entry {
        var types: [String: WorkItemTypeSchema] = [:]
        var descriptions: [String: FieldDescription] = [:]
        var list: [WorkItemType] = []
        /// By the clock that nobody sets.
        var readAt: Duration
    }

    private let clock: any EngineClock
    private var entries: [Key: Entry] = [:]
    /// After this long a project is asked again: processes change, but seldom.
    private static let lifetime = Duration.seconds(3_600)
    /// After this long a sweep asks it anew, of which there is at least one in a quarter of an hour.
    static let freshness = Duration.seconds(2_700)

    init(clock: any EngineClock) { self.clock = clock }

    func forget(_ project: String, of client: AzureDevOpsClient) {
        entries[Key(organisation: client.organisation.base, project: project)] = nil
    }

    /// Whether a project was asked since a moment, as the clock's `elapsed` tells it.
    func hasRead(_ project: String, of client: AzureDevOpsClient, since start: Duration) -> Bool {
        entries[Key(organisation: client.organisation.base, project: project)].map { $0.readAt >= start } ?? false
    }

    /// The schema of some types; those that the project does not have are left out.
    /// - Parameter since: when it must have been read at the earliest, as the clock's `elapsed` tells it.
    func schema(
        of project: String, types names: Set<String>?, since: Duration? = nil, by client: AzureDevOpsClient
    ) async throws(AzureDevOpsError) -> ProjectSchema {
        let key = Key(organisation: client.organisation.base, project: project)
        if let since, let entry = entries[key], entry.readAt < since { entries[key] = nil }
        var entry = try await entry(key, project, client)
        let wanted = names.map { names in Set(names.map { $0.lowercased() }) }
        var schemas: [WorkItemTypeSchema] = []
        for type in entry.list where wanted?.contains(type.name.lowercased()) ?? true {
            if let known = entry.types[type.name] {
                schemas.append(known)
                continue
            }
            let fields = try await client.fields(of: type.name, in: project)
            if fields.contains(where: { entry.descriptions[$0.referenceName] == nil }) {
                // One has come since the descriptions were read.
                entry.descriptions = Self.byName(try await client.fieldDescriptions(in: project))
                if entries[key]?.readAt == entry.readAt { entries[key]?.descriptions = entry.descriptions }
            }
            let states = type.states.isEmpty ? try await client.states(of: type.name, in: project) : type.states
            let known = fields.filter { entry.descriptions[$0.referenceName] != nil }
            let schema = WorkItemTypeSchema(type, states: states, fields: known, descriptions: entry.descriptions)
            entry.types[type.name] = schema
            schemas.append(schema)
        }
        // Somebody may have read the project anew meanwhile.
        if entries[key]?.readAt == entry.readAt { entries[key]?.types.merge(entry.types) { _, new in new } }
        return ProjectSchema(workItemTypes: schemas)
    }

    private func entry(_ key: Key, _ project: String, _ client: AzureDevOpsClient) async throws(AzureDevOpsError) -> Entry {
        if let entry = entries[key], entry.readAt + Self.lifetime > clock.elapsed { return entry }
        var entry = Entry(readAt: clock.elapsed)
        let list = try await client.workItemTypes(of: project)
        let descriptions = try await client.fieldDescriptions(in: project)
        entry.list = list
        entry.descriptions = Self.byName(descriptions)
        entries[key] = entry
        return entry
    }

    private static func byName(_ descriptions: [FieldDescription]) -> [String: FieldDescription] {
        Dictionary(descriptions.map { ($0.referenceName, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension WorkItemTypeSchema {
    init(_ type: WorkItemType, states: [WorkItemType.State], fields: [WorkItemTypeField], descriptions: [String: FieldDescription]) {
        self.init(
            name: type.name, referenceName: type.referenceName,
            states: states.map { StateSchema(name: $0.name, category: StateSchema.Category(azureDevOps: $0.category)) },
            fields: fields.map { FieldSchema($0, description: descriptions[$0.referenceName]) })
    }
}

extension StateSchema.Category {
    /// Processes of one's own have only these five (FACTS.md 8).
    init(azureDevOps name: String) {
        self =
            switch name {
            case "InProgress": .inProgress
            case "Resolved": .resolved
            case "Completed": .completed
            case "Removed": .removed
            default: .proposed
            }
    }
}

extension FieldSchema {
    init(_ field: WorkItemTypeField, description: FieldDescription?) {
        self.init(
            referenceName: field.referenceName, name: field.name, type: RemoteFieldType(field.referenceName, description),
            isReadOnly: WorkItemPatch.readOnlyFields.contains(field.referenceName.lowercased()), isRequired: field.isRequired,
            hasDefault: field.hasDefault, allowedValues: description?.isIdentity == true ? [] : field.allowedValues)
    }
}

extension RemoteFieldType {
    /// Identities and tags are told apart from the texts as which they are announced (FACTS.md 8).
    init(_ referenceName: String, _ description: FieldDescription?) {
        if referenceName == "System.Tags" {
            self = .tags
        } else if description?.isIdentity == true {
            self = .identity
        } else {
            self =
                switch description?.type ?? "string" {
                case "integer", "picklistInteger": .integer
                case "double", "picklistDouble": .double
                case "boolean": .boolean
                case "dateTime": .dateTime
                case "html": .html
                case "plainText": .plainText
                case "treePath": .treePath
                case "history": .history
                case "guid": .guid
                case "identity": .identity
                default: .string
                }
        }
    }
}
