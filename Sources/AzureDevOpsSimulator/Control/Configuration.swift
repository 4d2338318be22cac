import JSON

/// What an administrator of the organisation would set up: projects, tokens, processes with types, states, fields and rules of their own.
extension World {
    mutating func addProject(_ call: ServiceCall, at now: Int64) throws(ServiceFault) {
        let body = try call.json()
        let name = body["process"]?.string ?? ""
        guard
            let process = ProcessTemplate(rawValue: name).map({ Process($0) })
                ?? processes.first(where: { $0.name == name || $0.id == name })
        else {
            throw .badRequest("ArgumentException", "The process must be agile, scrum, cmmi, basic, or one that was added.")
        }
        addProject(name: body["name"]?.string ?? "Project", process: process, at: now)
    }

    mutating func changeToken(_ call: ServiceCall) throws(ServiceFault) {
        let body = try call.json()
        guard let token = body["token"]?.string else { throw .badRequest("ArgumentException", "The token is missing.") }
        if tokens[token] == nil { addToken(token, account: body["account"]?.string ?? World.serviceAccount) }
        if let state = body["state"]?.string.flatMap({ AccessToken.State(rawValue: $0) }) { tokens[token]?.state = state }
        if let scopes = body["scopes"]?.array {
            tokens[token]?.scopes = Set(scopes.compactMap { $0.string.flatMap { AccessToken.Scope(rawValue: $0) } })
        }
        if let text = body["expires"]?.string { tokens[token]?.expires = ServiceTime.milliseconds(text) }
        if let may = body["mayWrite"]?.bool { tokens[token]?.mayWrite = may }
        if let may = body["mayManageHooks"]?.bool { tokens[token]?.mayManageHooks = may }
        if let may = body["mayBypassRules"]?.bool { tokens[token]?.mayBypassRules = may }
    }

    mutating func addField(_ call: ServiceCall) throws(ServiceFault) {
        let body = try call.json()
        guard let name = body["referenceName"]?.string, let kind = FieldDefinition.Kind(rawValue: body["type"]?.string ?? "string") else {
            throw .badRequest("ArgumentException", "The field needs a referenceName and a type.")
        }
        var field = FieldDefinition(
            referenceName: name, name: body["name"]?.string ?? name, kind: kind,
            allowedValues: (body["allowedValues"]?.array ?? []).compactMap(\.string))
        field.defaultValue = body["default"]
        addField(field, to: (body["types"]?.array ?? []).compactMap(\.string))
    }

    mutating func addProcess(_ call: ServiceCall) throws(ServiceFault) {
        let body = try call.json()
        guard let name = body["name"]?.string, let template = body["inherits"]?.string.flatMap({ ProcessTemplate(rawValue: $0) }) else {
            throw .badRequest("ArgumentException", "A process needs a name, and one to inherit from: agile, scrum, cmmi or basic.")
        }
        processes.append(Process(inheriting: template, name: name, id: randomness.guid()))
    }

    /// Changes a process, in the organisation and in every project that uses it.
    private mutating func change(process name: String, _ body: (inout Process) throws(ServiceFault) -> Void) throws(ServiceFault) {
        guard let index = processes.firstIndex(where: { $0.name == name || $0.id == name }) else {
            throw .badRequest("ArgumentException", "There is no process \(name).")
        }
        try body(&processes[index])
        let changed = processes[index]
        for project in projects.indices where projects[project].process.id == changed.id { projects[project].process = changed }
    }

    mutating func addType(_ call: ServiceCall) throws(ServiceFault) {
        let json = try call.json()
        guard let name = json["name"]?.string else { throw .badRequest("ArgumentException", "The type needs a name.") }
        try change(process: json["process"]?.string ?? "") { process throws(ServiceFault) in
            guard process.type(name) == nil else { throw .badRequest("ArgumentException", "There is a type \(name) already.") }
            var type = WorkItemTypeDefinition(
                name: name, fields: (json["fields"]?.array ?? []).compactMap(\.string),
                states: (json["states"]?.array ?? []).compactMap(Self.state), color: json["color"]?.string ?? "009CCC")
            if type.states.isEmpty {
                type.states = [
                    StateDefinition(name: "New", category: .proposed, reason: "New"),
                    StateDefinition(name: "Active", category: .inProgress, reason: "Started"),
                    StateDefinition(name: "Closed", category: .completed, reason: "Completed"),
                ]
            }
            type.namespace = process.name.replacing(" ", with: "")
            type.icon = json["icon"]?.string ?? type.icon
            process.types.append(type)
        }
    }

    private static func state(_ json: JSONValue) -> StateDefinition? {
        guard let name = json["name"]?.string, let category = json["category"]?.string.flatMap({ StateDefinition.Category(rawValue: $0) })
        else { return nil }
        return StateDefinition(name: name, category: category, reason: json["reason"]?.string ?? "Moved to state \(name)")
    }

    mutating func addState(_ call: ServiceCall) throws(ServiceFault) {
        let json = try call.json()
        guard let state = Self.state(json) else {
            throw .badRequest(
                "ArgumentException", "A state needs a name and a category: Proposed, InProgress, Resolved, Completed or Removed.")
        }
        try changeType(json) { type in
            let last = type.states.lastIndex { $0.category == state.category } ?? type.states.count - 1
            type.states.insert(state, at: last + 1)
        }
    }

    mutating func forbidMove(_ call: ServiceCall) throws(ServiceFault) {
        let json = try call.json()
        guard let old = json["from"]?.string, let new = json["to"]?.string else {
            throw .badRequest("ArgumentException", "A transition needs from and to.")
        }
        try changeType(json) { type in
            if json["allowed"]?.bool == true {
                type.forbiddenMoves.remove("\(old)>\(new)")
            } else {
                type.forbiddenMoves.insert("\(old)>\(new)")
            }
        }
    }

    private mutating func changeType(_ json: JSONValue, _ body: (inout WorkItemTypeDefinition) -> Void) throws(ServiceFault) {
        let name = json["type"]?.string ?? ""
        try change(process: json["process"]?.string ?? "") { process throws(ServiceFault) in
            guard let index = process.types.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw .badRequest("ArgumentException", "The process has no type \(name).")
            }
            body(&process.types[index])
        }
    }

    // MARK: Switches and counters

    var variantList: JSONValue {
        .array(
            VariantSwitch.all.map { one in
                ["name": .string(one.name), "choices": .array(one.choices.map { .string($0) }), "choice": .string(one.read(variants))]
            })
    }

    mutating func turnVariants(_ call: ServiceCall) throws(ServiceFault) {
        for (name, value) in try call.json().object ?? JSONObject() {
            guard let one = VariantSwitch.all.first(where: { $0.name == name }) else {
                throw .badRequest("ArgumentException", "There is no variant \(name); GET /_simulator/variants lists them.")
            }
            guard one.turn(&variants, value.string ?? "") else {
                throw .badRequest("ArgumentException", "The variant \(name) can be \(one.choices.joined(separator: " or ")).")
            }
        }
    }

    var counters: JSONValue {
        [
            "calls": .integer(wire.calls), "failures": .integer(wire.failures), "cost": .number(wire.cost),
            "costByAccount": .object(
                JSONObject(
                    throttling.totalCost.sorted { $0.key < $1.key }.map { (account($0.key)?.name ?? $0.key, .number($0.value)) })),
            "revisions": .integer(revisionLog.count), "linkChanges": .integer(linkLog.count), "announced": .integer(hooks.announced),
        ]
    }
}
