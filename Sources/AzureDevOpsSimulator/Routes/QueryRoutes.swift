import JSON

/// WIQL and the reporting feeds (`recordings/wiql.json`, FACTS.md 17 and 18).
extension World {
    mutating func answerQueries(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        switch (resource, request.method) {
        case (.wiql, "POST"):
            guard let text = try request.json()["query"]?.string else {
                throw ServiceFault(
                    status: 400, typeKey: "ArgumentNullException", message: "Value cannot be null. Parameter name: wiql", eventID: 0)
            }
            return ServiceAnswer(json: try run(text, request).json)
        case (.storedQueryResult, "GET"), (.storedQueryResult, "HEAD"):
            let query = try storedQuery(request["id"] ?? "", request)
            let (json, count) = try run(query.wiql, request, home: query.projectID)
            let header = [("X-Total-Count", String(count))]
            return request.method == "HEAD"
                ? ServiceAnswer(status: 200, contentType: ServiceAnswer.json, headers: header) : ServiceAnswer(json: json, headers: header)
        case (.queries, _), (.queriesBatch, _), (.temporaryQueries, _): return try answerStoredQueries(request, resource)
        case (.reportingRevisions, "GET"), (.reportingRevisions, "POST"), (.reportingDiscussions, "GET"):
            return try readRevisionsFeed(request, discussionsOnly: resource == .reportingDiscussions)
        case (.reportingLinks, "GET"): return try readLinksFeed(request)
        default: throw request.notAllowed()
        }
    }

    /// - Parameter home: the project of a stored query: the addresses of what it finds stand below it.
    private mutating func run(
        _ text: String, _ request: ServiceRequest, home: String? = nil
    ) throws(ServiceFault) -> (json: JSONValue, count: Int) {
        let query = try QueryParser.query(text)
        let evaluation = try QueryEvaluation(
            query, in: self, project: request.project, me: request.caller.account, now: request.now,
            timePrecision: request.flag("timePrecision"), top: request.number("$top"))
        let result = try evaluation.run()
        examined += workItems.count / 50
        func reference(_ field: Query.Field) -> JSONValue {
            let definition = self.field(named: field.name)
            let name = definition?.referenceName ?? field.name
            return [
                "referenceName": .string(name), "name": .string(definition?.name ?? name),
                "url": .string("\(request.base)/_apis/wit/fields/\(name)"),
            ]
        }
        let scope = (home ?? request.project?.id).map { "\(request.base)/\($0)" } ?? request.base
        func item(_ id: Int64) -> JSONValue { ["id": .integer(id), "url": .string("\(scope)/_apis/wit/workItems/\(id)")] }
        let type = query.isAboutLinks ? (query.mode == .recursive ? "tree" : "oneHop") : "flat"
        var object: JSONObject = [
            "queryType": .string(type), "queryResultType": .string(query.isAboutLinks ? "workItemLink" : "workItem"),
            "asOf": .string(request.time.text), "columns": .array(query.columns.map(reference)),
        ]
        if !query.order.isEmpty {
            object["sortColumns"] = .array(query.order.map { ["field": reference($0.field), "descending": .bool($0.isDescending)] })
        }
        switch result {
        case .workItems(let ids):
            object["workItems"] = .array(ids.map(item))
            return (.object(object), ids.count)
        case .links(let rows):
            object["workItemRelations"] = .array(
                rows.map { row -> JSONValue in
                    [
                        "rel": row.kind.map { .string($0) } ?? .null, "source": row.source.map(item) ?? .null, "target": item(row.target),
                    ]
                })
            return (.object(object), rows.count)
        }
    }

    private func since(_ request: ServiceRequest) throws(ServiceFault) -> Int64? {
        guard let text = request.query("startDateTime") else { return nil }
        guard request.query("continuationToken") == nil else {
            throw .badRequest("ArgumentException", "The startDateTime and the continuationToken cannot be used together.")
        }
        guard let time = ServiceTime.milliseconds(text) else {
            throw .badRequest("ArgumentException", "The startDateTime is not valid.")
        }
        return time
    }

    private func position(_ request: ServiceRequest) throws(ServiceFault) -> Int64 {
        guard let token = request.query("continuationToken") else { return 0 }
        guard let position = token.split(separator: ";").first.flatMap({ Int64($0) }) else {
            throw .badRequest("ReportingWorkItemInvalidTokenException", "VS403342: The continuation token is not valid.")
        }
        return position
    }

    private func feedURL(_ request: ServiceRequest, _ name: String) -> String {
        "\(request.base)/\(request.project.map { "\($0.id)/" } ?? "")_apis/wit/reporting/\(name)"
    }

    private mutating func readRevisionsFeed(_ request: ServiceRequest, discussionsOnly: Bool) throws(ServiceFault) -> ServiceAnswer {
        var wanted = RevisionsRequest(after: try position(request), since: try since(request), project: request.project)
        wanted.discussionsOnly = discussionsOnly || request.flag("includeDiscussionChangesOnly")
        wanted.pageSize = min(1_000, max(1, request.number("$maxPageSize") ?? 200))
        wanted.longTexts = request.query("$expand")?.lowercased() == "fields" || discussionsOnly
        wanted.until = lags.feeds > 0 ? request.now - lags.feeds : nil
        if request.method == "POST" {
            let body = try request.json()
            wanted.fields = (body["fields"]?.array ?? []).compactMap(\.string)
            wanted.types = (body["types"]?.array ?? []).compactMap(\.string)
            wanted.includesDeleted = body["includeDeleted"]?.bool ?? false
            wanted.includesIdentityReferences = body["includeIdentityRef"]?.bool ?? false
            wanted.includesTagReferences = body["includeTagRef"]?.bool ?? false
            wanted.latestOnly = body["includeLatestOnly"]?.bool ?? false
        } else {
            wanted.fields = request.list("fields")
            wanted.types = request.list("types")
            wanted.includesDeleted = request.flag("includeDeleted")
            wanted.includesIdentityReferences = request.flag("includeIdentityRef")
            wanted.includesTagReferences = request.flag("includeTagRef")
            wanted.latestOnly = request.flag("includeLatestOnly")
        }
        var names: [String] = []
        for name in wanted.fields {
            guard let field = field(name) else { throw .fieldMissing(name) }
            if !names.contains(field.referenceName) { names.append(field.referenceName) }
        }
        wanted.fields = names
        let url = feedURL(request, discussionsOnly ? "workItemRevisions/discussions" : "workItemRevisions")
        let page = revisions(wanted, url: url, base: request.base)
        examined += page["values"]?.array?.count ?? 0
        return ServiceAnswer(json: page)
    }

    private func readLinksFeed(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        var wanted = LinksRequest(after: try position(request), since: try since(request), project: request.project)
        wanted.kinds = Set(request.list("linkTypes"))
        wanted.types = Set(request.list("types"))
        wanted.until = lags.feeds > 0 ? request.now - lags.feeds : nil
        return ServiceAnswer(json: links(wanted, url: feedURL(request, "workItemLinks"), base: request.base))
    }
}
