import FieldSync
import Portfolio
import Store

/// Which fields of linked items come from Azure DevOps only, for a whole page of items: the mappings are read once.
struct FieldLocks: Sendable {
    private struct Project: Sendable {
        var reason: String
        var locked: Set<FieldKey>
    }

    private var projects: [Identifier<Integration>: Project] = [:]

    init(of kind: ItemKind, _ transaction: StoreTransaction) throws {
        for integration in try transaction.integrations() where integration.state == .active {
            guard let entity = try transaction.mappingSet(integration.mappingSet)?.mapping[kind] else { continue }
            projects[integration.id] = Project(reason: integration.lockReason, locked: entity.lockedFields)
        }
    }

    /// Why a field of an item with these links cannot be edited here; `nil` when it can.
    func reason(_ key: FieldKey, _ links: [Link]) -> String? {
        for link in links {
            guard let project = projects[link.integration], project.locked.contains(key) else { continue }
            return project.reason
        }
        return nil
    }
}

extension EntityMapping {
    /// What only Azure DevOps changes: the fields that are read and never written.
    var lockedFields: Set<FieldKey> {
        var fields = Set(enabledFields.filter { $0.direction == .read }.map(\.field))
        if parentDirection == .read { fields.insert(.parent) }
        return fields
    }
}

extension Integration {
    /// Why a locked field cannot be edited here, and where it can.
    var lockReason: String { "Read from Azure DevOps (\(projectName)); change it there." }
}

/// Who may edit which items of a page.
struct EditRights: Sendable {
    private let person: Person
    private let shared: Set<Identifier<Item>>

    init(of person: Person, _ transaction: StoreTransaction) throws {
        self.person = person
        let needsShares = person.role.may(.editSharedItems) && !person.role.may(.editEveryItem)
        shared = needsShares ? try transaction.itemsShared(with: person.id) : []
    }

    func mayEdit(_ item: Item) -> Bool { mayEdit(item.id, isOwner: item[.owner] == .person(person.id)) }

    func mayEdit(_ item: Identifier<Item>, ownedBy owner: Identifier<Person>?) -> Bool { mayEdit(item, isOwner: owner == person.id) }

    private func mayEdit(_ item: Identifier<Item>, isOwner: Bool) -> Bool {
        person.mayEdit(isOwner: isOwner, isShared: shared.contains(item))
    }
}

extension Person {
    /// Members edit what they own or what is shared with them.
    func mayEdit(isOwner: Bool, isShared: @autoclosure () throws -> Bool) rethrows -> Bool {
        if role.may(.editEveryItem) { return true }
        guard role.may(.editSharedItems) else { return false }
        return try isOwner || isShared()
    }
}
