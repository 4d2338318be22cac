import JSON

/// Reading and writing work items (FACTS.md 9, 10 and 13).
extension World {
    mutating func answerWorkItems(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        switch (resource, request.method) {
        case (.workItems, "GET"): return request["id"] == nil ? try readList(request) : try readOne(request)
        case (.workItems, "PATCH"): return try updateWorkItem(request)
        case (.workItems, "DELETE"): return try deleteWorkItem(request)
        case (.newWorkItem, "POST"), (.newWorkItem, "PATCH"): return try createWorkItem(request)
        case (.newWorkItem, "GET"): return try readTemplate(request)
        case (.workItemsBatch, "POST"): return try readBatch(request)
        case (.workItemsDelete, "POST"): return try deleteSeveral(request)
        case (.batch, "PATCH"), (.batch, "POST"): return try answerBatch(request)
        case (.recycleBin, _): return try answerRecycleBin(request)
        case (.nextStates, "GET"): return readNextStates(request)
        case (.artifactQuery, "POST"): return try readArtifacts(request)
        case (.updates, "GET"): return try readUpdates(request)
        case (.revisions, "GET"): return try readRevisions(request)
        default: throw request.notAllowed()
        }
    }

    // MARK: Reading

    func style(_ request: ServiceRequest, isList: Bool) throws(ServiceFault) -> Rendering {
        guard let expansion = Rendering.expansion(request.query("$expand")) else {
            throw .badRequest("VssPropertyValidationException", "The value of $expand is not valid.")
        }
        return try checked(
            Rendering(
                base: request.base, expansion: expansion, version: request.call.majorVersion, fields: request.list("fields"),
                carriesLinks: !isList))
    }

    private func checked(_ style: Rendering) throws(ServiceFault) -> Rendering {
        if !style.fields.isEmpty, ![.none, .links].contains(style.expansion) {
            throw .badRequest("ConflictingParametersException", "The expand parameter can not be used with the fields parameter.")
        }
        var style = style
        var names: [String] = []
        for name in style.fields {
            guard let field = field(name) else { throw .fieldMissing(name) }
            if !names.contains(field.referenceName) { names.append(field.referenceName) }
        }
        style.fields = names
        return style
    }

    /// The moment that a reading shows: the one that was asked for, or now as far as the replica has come.
    private func moment(_ text: String?, _ request: ServiceRequest) throws(ServiceFault) -> Int64? {
        guard let text else { return lags.reads > 0 ? request.now - lags.reads : nil }
        guard let milliseconds = ServiceTime.milliseconds(text) else {
            throw .badRequest("ArgumentException", "The value of asOf is not a valid date.")
        }
        return milliseconds
    }

    /// A work item as it stood at a moment; `nil` when it was not there.
    private mutating func shown(_ id: Int64, at moment: Int64?, _ style: Rendering) -> JSONValue? {
        examined += 1
        guard let record = living(id) else { return nil }
        guard let moment else { return json(record, style) }
        guard let revision = record.revision(at: moment) else { return nil }
        return json(record, style, revision: revision, relations: record.relations(at: moment))
    }

    private mutating func readOne(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let id = try request.identifier("id")
        guard let record = living(id), request.project.map({ $0.id == record.projectID }) ?? true else { throw .workItemMissing(id) }
        let moment = try moment(request.query("asOf"), request)
        guard let json = shown(id, at: moment, try style(request, isList: false)) else { throw .workItemMissing(id) }
        return ServiceAnswer(json: json)
    }

    private mutating func readList(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let ids = request.list("ids").compactMap { Int64($0) }
        let omits = request.query("errorPolicy")?.lowercased() == "omit"
        return try read(ids, omits: omits, try style(request, isList: true), at: try moment(request.query("asOf"), request))
    }

    private mutating func readBatch(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        guard let expansion = Rendering.expansion(body["$expand"]?.string ?? body["$expand"]?.integer.map { String($0) }) else {
            throw .badRequest("VssPropertyValidationException", "The value of $expand is not valid.")
        }
        let style = try checked(
            Rendering(
                base: request.base, expansion: expansion, version: request.call.majorVersion,
                fields: (body["fields"]?.array ?? []).compactMap(\.string), carriesLinks: false))
        let policy = body["errorPolicy"]
        return try read(
            (body["ids"]?.array ?? []).compactMap(\.integer), omits: policy?.string?.lowercased() == "omit" || policy?.integer == 2, style,
            at: try moment(body["asOf"]?.string, request))
    }

    private mutating func read(_ ids: [Int64], omits: Bool, _ style: Rendering, at moment: Int64?) throws(ServiceFault) -> ServiceAnswer {
        guard !ids.isEmpty else {
            throw ServiceFault(status: 400, typeKey: "ArgumentException", message: "Value cannot be empty. Parameter name: ids", eventID: 0)
        }
        guard ids.count <= 200 else {
            throw .badRequest(
                "VssPropertyValidationException", "VS403474: You requested \(ids.count) work items which exceeds the limit of 200.")
        }
        var values: [JSONValue] = []
        values.reserveCapacity(ids.count)
        for id in ids {
            if let json = shown(id, at: moment, style) {
                values.append(json)
            } else if !omits {
                throw .workItemMissing(id)
            } else if variants.omittedWorkItems == .null {
                values.append(.null)
            }
        }
        return .list(values)
    }

    /// A work item of a type as it would be before anybody has entered anything.
    private func readTemplate(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let project = try request.neededProject()
        guard let type = project.process.type(request["type"] ?? "") else { throw .typeMissing(request["type"] ?? "", project.name) }
        var draft = Draft(type: type, project: project)
        applyRules(to: &draft, before: nil, type: type, author: request.caller.account, at: request.time)
        let revision = WorkItemRecord.Revision(number: 0, fields: draft.fields, watermark: 0, changed: request.time)
        let record = WorkItemRecord(id: 0, projectID: project.id, revisions: [revision], updates: [])
        return ServiceAnswer(json: json(record, try style(request, isList: false)))
    }

    /// What a check-in would do to the states (`examples/work-item-transitions.json`).
    private func readNextStates(_ request: ServiceRequest) -> ServiceAnswer {
        let ids = request.list("ids").compactMap { Int64($0) }
        return .list(
            ids.map { id -> JSONValue in
                guard let record = living(id), let type = project(record.projectID)?.process.type(record.type) else {
                    return ["id": .integer(id), "errorCode": 404, "message": .string(ServiceFault.workItemMissing(id).message)]
                }
                let own = type.state(record.text("System.State"))
                let isOpen = own?.category == .proposed || own?.category == .inProgress
                let next = isOpen ? type.states.first { $0.category == .resolved } ?? type.states.first { $0.category == .completed } : own
                return ["id": .integer(id), "stateOnTransition": .string(next?.name ?? "")]
            })
    }

    private func readArtifacts(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let uris = (try request.json()["artifactUris"]?.array ?? []).compactMap(\.string)
        let found = uris.map { uri -> (String, JSONValue) in
            let linked = workItems.values.filter { record in
                record.deletion == nil && record.relations.contains { $0.kind == "ArtifactLink" && $0.url.lowercased() == uri.lowercased() }
            }.map(\.id).sorted()
            return (
                uri, .array(linked.map { ["id": .integer($0), "url": .string("\(request.base)/_apis/wit/workItems/\($0)")] })
            )
        }
        return ServiceAnswer(json: ["artifactUrisQueryResult": .object(JSONObject(found))])
    }

    private func record(_ request: ServiceRequest) throws(ServiceFault) -> WorkItemRecord {
        let id = try request.identifier("id")
        guard let record = living(id), request.project.map({ $0.id == record.projectID }) ?? true else { throw .workItemMissing(id) }
        return record
    }

    private mutating func readUpdates(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let record = try record(request)
        let style = Rendering(base: request.base, version: request.call.majorVersion)
        if let number = request["updateNumber"] {
            guard let update = record.updates.first(where: { String($0.number) == number }) else {
                throw ServiceFault(
                    status: 404, typeKey: "WorkItemUpdateNotFoundException",
                    message: "VS402399: The update \(number) of work item \(record.id) does not exist.")
            }
            return ServiceAnswer(json: json(update, of: record, style))
        }
        let page = record.updates.dropFirst(request.number("$skip") ?? 0).prefix(request.number("$top") ?? 200)
        examined += page.count
        return .list(page.map { json($0, of: record, style) })
    }

    private mutating func readRevisions(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let record = try record(request)
        var style = try style(request, isList: true)
        style.carriesLinks = false
        if let number = request["revisionNumber"] {
            guard let revision = record.revisions.first(where: { String($0.number) == number }) else {
                throw ServiceFault(
                    status: 404, typeKey: "WorkItemRevisionNotFoundException",
                    message: "VS402400: The revision \(number) of work item \(record.id) does not exist.")
            }
            style.isRevision = true
            return ServiceAnswer(json: json(record, style, revision: revision))
        }
        style.isRevision = true
        let page = record.revisions.dropFirst(request.number("$skip") ?? 0).prefix(request.number("$top") ?? 200)
        examined += page.count
        return .list(page.map { json(record, style, revision: $0) })
    }

    // MARK: Writing

    private func switches(_ request: ServiceRequest) throws(ServiceFault) -> SaveSwitches {
        let kind = request.call.headers["content-type"] ?? ""
        guard kind.lowercased().hasPrefix("application/json-patch+json") else {
            throw ServiceFault(
                status: 415, typeKey: "VssRequestContentTypeNotSupportedException",
                message:
                    "The request indicated a Content-Type of \"\(kind)\" for method type \"\(request.method)\" which is not supported. Valid content types for this method are: application/json-patch+json.",
                eventID: 0)
        }
        let switches = SaveSwitches(
            validateOnly: request.flag("validateOnly"), bypassRules: request.flag("bypassRules"),
            suppressesNotifications: request.flag("suppressNotifications"))
        guard !switches.bypassRules || request.caller.token.mayBypassRules else {
            throw .forbidden(
                "TF237111: The current user does not have permissions to save work items with bypassRules under the specified project.")
        }
        return switches
    }

    private func mayWrite(_ request: ServiceRequest, id: Int64?) throws(ServiceFault) {
        guard !request.caller.token.mayWrite else { return }
        switch variants.forbiddenWrite {
        case .forbidden: try request.mayWrite()
        case .unauthorised:
            throw ServiceFault(
                status: 401, typeKey: "UnauthorizedRequestException",
                message: "TF400813: The user '\(request.caller.account.mail)' is not authorized to access this resource.", eventID: 3_000)
        case .missing: throw .workItemMissing(id ?? 0)
        }
    }

    /// Takes what has been saved already: a save inside the call that prints it would hold the world twice, and copy all of it.
    private func written(_ record: WorkItemRecord, _ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        var style = try style(request, isList: false)
        style.alwaysRelations = true
        return ServiceAnswer(json: json(record, style))
    }

    private mutating func createWorkItem(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let project = try request.neededProject()
        let switches = try switches(request)
        try mayWrite(request, id: nil)
        let operations = try PatchOperation.operations(request.call.body)
        let record = try create(
            operations, type: request["type"] ?? "", in: project, by: request.caller.account, at: request.now, switches: switches,
            base: request.base)
        return try written(record, request)
    }

    private mutating func updateWorkItem(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let id = try request.identifier("id")
        let switches = try switches(request)
        try mayWrite(request, id: id)
        let operations = try PatchOperation.operations(request.call.body)
        let record = try update(
            id, operations, by: request.caller.account, at: request.now, switches: switches, base: request.base)
        return try written(record, request)
    }

    private mutating func deleteWorkItem(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let id = try request.identifier("id")
        try mayWrite(request, id: id)
        let record = try delete(id, by: request.caller.account, at: request.now, base: request.base)
        if request.flag("destroy") {
            try destroy(id, by: request.caller.account, at: request.now, base: request.base)
        }
        return ServiceAnswer(json: deleted(record, request.base))
    }

    private mutating func deleteSeveral(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        let ids = (body["ids"]?.array ?? []).compactMap(\.integer)
        guard !ids.isEmpty, ids.count <= 200 else {
            throw .badRequest("VssPropertyValidationException", "VS403474: Between one and 200 work items can be deleted at once.")
        }
        try mayWrite(request, id: ids[0])
        var results: [JSONValue] = []
        for id in ids {
            do throws(ServiceFault) {
                let record = try delete(id, by: request.caller.account, at: request.now, base: request.base)
                if body["destroy"]?.bool == true { try destroy(id, by: request.caller.account, at: request.now, base: request.base) }
                results.append(deleted(record, request.base))
            } catch {
                results.append(["id": .integer(id), "code": .integer(error.status), "message": .string(error.message)])
            }
        }
        return ServiceAnswer(json: ["results": .array(results)])
    }

    /// What a deletion and the recycle bin show (`recordings/work-item-delete.json`).
    private func deleted(_ record: WorkItemRecord, _ base: String) -> JSONValue {
        let project = "\(base)/\(record.projectID)"
        let url = "\(project)/_apis/wit/recyclebin/\(record.id)"
        var style = Rendering(base: base)
        style.identitiesAreObjects = false
        style.carriesLinks = false
        var resource = json(record, style).object ?? JSONObject()
        // What was cleared stands here as an empty text, and only here.
        if var fields = resource["fields"]?.object, fields["System.Tags"] == nil, record.hasEverHad("System.Tags") {
            fields["System.Tags"] = ""
            resource["fields"] = .object(fields)
        }
        resource["_links"] = [
            "self": ["href": .string(url)], "workItemType": ["href": .string("\(project)/_apis/wit/workItemTypes/\(record.type)")],
            "fields": ["href": .string("\(project)/_apis/wit/fields")],
        ]
        resource["url"] = .string(url)
        return [
            "id": .integer(record.id), "type": .string(record.type), "name": .string(record.title),
            "project": record.current.fields["System.TeamProject"] ?? .null,
            "deletedDate": .string(record.deletion?.at.americanText ?? ""),
            "deletedBy": .string(record.deletion.flatMap { account($0.account)?.text } ?? ""), "code": 200, "url": .string(url),
            "resource": .object(resource),
        ]
    }

    private mutating func answerRecycleBin(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let project = request.project
        func isHere(_ record: WorkItemRecord) -> Bool { record.deletion != nil && (project.map { $0.id == record.projectID } ?? true) }
        guard request["id"] != nil else {
            let wanted = request.list("ids").compactMap { Int64($0) }
            guard wanted.isEmpty else {
                return .list(
                    wanted.compactMap { workItems[$0] }.filter(isHere).map { record in
                        var reference = deleted(record, request.base).object ?? JSONObject()
                        reference["resource"] = nil
                        return .object(reference)
                    })
            }
            return .list(
                workItems.values.filter(isHere).sorted { $0.id < $1.id }.map { record -> JSONValue in
                    ["id": .integer(record.id), "url": .string("\(request.base)/\(record.projectID)/_apis/wit/recyclebin/\(record.id)")]
                })
        }
        let id = try request.identifier("id")
        guard let record = workItems[id], isHere(record) else { throw .workItemMissing(id) }
        switch request.method {
        case "GET": return ServiceAnswer(json: deleted(record, request.base))
        case "PATCH":
            try mayWrite(request, id: id)
            guard try request.json()["isDeleted"]?.bool == false else {
                throw .badRequest("ArgumentException", "A work item is restored with {\"isDeleted\": false}.")
            }
            let restored = try restore(id, by: request.caller.account, at: request.now, base: request.base)
            return ServiceAnswer(json: deleted(restored, request.base))
        case "DELETE":
            try mayWrite(request, id: id)
            try destroy(id, by: request.caller.account, at: request.now, base: request.base)
            return .done
        default: throw request.notAllowed()
        }
    }
}
