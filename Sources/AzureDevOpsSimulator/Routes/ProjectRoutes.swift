import JSON

/// Projects, processes, teams and long-running operations (`recordings/projects.json`).
extension World {
    mutating func answerProjects(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        switch (resource, request.method) {
        case (.projects, "GET"): return try readProjects(request)
        case (.projects, "POST"): return try queueProject(request)
        case (.projects, "PATCH"): return try changeProject(request)
        case (.projects, "DELETE"): return try removeProject(request)
        case (.projectProperties, "GET"): return try projectProperties(request)
        case (.collections, "GET"): return collections(request)
        case (.processes, "GET"): return try readProcesses(request)
        case (.operations, "GET"): return try readOperation(request)
        case (.teams, _), (.allTeams, _), (.teamMembers, _), (.teamFieldValues, _), (.teamIterations, _):
            return try answerTeams(request, resource)
        default: throw request.notAllowed()
        }
    }

    private func named(_ request: ServiceRequest) throws(ServiceFault) -> Project {
        guard let name = request["projectId"], let project = project(name) else { throw .projectMissing(request["projectId"] ?? "") }
        return project
    }

    private func readProjects(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        guard request["projectId"] == nil else { return ServiceAnswer(json: json(try named(request), in: request)) }
        let sorted = projects.sorted { $0.name.lowercased() < $1.name.lowercased() }
        let skip = request.number("$skip") ?? request.number("continuationToken") ?? 0
        let page = Array(sorted.dropFirst(skip).prefix(request.number("$top") ?? 100))
        let end = skip + page.count
        return .list(
            page.map { .object(line(of: $0, request.base)) },
            headers: end < sorted.count ? [("X-MS-ContinuationToken", String(end))] : [])
    }

    private func line(of project: Project, _ base: String) -> JSONObject {
        var object: JSONObject = ["id": .string(project.id), "name": .string(project.name)]
        if let summary = project.summary { object["description"] = .string(summary) }
        object["url"] = .string("\(base)/_apis/projects/\(project.id)")
        object["state"] = "wellFormed"
        object["revision"] = .integer(project.revision)
        object["visibility"] = .string(project.visibility)
        object["lastUpdateTime"] = .string(project.lastUpdate.text)
        return object
    }

    private func json(_ project: Project, in request: ServiceRequest) -> JSONValue {
        var object = line(of: project, request.base)
        if request.flag("includeCapabilities") {
            object["capabilities"] = [
                "processTemplate": ["templateName": .string(project.process.name), "templateTypeId": .string(project.process.id)],
                "versioncontrol": ["sourceControlType": "Git", "gitEnabled": "True", "tfvcEnabled": "False"],
            ]
        }
        object["_links"] = [
            "self": ["href": .string("\(request.base)/_apis/projects/\(project.id)")],
            "collection": ["href": .string("\(request.base)/_apis/projectCollections/\(organisationID)")],
            "web": ["href": .string("\(request.base)/\(project.name)")],
        ]
        if let team = teams.first(where: { $0.projectID == project.id }) {
            object["defaultTeam"] = [
                "id": .string(team.id), "name": .string(team.name),
                "url": .string("\(request.base)/_apis/projects/\(project.id)/teams/\(team.id)"),
            ]
        }
        return .object(object)
    }

    private mutating func queueProject(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        let name = trimmed(body["name"]?.string ?? "")
        guard !name.isEmpty, name.count <= 64 else {
            throw .badRequest("InvalidProjectNameException", "VS402375: The following project name is not valid: \(name).")
        }
        guard project(name) == nil else {
            throw .badRequest(
                "ProjectAlreadyExistsException",
                "TF200019: The following project already exists on the Azure DevOps Server: \(name).")
        }
        let wanted = body["capabilities"]?["processTemplate"]?["templateTypeId"]?.string
        guard let process = processes.first(where: { $0.id == wanted }) else {
            throw .badRequest(
                "ProcessTemplateNotFoundByTypeIdException",
                "VS402356: The process template type id \(wanted ?? "") could not be found.")
        }
        let project = addProject(name: name, process: process, summary: body["description"]?.string, at: request.now)
        if let index = projects.firstIndex(where: { $0.id == project.id }) {
            projects[index].visibility = body["visibility"]?.string ?? "private"
        }
        return queued(request)
    }

    private mutating func changeProject(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        let found = try named(request)
        guard let index = projects.firstIndex(where: { $0.id == found.id }) else { throw .projectMissing(found.id) }
        if let name = body["name"]?.string, name != found.name { rename(projectAt: index, to: name) }
        if let summary = body["description"]?.string { projects[index].summary = summary }
        projectRevision += 1
        projects[index].revision = projectRevision
        projects[index].lastUpdate = request.time
        return queued(request)
    }

    mutating func renameProject(_ call: ServiceCall, _ old: String) throws(ServiceFault) {
        guard let index = projects.firstIndex(where: { $0.name == old }), let name = try call.json()["name"]?.string else {
            throw .projectMissing(old)
        }
        rename(projectAt: index, to: name)
    }

    /// A project's name stands in every path: the id is what stays.
    private mutating func rename(projectAt index: Int, to name: String) {
        let (id, old) = (projects[index].id, projects[index].name)
        projects[index].name = name
        projects[index].areas.name = name
        projects[index].iterations.name = name
        for (number, record) in workItems where record.projectID == id {
            workItems[number]?.rewrite("System.TeamProject") { _ in name }
            for field in ["System.AreaPath", "System.IterationPath"] {
                workItems[number]?.rewrite(field) { path in name + path.dropFirst(old.count) }
            }
        }
    }

    private mutating func removeProject(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let project = try named(request)
        projects.removeAll { $0.id == project.id }
        teams.removeAll { $0.projectID == project.id }
        for (number, record) in workItems where record.projectID == project.id { workItems[number] = nil }
        return queued(request)
    }

    private mutating func queued(_ request: ServiceRequest) -> ServiceAnswer {
        let operation = Operation(id: randomness.guid(), readyAt: request.now + 1_500)
        operations.append(operation)
        return ServiceAnswer(
            status: 202,
            json: [
                "id": .string(operation.id), "status": "notSet", "url": .string("\(request.base)/_apis/operations/\(operation.id)"),
            ])
    }

    private func readOperation(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let id = request["operationId"] ?? ""
        guard let operation = operations.first(where: { $0.id == id.lowercased() }) else {
            throw ServiceFault(
                status: 404, typeKey: "OperationNotFoundException", message: "VS403022: The operation \(id) could not be found.",
                eventID: 3_000)
        }
        let url = JSONValue.string("\(request.base)/_apis/operations/\(operation.id)")
        return ServiceAnswer(json: [
            "id": .string(operation.id), "status": request.now >= operation.readyAt ? "succeeded" : "inProgress", "url": url,
            "_links": ["self": ["href": url]],
        ])
    }

    private func projectProperties(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let project = try named(request)
        let properties: [(String, JSONValue)] = [
            ("System.CurrentProcessTemplateId", .string(project.process.id)),
            ("System.OriginalProcessTemplateId", .string(project.process.template.id)),
            ("System.ProcessTemplateType", .string(project.process.id)), ("System.Process Template", .string(project.process.name)),
        ]
        let wanted = request.list("keys")
        return .list(
            properties.filter { property in
                wanted.isEmpty || wanted.contains { $0 == property.0 || ($0.hasSuffix("*") && property.0.hasPrefix($0.dropLast())) }
            }
            .map { ["name": .string($0.0), "value": $0.1] })
    }

    private func collections(_ request: ServiceRequest) -> ServiceAnswer {
        let name = request.base.split(separator: "/").last.map(String.init) ?? "contoso"
        let object: JSONObject = [
            "id": .string(organisationID), "name": .string(name),
            "url": .string("\(request.base)/_apis/projectCollections/\(organisationID)"),
        ]
        guard request["collectionId"] != nil else { return .list([.object(object)]) }
        var whole = object
        whole["state"] = "Started"
        return ServiceAnswer(json: .object(whole))
    }

    private func readProcesses(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        guard let id = request["processId"] else { return .list(processes.map { json($0, request.base) }) }
        guard let process = processes.first(where: { $0.id == id.lowercased() }) else {
            throw ServiceFault(
                status: 404, typeKey: "ProcessTemplateNotFoundByTypeIdException",
                message: "VS402356: The process template type id \(id) could not be found.", eventID: 3_000)
        }
        return ServiceAnswer(json: json(process, request.base))
    }

    private func json(_ process: Process, _ base: String) -> JSONValue {
        [
            "id": .string(process.id), "description": .string(process.isInherited ? "" : process.template.summary),
            "isDefault": .bool(process.id == ProcessTemplate.basic.id), "type": .string(process.isInherited ? "inherited" : "system"),
            "url": .string("\(base)/_apis/process/processes/\(process.id)"), "name": .string(process.name),
        ]
    }
}
