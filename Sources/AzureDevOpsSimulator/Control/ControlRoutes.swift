import JSON

extension World {
    /// What stands under `/_simulator/`: a board for a person to edit on, faults, inspection. It is no part of Azure DevOps.
    public mutating func control(_ call: ServiceCall, at now: Int64) -> ServiceAnswer {
        do {
            return try routeControl(call, at: now)
        } catch {
            return ServiceAnswer(status: error.status, json: ["message": .string(error.message)])
        }
    }

    private mutating func routeControl(_ call: ServiceCall, at now: Int64) throws(ServiceFault) -> ServiceAnswer {
        let path = call.path
        switch (call.method, path.first ?? "", path.count) {
        case ("GET", "", _): return ServiceAnswer(json: summary)
        case ("GET", "board", 1): return ServiceAnswer(json: board)
        case ("GET", "requests", 1): return ServiceAnswer(json: wire.json)
        case ("POST", "requests", 1): wire.keepsBodies = try call.json()["bodies"]?.bool ?? false
        case ("DELETE", "requests", 1): wire.clear()
        case ("GET", "counters", 1): return ServiceAnswer(json: counters)
        case ("GET", "variants", 1): return ServiceAnswer(json: variantList)
        case ("POST", "variants", 1): try turnVariants(call)
        case ("POST", "throttling", 1): throttling.limit = try call.json()["limit"]?.number
        case ("POST", "lags", 1):
            let body = try call.json()
            if let amount = body["feeds"]?.integer { lags.feeds = max(0, amount) }
            if let amount = body["queries"]?.integer { lags.queries = max(0, amount) }
            if let amount = body["reads"]?.integer { lags.reads = max(0, amount) }
        case ("POST", "processes", 1): try addProcess(call)
        case ("POST", "types", 1): try addType(call)
        case ("POST", "states", 1): try addState(call)
        case ("POST", "transitions", 1): try forbidMove(call)
        case ("GET", "work-items", 2):
            guard let id = Int64(path[1]), let record = workItems[id] else { throw .workItemMissing(Int64(path[1]) ?? 0) }
            return ServiceAnswer(json: inspection(record, call.base))
        case ("POST", "work-items", 1): return try addWorkItem(call, at: now)
        case ("PATCH", "work-items", 2): return try editWorkItem(call, path[1], at: now)
        case ("DELETE", "work-items", 2): _ = try delete(Int64(path[1]) ?? 0, by: person(call), at: now, base: call.base)
        case ("POST", "work-items", 3) where path[2] == "restore":
            _ = try restore(Int64(path[1]) ?? 0, by: person(call), at: now, base: call.base)
        case ("POST", "projects", 1): try addProject(call, at: now)
        case ("POST", "accounts", 1):
            let body = try call.json()
            addAccount(name: body["name"]?.string ?? "", mail: body["mail"]?.string ?? "")
        case ("POST", "tokens", 1): try changeToken(call)
        case ("POST", "fields", 1): try addField(call)
        case ("DELETE", "fields", 2): deleteField(path[1])
        case ("POST", "fields", 3) where path[2] == "restore": bringBackField(path[1])
        case ("PATCH", "projects", 2): try renameProject(call, path[1])
        case ("POST", "work-items", 3) where path[2] == "revisions":
            skipRevisions(of: Int64(path[1]) ?? 0, to: try call.json()["next"]?.integer ?? 1)
        case ("POST", "rules", 1):
            let body = try call.json()
            addRule(type: body["type"]?.string ?? "", state: body["state"]?.string ?? "", requires: body["field"]?.string ?? "")
        case ("DELETE", "rules", 1): rules.removeAll()
        case ("POST", "faults", 1): try addFault(call)
        case ("DELETE", "faults", 1): faults.removeAll()
        case ("POST", "hooks", 1):
            let body = try call.json()
            if let delay = body["delay"]?.integer { hooks.delay = max(0, delay) }
            if let number = body["dropsEvery"]?.int { hooks.dropsEvery = max(0, number) }
            if let jitter = body["jitter"]?.integer { hooks.jitter = max(0, jitter) }
            if let number = body["duplicatesEvery"]?.int { hooks.duplicatesEvery = max(0, number) }
            if let number = body["reordersEvery"]?.int { hooks.reordersEvery = max(0, number) }
        case ("GET", "hooks", 1): return ServiceAnswer(json: .array(hooks.subscriptions.map { $0.json(base: call.base, author: nil) }))
        case ("POST", "generate", 1):
            let body = try call.json()
            guard let project = body["project"]?.string.flatMap({ project($0) }) else {
                throw .projectMissing(body["project"]?.string ?? "")
            }
            generate(
                body["count"]?.int ?? 100, body["shape"]?.string.flatMap { GeneratedShape(rawValue: $0) } ?? .company, in: project,
                seed: UInt64(body["seed"]?.integer ?? 1), at: now, base: call.base)
        default: throw .notFound("There is nothing at /_simulator/\(path.joined(separator: "/")).")
        }
        return ServiceAnswer(json: ["done": true])
    }

    private var summary: JSONValue {
        [
            "projects": .array(projects.map { .string($0.name) }), "workItems": .integer(workItems.values.count { $0.deletion == nil }),
            "deleted": .integer(workItems.values.count { $0.deletion != nil }), "watermark": .integer(watermark),
            "subscriptions": .integer(hooks.subscriptions.count), "faults": .integer(faults.count),
            "deliveriesWaiting": .integer(hooks.notifications.count { $0.status != .completed }),
        ]
    }

    private func inspection(_ record: WorkItemRecord, _ base: String) -> JSONValue {
        let style = Rendering(base: base, expansion: .all)
        return [
            "workItem": json(record, style), "isDeleted": .bool(record.deletion != nil),
            "revisions": .array(record.revisions.map { json(record, Rendering(base: base), revision: $0) }),
            "updates": .array(record.updates.map { json($0, of: record, style) }),
        ]
    }

    private func person(_ call: ServiceCall) throws(ServiceFault) -> Account {
        let name = call.query["as"] ?? (try? call.json())?["as"]?.string ?? "Dana Developer"
        return accounts.first { $0.name == name || $0.mail == name } ?? accounts[min(1, accounts.count - 1)]
    }

    private func fieldOperations(_ body: JSONValue) -> [PatchOperation] {
        (body["fields"]?.object ?? JSONObject()).map { name, value in
            PatchOperation(kind: name == "System.Tags" ? .replace : .add, target: .field(name), value: value)
        }
    }

    private mutating func addWorkItem(_ call: ServiceCall, at now: Int64) throws(ServiceFault) -> ServiceAnswer {
        let body = try call.json()
        guard let project = body["project"]?.string.flatMap({ project($0) }) ?? projects.first else { throw .projectMissing("") }
        var operations = fieldOperations(body)
        if let parent = body["parent"]?.integer { operations.append(parentOperation(parent)) }
        let record = try create(
            operations, type: body["type"]?.string ?? "", in: project, by: person(call), at: now, base: call.base)
        return ServiceAnswer(json: json(record, Rendering(base: call.base)))
    }

    private func parentOperation(_ parent: Int64) -> PatchOperation {
        PatchOperation(
            kind: .add, target: .newRelation,
            value: ["rel": .string(WorkItemRecord.Relation.parent), "url": .string("workItems/\(parent)")])
    }

    private mutating func editWorkItem(_ call: ServiceCall, _ text: String, at now: Int64) throws(ServiceFault) -> ServiceAnswer {
        let body = try call.json()
        guard let id = Int64(text), let record = living(id) else { throw .workItemMissing(Int64(text) ?? 0) }
        var operations = fieldOperations(body)
        if let parent = body["parent"] {
            if let index = record.relations.firstIndex(where: { $0.kind == WorkItemRecord.Relation.parent }) {
                operations.append(PatchOperation(kind: .remove, target: .relation(index: index)))
            }
            if let number = parent.integer { operations.append(parentOperation(number)) }
        }
        if body["markdown"]?.bool == true {
            operations.append(PatchOperation(kind: .add, target: .format("System.Description"), value: "Markdown"))
        }
        let saved = try update(
            id, operations, by: person(call), at: now, switches: SaveSwitches(bypassRules: body["bypassRules"]?.bool ?? false),
            base: call.base)
        return ServiceAnswer(json: json(saved, Rendering(base: call.base)))
    }

    private mutating func addFault(_ call: ServiceCall) throws(ServiceFault) {
        let body = try call.json()
        guard let kind = body["kind"]?.string.flatMap({ Fault.Kind(rawValue: $0) }) else {
            throw .badRequest(
                "ArgumentException", "The kind must be one of: \(Fault.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        faults.append(
            Fault(
                kind: kind, remaining: body["count"]?.int ?? 1, method: body["method"]?.string, path: body["path"]?.string,
                amount: body["amount"]?.integer ?? 1, probability: body["probability"]?.number ?? 1))
    }

    /// Everything that the board page shows.
    private var board: JSONValue {
        let shown = projects.map { project -> JSONValue in
            let records = workItems.values.filter { $0.projectID == project.id && $0.deletion == nil }.sorted { $0.id < $1.id }
            let types = project.process.types.map { type -> JSONValue in
                ["name": .string(type.name), "color": .string(type.color), "states": .array(type.states.map { .string($0.name) })]
            }
            return [
                "name": .string(project.name), "process": .string(project.process.name), "types": .array(types),
                "total": .integer(records.count), "items": .array(records.prefix(400).map(card)),
            ]
        }
        return ["projects": .array(shown), "accounts": .array(accounts.map { .string($0.name) })]
    }

    private func card(_ record: WorkItemRecord) -> JSONValue {
        let fields = record.current.fields
        func text(_ name: String) -> JSONValue { fields[name] ?? "" }
        return [
            "id": .integer(record.id), "rev": .integer(record.current.number), "type": .string(record.type), "title": .string(record.title),
            "state": text("System.State"), "tags": text("System.Tags"), "description": text("System.Description"),
            "assignedTo": .string(fields["System.AssignedTo"]?.string.flatMap { account($0)?.name } ?? ""),
            "start": text("Microsoft.VSTS.Scheduling.StartDate"), "target": text("Microsoft.VSTS.Scheduling.TargetDate"),
            "effort": fields["Microsoft.VSTS.Scheduling.Effort"] ?? .null, "parent": record.parent.map { .integer($0) } ?? .null,
            "changedBy": .string(fields["System.ChangedBy"]?.string.flatMap { account($0)?.name } ?? ""),
        ]
    }
}
