import JSON

/// Service hooks: who publishes, who consumes, subscriptions and the history of their deliveries (FACTS.md 20 and 21).
extension World {
    mutating func answerHooks(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        switch (resource, request.method) {
        case (.publishers, "GET"):
            guard let id = request["publisherId"] else { return .list([HookCatalogue.publisher(request.base)]) }
            try known(id, "tfs", "PublisherNotFoundException", "publisher")
            return ServiceAnswer(json: HookCatalogue.publisher(request.base))
        case (.publishersQuery, "POST"): return ServiceAnswer(json: try result([HookCatalogue.publisher(request.base)], of: request))
        case (.publisherInputValues, "POST"): return try readInputValues(request)
        case (.eventTypes, "GET"):
            try known(request["publisherId"] ?? "", "tfs", "PublisherNotFoundException", "publisher")
            guard let id = request["eventTypeId"] else { return .list(HookCatalogue.eventTypes(request.base)) }
            guard let event = WorkItemEvent(rawValue: id) else { throw missing("EventTypeNotFoundException", "event type", id) }
            return ServiceAnswer(json: HookCatalogue.eventType(event, request.base))
        case (.consumers, "GET"):
            guard let id = request["consumerId"] else { return .list([HookCatalogue.consumer(request.base)]) }
            try known(id, "webHooks", "ConsumerNotFoundException", "consumer")
            return ServiceAnswer(json: HookCatalogue.consumer(request.base))
        case (.consumerActions, "GET"):
            try known(request["consumerId"] ?? "", "webHooks", "ConsumerNotFoundException", "consumer")
            guard let id = request["consumerActionId"] else { return .list([HookCatalogue.action(request.base)]) }
            try known(id, "httpRequest", "ConsumerActionNotFoundException", "consumer action")
            return ServiceAnswer(json: HookCatalogue.action(request.base))
        case (.subscriptions, _): return try answerSubscriptions(request)
        case (.subscriptionsQuery, "POST"): return try querySubscriptions(request)
        case (.hookNotifications, "GET"): return try readNotifications(request)
        case (.notificationsQuery, "POST"): return try queryNotifications(request)
        case (.testNotifications, "POST"): return try sendTest(request)
        case (.hookDiagnostics, _): return try answerDiagnostics(request)
        default: throw request.notAllowed()
        }
    }

    private func missing(_ typeKey: String, _ kind: String, _ id: String) -> ServiceFault {
        ServiceFault(status: 404, typeKey: typeKey, message: "The \(kind) with id \(id) cannot be found.", eventID: 4_501)
    }

    private func known(_ id: String, _ expected: String, _ typeKey: String, _ kind: String) throws(ServiceFault) {
        guard id.lowercased() == expected.lowercased() else { throw missing(typeKey, kind, id) }
    }

    /// What was asked, with the results in it: so the query resources answer.
    private func result(_ values: [JSONValue], of request: ServiceRequest) throws(ServiceFault) -> JSONValue {
        var object = try request.json().object ?? JSONObject()
        object["results"] = .array(values)
        return .object(object)
    }

    private func readInputValues(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        try known(request["publisherId"] ?? "", "tfs", "PublisherNotFoundException", "publisher")
        var object = try request.json().object ?? JSONObject()
        let project = object["currentValues"]?["projectId"]?.string.flatMap { self.project($0) } ?? projects.first
        func values(_ id: String) -> [(String, String)] {
            switch id {
            case "projectId": return projects.map { ($0.id, $0.name) }
            case "workItemType": return [("", "[Any]")] + (project?.process.types.map { ($0.name, $0.name) } ?? [])
            case "changedFields": return [("", "[Any]")] + FieldDefinition.all.map { ($0.referenceName, $0.name) }
            case "areaPath":
                func paths(_ node: ClassificationNode, _ path: String) -> [(String, String)] {
                    [(path, path)] + node.children.flatMap { paths($0, "\(path)\\\($0.name)") }
                }
                return [("", "[Any]")] + (project.map { paths($0.areas, $0.name) } ?? [])
            default: return []
            }
        }
        object["inputValues"] = .array(
            (object["inputValues"]?.array ?? []).map { wanted in
                let id = wanted["inputId"]?.string ?? ""
                return [
                    "inputId": .string(id), "isLimitedToPossibleValues": true,
                    "possibleValues": .array(values(id).map { ["value": .string($0.0), "displayValue": .string($0.1)] }),
                ]
            })
        return ServiceAnswer(json: .object(object))
    }

    // MARK: Subscriptions

    private mutating func answerSubscriptions(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        guard let id = request["subscriptionId"] else {
            switch request.method {
            case "GET":
                let event = request.query("eventType")
                let isOurs = [request.query("publisherId") ?? "tfs", request.query("consumerId") ?? "webHooks"] == ["tfs", "webHooks"]
                return .list(hooks.subscriptions.filter { isOurs && (event == nil || $0.eventType == event) }.map { json($0, request) })
            case "POST":
                try mayManage(request)
                let subscription = try subscription(request, id: randomness.guid())
                hooks.subscriptions.append(subscription)
                return ServiceAnswer(json: json(subscription, request))
            case "PUT":
                guard let id = try request.json()["id"]?.string else { throw request.notAllowed() }
                return try replace(request, id)
            default: throw request.notAllowed()
            }
        }
        switch request.method {
        case "GET": return ServiceAnswer(json: json(hooks.subscriptions[try index(id)], request))
        case "PUT": return try replace(request, id)
        case "DELETE":
            try mayManage(request)
            hooks.subscriptions.remove(at: try index(id))
            return .done
        default: throw request.notAllowed()
        }
    }

    private func json(_ subscription: Subscription, _ request: ServiceRequest) -> JSONValue {
        subscription.json(base: request.base, author: account(subscription.createdBy))
    }

    private func index(_ id: String) throws(ServiceFault) -> Int {
        guard let index = hooks.subscriptions.firstIndex(where: { $0.id == id.lowercased() }) else {
            throw missing("SubscriptionNotFoundException", "subscription", id)
        }
        return index
    }

    private func mayManage(_ request: ServiceRequest) throws(ServiceFault) {
        guard request.caller.token.mayManageHooks else {
            throw .forbidden(
                "TF50309: The following account does not have sufficient permissions to complete the operation: \(request.caller.account.name). The following permissions are needed to perform this operation: Edit subscriptions."
            )
        }
    }

    private mutating func replace(_ request: ServiceRequest, _ id: String) throws(ServiceFault) -> ServiceAnswer {
        try mayManage(request)
        let index = try index(id)
        let old = hooks.subscriptions[index]
        var replaced = try subscription(request, id: old.id)
        replaced.createdBy = old.createdBy
        replaced.created = old.created
        replaced.notificationCount = old.notificationCount
        replaced.diagnostics = old.diagnostics
        // A masked secret stands for the one that is kept.
        if replaced.consumerInputs["basicAuthPassword"]?.string == "********" {
            replaced.consumerInputs["basicAuthPassword"] = old.consumerInputs["basicAuthPassword"]
        }
        replaced.status = try request.json()["status"]?.string.flatMap { Subscription.Status(rawValue: $0) } ?? .enabled
        hooks.subscriptions[index] = replaced
        return ServiceAnswer(json: json(replaced, request))
    }

    private mutating func subscription(_ request: ServiceRequest, id: String) throws(ServiceFault) -> Subscription {
        let body = try request.json()
        func refused(_ message: String) -> ServiceFault { .badRequest("SubscriptionInputException", message) }
        guard body["publisherId"]?.string == "tfs", body["consumerId"]?.string == "webHooks",
            body["consumerActionId"]?.string == "httpRequest"
        else { throw refused("The publisher, the consumer or its action is not known.") }
        guard let event = body["eventType"]?.string.flatMap({ WorkItemEvent(rawValue: $0) }) else {
            throw refused("The event type \(body["eventType"]?.string ?? "") is not supported.")
        }
        let consumer = body["consumerInputs"]?.object ?? JSONObject()
        try check(consumer)
        var inputs = body["publisherInputs"]?.object ?? JSONObject()
        if let name = inputs["projectId"]?.string, !name.isEmpty, project(name) == nil { throw .projectMissing(name) }
        if let words = inputs["commentPattern"]?.string, !words.isEmpty,
            words.contains(where: { "&<>'\"".contains($0) }) || words.count > 1_024
        {
            throw refused(
                "The value of the input \"commentPattern\" is not valid: it should contain at least one non whitespace character and none of & < > ' \"."
            )
        }
        inputs["hostId"] = .string(organisationID)
        inputs["tfsSubscriptionId"] = inputs["tfsSubscriptionId"] ?? .string(randomness.guid())
        return Subscription(
            id: id, eventType: event.rawValue, resourceVersion: body["resourceVersion"]?.string ?? "1.0", publisherInputs: inputs,
            consumerInputs: consumer, createdBy: request.caller.account.id, created: request.time, modifiedBy: request.caller.account.id,
            modified: request.time)
    }

    /// The patterns of `examples/hooks-consumer-webhooks.json`.
    private func check(_ inputs: JSONObject) throws(ServiceFault) {
        func refused(_ name: String) -> ServiceFault {
            .badRequest("SubscriptionInputException", "The value of the input \"\(name)\" is not valid.")
        }
        guard let url = inputs["url"]?.string, url.hasPrefix("http://") || url.hasPrefix("https://") else { throw refused("url") }
        for name in ["basicAuthUsername", "basicAuthPassword"] {
            guard let value = inputs[name]?.string, !value.isEmpty else { continue }
            guard value.count <= 256, !value.contains(where: \.isWhitespace) else { throw refused(name) }
        }
        for line in (inputs["httpHeaders"]?.string ?? "").split(whereSeparator: \.isNewline) {
            let halves = line.split(separator: ":", maxSplits: 1)
            guard halves.count == 2, !trimmed(String(halves[1])).contains(where: \.isWhitespace) else { throw refused("httpHeaders") }
        }
    }

    private func querySubscriptions(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        func fits(_ conditions: JSONValue?, _ inputs: JSONObject) -> Bool {
            (conditions?.array ?? []).allSatisfy { filter in
                (filter["conditions"]?.array ?? []).allSatisfy { condition in
                    let isSame = inputs[condition["inputId"]?.string ?? ""]?.string == condition["inputValue"]?.string
                    return condition["operator"]?.string?.lowercased() == "notequals" ? !isSame : isSame
                }
            }
        }
        let found = hooks.subscriptions.filter { subscription in
            (body["eventType"]?.string.map { $0 == subscription.eventType } ?? true) && (body["publisherId"]?.string ?? "tfs") == "tfs"
                && (body["consumerId"]?.string ?? "webHooks") == "webHooks"
                && fits(body["publisherInputFilters"], subscription.publisherInputs)
                && fits(body["consumerInputFilters"], subscription.consumerInputs)
        }
        return ServiceAnswer(json: try result(found.map { json($0, request) }, of: request))
    }

    private mutating func answerDiagnostics(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let index = try index(request["subscriptionId"] ?? "")
        switch request.method {
        case "GET": break
        case "PUT":
            try mayManage(request)
            for (name, value) in try request.json().object ?? JSONObject() {
                let isEnabled = value["enabled"]?.bool ?? false
                hooks.subscriptions[index].diagnostics[name] = [
                    "enabled": .bool(isEnabled), "startDate": .string(request.time.text),
                    "endDate": .string(ServiceTime(rounding: request.now + 3_600_000).text), "maxTracedEntries": 25, "tracedEntries": 0,
                ]
            }
        default: throw request.notAllowed()
        }
        return ServiceAnswer(json: .object(hooks.subscriptions[index].diagnostics))
    }

    // MARK: Deliveries

    private func json(_ notification: Notification, _ isDetailed: Bool = true) -> JSONValue {
        var object: JSONObject = [
            "id": .integer(notification.ownNumber), "subscriptionId": .string(notification.subscription),
            "eventId": .string(notification.eventID), "status": .string(notification.status.rawValue),
            "result": .string(notification.result.rawValue), "createdDate": .string(notification.created.text),
            "modifiedDate": .string(notification.modified.text),
        ]
        guard isDetailed else { return .object(object) }
        let status = notification.lastStatus
        var details: JSONObject = [
            "eventType": .string(notification.eventType), "publisherId": "tfs", "consumerId": "webHooks", "consumerActionId": "httpRequest",
            "requestAttempts": .integer(notification.attempts), "request": .string(String(decoding: notification.body, as: UTF8.self)),
            "response": status.map { .string("HTTP/1.1 \($0)") } ?? "",
        ]
        if notification.status == .completed, notification.result == .failed {
            details["errorMessage"] = .string(
                status.map { "Response status code does not indicate success: \($0)." } ?? "The receiver did not answer.")
        }
        if let event = try? JSONValue(parsing: notification.body, limits: .answer) { details["event"] = event }
        object["details"] = .object(details)
        return .object(object)
    }

    private func readNotifications(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let id = hooks.subscriptions[try index(request["subscriptionId"] ?? "")].id
        let own = hooks.notifications.filter { $0.subscription == id }
        if let number = request["notificationId"] {
            guard let found = own.first(where: { String($0.ownNumber) == number }) else {
                throw missing("NotificationNotFoundException", "notification", number)
            }
            return ServiceAnswer(json: json(found))
        }
        let (status, outcome) = (request.query("status")?.lowercased(), request.query("result")?.lowercased())
        let found = own.reversed().filter { notification in
            (status == nil || notification.status.rawValue.lowercased() == status)
                && (outcome == nil || notification.result.rawValue == outcome)
        }
        return .list(found.prefix(request.number("maxResults") ?? 100).map { json($0, false) })
    }

    private func queryNotifications(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        let ids = Set((body["subscriptionIds"]?.array ?? []).compactMap { $0.string?.lowercased() })
        let isDetailed = body["includeDetails"]?.bool ?? false
        let found = hooks.notifications.reversed().filter { notification in
            (ids.isEmpty || ids.contains(notification.subscription))
                && (body["status"]?.string.map { $0.lowercased() == notification.status.rawValue.lowercased() } ?? true)
                && (body["resultType"]?.string.map { $0.lowercased() == notification.result.rawValue } ?? true)
        }.prefix(body["maxResults"]?.int ?? 100)
        var object = try result(found.map { json($0, isDetailed) }, of: request).object ?? JSONObject()
        object["summary"] = .array(
            Dictionary(grouping: found, by: \.subscription).sorted { $0.key < $1.key }.map { id, own in
                [
                    "subscriptionId": .string(id),
                    "results": .array(
                        Dictionary(grouping: own, by: \.result).map { result, list in
                            ["result": .string(result.rawValue), "notificationCount": .integer(list.count)]
                        }),
                ]
            })
        return ServiceAnswer(json: .object(object))
    }

    /// Tries a subscription out, whether it is saved or not.
    private mutating func sendTest(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        try mayManage(request)
        let body = try request.json()
        let details = body["details"]
        let id = body["subscriptionId"]?.string
        let subscription: Subscription
        if let id, let saved = hooks.subscriptions.first(where: { $0.id == id.lowercased() }) {
            subscription = saved
        } else {
            guard let event = details?["eventType"]?.string.flatMap({ WorkItemEvent(rawValue: $0) }) else {
                throw .badRequest("SubscriptionInputException", "The event type of the test is not known.")
            }
            let consumer = details?["consumerInputs"]?.object ?? JSONObject()
            try check(consumer)
            subscription = Subscription(
                id: "00000000-0000-0000-0000-000000000000", eventType: event.rawValue, resourceVersion: "1.0",
                publisherInputs: details?["publisherInputs"]?.object ?? JSONObject(), consumerInputs: consumer,
                createdBy: request.caller.account.id, created: request.time, modifiedBy: request.caller.account.id, modified: request.time)
        }
        guard let sent = enqueueTest(to: subscription, by: request.caller.account, base: request.base, at: request.now) else {
            throw .badRequest("SubscriptionInputException", "The event type \(subscription.eventType) is not supported.")
        }
        hooks.tests[subscription.id] = subscription
        return ServiceAnswer(json: json(sent))
    }
}
