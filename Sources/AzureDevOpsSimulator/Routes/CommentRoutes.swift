import JSON

/// Comments: under preview for ever, with versions and reactions (FACTS.md 14).
extension World {
    mutating func answerComments(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        let id = try request.identifier("workItemId")
        guard let record = living(id), request.project.map({ $0.id == record.projectID }) ?? true else { throw .workItemMissing(id) }
        switch (resource, request.method) {
        case (.comments, "GET"): return try readComments(request, record)
        case (.comments, "POST"): return try addComment(request, record)
        case (.comments, "PATCH"): return try changeComment(request, record) { body in body["text"]?.string }
        // 200 with the comment, unlike the other deletions (`examples/comment-delete.json`).
        case (.comments, "DELETE"): return try changeComment(request, record) { _ in nil }
        case (.commentVersions, "GET"): return try readVersions(request, record)
        case (.commentReactions, _), (.commentReactionUsers, _): return try answerReactions(request, resource, record)
        default: throw request.notAllowed()
        }
    }

    private func index(_ request: ServiceRequest, _ record: WorkItemRecord) throws(ServiceFault) -> Int {
        let wanted = request["commentId"].flatMap { Int64($0) }
        guard let index = record.comments.firstIndex(where: { $0.id == wanted }) else {
            throw ServiceFault(
                status: 404, typeKey: "WorkItemCommentNotFoundException",
                message: "VS403421: The comment \(request["commentId"] ?? "") of work item \(record.id) does not exist.")
        }
        return index
    }

    private func readComments(_ request: ServiceRequest, _ record: WorkItemRecord) throws(ServiceFault) -> ServiceAnswer {
        let wantsDeleted = request.flag("includeDeleted")
        if request["commentId"] != nil {
            let comment = record.comments[try index(request, record)]
            guard !comment.isDeleted || wantsDeleted else {
                throw ServiceFault(
                    status: 404, typeKey: "WorkItemCommentNotFoundException",
                    message: "VS403421: The comment \(comment.id) of work item \(record.id) does not exist.")
            }
            return ServiceAnswer(json: json(comment, of: record, request))
        }
        let ids = Set(request.list("ids").compactMap { Int64($0) })
        let isAscending = request.query("order")?.lowercased() == "asc"
        var all = record.comments.filter { (wantsDeleted || !$0.isDeleted) && (ids.isEmpty || ids.contains($0.id)) }
        if !isAscending { all.reverse() }
        let total = all.count
        if let after = request.query("continuationToken").flatMap({ Int64($0) }) {
            all = Array(all.drop { $0.id != after }.dropFirst())
        }
        let page = Array(all.prefix(request.number("$top") ?? 200))
        var object: JSONObject = [
            "totalCount": .integer(total), "count": .integer(page.count),
            "comments": .array(page.map { json($0, of: record, request) }),
        ]
        if page.count < all.count, let last = page.last {
            object["continuationToken"] = .string(String(last.id))
            object["nextPage"] = .string("\(url(of: record, request))?continuationToken=\(last.id)")
        }
        object["url"] = .string(url(of: record, request))
        return ServiceAnswer(json: .object(object))
    }

    private func url(of record: WorkItemRecord, _ request: ServiceRequest) -> String {
        "\(request.base)/\(record.projectID)/_apis/wit/workItems/\(record.id)/comments"
    }

    private mutating func addComment(_ request: ServiceRequest, _ record: WorkItemRecord) throws(ServiceFault) -> ServiceAnswer {
        try request.mayWrite()
        guard let text = try request.json()["text"]?.string, !text.isEmpty else {
            throw .badRequest("ArgumentException", "The text of the comment is empty.")
        }
        let operation = PatchOperation(kind: .add, target: .field("System.History"), value: .string(text))
        var saved = try update(record.id, [operation], by: request.caller.account, at: request.now, base: request.base)
        if isMarkdown(request), let last = saved.comments.indices.last {
            saved.comments[last].isMarkdown = true
            workItems[record.id]?.comments[last].isMarkdown = true
        }
        guard let comment = saved.comments.last else { throw .badRequest("ArgumentException", "The text of the comment is empty.") }
        return ServiceAnswer(json: json(comment, of: saved, request))
    }

    private func isMarkdown(_ request: ServiceRequest) -> Bool { ["0", "markdown"].contains(request.query("format")?.lowercased() ?? "") }

    /// `nil` for the text deletes the comment.
    private mutating func changeComment(
        _ request: ServiceRequest, _ record: WorkItemRecord, text: (JSONValue) -> String?
    ) throws(ServiceFault) -> ServiceAnswer {
        try request.mayWrite()
        let index = try index(request, record)
        guard !record.comments[index].isDeleted else {
            throw ServiceFault(
                status: 404, typeKey: "WorkItemCommentNotFoundException",
                message: "VS403421: The comment \(record.comments[index].id) of work item \(record.id) does not exist.")
        }
        let isDeletion = request.method == "DELETE"
        let new = isDeletion ? nil : text(try request.json())
        guard isDeletion || new?.isEmpty == false else { throw .badRequest("ArgumentException", "The text of the comment is empty.") }
        var changed = record
        let last = changed.comments[index].current
        let now = max(request.time, record.current.changed.next)
        changed.comments[index].versions.append(
            WorkItemRecord.Comment.Version(
                number: last.number + 1, text: new ?? last.text, account: request.caller.account.id, at: now, isDeleted: isDeletion))
        changed.comments[index].isDeleted = isDeletion
        if variants.commentEdit == .makesRevision {
            addRevision(to: &changed, Draft(changed), by: request.caller.account, at: now)
        }
        workItems[record.id] = changed
        if variants.commentEdit == .makesRevision {
            announce(.updated, record.id, by: request.caller.account, at: request.now, base: request.base)
        }
        return ServiceAnswer(json: json(changed.comments[index], of: changed, request))
    }

    private func json(_ comment: WorkItemRecord.Comment, of record: WorkItemRecord, _ request: ServiceRequest) -> JSONValue {
        let (first, last) = (comment.versions[0], comment.current)
        var object: JSONObject = [
            "workItemId": .integer(record.id), "id": .integer(comment.id), "version": .integer(last.number), "text": .string(last.text),
            "createdBy": account(first.account)?.object(base: request.base) ?? .null, "createdDate": .string(first.at.text),
            "modifiedBy": account(last.account)?.object(base: request.base) ?? .null, "modifiedDate": .string(last.at.text),
            "format": comment.isMarkdown ? "markdown" : "html",
        ]
        if comment.isDeleted { object["isDeleted"] = true }
        let expansion = request.query("$expand")?.lowercased() ?? "none"
        if ["renderedtext", "renderedtextonly", "all"].contains(expansion) { object["renderedText"] = .string(last.text) }
        if ["reactions", "all"].contains(expansion) {
            object["reactions"] = .array(comment.reactions.keys.sorted().map { reaction($0, of: comment, record, request) })
        }
        object["url"] = .string("\(url(of: record, request))/\(comment.id)")
        return .object(object)
    }

    private func readVersions(_ request: ServiceRequest, _ record: WorkItemRecord) throws(ServiceFault) -> ServiceAnswer {
        let comment = record.comments[try index(request, record)]
        func json(_ version: WorkItemRecord.Comment.Version) -> JSONValue {
            [
                "id": .integer(comment.id), "version": .integer(version.number), "text": .string(version.text),
                "isDeleted": .bool(version.isDeleted),
                "createdBy": account(comment.versions[0].account)?.object(base: request.base) ?? .null,
                "createdDate": .string(comment.versions[0].at.text),
                "modifiedBy": account(version.account)?.object(base: request.base) ?? .null, "modifiedDate": .string(version.at.text),
                "url": .string("\(url(of: record, request))/\(comment.id)/versions/\(version.number)"),
            ]
        }
        guard let number = request["version"] else { return .list(comment.versions.map(json)) }
        guard let version = comment.versions.first(where: { String($0.number) == number }) else {
            throw ServiceFault(
                status: 404, typeKey: "WorkItemCommentVersionNotFoundException",
                message: "VS403422: The version \(number) of comment \(comment.id) does not exist.")
        }
        return ServiceAnswer(json: json(version))
    }

    private static let reactionKinds = ["like", "dislike", "heart", "hooray", "smile", "confused"]

    private mutating func answerReactions(
        _ request: ServiceRequest, _ resource: Resource, _ record: WorkItemRecord
    ) throws(ServiceFault) -> ServiceAnswer {
        let index = try index(request, record)
        let comment = record.comments[index]
        guard let kind = request["reactionType"]?.lowercased() else {
            return .list(comment.reactions.keys.sorted().map { reaction($0, of: comment, record, request) })
        }
        guard Self.reactionKinds.contains(kind) else {
            throw .badRequest("ArgumentException", "The reaction \(kind) is not one of \(Self.reactionKinds.joined(separator: ", ")).")
        }
        if resource == .commentReactionUsers {
            return .list((comment.reactions[kind] ?? []).compactMap { account($0)?.object(base: request.base) })
        }
        let me = request.caller.account.id
        var users = comment.reactions[kind] ?? []
        users.removeAll { $0 == me }
        switch request.method {
        case "PUT": users.append(me)
        case "DELETE": break
        default: throw request.notAllowed()
        }
        workItems[record.id]?.comments[index].reactions[kind] = users.isEmpty ? nil : users
        let changed = workItems[record.id]?.comments[index] ?? comment
        return ServiceAnswer(json: reaction(kind, of: changed, record, request))
    }

    private func reaction(_ kind: String, of comment: WorkItemRecord.Comment, _ record: WorkItemRecord, _ request: ServiceRequest)
        -> JSONValue
    {
        let users = comment.reactions[kind] ?? []
        return [
            "commentId": .integer(comment.id), "type": .string(kind), "count": .integer(users.count),
            "isCurrentUserEngaged": .bool(users.contains(request.caller.account.id)),
            "url": .string("\(url(of: record, request))/\(comment.id)/reactions/\(kind)"),
        ]
    }
}
