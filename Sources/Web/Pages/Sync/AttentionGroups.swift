import AzureDevOps
import FieldSync
import Portfolio
import Store
import SyncEngine

/// One thing that waits for a person, on one item.
struct AttentionCase: Sendable {
    var item: Item?
    var link: Link
    /// The work item's page in Azure DevOps.
    var address: String?
    var field: FieldKey?
    var conflict: Conflict?
    var message = ""
    var mayDecide = false
}

/// Things that wait for the same reason, and that one deed can mend.
struct AttentionGroup: Sendable {
    enum Fix: Hashable, Sendable {
        case choose
        /// Open the mapping at this place.
        case mapping(String)
        case people
        /// Send what was refused again.
        case retry
        case lookAgain
        /// The work item is gone or elsewhere.
        case lookAgainOrUnlink
    }

    var title: String
    var remedy: String
    var project: String
    var fix: Fix
    var cases: [AttentionCase]
}

/// Everything that waits, read at one moment and grouped by its cause.
struct AttentionView: Sendable {
    var groups: [AttentionGroup] = []
    var duplicates: [(duplicate: Duplicate, item: Item?, integration: Integration?, mayDecide: Bool)] = []
    var instances: [Instance] = []
    var workspace: Workspace

    static let limit = 2_000

    /// How much is shown: the same as the number in the sidebar.
    var count: Int { groups.reduce(0) { $0 + $1.cases.count } + duplicates.count + instances.count }

    init(for person: Person, _ transaction: StoreTransaction) throws {
        workspace = try transaction.workspace()
        instances = try transaction.instances().filter { $0.health == .credentialRejected || $0.health == .unreachable }
        let integrations = Dictionary(
            try transaction.integrations().map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let addresses = Dictionary(try transaction.instances().map { ($0.id, $0.url) }, uniquingKeysWith: { first, _ in first })
        var grouping = Grouping(transaction: transaction, workspace: workspace, integrations: integrations)
        func start(_ link: Link) throws -> AttentionCase {
            let item = try transaction.item(link.item)
            var entry = AttentionCase(item: item, link: link)
            if let item, person.role.may(.synchroniseItems) { entry.mayDecide = try ItemPage.mayEdit(item, person, transaction) }
            if let number = link.workItem, let integration = integrations[link.integration], let url = addresses[integration.instance] {
                entry.address = "\(url)/\(percentEncoded(integration.projectName))/_workitems/edit/\(number)"
            }
            return entry
        }
        for conflict in try transaction.conflictsToSettle(limit: Self.limit) {
            guard let link = try transaction.link(conflict.link) else { continue }
            var entry = try start(link)
            entry.field = conflict.field
            entry.conflict = conflict
            grouping.add(entry)
        }
        for link in try transaction.troubledLinks(limit: Self.limit) {
            let entry = try start(link)
            if let problem = link.problem { grouping.add(entry, problem) }
            for field in link.obstacles {
                guard let obstacle = link.fields[field]?.obstacle else { continue }
                var blocked = entry
                blocked.field = field
                try grouping.add(blocked, obstacle)
            }
        }
        groups = grouping.groups
        for duplicate in try transaction.duplicates() {
            let item = try transaction.item(duplicate.item)
            let link = try transaction.link(duplicate.link)
            let may = try item.map { try person.role.may(.synchroniseItems) && ItemPage.mayEdit($0, person, transaction) } ?? false
            duplicates.append((duplicate, item, link.flatMap { integrations[$0.integration] }, may))
        }
    }
}

/// Puts together what has the same cause, in the order of appearance.
private struct Grouping {
    let transaction: StoreTransaction
    let workspace: Workspace
    let integrations: [Identifier<Integration>: Integration]
    private var order: [String] = []
    private var found: [String: AttentionGroup] = [:]

    init(transaction: StoreTransaction, workspace: Workspace, integrations: [Identifier<Integration>: Integration]) {
        self.transaction = transaction
        self.workspace = workspace
        self.integrations = integrations
    }

    var groups: [AttentionGroup] { order.compactMap { found[$0] } }

    private mutating func add(_ entry: AttentionCase, _ key: String, _ new: AttentionGroup) {
        if found[key] == nil {
            order.append(key)
            found[key] = new
        }
        found[key]?.cases.append(entry)
    }

    private func project(_ entry: AttentionCase) -> String { integrations[entry.link.integration]?.projectName ?? "" }

    private func label(_ field: FieldKey?) -> String { field.map { workspace.catalogue[$0]?.label ?? $0.name } ?? "" }

    /// Both sides changed a field.
    mutating func add(_ entry: AttentionCase) {
        let group = AttentionGroup(
            title: "Both sides changed \(label(entry.field))", remedy: "Neither value is lost: the other one stays in the history.",
            project: project(entry), fix: .choose, cases: [])
        add(entry, "conflict|\(entry.link.integration)|\(entry.field?.name ?? "")", group)
    }

    /// Something stands in the way of a whole link.
    mutating func add(_ entry: AttentionCase, _ problem: LinkProblem) {
        var entry = entry
        entry.message = problem.message
        let title = problem.message.withoutNumbers
        let isOutside = entry.link.state == .remoteDeleted || entry.link.state == .outOfScope
        let group = AttentionGroup(
            title: title, remedy: problem.remedy, project: project(entry), fix: isOutside ? .lookAgainOrUnlink : .lookAgain, cases: [])
        add(entry, "problem|\(entry.link.integration)|\(title)|\(problem.remedy)", group)
    }

    /// A value cannot travel.
    mutating func add(_ entry: AttentionCase, _ obstacle: FieldObstacle) throws {
        var entry = entry
        entry.message = obstacle.message
        let isUnmapped = obstacle.remedy == Obstacle.unmapped(value: "", field: "").remedy
        // The value is the cause where it lacks a counterpart; elsewhere each item has its own.
        let title = isUnmapped ? obstacle.message : obstacle.message.withoutQuotes.withoutNumbers
        let named = isUnmapped || title.contains(label(entry.field)) ? title : "\(label(entry.field)): \(title)"
        let key = "obstacle|\(entry.link.integration)|\(entry.field?.name ?? "")|\(title)|\(obstacle.remedy)"
        let group = AttentionGroup(
            title: named, remedy: obstacle.remedy, project: project(entry),
            fix: try found[key]?.fix ?? fix(entry, obstacle, isUnmapped: isUnmapped), cases: [])
        add(entry, key, group)
    }

    private func fix(_ entry: AttentionCase, _ obstacle: FieldObstacle, isUnmapped: Bool) throws -> AttentionGroup.Fix {
        if isUnmapped, let place = try mappingPlace(entry) { return .mapping(place) }
        let identity = RemoteIdentity(displayName: "")
        let aboutPeople = [Obstacle.unknownPerson(identity).remedy, Obstacle.personWithoutAccount(name: "").remedy]
        return aboutPeople.contains(obstacle.remedy) ? .people : .retry
    }

    /// The row of the mapping that the field travels by.
    private func mappingPlace(_ entry: AttentionCase) throws -> String? {
        guard let integration = integrations[entry.link.integration], let set = try transaction.mappingSet(integration.mappingSet),
            let entity = set.mapping.entities.firstIndex(where: { $0.kind == entry.item?.kind })
        else { return nil }
        let row = set.mapping.entities[entity].fields.firstIndex { $0.field == entry.field }
        return "/mappings/\(set.id)?integration=\(integration.id)\(row.map { "#e\(entity)-f\($0)" } ?? "")"
    }
}

extension String {
    /// Without the numbers of work items and revisions, by which messages of one cause differ.
    fileprivate var withoutNumbers: String { replacing(#/#?\d+/#) { $0.output.hasPrefix("#") ? "#…" : "…" } }

    /// Without quoted values.
    fileprivate var withoutQuotes: String { replacing(#/“[^”]*”/#, with: "A value") }
}
