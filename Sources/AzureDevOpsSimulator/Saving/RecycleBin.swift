import JSON

extension World {
    /// Moves a work item to the recycle bin: one more revision, and its links vanish from the other ends.
    mutating func delete(_ id: Int64, by author: Account, at milliseconds: Int64, base: String) throws(ServiceFault) -> WorkItemRecord {
        guard var record = living(id) else { throw .workItemMissing(id) }
        let now = max(ServiceTime(rounding: milliseconds), record.current.changed.next)
        addRevision(to: &record, Draft(record), by: author, at: now)
        record.deletion = WorkItemRecord.Deletion(at: now, account: author.id)
        workItems[id] = record
        for relation in record.relations {
            guard let target = relation.target else { continue }
            workItems[target]?.relations.removeAll { $0.target == id }
            logLink(relation, of: id, isActive: false, by: author, at: now)
        }
        announce(.deleted, id, by: author, at: milliseconds, base: base)
        return record
    }

    mutating func restore(_ id: Int64, by author: Account, at milliseconds: Int64, base: String) throws(ServiceFault) -> WorkItemRecord {
        guard var record = workItems[id], record.deletion != nil else { throw .workItemMissing(id) }
        let now = max(ServiceTime(rounding: milliseconds), record.current.changed.next)
        record.deletion = nil
        record.relations.removeAll { relation in relation.target.map { living($0) == nil } ?? false }
        addRevision(to: &record, Draft(record), by: author, at: now)
        workItems[id] = record
        for relation in record.relations {
            guard let target = relation.target, let reverse = RelationType.named(relation.kind)?.reverse else { continue }
            workItems[target]?.relations.append(
                WorkItemRecord.Relation(
                    kind: reverse, target: id, url: "",
                    attributes: ["isLocked": false, "name": .string(RelationType.named(reverse)?.name ?? "")]))
            logLink(relation, of: id, isActive: true, by: author, at: now)
        }
        announce(.restored, id, by: author, at: milliseconds, base: base)
        return record
    }

    /// Removes a work item for good; its number never comes back.
    mutating func destroy(_ id: Int64, by author: Account, at milliseconds: Int64, base: String) throws(ServiceFault) {
        guard let record = workItems[id] else { throw .workItemMissing(id) }
        if variants.destroyHook == .deleted { announce(.deleted, id, by: author, at: milliseconds, base: base) }
        workItems[id] = nil
        for relation in record.relations {
            guard let target = relation.target else { continue }
            workItems[target]?.relations.removeAll { $0.target == id }
        }
    }
}
