import JSON

/// Teams of projects.
extension World {
    mutating func answerTeams(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        switch (resource, request.method) {
        case (.allTeams, "GET"): return .list(teams.map { json($0, request.base) })
        case (.teams, "GET"):
            guard request["teamId"] == nil else { return ServiceAnswer(json: json(teams[try team(request)], request.base)) }
            let project = try teamProject(request)
            let own = teams.filter { $0.projectID == project.id }.dropFirst(request.number("$skip") ?? 0).prefix(
                request.number("$top") ?? 100)
            return .list(own.map { json($0, request.base) })
        case (.teams, "POST"): return try addTeam(request)
        case (.teams, "PATCH"):
            let index = try team(request)
            let body = try request.json()
            if let name = body["name"]?.string { teams[index].name = name }
            if let summary = body["description"]?.string { teams[index].summary = summary }
            return ServiceAnswer(json: json(teams[index], request.base))
        case (.teams, "DELETE"):
            teams.remove(at: try team(request))
            return .done
        case (.teamMembers, "GET"):
            let members = teams[try team(request)].members.compactMap { account($0) }
            return .list(members.map { ["identity": $0.object(base: request.base)] })
        case (.teamFieldValues, _), (.teamIterations, _): return try answerTeamSettings(request, resource)
        default: throw request.notAllowed()
        }
    }

    private func teamProject(_ request: ServiceRequest) throws(ServiceFault) -> Project {
        guard let project = request["projectId"].flatMap({ project($0) }) else { throw .projectMissing(request["projectId"] ?? "") }
        return project
    }

    func team(_ request: ServiceRequest) throws(ServiceFault) -> Int {
        let project = try teamProject(request)
        return try team(request["teamId"] ?? "", in: project)
    }

    func team(_ name: String, in project: Project) throws(ServiceFault) -> Int {
        let folded = name.lowercased()
        guard let index = teams.firstIndex(where: { $0.projectID == project.id && ($0.id == folded || $0.name.lowercased() == folded) })
        else {
            throw ServiceFault(
                status: 404, typeKey: "TeamNotFoundException",
                message: "The team with id '\(name)' does not exist, or you do not have permission to access it.", eventID: 3_000)
        }
        return index
    }

    private mutating func addTeam(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let project = try teamProject(request)
        let body = try request.json()
        guard let name = body["name"]?.string, !name.isEmpty else {
            throw .badRequest("ArgumentException", "The name of the team is missing.")
        }
        guard !teams.contains(where: { $0.projectID == project.id && $0.name.lowercased() == name.lowercased() }) else {
            throw ServiceFault(
                status: 409, typeKey: "TeamAlreadyExistsException", message: "The team with name '\(name)' already exists.", eventID: 3_000)
        }
        let team = Team(
            id: randomness.guid(), projectID: project.id, name: name, summary: body["description"]?.string ?? "",
            members: [request.caller.account.id])
        teams.append(team)
        return ServiceAnswer(status: 201, json: json(team, request.base))
    }

    private func json(_ team: Team, _ base: String) -> JSONValue {
        [
            "id": .string(team.id), "name": .string(team.name), "url": .string("\(base)/_apis/projects/\(team.projectID)/teams/\(team.id)"),
            "description": .string(team.summary), "identityUrl": .string("\(base)/_apis/Identities/\(team.id)"),
            "projectName": .string(project(team.projectID)?.name ?? ""), "projectId": .string(team.projectID),
        ]
    }
}
