import JSON

extension World {
    /// Tells every subscription that matches. While one is on probation its new events are lost (FACTS.md 21).
    mutating func announce(_ event: WorkItemEvent, _ id: Int64, by author: Account, at milliseconds: Int64, base: String) {
        guard let record = workItems[id] else { return }
        for index in hooks.subscriptions.indices where hooks.subscriptions[index].status == .enabled {
            guard hooks.subscriptions[index].matches(event, record) else { continue }
            hooks.announced += 1
            if hooks.dropsEvery > 0, hooks.announced % hooks.dropsEvery == 0 { continue }
            let copies = hooks.duplicatesEvery > 0 && hooks.announced % hooks.duplicatesEvery == 0 ? 2 : 1
            hooks.subscriptions[index].notificationCount += 1
            let subscription = hooks.subscriptions[index]
            let eventID = randomness.guid()
            let body = payload(event, record, subscription, eventID, author, base: base, at: milliseconds)
            for _ in 0..<copies {
                hooks.lastNotification += 1
                hooks.notifications.append(
                    Notification(
                        number: hooks.lastNotification, subscription: subscription.id, eventID: eventID,
                        eventType: event.rawValue, created: ServiceTime(rounding: milliseconds), due: milliseconds + hooks.delay, body: body
                    ))
            }
        }
    }

    /// The envelope and resource of FACTS.md 22: identities are texts inside `fields` and an object in `revisedBy`.
    private func payload(
        _ event: WorkItemEvent, _ record: WorkItemRecord, _ subscription: Subscription, _ eventID: String, _ author: Account, base: String,
        at milliseconds: Int64
    ) -> [UInt8] {
        let host = "\(base)/"
        var object: JSONObject = [
            "subscriptionId": .string(subscription.id), "notificationId": .integer(subscription.notificationCount), "id": .string(eventID),
            "eventType": .string(event.rawValue), "publisherId": "tfs",
        ]
        let text = "\(record.type) #\(record.id) (\(record.title)) \(event.verb) by \(author.name)"
        for name in ["message", "detailedMessage"] {
            let wanted = subscription.consumerInputs[name == "message" ? "messagesToSend" : "detailedMessagesToSend"]?.string ?? "all"
            object[name] = wanted == "none" ? .null : ["text": .string(text), "html": .string(text), "markdown": .string(text)]
        }
        let details = subscription.consumerInputs["resourceDetailsToSend"]?.string ?? "all"
        object["resource"] = details == "none" ? .null : resource(event, record, isMinimal: details == "minimal", base: base)
        object["resourceVersion"] = .string(subscription.resourceVersion)
        object["resourceContainers"] = [
            "collection": ["id": .string(organisationID), "baseUrl": .string(host)],
            "account": ["id": .string(organisationID), "baseUrl": .string(host)],
            "project": ["id": .string(record.projectID), "baseUrl": .string(host)],
        ]
        let created = ServiceTime(rounding: milliseconds).text.dropLast()
        object["createdDate"] = .string("\(created.contains(".") ? String(created) : created + ".")0000000Z")
        return JSONValue.object(object).bytes
    }

    private func resource(_ event: WorkItemEvent, _ record: WorkItemRecord, isMinimal: Bool, base: String) -> JSONValue {
        var style = Rendering(base: base, expansion: .relations, identitiesAreObjects: false)
        let snapshot = json(record, style)
        if isMinimal {
            return ["id": snapshot["id"] ?? .null, "rev": snapshot["rev"] ?? .null, "url": snapshot["url"] ?? .null]
        }
        guard event == .updated, let update = record.updates.last else {
            guard event == .deleted else { return snapshot }
            var object = snapshot.object ?? JSONObject()
            let url = "\(base)/\(record.projectID)/_apis/wit/recyclebin/\(record.id)"
            object["url"] = .string(url)
            object["_links"] = ["self": ["href": .string(url)]]
            return .object(object)
        }
        style.expansion = .relations
        var object = json(update, of: record, style).object ?? JSONObject()
        object["_links"] = [
            "self": ["href": object["url"] ?? .null],
            "parent": ["href": .string("\(base)/\(record.projectID)/_apis/wit/workItems/\(record.id)")],
        ]
        object["revision"] = snapshot
        return .object(object)
    }
}

extension WorkItemEvent {
    fileprivate var verb: String {
        switch self {
        case .created: "created"
        case .updated: "updated"
        case .deleted: "deleted"
        case .restored: "restored"
        case .commented: "commented on"
        }
    }
}
