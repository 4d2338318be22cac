import FieldSync
import Portfolio
import Store

/// What one transaction read of some links of one integration.
struct ReconcileBatch: Sendable {
    var integration: Integration
    var mapping: StoredMappingSet
    var entries: [Entry]
    var workspace: Workspace
    var peopleTable: [String: Identifier<Person>]

    struct Entry: Sendable {
        var link: Link
        var item: Item
        var attempts: [Attempt]

        /// What writes of unknown fate carried.
        func attemptedPairs(_ fates: [Identifier<Attempt>: AttemptFate]) -> [FieldKey: [AgreedPair]] {
            var pairs: [FieldKey: [AgreedPair]] = [:]
            for attempt in attempts where attempt.kind == .patch && fates[attempt.id] == nil {
                for (key, pair) in attempt.pairs { pairs[key, default: []].append(pair) }
            }
            return pairs
        }
    }

    /// How the items of one kind are mapped; `nil` when the mapping leaves them out, or the project lacks their type.
    func context(for kind: ItemKind, schema: ProjectSchema) -> MappingContext? {
        guard let entity = mapping.mapping[kind], let type = schema[entity.workItemType] else { return nil }
        return context(entity, type)
    }

    func contexts(schema: ProjectSchema) -> [ItemKind: MappingContext] {
        var contexts: [ItemKind: MappingContext] = [:]
        for entity in mapping.mapping.entities { contexts[entity.kind] = context(for: entity.kind, schema: schema) }
        return contexts
    }

    func context(_ entity: EntityMapping, _ type: WorkItemTypeSchema) -> MappingContext {
        MappingContext(
            entity: entity, mappingVersion: mapping.version, defaultMode: integration.defaultMode, type: type, vocabulary: vocabulary)
    }

    var vocabulary: Vocabulary {
        Vocabulary(
            stages: workspace.stages, people: workspace.people, peopleTable: peopleTable, businessUnits: workspace.businessUnits,
            teams: workspace.teams, catalogue: workspace.catalogue)
    }
}

/// Initiatives of the integration that are linked, in both directions.
public struct ParentDirectory: Sendable {
    public var items: [Int64: Identifier<Item>]
    public var workItems: [Identifier<Item>: Int64]
    /// Work items among them that are deleted: nothing can be hung under them until they are back.
    public var deleted: Set<Int64> = []

    public init(items: [Int64: Identifier<Item>] = [:], workItems: [Identifier<Item>: Int64] = [:]) {
        self.items = items
        self.workItems = workItems
    }
}

/// The initiative of an outcome ↔ the parent of its work item. Both must be linked, else the parent is left alone.
struct ParentTranslation: Translation {
    let directory: ParentDirectory

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard case .number(let number) = remote else { return nil }
        guard let item = directory.items[Int64(number)] else {
            throw .unmapped(value: "#\(Int64(number))", field: "the parent")
        }
        return .item(item)
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .item(let item) = local else { return nil }
        guard let workItem = directory.workItems[item] else { throw .unmapped(value: "the initiative", field: "the parent") }
        return .number(Double(workItem))
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { left == right }

    /// An agreement between an item and a work item that are still tied to each other.
    func holding(_ agreed: AgreedPair?) -> AgreedPair? {
        guard let agreed, case .item(let item)? = agreed.local, case .number(let number)? = agreed.remote else { return agreed }
        return directory.workItems[item] == Int64(number) ? agreed : nil
    }

    /// Whether both ends are known well enough to plan anything.
    func applies(local: FieldValue?, remote: Int64?) -> Bool {
        if let remote, directory.items[remote] == nil { return false }
        if case .item(let item) = local, directory.workItems[item] == nil { return false }
        return true
    }
}

extension StoreTransaction {
    /// Reads everything that planning some links needs, as of one moment.
    /// - Throws: `StoreError.notFound` when the integration or its mapping set is gone.
    func reconcileBatch(_ links: [Link], of id: Identifier<Integration>) throws -> ReconcileBatch {
        guard let integration = try integration(id), let mapping = try mappingSet(integration.mappingSet) else {
            throw StoreError.notFound("The integration")
        }
        let items = try items(ids: links.map(\.item))
        let attempts = try attempts(of: links.map(\.id))
        var entries: [ReconcileBatch.Entry] = []
        let byID = Dictionary(items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        for link in links {
            guard let item = byID[link.item] else { continue }
            entries.append(ReconcileBatch.Entry(link: link, item: item, attempts: attempts[link.id] ?? []))
        }
        return ReconcileBatch(
            integration: integration, mapping: mapping, entries: entries, workspace: try workspace(), peopleTable: try peopleTable())
    }

    /// The linked initiatives among some items and some work items.
    func parentDirectory(
        items: Set<Identifier<Item>>, workItems: Set<Int64>, in integration: Identifier<Integration>
    ) throws -> ParentDirectory {
        var directory = ParentDirectory()
        for tie in try initiativeTies(items: items, workItems: workItems, in: integration) {
            if tie.isDeleted { directory.deleted.insert(tie.workItem) }
            directory.workItems[tie.item] = tie.workItem
            directory.items[tie.workItem] = tie.item
        }
        return directory
    }
}
