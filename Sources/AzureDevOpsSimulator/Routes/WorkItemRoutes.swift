import JSON

extension World {
    private func style(_ call: ServiceCall, isList: Bool) throws(ServiceFault) -> Rendering {
        guard let expansion = Rendering.expansion(call.query["$expand"]) else {
            throw .badRequest("VssPropertyValidationException", "The value of $expand is not valid.")
        }
        let fields = call.query["fields"]?.split(separator: ",").map { trimmed(String($0)) } ?? []
        return try checked(
            Rendering(
                base: call.base, expansion: expansion, identitiesAreObjects: call.majorVersion >= 5, fields: fields, carriesLinks: !isList))
    }

    private func checked(_ style: Rendering) throws(ServiceFault) -> Rendering {
        if !style.fields.isEmpty, ![.none, .links].contains(style.expansion) {
            throw .badRequest("ConflictingParametersException", "The expand parameter can not be used with the fields parameter.")
        }
        for name in style.fields where field(name) == nil { throw .fieldMissing(name) }
        return style
    }

    func readOne(_ call: ServiceCall, _ text: String, _ project: Project?) throws(ServiceFault) -> ServiceAnswer {
        guard let id = Int64(text), id > 0 else {
            throw .notFound(
                "The controller for path '/\(call.path.joined(separator: "/"))' was not found or does not implement IController.")
        }
        guard let record = living(id), project.map({ $0.id == record.projectID }) ?? true else { throw .workItemMissing(id) }
        return ServiceAnswer(json: json(record, try style(call, isList: false)))
    }

    func readList(_ call: ServiceCall) throws(ServiceFault) -> ServiceAnswer {
        let ids = (call.query["ids"] ?? "").split(separator: ",").compactMap { Int64($0) }
        return try read(ids, omit: call.query["errorpolicy"]?.lowercased() == "omit", try style(call, isList: true))
    }

    func readBatch(_ call: ServiceCall) throws(ServiceFault) -> ServiceAnswer {
        let body = try call.json()
        let ids = (body["ids"]?.array ?? []).compactMap(\.integer)
        guard let expansion = Rendering.expansion(body["$expand"]?.string ?? body["$expand"]?.integer.map { String($0) }) else {
            throw .badRequest("VssPropertyValidationException", "The value of $expand is not valid.")
        }
        let style = try checked(
            Rendering(
                base: call.base, expansion: expansion, identitiesAreObjects: call.majorVersion >= 5,
                fields: (body["fields"]?.array ?? []).compactMap(\.string), carriesLinks: false))
        return try read(ids, omit: body["errorPolicy"]?.string?.lowercased() == "omit", style)
    }

    private func read(_ ids: [Int64], omit: Bool, _ style: Rendering) throws(ServiceFault) -> ServiceAnswer {
        guard !ids.isEmpty else { throw .badRequest("ArgumentException", "Value cannot be empty. Parameter name: ids") }
        guard ids.count <= 200 else {
            throw .badRequest(
                "VssPropertyValidationException", "VS403474: You requested \(ids.count) work items which exceeds the limit of 200.")
        }
        var values: [JSONValue] = []
        for id in ids {
            if let record = living(id) {
                values.append(json(record, style))
            } else if !omit {
                throw .workItemMissing(id)
            }
        }
        return .list(values)
    }

    private func checkPatch(_ call: ServiceCall, _ caller: Caller) throws(ServiceFault) -> SaveSwitches {
        guard call.headers["content-type"]?.lowercased().hasPrefix("application/json-patch+json") == true else {
            throw ServiceFault(
                status: 415, typeKey: "VssRequestContentTypeNotSupportedException",
                message:
                    "The request indicated a Content-Type of \"\(call.headers["content-type"] ?? "")\" for method type \"\(call.method)\" which is not supported. Valid content types for this method are: application/json-patch+json."
            )
        }
        guard caller.token.mayWrite else {
            throw .forbidden("TF401027: You need the Work Item write permission on the resource to perform this action.")
        }
        return SaveSwitches(validateOnly: call.flag("validateonly"), bypassRules: call.flag("bypassrules"))
    }

    private func written(_ record: WorkItemRecord, _ call: ServiceCall) throws(ServiceFault) -> ServiceAnswer {
        var style = try style(call, isList: false)
        style.alwaysRelations = true
        return ServiceAnswer(json: json(record, style))
    }

    mutating func createWorkItem(
        _ call: ServiceCall, _ type: String, _ project: Project?, _ caller: Caller, at now: Int64
    ) throws(ServiceFault) -> ServiceAnswer {
        guard let project else { throw .notFound("A project is needed to create a work item.") }
        let switches = try checkPatch(call, caller)
        let operations = try PatchOperation.operations(call.body)
        return try written(
            create(operations, type: type, in: project, by: caller.account, at: now, switches: switches, base: call.base), call)
    }

    mutating func updateWorkItem(_ call: ServiceCall, _ text: String, _ caller: Caller, at now: Int64) throws(ServiceFault) -> ServiceAnswer
    {
        guard let id = Int64(text) else { throw .workItemMissing(0) }
        let switches = try checkPatch(call, caller)
        let operations = try PatchOperation.operations(call.body)
        return try written(update(id, operations, by: caller.account, at: now, switches: switches, base: call.base), call)
    }

    mutating func deleteWorkItem(_ call: ServiceCall, _ text: String, _ caller: Caller, at now: Int64) throws(ServiceFault) -> ServiceAnswer
    {
        guard let id = Int64(text) else { throw .workItemMissing(0) }
        guard caller.token.mayWrite else {
            throw .forbidden("TF401027: You need the Work Item write permission on the resource to perform this action.")
        }
        let record = try delete(id, by: caller.account, at: now, base: call.base)
        if call.flag("destroy") { try destroy(id) }
        return ServiceAnswer(json: deleted(record, call.base))
    }

    /// What a deletion and the recycle bin show (`recordings/work-item-delete.json`).
    private func deleted(_ record: WorkItemRecord, _ base: String) -> JSONValue {
        let url = "\(base)/\(record.projectID)/_apis/wit/recyclebin/\(record.id)"
        var style = Rendering(base: base, identitiesAreObjects: false)
        style.carriesLinks = false
        var resource = json(record, style).object ?? JSONObject()
        resource["_links"] = ["self": ["href": .string(url)]]
        resource["url"] = .string(url)
        return [
            "id": .integer(record.id), "type": .string(record.type), "name": .string(record.title),
            "project": record.current.fields["System.TeamProject"] ?? .null,
            "deletedDate": .string(record.deletion?.at.americanText ?? ""),
            "deletedBy": .string(record.deletion.flatMap { account($0.account)?.text } ?? ""), "code": 200, "url": .string(url),
            "resource": .object(resource),
        ]
    }

    mutating func routeRecycleBin(
        _ call: ServiceCall, _ path: [String], _ project: Project?, _ caller: Caller, at now: Int64
    ) throws(ServiceFault) -> ServiceAnswer {
        guard path.count == 2, let id = Int64(path[1]) else {
            let bin = workItems.values.filter { $0.deletion != nil && (project.map { $0.id } ?? $0.projectID) == $0.projectID }
            return .list(bin.sorted { $0.id < $1.id }.map { deleted($0, call.base) })
        }
        guard let record = workItems[id], record.deletion != nil, project.map({ $0.id == record.projectID }) ?? true else {
            throw .workItemMissing(id)
        }
        switch call.method {
        case "PATCH":
            let restored = try restore(id, by: caller.account, at: now, base: call.base)
            return ServiceAnswer(json: deleted(restored, call.base))
        case "DELETE":
            try destroy(id)
            return ServiceAnswer(status: 204)
        default: return ServiceAnswer(json: deleted(record, call.base))
        }
    }

    func readUpdates(_ call: ServiceCall, _ path: [String]) throws(ServiceFault) -> ServiceAnswer {
        guard let id = Int64(path[1]), let record = living(id) else { throw .workItemMissing(Int64(path[1]) ?? 0) }
        let style = Rendering(base: call.base)
        if path.count == 4 {
            guard let number = Int64(path[3]), let update = record.updates.first(where: { $0.number == number }) else {
                throw .notFound("The update \(path[3]) does not exist.")
            }
            return ServiceAnswer(json: json(update, of: record, style))
        }
        let skip = call.query["$skip"].flatMap { Int($0) } ?? 0
        let top = call.query["$top"].flatMap { Int($0) } ?? 200
        return .list(record.updates.dropFirst(skip).prefix(top).map { json($0, of: record, style) })
    }

    func readRevisions(_ call: ServiceCall, _ path: [String]) throws(ServiceFault) -> ServiceAnswer {
        guard let id = Int64(path[1]), let record = living(id) else { throw .workItemMissing(Int64(path[1]) ?? 0) }
        var style = try style(call, isList: true)
        style.carriesLinks = false
        if path.count == 4 {
            guard let revision = record.revisions.first(where: { String($0.number) == path[3] }) else {
                throw .notFound("The revision \(path[3]) does not exist.")
            }
            return ServiceAnswer(json: json(record, style, revision: revision))
        }
        let skip = call.query["$skip"].flatMap { Int($0) } ?? 0
        let top = call.query["$top"].flatMap { Int($0) } ?? 200
        return .list(record.revisions.dropFirst(skip).prefix(top).map { json(record, style, revision: $0) })
    }

    mutating func routeComments(_ call: ServiceCall, _ path: [String], _ caller: Caller, at now: Int64) throws(ServiceFault)
        -> ServiceAnswer
    {
        guard let id = Int64(path[1]), let record = living(id) else { throw .workItemMissing(Int64(path[1]) ?? 0) }
        if call.method == "POST" {
            let text = try call.json()["text"] ?? ""
            let operation = PatchOperation(kind: .add, target: .field("System.History"), value: text)
            let saved = try update(id, [operation], by: caller.account, at: now, base: call.base)
            guard let comment = saved.comments.last else { throw .badRequest("ArgumentException", "The text of the comment is empty.") }
            return ServiceAnswer(json: json(comment, of: id, call.base))
        }
        let comments = record.comments.filter { !$0.isDeleted }
        return ServiceAnswer(json: [
            "totalCount": .integer(comments.count), "count": .integer(comments.count),
            "comments": .array(comments.reversed().map { json($0, of: id, call.base) }),
        ])
    }

    private func json(_ comment: WorkItemRecord.Comment, of id: Int64, _ base: String) -> JSONValue {
        let author = account(comment.account)?.object(base: base) ?? .null
        return [
            "workItemId": .integer(id), "id": .integer(comment.number), "version": .integer(comment.version), "text": .string(comment.text),
            "createdBy": author, "createdDate": .string(comment.created.text), "modifiedBy": author,
            "modifiedDate": .string(comment.modified.text), "url": .string("\(base)/_apis/wit/workItems/\(id)/comments/\(comment.number)"),
        ]
    }
}
