import JSON

/// A work item while operations are applied to it: nothing is kept until all of them have gone well.
struct Draft: Sendable {
    var fields: JSONObject
    var relations: [WorkItemRecord.Relation]
    var markdownFields: Set<String>
    var added: [WorkItemRecord.Relation] = []
    var removed: [WorkItemRecord.Relation] = []
    var editedComments = false
    var historyText: String?
    var historyIsMarkdown = false
    /// The negative id by which a batch names a work item that is not there yet.
    var temporaryID: Int64?
    /// Fields that the client has written, by reference name.
    var written: Set<String> = []

    init(_ record: WorkItemRecord) {
        fields = record.current.fields
        fields["System.History"] = nil
        relations = record.relations
        markdownFields = record.markdownFields
    }

    init(type: WorkItemTypeDefinition, project: Project) {
        fields = [
            "System.AreaPath": .string(project.name), "System.TeamProject": .string(project.name),
            "System.IterationPath": .string(project.name),
            "System.WorkItemType": .string(type.name),
        ]
        relations = []
        markdownFields = []
    }

    func text(_ field: String) -> String { fields[field]?.string ?? "" }
}

extension World {
    /// Applies the operations of one patch. `revision` is what `test /rev` is compared with.
    mutating func apply(
        _ operations: [PatchOperation], to draft: inout Draft, of id: Int64?, revision: Int64, bypassRules: Bool, at now: ServiceTime
    ) throws(ServiceFault) {
        let before = draft.fields
        var formats: [(String, Bool)] = []
        for operation in operations {
            switch (operation.kind, operation.target) {
            case (.test, .revision):
                guard operation.value?.integer ?? operation.value?.string.flatMap({ Int64($0) }) == revision else {
                    throw .staleRevision(variants.staleRevision)
                }
            case (.test, .field(let name)):
                guard isSame(draft.fields[name], operation.value, name) else { throw .staleRevision(variants.staleRevision) }
            case (.add, .temporaryID):
                draft.temporaryID = operation.value?.integer ?? operation.value?.string.flatMap { Int64($0) }
            case (.test, _): break
            case (_, .field(let name)): try set(name, operation, in: &draft, of: id, bypassRules: bypassRules, at: now)
            case (_, .format(let name)):
                guard field(name) != nil else { throw .fieldMissing(name) }
                formats.append((name, operation.value?.string?.lowercased() == "markdown"))
            case (.add, .newRelation): try addRelation(operation.value, to: &draft, of: id, at: now)
            case (.remove, .relation(let index)):
                draft.removed.append(draft.relations.remove(at: try checked(index, draft)))
            case (_, .relationComment(let index)):
                draft.relations[try checked(index, draft)].attributes["comment"] = operation.value
                draft.editedComments = true
            default: throw .badRequest("VssPropertyValidationException", "The operation is not supported for this path.")
            }
        }
        // A format flips only together with the text, and never back (FACTS.md 12).
        for (name, isMarkdown) in formats where isMarkdown && before[name] != draft.fields[name] { draft.markdownFields.insert(name) }
    }

    private func checked(_ index: Int, _ draft: Draft) throws(ServiceFault) -> Int {
        guard draft.relations.indices.contains(index) else {
            throw .badRequest("VssPropertyValidationException", "Index out of range for path /relations/\(index).")
        }
        return index
    }

    /// Whether a field holds what `test` says; an identity may be named in any of its forms.
    private func isSame(_ own: JSONValue?, _ tested: JSONValue?, _ name: String) -> Bool {
        if own == tested || (own == nil && (tested?.isNull ?? true || tested?.string == "")) { return true }
        guard let field = field(name), let value = try? stored(tested, in: field, free: true) else { return false }
        return value == own
    }

    private mutating func set(
        _ name: String, _ operation: PatchOperation, in draft: inout Draft, of id: Int64?, bypassRules: Bool, at now: ServiceTime
    ) throws(ServiceFault) {
        guard let field = field(name) else { throw .fieldMissing(name) }
        guard draft.written.insert(field.referenceName).inserted else {
            throw .badRequest(
                "VssPropertyValidationException",
                "VS403691: Update to work item \(id ?? -1) had two or more updates for field with reference name '\(name)'. A field cannot be updated more than once in the same update."
            )
        }
        let dated = ["System.CreatedDate", "System.CreatedBy", "System.ChangedDate", "System.ChangedBy"]
        if field.isComputed || (dated.contains(field.referenceName) && !bypassRules) {
            throw .rules([RuleError(field: field, flags: ["readOnly", "invalidNotOldValue"])])
        }
        let value = operation.kind == .remove ? nil : operation.value
        switch field.referenceName {
        case "System.Tags":
            let old = operation.kind == .add && value?.string?.isEmpty == false ? draft.text("System.Tags") + ";" : ""
            draft.fields["System.Tags"] = try storedTags(old + (value?.string ?? ""), at: now)
        case "System.History":
            draft.historyText = value?.string.flatMap { $0.isEmpty ? nil : $0 }
        case "System.AreaId", "System.IterationId": break
        default:
            draft.fields[field.referenceName] = try stored(value, in: field, free: bypassRules)
        }
    }

    private mutating func addRelation(_ value: JSONValue?, to draft: inout Draft, of id: Int64?, at now: ServiceTime) throws(ServiceFault) {
        guard let kind = value?["rel"]?.string, let url = value?["url"]?.string, let type = RelationType.named(kind) else {
            throw .badRequest(
                "WorkItemLinkTypeNotFoundException", "VS402654: The relation type \(value?["rel"]?.string ?? "") is not known.")
        }
        guard type.isWorkItemLink else { return try addResource(value, type, url, to: &draft, at: now) }
        guard draft.relations.count < Self.largestNumberOfLinks else {
            throw .badRequest(
                "WorkItemLinksLimitExceededException",
                "VS403312: The work item has reached the limit of \(Self.largestNumberOfLinks) links.")
        }
        var attributes = JSONObject()
        let named = url.split(separator: "/").last.flatMap { Int64($0) } ?? 0
        let target = temporaryIDs[named] ?? named
        guard living(target) != nil, target != id else { throw .workItemMissing(target) }
        guard !draft.relations.contains(where: { $0.kind == kind && $0.target == target }) else { throw Self.duplicateRelation }
        try checkHierarchy(kind, from: id, to: target, draft)
        attributes["isLocked"] = false
        attributes["name"] = .string(type.name)
        attributes["comment"] = value?["attributes"]?["comment"]
        let relation = WorkItemRecord.Relation(kind: kind, target: target, url: "", attributes: attributes)
        draft.relations.append(relation)
        draft.added.append(relation)
    }

    static let largestNumberOfLinks = 1_000
    static let largestNumberOfFiles = 100

    /// A file, a hyperlink or an artifact (`recordings/work-item-artifact-links.json`).
    private mutating func addResource(
        _ value: JSONValue?, _ type: RelationType, _ url: String, to draft: inout Draft, at now: ServiceTime
    ) throws(ServiceFault) {
        guard !draft.relations.contains(where: { $0.kind == type.kind && $0.url == url }) else { throw Self.duplicateRelation }
        nextResource += 1
        var attributes: JSONObject = [
            "authorizedDate": .string(now.text), "id": .integer(nextResource), "resourceCreatedDate": .string(now.text),
            "resourceModifiedDate": .string(now.text), "revisedDate": "9999-01-01T00:00:00Z",
        ]
        if type.kind == "AttachedFile" {
            guard draft.relations.count(where: { $0.kind == type.kind }) < Self.largestNumberOfFiles else {
                throw .badRequest(
                    "WorkItemAttachmentLimitExceededException",
                    "VS403313: The work item has reached the limit of \(Self.largestNumberOfFiles) attachments.")
            }
            if let file = attachment(at: url) {
                attributes["resourceSize"] = .integer(file.content.count)
                attributes["name"] = .string(file.name)
            }
        }
        if let comment = value?["attributes"]?["comment"] { attributes["comment"] = comment }
        if let name = value?["attributes"]?["name"] { attributes["name"] = name }
        let relation = WorkItemRecord.Relation(kind: type.kind, target: nil, url: url, attributes: attributes)
        draft.relations.append(relation)
        draft.added.append(relation)
    }

    private static let duplicateRelation = ServiceFault.badRequest("RelationAlreadyExistsException", "Relation already exists.")

    /// One parent for each work item, and no circles (TF201036, TF201035).
    private func checkHierarchy(_ kind: String, from id: Int64?, to target: Int64, _ draft: Draft) throws(ServiceFault) {
        let child: Int64?
        let parent: Int64?
        switch kind {
        case WorkItemRecord.Relation.parent: (child, parent) = (id, target)
        case WorkItemRecord.Relation.child: (child, parent) = (target, id)
        default: return
        }
        let hasParent =
            kind == WorkItemRecord.Relation.parent
            ? draft.relations.contains { $0.kind == kind } : living(target)?.parent != nil
        if hasParent {
            throw .badRequest(
                "WorkItemLinkInvalidException",
                "TF201036: You cannot add a Child link between work items \(parent ?? -1) and \(child ?? -1) because a work item can have only one Parent link."
            )
        }
        guard let child, var ancestor = parent else { return }
        for _ in 0..<1_000 {
            if ancestor == child {
                throw .badRequest(
                    "WorkItemLinkInvalidException",
                    "TF201035: You cannot add a Child link between work items \(parent ?? -1) and \(child) because it would create a circular relationship."
                )
            }
            guard let next = living(ancestor)?.parent else { return }
            ancestor = next
        }
    }
}
