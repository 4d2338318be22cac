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
        _ operations: [PatchOperation], to draft: inout Draft, of id: Int64?, revision: Int64, bypassRules: Bool, base: String
    ) throws(ServiceFault) {
        let before = draft.fields
        var formats: [(String, Bool)] = []
        for operation in operations {
            switch (operation.kind, operation.target) {
            case (.test, .revision):
                guard operation.value?.integer == revision else { throw .staleRevision }
            case (.test, .field(let name)):
                guard draft.fields[name] == operation.value else { throw .staleRevision }
            case (.add, .temporaryID), (.test, _): break
            case (_, .field(let name)): try set(name, operation, in: &draft, of: id, bypassRules: bypassRules)
            case (_, .format(let name)):
                guard field(name) != nil else { throw .fieldMissing(name) }
                formats.append((name, operation.value?.string?.lowercased() == "markdown"))
            case (.add, .newRelation): try addRelation(operation.value, to: &draft, of: id, base: base)
            case (.remove, .relation(let index)):
                guard draft.relations.indices.contains(index) else {
                    throw .badRequest("VssPropertyValidationException", "Index out of range for path /relations/\(index).")
                }
                draft.removed.append(draft.relations.remove(at: index))
            case (_, .relationComment(let index)):
                guard draft.relations.indices.contains(index) else {
                    throw .badRequest("VssPropertyValidationException", "Index out of range for path /relations/\(index).")
                }
                draft.relations[index].attributes["comment"] = operation.value
                draft.editedComments = true
            default: throw .badRequest("VssPropertyValidationException", "The operation is not supported for this path.")
            }
        }
        // A format flips only together with the text, and never back (FACTS.md 12).
        for (name, isMarkdown) in formats where isMarkdown && before[name] != draft.fields[name] { draft.markdownFields.insert(name) }
    }

    private mutating func set(
        _ name: String, _ operation: PatchOperation, in draft: inout Draft, of id: Int64?, bypassRules: Bool
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
            draft.fields["System.Tags"] = storedTags(old + (value?.string ?? ""))
        case "System.History":
            draft.historyText = value?.string.flatMap { $0.isEmpty ? nil : $0 }
        case "System.AreaId", "System.IterationId": break
        default:
            draft.fields[field.referenceName] = try stored(value, in: field, free: bypassRules)
        }
    }

    private func addRelation(_ value: JSONValue?, to draft: inout Draft, of id: Int64?, base: String) throws(ServiceFault) {
        guard let kind = value?["rel"]?.string, let url = value?["url"]?.string, let type = RelationType.named(kind) else {
            throw .badRequest(
                "WorkItemLinkTypeNotFoundException", "VS402654: The relation type \(value?["rel"]?.string ?? "") is not known.")
        }
        var attributes = JSONObject()
        attributes["comment"] = value?["attributes"]?["comment"]
        guard type.isWorkItemLink else {
            guard !draft.relations.contains(where: { $0.kind == kind && $0.url == url }) else { throw Self.duplicateRelation }
            attributes["name"] = value?["attributes"]?["name"]
            let relation = WorkItemRecord.Relation(kind: kind, target: nil, url: url, attributes: attributes)
            draft.relations.append(relation)
            draft.added.append(relation)
            return
        }
        guard let target = url.split(separator: "/").last.flatMap({ Int64($0) }), living(target) != nil, target != id else {
            throw .workItemMissing(url.split(separator: "/").last.flatMap { Int64($0) } ?? 0)
        }
        guard !draft.relations.contains(where: { $0.kind == kind && $0.target == target }) else { throw Self.duplicateRelation }
        try checkHierarchy(kind, from: id, to: target, draft)
        attributes["isLocked"] = false
        attributes["name"] = .string(type.name)
        let relation = WorkItemRecord.Relation(kind: kind, target: target, url: "", attributes: attributes)
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

/// The relation types of `recordings/relation-types.json` that boards use.
struct RelationType: Sendable {
    var kind: String
    var name: String
    /// The other end; `nil` for resource links.
    var reverse: String?

    var isWorkItemLink: Bool { reverse != nil }

    static let all: [RelationType] = [
        RelationType(kind: "System.LinkTypes.Hierarchy-Forward", name: "Child", reverse: "System.LinkTypes.Hierarchy-Reverse"),
        RelationType(kind: "System.LinkTypes.Hierarchy-Reverse", name: "Parent", reverse: "System.LinkTypes.Hierarchy-Forward"),
        RelationType(kind: "System.LinkTypes.Related", name: "Related", reverse: "System.LinkTypes.Related"),
        RelationType(kind: "System.LinkTypes.Dependency-Forward", name: "Successor", reverse: "System.LinkTypes.Dependency-Reverse"),
        RelationType(kind: "System.LinkTypes.Dependency-Reverse", name: "Predecessor", reverse: "System.LinkTypes.Dependency-Forward"),
        RelationType(kind: "System.LinkTypes.Duplicate-Forward", name: "Duplicate", reverse: "System.LinkTypes.Duplicate-Reverse"),
        RelationType(kind: "System.LinkTypes.Duplicate-Reverse", name: "Duplicate Of", reverse: "System.LinkTypes.Duplicate-Forward"),
        RelationType(kind: "Hyperlink", name: "Hyperlink"), RelationType(kind: "AttachedFile", name: "Attached File"),
        RelationType(kind: "ArtifactLink", name: "Artifact Link"),
    ]

    static func named(_ kind: String) -> RelationType? { all.first { $0.kind.lowercased() == kind.lowercased() } }
}
