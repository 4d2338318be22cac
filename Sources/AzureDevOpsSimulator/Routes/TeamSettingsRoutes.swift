import JSON

/// Areas and iterations of a team (`recordings/team-field-values.json`, `classification-iterations.json`).
extension World {
    mutating func answerTeamSettings(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        let index = try settingsTeam(request)
        switch (resource, request.method) {
        case (.teamFieldValues, "GET"): return ServiceAnswer(json: fieldValues(index, request.base))
        case (.teamFieldValues, "PATCH"): return try changeFieldValues(request)
        case (.teamIterations, "GET"):
            guard let id = request["id"] else {
                return .list(teams[index].iterations.compactMap { iteration($0, of: teams[index], request.base) })
            }
            guard teams[index].iterations.contains(id), let found = iteration(id, of: teams[index], request.base) else {
                throw iterationMissing(id)
            }
            return ServiceAnswer(json: found)
        case (.teamIterations, "POST"): return try addIteration(request, to: index)
        case (.teamIterations, "DELETE"):
            teams[index].iterations.removeAll { $0 == request["id"] }
            return .done
        default: throw request.notAllowed()
        }
    }

    /// A team without a backlog iteration of its own can take none: only the first team of a project has one from the start.
    private mutating func addIteration(_ request: ServiceRequest, to index: Int) throws(ServiceFault) -> ServiceAnswer {
        guard teams.first(where: { $0.projectID == teams[index].projectID })?.id == teams[index].id else {
            throw .badRequest(
                "InvalidTeamSettingsException", "TF400497: The backlog iteration path that you specified is no longer valid.")
        }
        let id = try request.json()["id"]?.string ?? ""
        guard let added = iteration(id, of: teams[index], request.base) else { throw iterationMissing(id) }
        if !teams[index].iterations.contains(id) { teams[index].iterations.append(id) }
        return ServiceAnswer(status: 201, json: added)
    }

    private func iterationMissing(_ id: String) -> ServiceFault {
        ServiceFault(
            status: 404, typeKey: "CurrentIterationDoesNotExistException", message: "VS402485: The iteration \(id) does not exist.",
            eventID: 3_000)
    }

    private func iteration(_ identifier: String, of team: Team, _ base: String) -> JSONValue? {
        guard let project = project(team.projectID), let path = project.iterations.path(identifier: identifier),
            let node = project.iterations.node(path: path.map { Substring($0) })
        else { return nil }
        return [
            "id": .string(identifier), "name": .string(node.name), "path": .string(path.joined(separator: "\\")),
            "attributes": [
                "startDate": node.start.map { .string($0.text) } ?? .null, "finishDate": node.finish.map { .string($0.text) } ?? .null,
            ],
            "url": .string("\(base)/\(team.projectID)/\(team.id)/_apis/work/teamsettings/iterations/\(identifier)"),
        ]
    }

    private func settingsTeam(_ request: ServiceRequest) throws(ServiceFault) -> Int {
        let project = try request.neededProject()
        return try team(request["team"] ?? "\(project.name) Team", in: project)
    }

    private func fieldValues(_ index: Int, _ base: String) -> JSONValue {
        let team = teams[index]
        let settings = "\(base)/\(team.projectID)/\(team.id)/_apis/work/teamsettings"
        func link(_ url: String) -> JSONValue { ["href": .string(url)] }
        return [
            "field": ["referenceName": "System.AreaPath", "url": .string("\(base)/_apis/wit/fields/System.AreaPath")],
            "defaultValue": team.defaultArea.map { .string($0) } ?? .null, "values": .array(team.areaValues),
            "url": .string("\(settings)/teamfieldvalues"),
            "_links": [
                "self": link("\(settings)/teamfieldvalues"), "project": link("\(base)/_apis/projects/\(team.projectID)"),
                "team": link("\(base)/_apis/projects/\(team.projectID)/teams/\(team.id)"), "teamSettings": link(settings),
                "areaPathClassificationNodes": link("\(base)/\(team.projectID)/_apis/wit/classificationNodes/Areas"),
            ],
        ]
    }

    private mutating func changeFieldValues(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let index = try settingsTeam(request)
        let body = try request.json()
        guard let area = body["defaultValue"]?.string else {
            throw ServiceFault(status: 400, typeKey: "TeamFieldArgumentNullException", message: "DefaultValue", eventID: 0)
        }
        teams[index].defaultArea = area
        teams[index].areaValues = body["values"]?.array ?? []
        return ServiceAnswer(json: fieldValues(index, request.base))
    }
}
