import JSON

extension World {
    /// Tells every subscription that matches. While one is on probation its new events are lost (FACTS.md 21).
    mutating func announce(
        _ event: WorkItemEvent, _ id: Int64, by author: Account, at milliseconds: Int64, base: String, alsoIn otherProject: String? = nil
    ) {
        guard !hooks.subscriptions.isEmpty, let record = workItems[id] else { return }
        for index in hooks.subscriptions.indices where hooks.subscriptions[index].status == .enabled {
            let isWanted = hooks.subscriptions[index].matches(
                event, record, changed: { changedFields(of: record) }, alsoIn: otherProject)
            guard isWanted else { continue }
            let eventID = randomness.guid()
            hooks.subscriptions[index].notificationCount += 1
            let body = payload(event, record, hooks.subscriptions[index], eventID, author, base: base, at: milliseconds)
            enqueue(body, eventID, event.rawValue, to: index, at: milliseconds)
        }
    }

    /// Puts a delivery in the queue, unless it is lost on purpose.
    private mutating func enqueue(_ body: [UInt8], _ eventID: String, _ type: String, to index: Int, at milliseconds: Int64) {
        hooks.announced += 1
        func isTurn(_ every: Int) -> Bool { every > 0 && hooks.announced % every == 0 }
        if isTurn(hooks.dropsEvery) { return }
        let created = ServiceTime(rounding: milliseconds)
        let heldBack: Int64 = isTurn(hooks.reordersEvery) ? 2_000 + hooks.delay : 0
        for _ in 0..<(isTurn(hooks.duplicatesEvery) ? 2 : 1) {
            hooks.lastNotification += 1
            let chance = hooks.jitter > 0 ? Int64.random(in: 0...hooks.jitter, using: &activity) : 0
            hooks.notifications.append(
                Notification(
                    number: hooks.lastNotification, ownNumber: hooks.subscriptions[index].notificationCount,
                    subscription: hooks.subscriptions[index].id, eventID: eventID, eventType: type, activityID: activity.guid(),
                    created: created, modified: created, due: milliseconds + hooks.delay + heldBack + chance, body: body))
        }
    }

    /// The canned sample of `testnotifications`: a work item that does not exist (FACTS.md 20).
    mutating func enqueueTest(to subscription: Subscription, by author: Account, base: String, at milliseconds: Int64) -> Notification? {
        guard let event = WorkItemEvent(rawValue: subscription.eventType) else { return nil }
        let now = ServiceTime(rounding: milliseconds)
        let fields: JSONObject = [
            "System.AreaPath": "FabrikamCloud", "System.TeamProject": "FabrikamCloud",
            "System.IterationPath": "FabrikamCloud\\Release 1\\Sprint 1",
            "System.WorkItemType": "Bug", "System.State": "New", "System.Reason": "New defect reported",
            "System.CreatedDate": "2014-07-15T17:42:44.663Z", "System.CreatedBy": .string(author.id),
            "System.ChangedDate": .string(now.text),
            "System.ChangedBy": .string(author.id), "System.Title": "Some great new idea!", "Microsoft.VSTS.Common.Severity": "3 - Medium",
        ]
        var record = WorkItemRecord(
            id: 5, projectID: subscription.input("projectId") ?? organisationID,
            revisions: [WorkItemRecord.Revision(number: 1, fields: fields, watermark: watermark, changed: now)], updates: [])
        record.addUpdate(by: author, at: now, added: [], removed: [], isRevision: true)
        let eventID = randomness.guid()
        let body = payload(event, record, subscription, eventID, author, base: base, at: milliseconds)
        hooks.lastNotification += 1
        let notification = Notification(
            number: hooks.lastNotification, ownNumber: subscription.notificationCount + 1, subscription: subscription.id, eventID: eventID,
            eventType: event.rawValue, activityID: activity.guid(), created: now, modified: now, due: milliseconds, body: body)
        hooks.notifications.append(notification)
        return notification
    }

    /// The envelope and resource of FACTS.md 22: identities are texts inside `fields` and an object in `revisedBy`.
    private func payload(
        _ event: WorkItemEvent, _ record: WorkItemRecord, _ subscription: Subscription, _ eventID: String, _ author: Account, base: String,
        at milliseconds: Int64
    ) -> [UInt8] {
        let host = "\(base)/"
        let words = EventWords(event, record, author, page: "\(base)/web/wi.aspx?pcguid=\(organisationID)&id=\(record.id)")
        let inputs = subscription.consumerInputs
        let details = inputs["resourceDetailsToSend"]?.string ?? "all"
        let created = ServiceTime(rounding: milliseconds).text.dropLast()
        let digits = created.lastIndex(of: ".").map { created.distance(from: $0, to: created.endIndex) - 1 }
        let fraction = digits == nil ? created + "." : String(created)
        let object: JSONObject = [
            "subscriptionId": .string(subscription.id), "notificationId": .integer(subscription.notificationCount), "id": .string(eventID),
            "eventType": .string(event.rawValue), "publisherId": "tfs",
            "message": words.json(isDetailed: false, wanted: inputs["messagesToSend"]?.string ?? ""),
            "detailedMessage": words.json(isDetailed: true, wanted: inputs["detailedMessagesToSend"]?.string ?? ""),
            "resource": details == "none" ? .null : resource(event, record, isMinimal: details == "minimal", base: base),
            "resourceVersion": .string(subscription.resourceVersion),
            "resourceContainers": [
                "collection": ["id": .string(organisationID), "baseUrl": .string(host)],
                "account": ["id": .string(accountID), "baseUrl": .string(host)],
                "project": ["id": .string(record.projectID), "baseUrl": .string(host)],
            ], "createdDate": .string("\(fraction)\(String(repeating: "0", count: 7 - (digits ?? 0)))Z"),
        ]
        return JSONValue.object(object).bytes
    }

    private func resource(_ event: WorkItemEvent, _ record: WorkItemRecord, isMinimal: Bool, base: String) -> JSONValue {
        var style = Rendering(base: base, expansion: .relations)
        style.identitiesAreObjects = false
        style.isEvent = true
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
        var object = json(update, of: record, style).object ?? JSONObject()
        let url = style.url(of: record)
        object["_links"] = [
            "self": ["href": object["url"] ?? .null], "workItemUpdates": ["href": .string("\(url)/updates")],
            "parent": ["href": .string(url)],
            "html": ["href": .string("\(base)/web/wi.aspx?pcguid=\(organisationID)&id=\(record.id)")],
        ]
        style.isRevision = true
        object["revision"] = json(record, style)
        return .object(object)
    }
}

/// What a person would read of an event, as text, HTML and Markdown (`recordings/webhook-workitem-updated-services.json`).
private struct EventWords {
    let head: String
    let tail: String
    let detail: String?
    let page: String

    init(_ event: WorkItemEvent, _ record: WorkItemRecord, _ author: Account, page: String) {
        self.page = page
        head = "\(record.type) #\(record.id)"
        let before = record.revisions.count > 1 ? record.revisions[record.revisions.count - 2].fields["System.State"]?.string : nil
        let state = record.text("System.State")
        let isMove = event == .updated && record.updates.last?.isRevision == true && before != nil && before != state
        let verb =
            switch event {
            case .created: "created"
            case .updated: isMove ? "transitioned to \(state)" : "updated"
            case .deleted: "deleted"
            case .restored: "restored"
            case .commented: "commented on"
            }
        tail = "(\(record.title)) \(verb) by \(author.name)"
        detail = event == .commented ? record.text("System.History") : (isMove ? "New State: \(state)" : nil)
        isComment = event == .commented
    }

    private let isComment: Bool

    func json(isDetailed: Bool, wanted: String) -> JSONValue {
        guard wanted != "none" else { return .null }
        var text = "\(head) \(tail)\r\n(\(page))"
        var html = "<a href=\"\(page.replacing("&", with: "&amp;"))\">\(head)</a> \(tail)"
        var markdown = "[\(head)](\(page)) \(tail)"
        if isDetailed, let detail {
            let plain = isComment ? EventWords.plain(detail) : detail
            text += "\r\n\r\n\(isComment ? "" : "- ")\(plain)\r\n"
            html += isComment ? "<br/>\(detail)" : "<ul>\r\n<li>\(detail)</li></ul>"
            markdown += "\r\n\r\n\(isComment ? "" : "* ")\(plain)\r\n"
        }
        let all: [(String, JSONValue)] = [("text", .string(text)), ("html", .string(html)), ("markdown", .string(markdown))]
        return .object(JSONObject(all.filter { wanted.isEmpty || wanted == "all" || wanted == $0.0 }))
    }

    private static func plain(_ html: String) -> String {
        var text = ""
        var isTag = false
        for character in html {
            if character == "<" { isTag = true }
            if !isTag { text.append(character) }
            if character == ">" { isTag = false }
        }
        return text
    }
}
