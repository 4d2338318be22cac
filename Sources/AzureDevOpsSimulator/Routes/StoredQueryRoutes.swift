import JSON

/// A query that was saved, or a folder of them.
struct StoredQuery: Sendable {
    var id: String
    var projectID: String
    var name: String
    /// `nil` for the two roots.
    var parent: String?
    var isFolder: Bool
    var wiql = ""
    var isPublic: Bool
    var isDeleted = false
    var author: String
    var created: ServiceTime
    var modified: ServiceTime
}

extension World {
    mutating func answerStoredQueries(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        let project = try request.neededProject()
        addRoots(to: project, request)
        if resource == .queriesBatch {
            guard request.method == "POST" else { throw request.notAllowed() }
            return try readSeveral(request)
        }
        if resource == .temporaryQueries {
            guard request.method == "POST" else { throw request.notAllowed() }
            return try addTemporaryQuery(request, project)
        }
        switch (request.method, request["query"]) {
        case ("GET", nil):
            if let words = request.query("$filter") { return search(words, request, project) }
            let roots = queries.filter { $0.projectID == project.id && $0.parent == nil }
            return .list(roots.map { json($0, request, depth: request.number("$depth") ?? 0) })
        case ("GET", let name?):
            return ServiceAnswer(json: json(try storedQuery(name, request), request, depth: request.number("$depth") ?? 0))
        case ("POST", let parent?): return try addQuery(request, below: try storedQuery(parent, request))
        case ("PATCH", let name?): return try changeQuery(request, try storedQuery(name, request))
        case ("DELETE", let name?):
            let found = try storedQuery(name, request)
            guard found.parent != nil else {
                throw .badRequest("QueryHierarchyException", "TF237018: The folder \(found.name) cannot be deleted.")
            }
            for index in queries.indices where queries[index].id == found.id { queries[index].isDeleted = true }
            return .done
        default: throw request.notAllowed()
        }
    }

    private mutating func addRoots(to project: Project, _ request: ServiceRequest) {
        guard !queries.contains(where: { $0.projectID == project.id }) else { return }
        for (name, isPublic) in [("My Queries", false), ("Shared Queries", true)] {
            queries.append(
                StoredQuery(
                    id: randomness.guid(), projectID: project.id, name: name, isFolder: true, isPublic: isPublic,
                    author: request.caller.account.id, created: project.lastUpdate, modified: project.lastUpdate))
        }
    }

    /// By id, or by a path such as `Shared Queries/Bugs`.
    func storedQuery(_ idOrPath: String, _ request: ServiceRequest) throws(ServiceFault) -> StoredQuery {
        let includesDeleted = request.flag("$includeDeleted") || request.method == "PATCH"
        let mine = queries.filter { query in
            (request.project.map { $0.id == query.projectID } ?? true) && (includesDeleted || !query.isDeleted)
        }
        let folded = idOrPath.lowercased()
        if let found = mine.first(where: { $0.id == folded }) ?? mine.first(where: { path(of: $0).lowercased() == folded }) { return found }
        throw ServiceFault(
            status: 404, typeKey: "QueryItemNotFoundException",
            message: "TF401243: The query \(idOrPath) does not exist, or you do not have permission to read it.", eventID: 3_200)
    }

    private func path(of query: StoredQuery) -> String {
        guard let parent = query.parent.flatMap({ id in queries.first { $0.id == id } }) else { return query.name }
        return "\(path(of: parent))/\(query.name)"
    }

    private func json(_ query: StoredQuery, _ request: ServiceRequest, depth: Int) -> JSONValue {
        let url = "\(request.base)/\(query.projectID)/_apis/wit/queries/\(query.id)"
        let who = account(query.author)?.object(base: request.base) ?? .null
        var object: JSONObject = [
            "id": .string(query.id), "name": .string(query.name), "path": .string(path(of: query)), "createdBy": who,
            "createdDate": .string(query.created.text), "lastModifiedBy": who, "lastModifiedDate": .string(query.modified.text),
        ]
        if query.isFolder {
            let children = queries.filter { $0.parent == query.id && !$0.isDeleted }
            object["isFolder"] = true
            object["hasChildren"] = .bool(!children.isEmpty)
            if depth > 0 { object["children"] = .array(children.map { json($0, request, depth: depth - 1) }) }
        } else {
            object["queryType"] = .string(type(of: query.wiql))
            if ["wiql", "all", "clauses"].contains(request.query("$expand")?.lowercased() ?? "") || request.method != "GET" {
                object["wiql"] = .string(query.wiql)
            }
        }
        if query.isDeleted { object["isDeleted"] = true }
        object["isPublic"] = .bool(query.isPublic)
        object["_links"] = [
            "self": ["href": .string(url)], "html": ["href": .string("\(request.base)/\(query.projectID)/_queries/query/\(query.id)")],
        ]
        object["url"] = .string(url)
        return .object(object)
    }

    private func type(of wiql: String) -> String {
        guard let query = try? QueryParser.query(wiql), query.isAboutLinks else { return "flat" }
        return query.mode == .recursive ? "tree" : "oneHop"
    }

    /// - Throws: what running the query would throw for its words.
    private func checked(_ wiql: String, _ request: ServiceRequest) throws(ServiceFault) {
        let query = try QueryParser.query(wiql)
        let preparation = QueryPreparation(
            world: self, project: request.project, me: request.caller.account, now: request.now, timePrecision: true)
        for field in query.columns { _ = try preparation.field(field) }
        if !query.isAboutLinks { _ = try preparation.condition(query.condition) }
    }

    /// Stands in no folder: only who has its id can run it.
    private mutating func addTemporaryQuery(_ request: ServiceRequest, _ project: Project) throws(ServiceFault) -> ServiceAnswer {
        let wiql = try request.json()["wiql"]?.string ?? ""
        try checked(wiql, request)
        let query = StoredQuery(
            id: randomness.guid(), projectID: project.id, name: "", parent: "temporary", isFolder: false, wiql: wiql, isPublic: false,
            author: request.caller.account.id, created: request.time, modified: request.time)
        queries.append(query)
        return ServiceAnswer(json: ["id": .string(query.id)])
    }

    private mutating func addQuery(_ request: ServiceRequest, below parent: StoredQuery) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        let isFolder = body["isFolder"]?.bool ?? false
        let name = trimmed(body["name"]?.string ?? "")
        guard !name.isEmpty, parent.isFolder else {
            throw .badRequest("QueryHierarchyException", "TF237013: A query needs a name and a folder to stand in.")
        }
        let wiql = body["wiql"]?.string ?? ""
        if !isFolder { try checked(wiql, request) }
        guard !queries.contains(where: { $0.parent == parent.id && !$0.isDeleted && $0.name.lowercased() == name.lowercased() }) else {
            throw ServiceFault(
                status: 409, typeKey: "QueryItemAlreadyExistsException",
                message: "TF237018: You cannot save the query or folder with the name \(name) because one exists already.", eventID: 3_200)
        }
        let query = StoredQuery(
            id: randomness.guid(), projectID: parent.projectID, name: name, parent: parent.id, isFolder: isFolder, wiql: wiql,
            isPublic: parent.isPublic, author: request.caller.account.id, created: request.time, modified: request.time)
        if !request.flag("validateWiqlOnly") { queries.append(query) }
        return ServiceAnswer(json: json(query, request, depth: 0))
    }

    private mutating func changeQuery(_ request: ServiceRequest, _ found: StoredQuery) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        guard let index = queries.firstIndex(where: { $0.id == found.id }) else { throw .notFound("The query does not exist.") }
        if let wiql = body["wiql"]?.string {
            try checked(wiql, request)
            queries[index].wiql = wiql
        }
        if let name = body["name"]?.string { queries[index].name = name }
        if let isDeleted = body["isDeleted"]?.bool { queries[index].isDeleted = isDeleted }
        queries[index].modified = request.time
        return ServiceAnswer(json: json(queries[index], request, depth: 0))
    }

    private func search(_ words: String, _ request: ServiceRequest, _ project: Project) -> ServiceAnswer {
        let all = queries.filter { $0.projectID == project.id && !$0.isDeleted && $0.name.lowercased().contains(words.lowercased()) }
        let page = all.prefix(request.number("$top") ?? 50)
        return ServiceAnswer(json: [
            "count": .integer(page.count), "value": .array(page.map { json($0, request, depth: 0) }),
            "hasMore": .bool(page.count < all.count),
        ])
    }

    private func readSeveral(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        let ids = (body["ids"]?.array ?? []).compactMap(\.string)
        guard ids.count <= 1_000 else { throw .badRequest("VssPropertyValidationException", "At most 1000 queries can be read at once.") }
        var values: [JSONValue] = []
        for id in ids {
            do throws(ServiceFault) {
                values.append(json(try storedQuery(id, request), request, depth: 0))
            } catch {
                guard body["errorPolicy"]?.string?.lowercased() == "omit" else { throw error }
                values.append(.null)
            }
        }
        return .list(values)
    }
}
