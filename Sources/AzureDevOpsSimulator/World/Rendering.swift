import JSON

/// How a work item is printed (the table of FACTS.md 9).
struct Rendering: Sendable {
    enum Expansion: String, Sendable { case none, relations, fields, links, all }

    var base: String
    var expansion = Expansion.none
    /// Identities as objects since api-version 5.0, as texts before.
    var identitiesAreObjects = true
    /// Only these fields; empty for all.
    var fields: [String] = []
    /// Single reads and writes carry `_links`, lists do not.
    var carriesLinks = true
    /// Answers to writes bring the relations without being asked.
    var alwaysRelations = false

    static func expansion(_ text: String?) -> Expansion? {
        guard let text, !text.isEmpty else { return Expansion.none }
        let numbers: [String: Expansion] = ["0": .none, "1": .relations, "2": .fields, "3": .links, "4": .all]
        return numbers[text] ?? Expansion(rawValue: text.lowercased())
    }
}

extension World {
    func json(_ record: WorkItemRecord, _ style: Rendering, revision: WorkItemRecord.Revision? = nil) -> JSONValue {
        let shown = revision ?? record.current
        let url = "\(style.base)/\(record.projectID)/_apis/wit/workItems/\(record.id)"
        var object: JSONObject = ["id": .integer(record.id), "rev": .integer(shown.number)]
        object["fields"] = .object(fields(of: record, shown, style))
        let wantsRelations = style.alwaysRelations || style.expansion == .relations || style.expansion == .all
        if wantsRelations, !record.relations.isEmpty { object["relations"] = .array(record.relations.map { json($0, style.base, record) }) }
        if style.carriesLinks {
            var formats = JSONObject()
            for name in record.markdownFields.sorted() { formats[name] = "markdown" }
            object["multilineFieldsFormat"] = .object(formats)
        }
        if let comment = shown.comment {
            object["commentVersionRef"] = [
                "commentId": .integer(comment), "version": 1, "url": .string("\(url)/comments/\(comment)/versions/1"),
            ]
        }
        if style.carriesLinks || style.expansion == .links || style.expansion == .all {
            object["_links"] = links(of: record, url: url, base: style.base)
        }
        let isFiltered = !style.fields.isEmpty
        object["url"] = .string(isFiltered ? "\(style.base)/_apis/wit/workItems/\(record.id)" : url)
        return .object(object)
    }

    private func fields(of record: WorkItemRecord, _ revision: WorkItemRecord.Revision, _ style: Rendering) -> JSONObject {
        var result = JSONObject()
        let filter = Set(style.fields.map { $0.lowercased() })
        func add(_ name: String, _ value: JSONValue?) {
            guard let value, filter.isEmpty || filter.contains(name.lowercased()) else { return }
            result[name] = printed(value, name, style)
        }
        for (name, value) in revision.fields { add(name, value) }
        if let parent = record.parent, revision.number == record.current.number { add("System.Parent", .integer(parent)) }
        guard style.expansion == .all || style.expansion == .fields || !filter.isEmpty else { return result }
        add("System.Id", .integer(record.id))
        add("System.Rev", .integer(revision.number))
        add("System.Watermark", .integer(revision.watermark))
        add("System.AuthorizedDate", .string(revision.changed.text))
        add("System.AuthorizedAs", revision.fields["System.ChangedBy"])
        let next = record.revisions.first { $0.number == revision.number + 1 }
        add("System.RevisedDate", .string(next?.changed.text ?? "9999-01-01T00:00:00Z"))
        add("System.PersonId", .integer(personNumber(revision.fields["System.ChangedBy"]?.string)))
        guard let project = projects.first(where: { $0.id == record.projectID }) else { return result }
        let area = (revision.fields["System.AreaPath"]?.string ?? "").split(separator: "\\")
        let iteration = (revision.fields["System.IterationPath"]?.string ?? "").split(separator: "\\")
        add("System.NodeName", area.last.map { .string(String($0)) })
        add("System.AreaId", project.areas.node(path: area).map { .integer($0.id) })
        add("System.IterationId", project.iterations.node(path: iteration).map { .integer($0.id) })
        for (level, segment) in area.enumerated() { add("System.AreaLevel\(level + 1)", .string(String(segment))) }
        for (level, segment) in iteration.enumerated() { add("System.IterationLevel\(level + 1)", .string(String(segment))) }
        return result
    }

    private func personNumber(_ id: String?) -> Int { (accounts.firstIndex { $0.id == id } ?? 0) + 1 }

    /// A stored value as the wire shows it.
    func printed(_ value: JSONValue, _ name: String, _ style: Rendering) -> JSONValue {
        guard field(name)?.kind == .identity, let id = value.string, let account = account(id) else { return value }
        return style.identitiesAreObjects ? account.object(base: style.base) : .string(account.text)
    }

    func json(_ relation: WorkItemRecord.Relation, _ base: String, _ record: WorkItemRecord) -> JSONValue {
        let url: String
        if let target = relation.target {
            url = "\(base)/\(workItems[target]?.projectID ?? record.projectID)/_apis/wit/workItems/\(target)"
        } else {
            url = relation.url
        }
        return ["rel": .string(relation.kind), "url": .string(url), "attributes": .object(relation.attributes)]
    }

    private func links(of record: WorkItemRecord, url: String, base: String) -> JSONValue {
        func link(_ url: String) -> JSONValue { ["href": .string(url)] }
        let project = "\(base)/\(record.projectID)"
        return [
            "self": link(url), "workItemUpdates": link("\(url)/updates"), "workItemRevisions": link("\(url)/revisions"),
            "workItemComments": link("\(url)/comments"), "html": link("\(project)/_workitems/edit/\(record.id)"),
            "workItemType": link("\(project)/_apis/wit/workItemTypes/\(record.type)"), "fields": link("\(project)/_apis/wit/fields"),
        ]
    }

    /// One save, as `updates` and `workitem.updated` show it (FACTS.md 16).
    func json(_ update: WorkItemRecord.Update, of record: WorkItemRecord, _ style: Rendering) -> JSONValue {
        let url = "\(style.base)/\(record.projectID)/_apis/wit/workItems/\(record.id)/updates/\(update.number)"
        var object: JSONObject = ["id": .integer(update.number), "workItemId": .integer(record.id), "rev": .integer(update.revision)]
        if let account = account(update.account) {
            var who = account.object(base: style.base).object ?? JSONObject()
            who["name"] = .string(account.text)
            object["revisedBy"] = .object(who)
        }
        let next = record.revisions.first { $0.number == update.revision + 1 }
        let isLinkOnly = update.fields.isEmpty
        object["revisedDate"] = .string(isLinkOnly ? update.at.text : next?.changed.text ?? "9999-01-01T00:00:00Z")
        if !update.fields.isEmpty { object["fields"] = .object(changes(update, of: record, style)) }
        if !update.added.isEmpty || !update.removed.isEmpty {
            var relations = JSONObject()
            if !update.added.isEmpty { relations["added"] = .array(update.added.map { json($0, style.base, record) }) }
            if !update.removed.isEmpty { relations["removed"] = .array(update.removed.map { json($0, style.base, record) }) }
            object["relations"] = .object(relations)
        }
        object["url"] = .string(url)
        return .object(object)
    }

    private func changes(_ update: WorkItemRecord.Update, of record: WorkItemRecord, _ style: Rendering) -> JSONObject {
        var result = JSONObject()
        func add(_ name: String, _ old: JSONValue?, _ new: JSONValue?) {
            var change = JSONObject()
            if let old { change["oldValue"] = printed(old, name, style) }
            if let new { change["newValue"] = printed(new, name, style) }
            result[name] = .object(change)
        }
        let index = record.revisions.firstIndex { $0.number == update.revision } ?? 0
        let revision = record.revisions[index]
        let previous = index > 0 ? record.revisions[index - 1] : nil
        add("System.Rev", previous.map { .integer($0.number) }, .integer(revision.number))
        add("System.AuthorizedDate", previous.map { .string($0.changed.text) }, .string(revision.changed.text))
        add("System.RevisedDate", previous.map { _ in .string(revision.changed.text) }, "9999-01-01T00:00:00Z")
        add("System.Watermark", previous.map { .integer($0.watermark) }, .integer(revision.watermark))
        for change in update.fields { add(change.name, change.old, change.new) }
        return result
    }
}
