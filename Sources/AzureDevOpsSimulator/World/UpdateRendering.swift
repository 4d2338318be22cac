import JSON

extension WorkItemRecord {
    /// When a revision was superseded; far ahead for the one that stands.
    func end(of revision: Revision) -> String {
        guard revision.number < current.number, let index = revisions.firstIndex(where: { $0.number == revision.number }) else {
            return "9999-01-01T00:00:00Z"
        }
        return revisions[index + 1].changed.text
    }
}

extension World {
    /// One save, as `updates` and `workitem.updated` show it (FACTS.md 16).
    func json(_ update: WorkItemRecord.Update, of record: WorkItemRecord, _ style: Rendering) -> JSONValue {
        var object: JSONObject = ["id": .integer(update.number), "workItemId": .integer(record.id), "rev": .integer(update.revision)]
        if let account = account(update.account) {
            var who = account.object(base: style.base).object ?? JSONObject()
            who["name"] = .string(account.text)
            object["revisedBy"] = .object(who)
        }
        let index = record.revisions.firstIndex { $0.number == update.revision } ?? 0
        object["revisedDate"] = .string(update.isRevision ? record.end(of: record.revisions[index]) : update.at.text)
        if update.isRevision { object["fields"] = .object(changes(of: record, at: index, style)) }
        if !update.added.isEmpty || !update.removed.isEmpty {
            var relations = JSONObject()
            if !update.added.isEmpty { relations["added"] = .array(update.added.map { json($0, style, record) }) }
            if !update.removed.isEmpty { relations["removed"] = .array(update.removed.map { json($0, style, record) }) }
            object["relations"] = .object(relations)
        }
        object["url"] = .string("\(style.url(of: record))/updates/\(update.number)")
        return .object(object)
    }

    /// What one revision has changed against the one before: the first tells every field.
    private func changes(of record: WorkItemRecord, at index: Int, _ style: Rendering) -> JSONObject {
        let print: (String, JSONValue) -> JSONValue = { printed($1, $0, style) }
        let new = allFields(of: record, record.revisions[index], isComplete: true, parent: nil, print: print)
        var old = JSONObject()
        if index > 0 { old = allFields(of: record, record.revisions[index - 1], isComplete: true, parent: nil, print: print) }
        // A comment belongs to its own revision alone.
        old["System.History"] = nil
        var result = JSONObject()
        for (name, value) in new where old[name] != value {
            var change = JSONObject()
            if let before = old[name] { change["oldValue"] = before }
            change["newValue"] = value
            result[name] = .object(change)
        }
        for (name, value) in old where new[name] == nil { result[name] = ["oldValue": value] }
        return result
    }

    /// The names of the fields that the last save of a work item has changed, for the filters of hooks.
    func changedFields(of record: WorkItemRecord) -> Set<String> {
        guard let last = record.updates.last, last.isRevision else { return [] }
        let new = record.current.fields
        let old = record.revisions.count > 1 ? record.revisions[record.revisions.count - 2].fields : JSONObject()
        return Set(new.filter { old[$0.name] != $0.value }.map(\.name) + old.filter { new[$0.name] == nil }.map(\.name))
    }
}
