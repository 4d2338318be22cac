import JSON

extension World {
    func runQuery(_ call: ServiceCall, _ project: Project?, _ caller: Caller, at now: Int64) throws(ServiceFault) -> ServiceAnswer {
        guard let text = try call.json()["query"]?.string else {
            throw .badRequest("ArgumentNullException", "Value cannot be null. Parameter name: wiql")
        }
        let query = try QueryParser.query(text)
        let evaluation = QueryEvaluation(
            world: self, query: query, project: project, me: caller.account, now: now, timePrecision: call.flag("timeprecision"))
        let ids = try evaluation.run(top: call.query["$top"].flatMap { Int($0) })
        let found = ids.map { id -> JSONValue in ["id": .integer(id), "url": .string("\(call.base)/_apis/wit/workItems/\(id)")] }
        let columns = query.columns.map { name -> JSONValue in
            [
                "referenceName": .string(name), "name": .string(field(name)?.name ?? name),
                "url": .string("\(call.base)/_apis/wit/fields/\(name)"),
            ]
        }
        return ServiceAnswer(json: [
            "queryType": "flat", "queryResultType": "workItem", "asOf": .string(ServiceTime(rounding: now).text),
            "columns": .array(columns),
            "workItems": .array(found),
        ])
    }

    func routeReporting(_ call: ServiceCall, _ feed: String, _ project: Project?) throws(ServiceFault) -> ServiceAnswer {
        let since = try call.query["startdatetime"].map { text throws(ServiceFault) -> Int64 in
            guard let time = ServiceTime.milliseconds(text) else {
                throw .badRequest("ArgumentException", "The startDateTime is not valid.")
            }
            return time
        }
        let token = call.query["continuationtoken"]
        if since != nil, token != nil {
            throw .badRequest("ArgumentException", "The startDateTime and the continuationToken cannot be used together.")
        }
        let after = token?.split(separator: ";").first.flatMap { Int64($0) } ?? 0
        let url = "\(call.base)/\(project.map { "\($0.id)/" } ?? "")_apis/wit/reporting/\(feed)"
        let types = call.query["types"]?.split(separator: ",").map(String.init) ?? []
        let size = min(1_000, call.query["$maxpagesize"].flatMap { Int($0) } ?? 200)
        if feed == "workitemlinks" {
            return ServiceAnswer(json: links(after: after, since: since, project: project, types: types, url: url, pageSize: size))
        }
        guard feed == "workitemrevisions" else { throw .notFound("There is no reporting feed \(feed).") }
        var request = RevisionsRequest(after: after, since: since, project: project)
        request.fields = call.query["fields"]?.split(separator: ",").map { trimmed(String($0)) } ?? []
        request.types = types
        request.includesDeleted = call.flag("includedeleted")
        request.includesIdentityReferences = call.flag("includeidentityref")
        request.latestOnly = call.flag("includelatestonly")
        request.longTexts = call.query["$expand"]?.lowercased() == "fields"
        request.pageSize = size
        if call.method == "POST" {
            let body = try call.json()
            request.fields = (body["fields"]?.array ?? []).compactMap(\.string)
            request.types = (body["types"]?.array ?? []).compactMap(\.string)
            request.includesDeleted = body["includeDeleted"]?.bool ?? false
            request.includesIdentityReferences = body["includeIdentityRef"]?.bool ?? false
            request.latestOnly = body["includeLatestOnly"]?.bool ?? false
        }
        return ServiceAnswer(json: revisions(request, url: url, base: call.base))
    }
}
