import JSON

/// How a save is meant.
struct SaveSwitches: Sendable {
    var validateOnly = false
    var bypassRules = false
    var suppressesNotifications = false
}

extension World {
    /// Past this number of revisions the API refuses changes; people on the web may go on (FACTS.md 6).
    static let revisionWall: Int64 = 10_000

    /// Creates a work item; with `validateOnly` nothing is kept.
    mutating func create(
        _ operations: [PatchOperation], type typeName: String, in project: Project, by author: Account, at milliseconds: Int64,
        switches: SaveSwitches = SaveSwitches(), base: String
    ) throws(ServiceFault) -> WorkItemRecord {
        guard let type = project.process.type(typeName) else { throw .typeMissing(typeName, project.name) }
        let now = ServiceTime(rounding: milliseconds)
        var draft = Draft(type: type, project: project)
        try apply(operations, to: &draft, of: nil, revision: 0, bypassRules: switches.bypassRules, at: now)
        applyRules(to: &draft, before: nil, type: type, author: author, at: now)
        let broken = switches.bypassRules ? [] : brokenRules(draft, type: type, before: nil)
        guard broken.isEmpty else { throw .rules(broken) }
        try checkPaths(draft, in: project, of: nil)
        try checkDates(draft, after: nil, now)
        draft.fields["System.CreatedDate"] = draft.fields["System.CreatedDate"] ?? .string(now.text)
        draft.fields["System.CreatedBy"] = draft.fields["System.CreatedBy"] ?? .string(author.id)
        var record = WorkItemRecord(id: nextWorkItem, projectID: project.id, revisions: [], updates: [], relations: draft.relations)
        record.markdownFields = draft.markdownFields
        if switches.validateOnly {
            stamp(&draft, author, now)
            record.revisions = [WorkItemRecord.Revision(number: 1, fields: draft.fields, watermark: watermark, changed: now)]
            record.id = -1
            return record
        }
        nextWorkItem += 1
        if let temporary = draft.temporaryID { temporaryIDs[temporary] = record.id }
        addRevision(to: &record, draft, by: author, at: now)
        workItems[record.id] = record
        let others = mirrorLinks(of: record.id, added: draft.added, removed: [], by: author, at: now)
        guard !hidesHooks(switches) else { return record }
        announce(.created, record.id, by: author, at: milliseconds, base: base)
        announceLinks(to: others, by: author, at: milliseconds, base: base)
        return workItems[record.id] ?? record
    }

    /// Applies a patch to a work item: all of it, or nothing.
    mutating func update(
        _ id: Int64, _ operations: [PatchOperation], by author: Account, at milliseconds: Int64, switches: SaveSwitches = SaveSwitches(),
        base: String
    ) throws(ServiceFault) -> WorkItemRecord {
        guard var record = living(id) else { throw .workItemMissing(id) }
        let before = record.current.fields
        var now = max(ServiceTime(rounding: milliseconds), record.current.changed.next)
        var draft = Draft(record)
        try apply(operations, to: &draft, of: id, revision: record.current.number, bypassRules: switches.bypassRules, at: now)
        guard let project = project(draft.text("System.TeamProject")) else { throw .projectMissing(draft.text("System.TeamProject")) }
        guard let type = project.process.type(draft.text("System.WorkItemType")) else {
            throw .typeMissing(draft.text("System.WorkItemType"), project.name)
        }
        let moves = project.id != record.projectID
        if moves { enter(project, &draft) }
        applyRules(to: &draft, before: before, type: type, author: author, at: now)
        let broken = switches.bypassRules ? [] : brokenRules(draft, type: type, before: before)
        guard broken.isEmpty else { throw .rules(broken) }
        try checkPaths(draft, in: project, of: id)
        if let dated = try checkDates(draft, after: record.current.changed, now) { now = dated }
        let makesRevision =
            Self.differ(before, draft.fields) || draft.historyText != nil || draft.editedComments
            || (draft.added + draft.removed).contains(where: \.makesRevision)
            || (variants.unchangedPatch == .makesRevision && !draft.written.isEmpty)
        let changesLinks = !(draft.added + draft.removed).isEmpty
        guard (makesRevision || changesLinks) && !switches.validateOnly else { return record }
        guard !makesRevision || record.current.number < Self.revisionWall else { throw .tooManyRevisions(record) }
        let left = moves && variants.moveHook == .bothProjects ? record.projectID : nil
        record.projectID = project.id
        record.relations = draft.relations
        record.markdownFields = draft.markdownFields
        if makesRevision {
            addRevision(to: &record, draft, by: author, at: now)
        } else {
            record.addUpdate(by: author, at: now, added: draft.added, removed: draft.removed)
        }
        workItems[id] = record
        let others = mirrorLinks(of: id, added: draft.added, removed: draft.removed, by: author, at: now)
        guard !hidesHooks(switches) else { return record }
        if draft.historyText != nil { announce(.commented, id, by: author, at: milliseconds, base: base) }
        if makesRevision || variants.linkHooks != .none {
            announce(.updated, id, by: author, at: milliseconds, base: base, alsoIn: left)
        }
        announceLinks(to: others, by: author, at: milliseconds, base: base)
        return workItems[id] ?? record
    }

    private func hidesHooks(_ switches: SaveSwitches) -> Bool {
        switches.suppressesNotifications && variants.suppressNotifications == .suppressesHooks
    }

    /// The other ends of changed links, where they are told.
    private mutating func announceLinks(to others: [Int64], by author: Account, at milliseconds: Int64, base: String) {
        guard variants.linkHooks == .bothEnds else { return }
        for other in others { announce(.updated, other, by: author, at: milliseconds, base: base) }
    }

    /// A work item that moves takes the root paths of its new project unless it was given others.
    private func enter(_ project: Project, _ draft: inout Draft) {
        draft.fields["System.TeamProject"] = .string(project.name)
        for path in ["System.AreaPath", "System.IterationPath"] where !draft.written.contains(path) {
            draft.fields[path] = .string(project.name)
        }
    }

    /// Dates that `bypassRules` lets a client choose: they must grow and not lie ahead. Returns the chosen date of the change.
    @discardableResult
    private func checkDates(_ draft: Draft, after last: ServiceTime?, _ now: ServiceTime) throws(ServiceFault) -> ServiceTime? {
        guard draft.written.contains("System.ChangedDate"),
            let chosen = draft.fields["System.ChangedDate"]?.string.flatMap({ ServiceTime.milliseconds($0) })
        else { return nil }
        let time = ServiceTime(rounding: chosen)
        guard time <= now else {
            throw .badRequest("VssPropertyValidationException", "VS402624: The changed date must not be in the future.")
        }
        if let last, time <= last {
            throw .badRequest("VssPropertyValidationException", "VS402625: Dates must be increasing with each revision.")
        }
        return time
    }

    private func stamp(_ draft: inout Draft, _ author: Account, _ now: ServiceTime) {
        if !draft.written.contains("System.ChangedDate") { draft.fields["System.ChangedDate"] = .string(now.text) }
        if !draft.written.contains("System.ChangedBy") { draft.fields["System.ChangedBy"] = .string(author.id) }
        if draft.fields["System.CommentCount"] == nil { draft.fields["System.CommentCount"] = 0 }
    }

    mutating func addRevision(to record: inout WorkItemRecord, _ draft: Draft, by author: Account, at now: ServiceTime) {
        var draft = draft
        let number = max((record.revisions.last?.number ?? 0) + 1, record.nextRevision)
        stamp(&draft, author, now)
        var comment: Int64?
        if let text = draft.historyText {
            nextComment += 1
            comment = nextComment
            let version = WorkItemRecord.Comment.Version(number: 1, text: text, account: author.id, at: now)
            record.comments.append(
                WorkItemRecord.Comment(id: nextComment, isMarkdown: draft.historyIsMarkdown, versions: [version]))
            draft.fields["System.History"] = .string(text)
        }
        if !record.comments.isEmpty { draft.fields["System.CommentCount"] = .integer(record.comments.count { !$0.isDeleted }) }
        watermark += 1
        record.revisions.append(
            WorkItemRecord.Revision(number: number, fields: draft.fields, watermark: watermark, changed: now, comment: comment))
        record.addUpdate(by: author, at: now, added: draft.added, removed: draft.removed, isRevision: true)
        revisionLog.append(RevisionLogEntry(watermark: watermark, workItem: record.id, revision: number, at: now))
    }

    /// Whether anything but the stamps differs.
    private static func differ(_ old: JSONObject, _ new: JSONObject) -> Bool {
        let stamps: Set = ["System.ChangedDate", "System.ChangedBy", "System.History"]
        return new.contains { !stamps.contains($0.name) && old[$0.name] != $0.value }
            || old.contains { !stamps.contains($0.name) && new[$0.name] == nil }
    }

    /// The other ends of links between work items: they appear and vanish at once, without a revision (FACTS.md 11). Returns those that
    /// were touched.
    private mutating func mirrorLinks(
        of id: Int64, added: [WorkItemRecord.Relation], removed: [WorkItemRecord.Relation], by author: Account, at now: ServiceTime
    ) -> [Int64] {
        var touched: [Int64] = []
        for (relation, isActive) in added.map({ ($0, true) }) + removed.map({ ($0, false) }) {
            guard let target = relation.target, let reverse = RelationType.named(relation.kind)?.reverse, var other = workItems[target]
            else { continue }
            var mirror = WorkItemRecord.Relation(
                kind: reverse, target: id, url: "",
                attributes: ["isLocked": false, "name": .string(RelationType.named(reverse)?.name ?? "")])
            if let comment = relation.attributes["comment"] { mirror.attributes["comment"] = comment }
            if isActive { other.relations.append(mirror) } else { other.relations.removeAll { $0.kind == reverse && $0.target == id } }
            other.addUpdate(by: author, at: now, added: isActive ? [mirror] : [], removed: isActive ? [] : [mirror])
            workItems[target] = other
            logLink(relation, of: id, isActive: isActive, by: author, at: now)
            touched.append(target)
        }
        return touched
    }

    mutating func logLink(_ relation: WorkItemRecord.Relation, of id: Int64, isActive: Bool, by author: Account, at now: ServiceTime) {
        guard let target = relation.target, let record = workItems[id] else { return }
        let isReverse = relation.kind.hasSuffix("-Reverse")
        let kind = isReverse || relation.kind.hasSuffix("-Forward") ? String(relation.kind.dropLast(8)) : relation.kind
        linkLog.append(
            LinkLogEntry(
                sequence: Int64(linkLog.count + 1), kind: kind, source: isReverse ? target : id, target: isReverse ? id : target,
                isActive: isActive, at: now, projectID: record.projectID, account: author.id,
                comment: relation.attributes["comment"]?.string ?? ""))
    }
}

extension ServiceFault {
    /// The words of a real answer (microsoft/onefuzz#3491).
    static func tooManyRevisions(_ record: WorkItemRecord) -> ServiceFault {
        .badRequest(
            "VssServiceException",
            "Work item \(record.id) has \(record.current.number) revisions, but currently, when updating via the API, only work items with up to 10000 revisions are supported."
        )
    }
}
