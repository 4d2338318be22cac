import JSON

/// How a work item is printed (the table of FACTS.md 9).
struct Rendering: Sendable {
    enum Expansion: String, Sendable { case none, relations, fields, links, all }

    var base: String
    var expansion = Expansion.none
    /// Since api-version 5.0 addresses name the project; before, the organisation alone.
    var isModern = true
    /// Since api-version 5.0; texts before, in hooks and in the recycle bin.
    var identitiesAreObjects = true
    /// Only these fields; empty for all.
    var fields: [String] = []
    /// Single reads and writes carry `_links`, lists do not.
    var carriesLinks = true
    /// Answers to writes bring the relations without being asked.
    var alwaysRelations = false
    /// Printed at the address of the revision.
    var isRevision = false
    /// As hooks print a revision: links of its own, nothing about formats.
    var isEvent = false
    /// The fields that are kept but not shown by default: numbers, dates of revisions, levels of paths.
    var isComplete: Bool { expansion == .all || expansion == .fields || !fields.isEmpty }

    init(base: String, expansion: Expansion = .none, version: Int = 7, fields: [String] = [], carriesLinks: Bool = true) {
        self.base = base
        self.expansion = expansion
        self.fields = fields
        self.carriesLinks = carriesLinks
        isModern = version >= 5
        identitiesAreObjects = version >= 5
    }

    static func expansion(_ text: String?) -> Expansion? {
        guard let text, !text.isEmpty else { return Expansion.none }
        let numbers: [String: Expansion] = ["0": .none, "1": .relations, "2": .fields, "3": .links, "4": .all]
        return numbers[text] ?? Expansion(rawValue: text.lowercased())
    }

    func url(of record: WorkItemRecord) -> String {
        isModern ? "\(base)/\(record.projectID)/_apis/wit/workItems/\(record.id)" : "\(base)/_apis/wit/workItems/\(record.id)"
    }
}

extension World {
    func json(
        _ record: WorkItemRecord, _ style: Rendering, revision: WorkItemRecord.Revision? = nil,
        relations: [WorkItemRecord.Relation]? = nil
    ) -> JSONValue {
        let shown = revision ?? record.current
        let relations = relations ?? record.relations
        let url = style.url(of: record)
        var object: JSONObject = ["id": .integer(record.id), "rev": .integer(shown.number)]
        object["fields"] = .object(fields(of: record, shown, style, parent: relations.first { $0.kind == WorkItemRecord.Relation.parent }))
        let wantsRelations = style.alwaysRelations || style.expansion == .relations || style.expansion == .all
        if style.carriesLinks, style.isModern, !style.isEvent, style.fields.isEmpty {
            object["multilineFieldsFormat"] = .object(JSONObject(record.markdownFields.sorted().map { ($0, "markdown") }))
        }
        if wantsRelations, !relations.isEmpty { object["relations"] = .array(relations.map { json($0, style, record) }) }
        if let comment = shown.comment {
            let version = record.comments.first { $0.id == comment }?.current.number ?? 1
            object["commentVersionRef"] = [
                "commentId": .integer(comment), "version": .integer(version),
                "url": .string("\(url)/comments/\(comment)/versions/\(version)"),
            ]
        }
        if style.carriesLinks || style.expansion == .links || style.expansion == .all {
            object["_links"] = style.isRevision ? revisionLinks(url, shown.number) : links(of: record, style)
        }
        let address = style.fields.isEmpty ? url : "\(style.base)/_apis/wit/workItems/\(record.id)"
        object["url"] = .string(style.isRevision ? "\(url)/revisions/\(shown.number)" : address)
        return .object(object)
    }

    private func fields(
        of record: WorkItemRecord, _ revision: WorkItemRecord.Revision, _ style: Rendering, parent: WorkItemRecord.Relation?
    ) -> JSONObject {
        if style.fields.isEmpty, !style.isComplete {
            return allFields(of: record, revision, isComplete: false, parent: parent) { printed($1, $0, style) }
        }
        guard !style.fields.isEmpty else {
            return allFields(of: record, revision, isComplete: true, parent: parent) { printed($1, $0, style) }
        }
        return fields(style.fields, of: record, revision, parent: parent) { printed($1, $0, style) }
    }

    /// Some fields of one revision, by their reference names: what is not asked for is not made.
    func fields(
        _ names: [String], of record: WorkItemRecord, _ revision: WorkItemRecord.Revision, parent: WorkItemRecord.Relation?,
        print: (String, JSONValue) -> JSONValue
    ) -> JSONObject {
        var members: [(name: String, value: JSONValue)] = []
        members.reserveCapacity(names.count)
        var computed: JSONObject?
        for name in names where !deletedFields.contains(name) {
            switch name {
            case "System.Id": members.append((name, .integer(record.id)))
            case "System.Rev": members.append((name, .integer(revision.number)))
            default:
                if let stored = revision.fields[name] {
                    members.append((name, print(name, stored)))
                } else if field(name)?.isComputed == true || name == "System.AreaId" || name == "System.IterationId" {
                    if computed == nil { computed = allFields(of: record, revision, isComplete: true, parent: parent, print: print) }
                    if let value = computed?[name] ?? counted(name, record) { members.append((name, value)) }
                }
            }
        }
        return JSONObject(unique: members)
    }

    /// The fields of one revision; `print` turns a stored value into what is shown.
    func allFields(
        of record: WorkItemRecord, _ revision: WorkItemRecord.Revision, isComplete: Bool, parent: WorkItemRecord.Relation?,
        print: (String, JSONValue) -> JSONValue
    ) -> JSONObject {
        var members: [(name: String, value: JSONValue)] = []
        members.reserveCapacity(revision.fields.count + 16)
        for (name, value) in revision.fields where !deletedFields.contains(name) { members.append((name, print(name, value))) }
        if let target = parent?.target { members.append(("System.Parent", .integer(target))) }
        guard isComplete else { return JSONObject(unique: members) }
        members.append(("System.Id", .integer(record.id)))
        members.append(("System.Rev", .integer(revision.number)))
        members.append(("System.Watermark", .integer(revision.watermark)))
        members.append(("System.AuthorizedDate", .string(revision.changed.text)))
        members.append(("System.RevisedDate", .string(record.end(of: revision))))
        if let author = revision.fields["System.ChangedBy"] {
            members.append(("System.AuthorizedAs", print("System.AuthorizedAs", author)))
            members.append(("System.PersonId", .integer(personNumber(author.string))))
        }
        if let project = projects.first(where: { $0.id == record.projectID }) {
            members += places("Area", revision.fields["System.AreaPath"]?.string ?? "", project.areas)
            members += places("Iteration", revision.fields["System.IterationPath"]?.string ?? "", project.iterations)
        }
        return JSONObject(unique: members)
    }

    private func places(_ kind: String, _ path: String, _ tree: ClassificationNode) -> [(String, JSONValue)] {
        let names = path.split(separator: "\\")
        var members: [(String, JSONValue)] = []
        if kind == "Area", let last = names.last { members.append(("System.NodeName", .string(String(last)))) }
        if let node = tree.node(path: names) { members.append(("System.\(kind)Id", .integer(node.id))) }
        for (level, name) in names.prefix(7).enumerated() { members.append(("System.\(kind)Level\(level + 1)", .string(String(name)))) }
        return members
    }

    /// Counts are shown only when they are asked for by name.
    private func counted(_ name: String, _ record: WorkItemRecord) -> JSONValue? {
        func count(_ isCounted: (WorkItemRecord.Relation) -> Bool) -> JSONValue { .integer(record.relations.count(where: isCounted)) }
        return switch name {
        case "System.HyperLinkCount": count { $0.kind == "Hyperlink" }
        case "System.AttachedFileCount": count { $0.kind == "AttachedFile" }
        case "System.ExternalLinkCount": count { $0.kind == "ArtifactLink" }
        case "System.RelatedLinkCount": count { $0.target != nil }
        default: nil
        }
    }

    private func personNumber(_ id: String?) -> Int { 279_163_667 + (accounts.firstIndex { $0.id == id } ?? 0) }

    /// A stored value as the wire shows it.
    func printed(_ value: JSONValue, _ name: String, _ style: Rendering) -> JSONValue {
        switch value {
        case .string(let text):
            guard text.utf8.count == 36, field(name)?.kind == .identity, let account = account(text) else { return value }
            return style.identitiesAreObjects ? account.object(base: style.base) : .string(account.text)
        case .integer(let number) where variants.doubles == .fraction && field(name)?.kind == .double: return .number(Double(number))
        default: return value
        }
    }

    func json(_ relation: WorkItemRecord.Relation, _ style: Rendering, _ record: WorkItemRecord) -> JSONValue {
        var url = relation.url
        if let target = relation.target {
            let project = style.isModern ? "\(workItems[target]?.projectID ?? record.projectID)/" : ""
            url = "\(style.base)/\(project)_apis/wit/workItems/\(target)"
        }
        return ["rel": .string(relation.kind), "url": .string(url), "attributes": .object(relation.attributes)]
    }

    private func revisionLinks(_ url: String, _ number: Int64) -> JSONValue {
        [
            "self": ["href": .string("\(url)/revisions/\(number)")], "workItemRevisions": ["href": .string("\(url)/revisions")],
            "parent": ["href": .string(url)],
        ]
    }

    /// A name as it stands in an address; hardly any has a blank.
    private func inAddress(_ name: String) -> String { name.utf8.contains(0x20) ? name.replacing(" ", with: "%20") : name }

    private func links(of record: WorkItemRecord, _ style: Rendering) -> JSONValue {
        func link(_ url: String) -> JSONValue { ["href": .string(url)] }
        let project = "\(style.base)/\(record.projectID)"
        let scope = style.isModern ? project : style.base
        let url = style.url(of: record)
        // Nobody knows the type of a work item that was read without it.
        let knowsType = style.fields.isEmpty || style.fields.contains { $0.lowercased() == "system.workitemtype" }
        let type = knowsType ? "/\(inAddress(record.type))" : ""
        var object: JSONObject = [
            "self": link(url), "workItemUpdates": link("\(url)/updates"), "workItemRevisions": link("\(url)/revisions"),
        ]
        if style.isModern {
            object["workItemComments"] = link("\(url)/comments")
            object["html"] = link("\(project)/_workitems/edit/\(record.id)")
        } else {
            object["workItemHistory"] = link("\(url)/history")
            object["html"] = link("\(style.base)/web/wi.aspx?pcguid=\(organisationID)&id=\(record.id)")
        }
        object["workItemType"] = link("\(project)/_apis/wit/workItemTypes\(type)")
        object["fields"] = link("\(scope)/_apis/wit/fields")
        return .object(object)
    }
}
