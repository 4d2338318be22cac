import JSON

/// Who wants to hear of which events, and where.
struct Subscription: Sendable {
    enum Status: String, Sendable { case enabled, onProbation, disabledByUser, disabledBySystem, disabledByInactiveIdentity }

    var id: String
    var eventType: String
    var status = Status.enabled
    var resourceVersion: String
    var publisherInputs: JSONObject
    /// With the secrets; they are masked when shown.
    var consumerInputs: JSONObject
    var createdBy: String
    var created: ServiceTime
    var modifiedBy: String
    var modified: ServiceTime
    var notificationCount: Int64 = 0
    var probationRetries = 0
    var lastProbationRetry: ServiceTime?
    var diagnostics = JSONObject()

    /// An input of the publisher that is set.
    func input(_ name: String) -> String? { publisherInputs[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }

    func matches(_ event: WorkItemEvent, _ record: WorkItemRecord, changed: () -> Set<String>, alsoIn otherProject: String?) -> Bool {
        guard eventType == event.rawValue else { return false }
        if let project = input("projectId")?.lowercased(), project != record.projectID, project != otherProject { return false }
        if let type = input("workItemType"), type != record.type { return false }
        if let area = input("areaPath") {
            let path = record.text("System.AreaPath")
            guard path == area || path.hasPrefix(area + "\\") else { return false }
        }
        switch event {
        case .updated:
            if let fields = input("changedFields") {
                let names = changed()
                guard fields.split(separator: ",").contains(where: { names.contains(trimmed(String($0))) }) else { return false }
            }
            if input("linksChanged") == "true" {
                guard let update = record.updates.last, !(update.added.isEmpty && update.removed.isEmpty) else { return false }
            }
            if let tag = input("tag") {
                guard
                    record.text("System.Tags").split(separator: ";").contains(where: {
                        trimmed(String($0)).lowercased() == tag.lowercased()
                    })
                else { return false }
            }
        case .commented:
            if let words = input("commentPattern") {
                guard record.text("System.History").lowercased().contains(words.lowercased()) else { return false }
            }
        default: break
        }
        return true
    }

    func json(base: String, author: Account?) -> JSONValue {
        var consumer = consumerInputs
        if consumer["basicAuthPassword"] != nil { consumer["basicAuthPassword"] = "********" }
        var object: JSONObject = [
            "id": .string(id), "url": .string("\(base)/_apis/hooks/subscriptions/\(id)"), "status": .string(status.rawValue),
            "publisherId": "tfs", "eventType": .string(eventType), "subscriber": .null, "resourceVersion": .string(resourceVersion),
            "eventDescription": .string(summary), "consumerId": "webHooks", "consumerActionId": "httpRequest",
            "actionDescription": .string("To host \(host)"), "probationRetries": .integer(probationRetries),
            "createdBy": identity(createdBy, author, base), "createdDate": .string(created.text),
            "modifiedBy": identity(modifiedBy, author, base), "modifiedDate": .string(modified.text),
            "lastProbationRetryDate": lastProbationRetry.map { .string($0.text) } ?? "0001-01-01T00:00:00",
            "publisherInputs": .object(publisherInputs), "consumerInputs": .object(consumer),
        ]
        object["_links"] = [
            "self": ["href": .string("\(base)/_apis/hooks/subscriptions/\(id)")],
            "consumer": ["href": .string("\(base)/_apis/hooks/consumers/webHooks")],
            "actions": ["href": .string("\(base)/_apis/hooks/consumers/webHooks/actions")],
            "notifications": ["href": .string("\(base)/_apis/hooks/subscriptions/\(id)/notifications")],
            "publisher": ["href": .string("\(base)/_apis/hooks/publishers/tfs")],
        ]
        return .object(object)
    }

    private func identity(_ id: String, _ author: Account?, _ base: String) -> JSONValue {
        guard let author, author.id == id else { return ["id": .string(id)] }
        return author.object(base: base)
    }

    private var summary: String {
        var parts = [input("workItemType").map { "Work item type \($0)" } ?? "Any work item"]
        if let area = input("areaPath") { parts.append("area path under \(area)") }
        if let fields = input("changedFields") { parts.append("changed fields \(fields)") }
        return parts.joined(separator: ", ")
    }

    private var host: String {
        let url = consumerInputs["url"]?.string ?? ""
        return String(url.drop { $0 != "/" }.drop { $0 == "/" }.prefix { $0 != "/" && $0 != ":" })
    }
}
