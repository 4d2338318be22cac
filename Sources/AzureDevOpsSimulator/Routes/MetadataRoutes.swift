import JSON

extension World {
    func routeProjects(_ call: ServiceCall, _ path: [String]) throws(ServiceFault) -> ServiceAnswer {
        if let name = path.first {
            guard let project = project(name) else { throw .projectMissing(name) }
            var object = json(project, call.base).object ?? JSONObject()
            object["capabilities"] = [
                "processTemplate": ["templateName": .string(project.process.name), "templateTypeId": .string(project.process.id)],
                "versioncontrol": ["sourceControlType": "Git"],
            ]
            object["_links"] = ["web": ["href": .string("\(call.base)/\(project.name)")]]
            return ServiceAnswer(json: .object(object))
        }
        let sorted = projects.sorted { $0.name.lowercased() < $1.name.lowercased() }
        let skip = call.query["$skip"].flatMap { Int($0) } ?? call.query["continuationtoken"].flatMap { Int($0) } ?? 0
        let top = call.query["$top"].flatMap { Int($0) } ?? 100
        let page = Array(sorted.dropFirst(skip).prefix(top))
        let end = skip + page.count
        return .list(page.map { json($0, call.base) }, headers: end < sorted.count ? [("X-MS-ContinuationToken", String(end))] : [])
    }

    private func json(_ project: Project, _ base: String) -> JSONValue {
        [
            "id": .string(project.id), "name": .string(project.name), "url": .string("\(base)/_apis/projects/\(project.id)"),
            "state": "wellFormed", "revision": .integer(project.revision), "visibility": "private",
            "lastUpdateTime": .string(project.lastUpdate.text),
        ]
    }

    func connectionData(_ caller: Caller) -> ServiceAnswer {
        let account = caller.account
        let user: JSONValue = [
            "id": .string(account.id),
            "descriptor": .string("Microsoft.IdentityModel.Claims.ClaimsIdentity;\(organisationID)\\\(account.mail)"),
            "subjectDescriptor": .string(account.descriptor), "providerDisplayName": .string(account.name), "isActive": true,
            "properties": ["Account": ["$type": "System.String", "$value": .string(account.mail)]], "resourceVersion": 2, "metaTypeId": 0,
        ]
        return ServiceAnswer(json: [
            "authenticatedUser": user, "authorizedUser": user, "instanceId": .string(organisationID),
            "deploymentId": "ed30ce5c-9d0a-f73c-3580-4315c7f84d83", "deploymentType": "hosted",
            "locationServiceData": [
                "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7", "defaultAccessMappingMoniker": "PublicAccessMapping",
            ],
        ])
    }

    static func resourceAreas(_ base: String) -> [JSONValue] {
        [
            ("79134c72-4a58-4b42-976c-04e7115f32bf", "core"), ("5264459e-e5e0-4bd8-b118-0985e68a4ec5", "wit"),
            ("1d4f49f9-02b9-4e26-b826-2cdb6195f2a9", "work"),
        ].map { ["id": .string($0.0), "name": .string($0.1), "locationUrl": .string("\(base)/")] }
    }

    func identities(_ call: ServiceCall) -> ServiceAnswer {
        let wanted = call.query["filtervalue"]?.lowercased() ?? ""
        let found = accounts.filter { [$0.name.lowercased(), $0.mail.lowercased()].contains(wanted) }
        return .list(
            found.map {
                ["id": .string($0.id), "descriptor": .string($0.descriptor), "providerDisplayName": .string($0.name), "isActive": true]
            })
    }

    func evaluatePermissions(_ call: ServiceCall, _ caller: Caller) throws(ServiceFault) -> ServiceAnswer {
        let body = try call.json()
        let evaluations = (body["evaluations"]?.array ?? []).map { evaluation -> JSONValue in
            var object = evaluation.object ?? JSONObject()
            let isHooks = object["securityNamespaceId"]?.string == "cb594ebe-87dd-4fc9-ac2c-6a10a4c92046"
            object["value"] = .bool(isHooks ? caller.token.mayManageHooks : caller.token.mayWrite)
            return .object(object)
        }
        return ServiceAnswer(json: ["alwaysAllowAdministrators": false, "evaluations": .array(evaluations)])
    }

    func routeTypes(_ call: ServiceCall, _ path: [String], _ project: Project?) throws(ServiceFault) -> ServiceAnswer {
        guard let project else { throw .notFound("A project is needed to read work item types.") }
        guard path.count > 1 else { return .list(project.process.types.map { json($0, project, call.base) }) }
        guard let type = project.process.type(path[1]) else { throw .typeMissing(path[1], project.name) }
        switch path.count > 2 ? path[2].lowercased() : "" {
        case "states": return .list(type.states.map(json))
        case "fields": return .list(fields(of: type).map { typeField($0, type, call.base) })
        default: return ServiceAnswer(json: json(type, project, call.base))
        }
    }

    private func json(_ state: StateDefinition) -> JSONValue {
        ["name": .string(state.name), "color": .string(state.color), "category": .string(state.category.rawValue)]
    }

    private func json(_ type: WorkItemTypeDefinition, _ project: Project, _ base: String) -> JSONValue {
        var transitions = JSONObject()
        transitions[""] = .array(type.states.prefix(1).map { ["to": .string($0.name), "actions": nil] })
        for state in type.states {
            transitions[state.name] = .array(type.states.map { ["to": .string($0.name), "actions": nil] })
        }
        return [
            "name": .string(type.name), "referenceName": .string(type.referenceName), "description": "", "color": .string(type.color),
            "icon": ["id": "icon_crown", "url": .string("\(base)/_apis/wit/workItemIcons/icon_crown?color=\(type.color)&v=2")],
            "isDisabled": false,
            "fields": .array(
                fields(of: type).map {
                    ["referenceName": .string($0.referenceName), "name": .string($0.name), "alwaysRequired": .bool(isRequired($0))]
                }),
            "transitions": .object(transitions), "states": .array(type.states.map(json)),
            "url": .string("\(base)/\(project.id)/_apis/wit/workItemTypes/\(type.name)"),
        ]
    }

    private func isRequired(_ field: FieldDefinition) -> Bool {
        ["System.Title", "System.State", "System.AreaId", "System.IterationId"].contains(field.referenceName)
    }

    private func typeField(_ field: FieldDefinition, _ type: WorkItemTypeDefinition, _ base: String) -> JSONValue {
        let values: [String] =
            switch field.referenceName {
            case "System.State": type.states.map(\.name)
            case "System.Reason": type.states.map(\.reason)
            default: field.allowedValues
            }
        let standard: JSONValue =
            switch field.defaultValue {
            case .integer(let number): .string(String(number))
            case let value?: value
            case nil: .null
            }
        var allowed = values.map { JSONValue.string($0) }
        if field.kind == .identity { allowed = accounts.map { $0.object(base: base) } }
        return [
            "defaultValue": standard, "allowedValues": .array(allowed), "helpText": .string(field.name),
            "alwaysRequired": .bool(isRequired(field)), "dependentFields": [], "referenceName": .string(field.referenceName),
            "name": .string(field.name), "url": .string("\(base)/_apis/wit/fields/\(field.referenceName)"),
        ]
    }

    func routeFields(_ call: ServiceCall, _ path: [String]) throws(ServiceFault) -> ServiceAnswer {
        let all = FieldDefinition.all + customFields.map(\.field)
        guard path.count > 1 else { return .list(all.map { json($0, call.base) }) }
        guard let field = field(path[1]) else {
            throw ServiceFault(
                status: 404, typeKey: "WorkItemTrackingFieldDefinitionNotFoundException", message: "TF51535: Cannot find field \(path[1]).")
        }
        return ServiceAnswer(json: json(field, call.base))
    }

    private func json(_ field: FieldDefinition, _ base: String) -> JSONValue {
        [
            "name": .string(field.name), "referenceName": .string(field.referenceName), "description": nil,
            "type": .string(field.printedType), "usage": "workItem", "readOnly": .bool(field.saysReadOnly), "canSortBy": true,
            "isQueryable": true, "isIdentity": .bool(field.kind == .identity),
            "isPicklist": .bool(field.referenceName.hasPrefix("Custom.") && !field.allowedValues.isEmpty),
            "isPicklistSuggested": false, "url": .string("\(base)/_apis/wit/fields/\(field.referenceName)"),
        ]
    }

    mutating func routeNodes(_ call: ServiceCall, _ path: [String], _ project: Project?) throws(ServiceFault) -> ServiceAnswer {
        guard let project, let index = projects.firstIndex(where: { $0.id == project.id }) else {
            throw .notFound("A project is needed to read its trees.")
        }
        guard path.count > 1 else {
            return .list([
                node(project.areas, "area", "\\\(project.name)\\Area", call.base),
                node(project.iterations, "iteration", "\\\(project.name)\\Iteration", call.base),
            ])
        }
        let isArea = path[1].lowercased() == "areas"
        let root = isArea ? project.areas : project.iterations
        let below = path.dropFirst(2).flatMap { $0.split(separator: "\\") }
        let full = [Substring(project.name)] + below
        if call.method == "POST" {
            guard let name = try call.json()["name"]?.string else { throw .badRequest("ArgumentException", "The name is missing.") }
            let new = ClassificationNode(id: takeNodeNumber(), identifier: randomness.guid(), name: name)
            let added = isArea ? projects[index].areas.add(new, below: full) : projects[index].iterations.add(new, below: full)
            guard added else { throw .notFound("TF401347: Invalid tree name given.") }
            return ServiceAnswer(status: 201, json: node(new, isArea ? "area" : "iteration", "", call.base))
        }
        guard let found = root.node(path: full) else { throw .notFound("TF401347: Invalid tree name given.") }
        let kind = isArea ? "Area" : "Iteration"
        let shown = (["", project.name, kind] + below.map { String($0) }).joined(separator: "\\")
        return ServiceAnswer(json: node(found, kind.lowercased(), shown, call.base))
    }

    private func node(_ node: ClassificationNode, _ kind: String, _ path: String, _ base: String) -> JSONValue {
        var object: JSONObject = [
            "id": .integer(node.id), "identifier": .string(node.identifier), "name": .string(node.name), "structureType": .string(kind),
            "hasChildren": .bool(!node.children.isEmpty), "path": .string(path),
        ]
        if !node.children.isEmpty {
            object["children"] = .array(node.children.map { self.node($0, kind, "\(path)\\\($0.name)", base) })
        }
        return .object(object)
    }
}
