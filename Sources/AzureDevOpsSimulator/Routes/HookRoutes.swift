import JSON

extension World {
    mutating func routeHooks(_ call: ServiceCall, _ path: [String], _ caller: Caller, at now: Int64) throws(ServiceFault) -> ServiceAnswer {
        let names = path.map { $0.lowercased() }
        switch (call.method, names.first ?? "", path.count) {
        case ("GET", "subscriptions", 1):
            let kind = call.query["eventtype"]
            return .list(hooks.subscriptions.filter { kind == nil || $0.eventType == kind }.map { $0.json(base: call.base) })
        case ("POST", "subscriptions", 1): return try createSubscription(call, caller, at: now)
        case ("GET", "subscriptions", 2): return ServiceAnswer(json: hooks.subscriptions[try subscription(path[1])].json(base: call.base))
        case ("PUT", "subscriptions", 2): return try replaceSubscription(call, path[1], caller, at: now)
        case ("DELETE", "subscriptions", 2):
            try mayManageHooks(caller)
            hooks.subscriptions.remove(at: try subscription(path[1]))
            return ServiceAnswer(status: 204)
        case ("GET", "subscriptions", 3) where names[2] == "notifications":
            let id = hooks.subscriptions[try subscription(path[1])].id
            return .list(hooks.notifications.filter { $0.subscription == id }.reversed().prefix(100).map(json))
        default:
            throw .notFound(
                "The controller for path '/\(call.path.joined(separator: "/"))' was not found or does not implement IController.")
        }
    }

    private func subscription(_ id: String) throws(ServiceFault) -> Int {
        guard let index = hooks.subscriptions.firstIndex(where: { $0.id == id.lowercased() }) else {
            throw ServiceFault(
                status: 404, typeKey: "SubscriptionNotFoundException", message: "Subscription with id \(id) cannot be found.",
                eventID: 4_501)
        }
        return index
    }

    private func mayManageHooks(_ caller: Caller) throws(ServiceFault) {
        guard caller.token.mayManageHooks else {
            throw .forbidden(
                "TF50309: The following account does not have sufficient permissions to complete the operation: \(caller.account.name). The following permissions are needed to perform this operation: Edit subscriptions."
            )
        }
    }

    private mutating func createSubscription(_ call: ServiceCall, _ caller: Caller, at now: Int64) throws(ServiceFault) -> ServiceAnswer {
        try mayManageHooks(caller)
        let body = try call.json()
        let subscription = try subscription(from: body, id: randomness.guid(), caller, at: now)
        hooks.subscriptions.append(subscription)
        return ServiceAnswer(json: subscription.json(base: call.base))
    }

    private mutating func replaceSubscription(
        _ call: ServiceCall, _ id: String, _ caller: Caller, at now: Int64
    ) throws(ServiceFault) -> ServiceAnswer {
        try mayManageHooks(caller)
        let index = try subscription(id)
        let body = try call.json()
        var replaced = try subscription(from: body, id: hooks.subscriptions[index].id, caller, at: now)
        replaced.notificationCount = hooks.subscriptions[index].notificationCount
        replaced.status = body["status"]?.string.flatMap { Subscription.Status(rawValue: $0) } ?? .enabled
        hooks.subscriptions[index] = replaced
        return ServiceAnswer(json: replaced.json(base: call.base))
    }

    private mutating func subscription(
        from body: JSONValue, id: String, _ caller: Caller, at now: Int64
    ) throws(ServiceFault) -> Subscription {
        func refused(_ message: String) -> ServiceFault { .badRequest("SubscriptionInputException", message) }
        guard body["publisherId"]?.string == "tfs", body["consumerId"]?.string == "webHooks",
            body["consumerActionId"]?.string == "httpRequest"
        else { throw refused("The publisher, the consumer or its action is not known.") }
        guard let event = body["eventType"]?.string.flatMap({ WorkItemEvent(rawValue: $0) }) else {
            throw refused("The event type \(body["eventType"]?.string ?? "") is not supported.")
        }
        guard let url = body["consumerInputs"]?["url"]?.string, url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw refused("The value of the input \"url\" is not valid.")
        }
        var inputs = body["publisherInputs"]?.object ?? JSONObject()
        if let name = inputs["projectId"]?.string, !name.isEmpty, project(name) == nil { throw .projectMissing(name) }
        inputs["hostId"] = .string(organisationID)
        inputs["tfsSubscriptionId"] = .string(randomness.guid())
        let time = ServiceTime(rounding: now)
        return Subscription(
            id: id, eventType: event.rawValue, resourceVersion: body["resourceVersion"]?.string ?? "1.0", publisherInputs: inputs,
            consumerInputs: body["consumerInputs"]?.object ?? JSONObject(), createdBy: caller.account.id, created: time, modified: time)
    }

    private func json(_ notification: Notification) -> JSONValue {
        [
            "id": .integer(notification.number), "subscriptionId": .string(notification.subscription),
            "eventId": .string(notification.eventID),
            "status": .string(notification.status.rawValue), "result": .string(notification.result.rawValue),
            "createdDate": .string(notification.created.text),
            "details": ["eventType": .string(notification.eventType), "requestAttempts": .integer(notification.attempts)],
        ]
    }
}
