import JSON

/// Work item types, their fields, states and looks; fields of the organisation; tags; relation types.
extension World {
    mutating func answerMetadata(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        switch (resource, request.method) {
        case (.workItemTypes, "GET"):
            let project = try request.neededProject()
            guard request["type"] == nil else { return ServiceAnswer(json: json(try type(in: request), project, request.base)) }
            return .list(project.process.types.map { json($0, project, request.base) })
        case (.workItemTypeStates, "GET"): return .list(try type(in: request).states.map(json))
        case (.workItemTypeFields, "GET"): return try readTypeFields(request)
        case (.workItemTypeCategories, "GET"): return try readCategories(request)
        case (.fields, _): return try answerFields(request)
        case (.tags, _): return try answerTags(request)
        case (.relationTypes, "GET"):
            guard let name = request["relation"] else { return .list(RelationType.all.map { $0.json(base: request.base) }) }
            guard let type = RelationType.named(name) else {
                throw ServiceFault(
                    status: 404, typeKey: "WorkItemLinkTypeNotFoundException",
                    message: "VS402654: The relation type \(name) does not exist.")
            }
            return ServiceAnswer(json: type.json(base: request.base))
        case (.workItemIcons, "GET"): return try readIcons(request)
        case (.artifactLinkTypes, "GET"):
            return .list([
                ["artifactType": "Commit", "linkType": "Fixed in Commit", "toolType": "Git"],
                ["artifactType": "PullRequestId", "linkType": "Pull Request", "toolType": "Git"],
                ["artifactType": "Build", "linkType": "Build", "toolType": "Build"],
            ])
        case (.allowedValues, "GET"):
            let name = request.query("fieldName") ?? request.query("fieldReferenceName") ?? ""
            guard let field = field(name) else { throw .fieldMissing(name, status: 404) }
            return .list(field.allowedValues.map { .string($0) })
        case (.typeColors, _), (.typeColorsAndIcons, _), (.stateColors, _): return try readColors(request, resource)
        case (.templates, _), (.template, _): return try answerTemplates(request)
        default: throw request.notAllowed()
        }
    }

    private func type(in request: ServiceRequest) throws(ServiceFault) -> WorkItemTypeDefinition {
        let project = try request.neededProject()
        guard let type = project.process.type(request["type"] ?? "") else { throw .typeMissing(request["type"] ?? "", project.name) }
        return type
    }

    private func json(_ state: StateDefinition) -> JSONValue {
        ["name": .string(state.name), "color": .string(state.color), "category": .string(state.category.rawValue)]
    }

    private func json(_ type: WorkItemTypeDefinition, _ project: Project, _ base: String) -> JSONValue {
        var transitions = JSONObject()
        for state in type.states {
            transitions[state.name] = .array(
                type.states.filter { type.mayMove(from: state.name, to: $0.name) }.map { target in
                    ["to": .string(target.name), "actions": action(from: state, to: target)]
                })
        }
        transitions[""] = .array(type.states.prefix(1).map { ["to": .string($0.name), "actions": .null] })
        let own = fields(of: type).map { field -> JSONValue in
            [
                "defaultValue": printedDefault(field), "helpText": .string(field.name), "alwaysRequired": .bool(isRequired(field)),
                "referenceName": .string(field.referenceName), "name": .string(field.name),
                "url": .string("\(base)/_apis/wit/fields/\(field.referenceName)"),
            ]
        }
        let url = "\(base)/\(project.id)/_apis/wit/workItemTypes/\(type.name.replacing(" ", with: "%20"))"
        return [
            "name": .string(type.name), "referenceName": .string(type.referenceName), "description": "", "color": .string(type.color),
            "icon": icon(type.icon, type.color, base), "isDisabled": false, "xmlForm": "<FORM></FORM>", "fields": .array(own),
            "fieldInstances": .array(own), "transitions": .object(transitions), "states": .array(type.states.map(json)),
            "_links": ["self": ["href": .string(url)]], "url": .string(url),
        ]
    }

    private func action(from old: StateDefinition, to new: StateDefinition) -> JSONValue {
        switch (old.category, new.category) {
        case (.proposed, .inProgress): ["Microsoft.VSTS.Actions.StartWork"]
        case (.inProgress, .proposed): ["Microsoft.VSTS.Actions.StopWork"]
        case (.proposed, .resolved), (.inProgress, .resolved): ["Microsoft.VSTS.Actions.Checkin"]
        default: .null
        }
    }

    private func icon(_ name: String, _ color: String, _ base: String) -> JSONValue {
        ["id": .string(name), "url": .string("\(base)/_apis/wit/workItemIcons/\(name)?color=\(color)&v=2")]
    }

    func isRequired(_ field: FieldDefinition) -> Bool {
        ["System.Title", "System.State", "System.AreaId", "System.IterationId"].contains(field.referenceName)
    }

    private func printedDefault(_ field: FieldDefinition) -> JSONValue {
        if case .integer(let number) = field.defaultValue { return .string(String(number)) }
        return field.defaultValue ?? .null
    }

    private func readTypeFields(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let type = try type(in: request)
        let expansion = request.query("$expand")?.lowercased() ?? "none"
        let own = fields(of: type)
        guard let name = request["field"] else { return .list(own.map { typeField($0, type, expansion, request.base) }) }
        guard
            let field = own.first(where: { $0.referenceName.lowercased() == name.lowercased() || $0.name.lowercased() == name.lowercased() }
            )
        else { throw .fieldMissing(name, status: 404) }
        return ServiceAnswer(json: typeField(field, type, expansion, request.base))
    }

    /// `examples/work-item-type-fields-expand-all.json`: the allowed values come only when asked for.
    private func typeField(_ field: FieldDefinition, _ type: WorkItemTypeDefinition, _ expansion: String, _ base: String) -> JSONValue {
        var object: JSONObject = ["defaultValue": printedDefault(field)]
        if expansion == "allowedvalues" || expansion == "all" {
            object["allowedValues"] = .array(allowedValues(of: field, type, base))
        }
        object["helpText"] = .string(field.name)
        object["alwaysRequired"] = .bool(isRequired(field))
        if expansion == "dependentfields" || expansion == "all" { object["dependentFields"] = .array(dependentFields(of: field, base)) }
        object["referenceName"] = .string(field.referenceName)
        object["name"] = .string(field.name)
        object["url"] = .string("\(base)/_apis/wit/fields/\(field.referenceName)")
        return .object(object)
    }

    private func allowedValues(of field: FieldDefinition, _ type: WorkItemTypeDefinition, _ base: String) -> [JSONValue] {
        switch field.referenceName {
        case "System.State": return type.states.map { .string($0.name) }
        case "System.Reason": return type.reasons.map { .string($0) }
        default: break
        }
        guard field.kind == .identity else { return field.allowedValues.map { .string($0) } }
        return accounts.map { $0.object(base: base) }
    }

    private func dependentFields(of field: FieldDefinition, _ base: String) -> [JSONValue] {
        let pairs = [
            "System.IterationPath": "System.IterationId", "System.IterationId": "System.IterationPath",
            "System.AreaPath": "System.AreaId", "System.AreaId": "System.AreaPath", "System.State": "System.Reason",
        ]
        guard let name = pairs[field.referenceName], let other = self.field(name) else { return [] }
        return [
            [
                "referenceName": .string(other.referenceName), "name": .string(other.name),
                "url": .string("\(base)/_apis/wit/fields/\(other.referenceName)"),
            ]
        ]
    }

    /// `examples/work-item-type-categories.json`
    private func readCategories(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let project = try request.neededProject()
        let groups = Dictionary(grouping: project.process.types, by: \.category).sorted { $0.key < $1.key }
        let categories = groups.map { name, types -> JSONValue in
            func reference(_ type: WorkItemTypeDefinition) -> JSONValue {
                [
                    "name": .string(type.name),
                    "url": .string("\(request.base)/\(project.id)/_apis/wit/workItemTypes/\(type.name.replacing(" ", with: "%20"))"),
                ]
            }
            let words = String(name.dropFirst("Microsoft.".count)).replacing("Category", with: " Category")
            return [
                "name": .string(words), "referenceName": .string(name), "defaultWorkItemType": reference(types[0]),
                "workItemTypes": .array(types.map(reference)),
                "url": .string("\(request.base)/\(project.id)/_apis/wit/workItemTypeCategories/\(name)"),
            ]
        }
        guard let name = request["category"] else { return .list(categories) }
        guard let category = categories.first(where: { $0["referenceName"]?.string?.lowercased() == name.lowercased() }) else {
            throw ServiceFault(
                status: 404, typeKey: "WorkItemTypeCategoryNotFoundException",
                message: "VS402320: The work item type category \(name) does not exist in project \(project.name).")
        }
        return ServiceAnswer(json: category)
    }

    private static let icons = [
        "icon_airplane", "icon_asterisk", "icon_book", "icon_broken_lightbulb", "icon_car", "icon_chart", "icon_chat_bubble",
        "icon_check_box",
        "icon_clipboard", "icon_clipboard_issue", "icon_code_review", "icon_code_response", "icon_crown", "icon_diamond",
        "icon_database_storage",
        "icon_flame", "icon_gavel", "icon_gear", "icon_gift", "icon_government", "icon_headphone", "icon_insect", "icon_key", "icon_list",
        "icon_megaphone", "icon_palette", "icon_parachute", "icon_ribbon", "icon_review", "icon_response", "icon_rocket", "icon_sign",
        "icon_star", "icon_sticky_note", "icon_test_beaker", "icon_test_case", "icon_test_parameter", "icon_test_plan", "icon_test_step",
        "icon_test_suite", "icon_traffic_cone", "icon_trophy",
    ]

    private func readIcons(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        guard let name = request["icon"] else { return .list(Self.icons.map { icon($0, "333333", request.base) }) }
        guard Self.icons.contains(name) else {
            throw ServiceFault(
                status: 404, typeKey: "WorkItemIconNotFoundException", message: "VS403384: The icon \(name) does not exist.")
        }
        let color = request.query("color") ?? "333333"
        guard request.call.headers["accept"]?.contains("image/svg+xml") == true else {
            return ServiceAnswer(json: icon(name, color, request.base))
        }
        let image =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 14 14\"><circle cx=\"7\" cy=\"7\" r=\"6\" fill=\"#\(color)\"/></svg>"
        return ServiceAnswer(status: 200, contentType: "image/svg+xml", body: Array(image.utf8))
    }

    private func readColors(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        let names = try request.json().array?.compactMap(\.string) ?? []
        return .list(
            names.compactMap { project($0) }.map { project -> JSONValue in
                let types = project.process.types.map { type -> JSONValue in
                    switch resource {
                    case .stateColors:
                        return [
                            "workItemTypeName": .string(type.name),
                            "stateColors": .array(
                                type.states.map {
                                    ["name": .string($0.name), "color": .string($0.color), "category": .string($0.category.rawValue)]
                                }),
                        ]
                    case .typeColors:
                        return [
                            "workItemTypeName": .string(type.name), "primaryColor": .string(type.color),
                            "secondaryColor": .string(type.color),
                        ]
                    default: return ["workItemTypeName": .string(type.name), "color": .string(type.color), "icon": .string(type.icon)]
                    }
                }
                return resource == .stateColors
                    ? ["projectName": .string(project.name), "workItemTypeStateColors": .array(types)]
                    : ["key": .string(project.name), "value": .array(types)]
            })
    }
}
