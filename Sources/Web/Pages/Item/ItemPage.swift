import AzureDevOps
import FieldSync
import Markup
import Portfolio
import Store

/// The tabs of an item's page; each is an address of its own.
enum ItemTab: String, Sendable, CaseIterable {
    case information, outcomes, updates, integration, history, share

    var title: String {
        switch self {
        case .information: "Information"
        case .outcomes: "Outcomes"
        case .updates: "Delivery updates"
        case .integration: "Integration"
        case .history: "History"
        case .share: "Sharing"
        }
    }

    func path(of item: Identifier<Item>) -> String { self == .information ? "/items/\(item)" : "/items/\(item)/\(rawValue)" }
}

/// Everything that the page of one item shows, read at one moment.
struct ItemPage: Sendable {
    struct LinkView: Sendable {
        var link: Link
        var integration: Integration
        var instance: Instance?
        var entity: EntityMapping?
        var conflicts: [Conflict]

        func mapping(_ key: FieldKey) -> FieldMapping? { entity?.enabledFields.first { $0.field == key } }

        /// Whether anything of the item travels this way, so that the button for it makes sense.
        func travels(_ way: KeyPath<Direction, Bool>) -> Bool {
            guard let entity else { return false }
            return entity.parentDirection?[keyPath: way] == true || entity.enabledFields.contains { $0.direction[keyPath: way] }
        }

        /// The work item's page in Azure DevOps.
        var address: String? {
            guard let id = link.workItem, let url = instance?.url else { return nil }
            return "\(url)/\(percentEncoded(integration.projectName))/_workitems/edit/\(id)"
        }
    }

    var item: Item
    var workspace: Workspace
    var links: [LinkView]
    var free: [Integration]
    var outcomes: [(item: Item, link: Link?)]
    var initiatives: [(id: Identifier<Item>, name: String)]
    var parent: Item?
    /// Only outcomes wait for each other.
    var dependencies: DependencyList?
    var history: [HistoryEntry]
    var receipts: [Receipt]
    var mayEdit: Bool
    /// Conflicts that are settled, the newest first.
    let replaced: [Conflict]
    /// How the initiative stood when somebody last told.
    var latestUpdate: DeliveryUpdate?
    /// Who may see or edit the item besides those whose role allows it.
    var shares: [(person: Identifier<Person>, mayEdit: Bool)]

    init(_ id: Identifier<Item>, for person: Person, _ transaction: StoreTransaction) throws {
        guard let item = try transaction.item(id) else { throw Refusal.notFound }
        self.item = item
        workspace = try transaction.workspace()
        let all = try transaction.conflicts(of: id)
        let conflicts = all.filter { $0.settledAt == nil }
        // Where both sides came to mean the same, nothing gave way.
        replaced = all.filter { $0.settledAt != nil && $0.resolution != .agreed }
        links = try transaction.links(of: id).filter(\.state.isLive).compactMap { link in
            guard let integration = try transaction.integration(link.integration) else { return nil }
            return LinkView(
                link: link, integration: integration, instance: try transaction.instance(integration.instance),
                entity: try transaction.mappingSet(integration.mappingSet)?.mapping[item.kind],
                conflicts: conflicts.filter { $0.link == link.id })
        }
        let taken = Set(links.map(\.integration.id))
        free = try transaction.integrations().filter { $0.state == .active && !taken.contains($0.id) }
        outcomes = try transaction.outcomes(of: id).map { ($0, try transaction.links(of: $0.id).first { $0.state.isLive }) }
        initiatives =
            item.kind == .outcome
            ? try transaction.items(matching: ItemQuery(kind: .initiative, order: .name, limit: 500)).items.map {
                ($0.id, "\($0.key) \($0.name)")
            } : []
        if case .item(let parentID) = item[.parent] { parent = try transaction.item(parentID) } else { parent = nil }
        history = try transaction.history(of: id, limit: 6)
        receipts = try transaction.receipts(of: id, limit: 60)
        latestUpdate = item.kind == .initiative ? try transaction.deliveryUpdates(of: id, limit: 1).first : nil
        mayEdit = try Self.mayEdit(item, person, transaction)
        shares = try transaction.shares(of: id)
        if item.kind == .outcome { dependencies = try DependencyList(of: item, mayEdit: mayEdit, on: .itemPage, transaction) }
    }

    static func mayEdit(_ item: Item, _ person: Person, _ transaction: StoreTransaction) throws -> Bool {
        try person.mayEdit(
            isOwner: item[.owner] == .person(person.id), isShared: try transaction.isShared(item.id, with: person.id))
    }

    /// Why a field cannot be edited here; `nil` when it can.
    func lock(_ key: FieldKey) -> String? {
        links.first { $0.integration.state == .active && $0.entity?.lockedFields.contains(key) == true }?.integration.lockReason
    }

    /// - Throws: when an old value of a field cannot be set here, because Azure DevOps says what it is.
    func checkMayRestore(_ key: FieldKey) throws(Refusal) {
        guard let lock = lock(key) else { return }
        throw .invalid(message: "\(label(key)) is locked. \(lock)", remedy: "Restore it in Azure DevOps.")
    }

    /// How a field travels, for a small mark beside its name.
    func direction(_ key: FieldKey) -> Direction? {
        for view in links {
            if key == .parent, let direction = view.entity?.parentDirection { return direction }
            if let mapping = view.entity?.enabledFields.first(where: { $0.field == key }) { return mapping.direction }
        }
        return nil
    }

    func words(_ value: FieldValue?, limit: Int = 200) -> String {
        if case .item(let id) = value { return id == parent?.id ? parent?.name ?? "" : "initiative \(id)" }
        return workspace.words(value, limit: limit)
    }

    /// What a page has to follow: the item, its outcomes, and how everything is called.
    var topics: [String] { ["item:\(item.id)", "configuration"] + outcomes.map { "item:\($0.item.id)" } + (dependencies?.topics ?? []) }

    var needsAttention: Bool {
        links.contains { !$0.conflicts.isEmpty || $0.link.problem != nil || !$0.link.obstacles.isEmpty }
    }

    func number(_ key: FieldKey, of item: Item) -> Double? { if case .number(let number) = item[key] { number } else { nil } }

    /// How far the outcomes have come, when nobody typed it.
    var computedProgress: Double? {
        progress(
            of: outcomes.map { outcome in
                Accomplishment(
                    percentComplete: number(.percentComplete, of: outcome.item), effort: number(.effort, of: outcome.item),
                    isClosed: isClosed(outcome.item))
            })
    }

    func isClosed(_ item: Item) -> Bool {
        if case .choice("Done") = item[.status] { return true }
        guard case .stage(let id) = item[.stage] else { return false }
        return workspace.stage(id)?.category == .closed
    }

    func label(_ key: FieldKey) -> String { workspace.catalogue[key]?.label ?? (key.name == "archived" ? "Archived" : key.name) }
}
