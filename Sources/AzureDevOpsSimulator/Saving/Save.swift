import JSON

/// How a save is meant.
struct SaveSwitches: Sendable {
    var validateOnly = false
    var bypassRules = false
}

extension World {
    /// Creates a work item; with `validateOnly` nothing is kept.
    mutating func create(
        _ operations: [PatchOperation], type typeName: String, in project: Project, by author: Account, at milliseconds: Int64,
        switches: SaveSwitches = SaveSwitches(), base: String
    ) throws(ServiceFault) -> WorkItemRecord {
        guard let type = project.process.type(typeName) else { throw .typeMissing(typeName, project.name) }
        var draft = Draft(type: type, project: project)
        try apply(operations, to: &draft, of: nil, revision: 0, bypassRules: switches.bypassRules, base: base)
        let now = ServiceTime(rounding: milliseconds)
        applyRules(to: &draft, before: nil, type: type, author: author, at: now)
        let broken = switches.bypassRules ? [] : brokenRules(draft, type: type, before: nil)
        guard broken.isEmpty else { throw .rules(broken) }
        try checkPaths(draft, in: project, of: nil)
        draft.fields["System.CreatedDate"] = draft.fields["System.CreatedDate"] ?? .string(now.text)
        draft.fields["System.CreatedBy"] = draft.fields["System.CreatedBy"] ?? .string(author.id)
        var record = WorkItemRecord(id: nextWorkItem, projectID: project.id, revisions: [], updates: [], relations: draft.relations)
        record.markdownFields = draft.markdownFields
        if switches.validateOnly {
            stamp(&draft, author, now, number: 1)
            record.revisions = [WorkItemRecord.Revision(number: 1, fields: draft.fields, watermark: watermark, changed: now)]
            record.id = -1
            return record
        }
        nextWorkItem += 1
        addRevision(to: &record, draft, by: author, at: now)
        workItems[record.id] = record
        mirrorLinks(of: record.id, added: draft.added, removed: [], by: author, at: now)
        announce(.created, record.id, by: author, at: milliseconds, base: base)
        return workItems[record.id] ?? record
    }

    /// Applies a patch to a work item: all of it, or nothing.
    mutating func update(
        _ id: Int64, _ operations: [PatchOperation], by author: Account, at milliseconds: Int64, switches: SaveSwitches = SaveSwitches(),
        base: String
    ) throws(ServiceFault) -> WorkItemRecord {
        guard var record = living(id) else { throw .workItemMissing(id) }
        let before = record.current.fields
        var draft = Draft(record)
        try apply(operations, to: &draft, of: id, revision: record.current.number, bypassRules: switches.bypassRules, base: base)
        guard let project = project(draft.text("System.TeamProject")) else { throw .projectMissing(draft.text("System.TeamProject")) }
        guard let type = project.process.type(draft.text("System.WorkItemType")) else {
            throw .typeMissing(draft.text("System.WorkItemType"), project.name)
        }
        if project.id != record.projectID { enter(project, &draft) }
        let now = max(ServiceTime(rounding: milliseconds), record.current.changed.next)
        applyRules(to: &draft, before: before, type: type, author: author, at: now)
        let broken = switches.bypassRules ? [] : brokenRules(draft, type: type, before: before)
        guard broken.isEmpty else { throw .rules(broken) }
        try checkPaths(draft, in: project, of: id)
        let makesRevision =
            Self.differ(before, draft.fields) || draft.historyText != nil || draft.editedComments
            || (draft.added + draft.removed).contains(where: \.makesRevision)
        let changesLinks = !(draft.added + draft.removed).isEmpty
        guard (makesRevision || changesLinks) && !switches.validateOnly else { return record }
        record.projectID = project.id
        record.relations = draft.relations
        record.markdownFields = draft.markdownFields
        let commentsOnly = draft.historyText != nil
        if makesRevision {
            addRevision(to: &record, draft, by: author, at: now)
        } else {
            record.updates.append(
                WorkItemRecord.Update(
                    number: Int64(record.updates.count + 1), revision: record.current.number, account: author.id, at: now, fields: [],
                    added: draft.added, removed: draft.removed))
        }
        workItems[id] = record
        mirrorLinks(of: id, added: draft.added, removed: draft.removed, by: author, at: now)
        if commentsOnly { announce(.commented, id, by: author, at: milliseconds, base: base) }
        announce(.updated, id, by: author, at: milliseconds, base: base)
        return workItems[id] ?? record
    }

    /// A work item that moves takes the root paths of its new project unless it was given others.
    private func enter(_ project: Project, _ draft: inout Draft) {
        draft.fields["System.TeamProject"] = .string(project.name)
        for path in ["System.AreaPath", "System.IterationPath"] where !draft.written.contains(path) {
            draft.fields[path] = .string(project.name)
        }
    }

    private func stamp(_ draft: inout Draft, _ author: Account, _ now: ServiceTime, number: Int64) {
        if !draft.written.contains("System.ChangedDate") { draft.fields["System.ChangedDate"] = .string(now.text) }
        if !draft.written.contains("System.ChangedBy") { draft.fields["System.ChangedBy"] = .string(author.id) }
        if draft.fields["System.CommentCount"] == nil { draft.fields["System.CommentCount"] = 0 }
    }

    mutating func addRevision(to record: inout WorkItemRecord, _ draft: Draft, by author: Account, at now: ServiceTime) {
        var draft = draft
        let before = record.revisions.last?.fields ?? JSONObject()
        let number = (record.revisions.last?.number ?? 0) + 1
        stamp(&draft, author, now, number: number)
        var comment: Int?
        if let text = draft.historyText {
            comment = record.comments.count + 1
            record.comments.append(
                WorkItemRecord.Comment(
                    number: record.comments.count + 1, version: 1, text: text, account: author.id, created: now, modified: now))
            draft.fields["System.History"] = .string(text)
        }
        draft.fields["System.CommentCount"] = .integer(record.comments.count { !$0.isDeleted })
        watermark += 1
        record.revisions.append(
            WorkItemRecord.Revision(number: number, fields: draft.fields, watermark: watermark, changed: now, comment: comment))
        record.updates.append(
            WorkItemRecord.Update(
                number: Int64(record.updates.count + 1), revision: number, account: author.id, at: now,
                fields: Self.changes(before, draft.fields), added: draft.added, removed: draft.removed))
        revisionLog.append(RevisionLogEntry(watermark: watermark, workItem: record.id, revision: number, at: now))
    }

    /// Whether anything but the stamps differs.
    private static func differ(_ old: JSONObject, _ new: JSONObject) -> Bool {
        changes(old, new).contains { !["System.ChangedDate", "System.ChangedBy", "System.History"].contains($0.name) }
    }

    static func changes(_ old: JSONObject, _ new: JSONObject) -> [(name: String, old: JSONValue?, new: JSONValue?)] {
        var changes: [(name: String, old: JSONValue?, new: JSONValue?)] = []
        for (name, value) in old where new[name] != value { changes.append((name, value, new[name])) }
        for (name, value) in new where old[name] == nil { changes.append((name, nil, value)) }
        return changes
    }

    /// The other ends of links between work items: they appear and vanish at once, without a revision (FACTS.md 11).
    private mutating func mirrorLinks(
        of id: Int64, added: [WorkItemRecord.Relation], removed: [WorkItemRecord.Relation], by author: Account, at now: ServiceTime
    ) {
        for (relation, isActive) in added.map({ ($0, true) }) + removed.map({ ($0, false) }) {
            guard let target = relation.target, let type = RelationType.named(relation.kind), let reverse = type.reverse,
                var other = workItems[target]
            else { continue }
            let mirror = WorkItemRecord.Relation(
                kind: reverse, target: id, url: "",
                attributes: ["isLocked": false, "name": .string(RelationType.named(reverse)?.name ?? "")])
            if isActive { other.relations.append(mirror) } else { other.relations.removeAll { $0.kind == reverse && $0.target == id } }
            other.updates.append(
                WorkItemRecord.Update(
                    number: Int64(other.updates.count + 1), revision: other.current.number, account: author.id, at: now, fields: [],
                    added: isActive ? [mirror] : [], removed: isActive ? [] : [mirror]))
            workItems[target] = other
            logLink(relation, of: id, isActive: isActive, at: now)
        }
    }

    private mutating func logLink(_ relation: WorkItemRecord.Relation, of id: Int64, isActive: Bool, at now: ServiceTime) {
        guard let target = relation.target, let record = workItems[id] else { return }
        let isReverse = relation.kind.hasSuffix("-Reverse")
        let kind = relation.kind.replacing("-Reverse", with: "").replacing("-Forward", with: "")
        linkLog.append(
            LinkLogEntry(
                sequence: Int64(linkLog.count + 1), kind: kind, source: isReverse ? target : id, target: isReverse ? id : target,
                isActive: isActive, at: now, projectID: record.projectID))
    }
}
