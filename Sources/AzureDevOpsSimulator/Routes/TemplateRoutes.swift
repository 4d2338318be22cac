import JSON

/// A set of values to start a work item from; teams keep them.
struct WorkItemTemplate: Sendable {
    var id: String
    var teamID: String
    var name: String
    var summary: String
    var type: String
    var fields: JSONObject
}

extension World {
    mutating func answerTemplates(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let project = try request.neededProject()
        let wanted = request["team"]?.lowercased() ?? ""
        guard let team = teams.first(where: { $0.projectID == project.id && ($0.id == wanted || $0.name.lowercased() == wanted) }) else {
            throw ServiceFault(
                status: 404, typeKey: "TeamNotFoundException",
                message: "The team with id '\(wanted)' does not exist, or you do not have permission to access it.", eventID: 3_000)
        }
        guard let id = request["templateId"] else {
            guard request.method == "POST" else {
                let type = request.query("workitemtypename")
                return .list(
                    templates.filter { $0.teamID == team.id && (type == nil || $0.type == type) }
                        .map { json($0, request, isWhole: false) })
            }
            let template = try template(request, id: randomness.guid(), team)
            templates.append(template)
            return ServiceAnswer(json: json(template, request, isWhole: true))
        }
        guard let index = templates.firstIndex(where: { $0.id == id.lowercased() && $0.teamID == team.id }) else {
            throw ServiceFault(
                status: 404, typeKey: "WorkItemTemplateNotFoundException", message: "The work item template \(id) does not exist.")
        }
        switch request.method {
        case "GET": return ServiceAnswer(json: json(templates[index], request, isWhole: true))
        case "PUT":
            templates[index] = try template(request, id: templates[index].id, team)
            return ServiceAnswer(json: json(templates[index], request, isWhole: true))
        case "DELETE":
            templates.remove(at: index)
            return .done
        default: throw request.notAllowed()
        }
    }

    private func template(_ request: ServiceRequest, id: String, _ team: Team) throws(ServiceFault) -> WorkItemTemplate {
        let body = try request.json()
        guard let name = body["name"]?.string, let type = body["workItemTypeName"]?.string else {
            throw .badRequest("ArgumentNullException", "Value cannot be null. Parameter name: template")
        }
        return WorkItemTemplate(
            id: id, teamID: team.id, name: name, summary: body["description"]?.string ?? "", type: type,
            fields: body["fields"]?.object ?? JSONObject())
    }

    private func json(_ template: WorkItemTemplate, _ request: ServiceRequest, isWhole: Bool) -> JSONValue {
        var object: JSONObject = [
            "id": .string(template.id), "name": .string(template.name), "description": .string(template.summary),
            "workItemTypeName": .string(template.type),
            "url": .string("\(request.base)/\(request.project?.id ?? "")/\(template.teamID)/_apis/wit/templates/\(template.id)"),
        ]
        if isWhole { object["fields"] = .object(template.fields) }
        return .object(object)
    }
}
