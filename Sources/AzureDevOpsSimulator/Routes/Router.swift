import JSON

extension World {
    /// Finds who answers a path. Areas: work items, their metadata, hooks, projects, security.
    mutating func route(_ call: ServiceCall, _ caller: Caller, at now: Int64) throws(ServiceFault) -> ServiceAnswer {
        guard let start = call.path.firstIndex(where: { $0.lowercased() == "_apis" }) else {
            throw .notFound(
                "The controller for path '/\(call.path.joined(separator: "/"))' was not found or does not implement IController.")
        }
        var project: Project?
        if start > 0 {
            guard let found = self.project(call.path[0]) else { throw .projectMissing(call.path[0]) }
            project = found
        }
        let rest = Array(call.path[(start + 1)...])
        let names = rest.map { $0.lowercased() }
        switch names.first {
        case "wit": return try routeWorkItems(call, Array(rest.dropFirst()), project, caller, at: now)
        case "hooks": return try routeHooks(call, Array(rest.dropFirst()), caller, at: now)
        case "projects": return try routeProjects(call, Array(rest.dropFirst()))
        case "connectiondata": return connectionData(caller)
        case "resourceareas": return .list(Self.resourceAreas(call.base))
        case "security" where names.last == "permissionevaluationbatch": return try evaluatePermissions(call, caller)
        case "identities": return identities(call)
        default:
            throw .notFound(
                "The controller for path '/\(call.path.joined(separator: "/"))' was not found or does not implement IController.")
        }
    }

    private mutating func routeWorkItems(
        _ call: ServiceCall, _ path: [String], _ project: Project?, _ caller: Caller, at now: Int64
    ) throws(ServiceFault) -> ServiceAnswer {
        let names = path.map { $0.lowercased() }
        switch (call.method, names.first ?? "", path.count) {
        case ("GET", "workitems", 1): return try readList(call)
        case ("POST", "workitemsbatch", 1): return try readBatch(call)
        case ("POST", "workitems", 2), ("PATCH", "workitems", 2):
            return path[1].hasPrefix("$")
                ? try createWorkItem(call, String(path[1].dropFirst()), project, caller, at: now)
                : try updateWorkItem(call, path[1], caller, at: now)
        case ("GET", "workitems", 2): return try readOne(call, path[1], project)
        case ("DELETE", "workitems", 2): return try deleteWorkItem(call, path[1], caller, at: now)
        case ("GET", "workitems", 3...) where names[2] == "updates": return try readUpdates(call, path)
        case ("GET", "workitems", 3...) where names[2] == "revisions": return try readRevisions(call, path)
        case (_, "workitems", 3...) where names[2] == "comments": return try routeComments(call, path, caller, at: now)
        case (_, "recyclebin", _): return try routeRecycleBin(call, path, project, caller, at: now)
        case ("POST", "wiql", 1): return try runQuery(call, project, caller, at: now)
        case (_, "reporting", 2): return try routeReporting(call, names[1], project)
        case ("GET", "workitemtypes", _): return try routeTypes(call, path, project)
        case ("GET", "fields", _): return try routeFields(call, path)
        case ("GET", "classificationnodes", _), ("POST", "classificationnodes", _): return try routeNodes(call, path, project)
        case ("GET", "workitemrelationtypes", 1):
            return .list(RelationType.all.map { ["referenceName": .string($0.kind), "name": .string($0.name)] })
        case ("GET", "tags", 1):
            return .list(tagSpelling.values.sorted().map { ["name": .string($0), "url": .string("\(call.base)/_apis/wit/tags/\($0)")] })
        default:
            throw .notFound(
                "The controller for path '/\(call.path.joined(separator: "/"))' was not found or does not implement IController.")
        }
    }
}
