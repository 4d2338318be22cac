import JSON

/// Subscriptions, and what is to be delivered to them.
struct HookRegistry: Sendable {
    var subscriptions: [Subscription] = []
    var notifications: [Notification] = []
    /// Milliseconds between a save and its delivery; the service takes one to seven seconds.
    var delay: Int64 = 150
    /// Every n-th delivery is dropped, or sent twice; 0 for none.
    var dropsEvery = 0
    var duplicatesEvery = 0
    var announced = 0
    var lastNotification: Int64 = 0
    /// Notifications that are kept for inspection.
    static let kept = 2_000
}

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
    var modified: ServiceTime
    var notificationCount: Int64 = 0
    var probationRetries = 0
    var lastProbationRetry: ServiceTime?

    func matches(_ event: WorkItemEvent, _ record: WorkItemRecord) -> Bool {
        func input(_ name: String) -> String? { publisherInputs[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        guard eventType == event.rawValue, input("projectId").map({ $0.lowercased() == record.projectID }) ?? true else { return false }
        if let type = input("workItemType"), type != record.type { return false }
        if let area = input("areaPath") {
            let path = record.current.fields["System.AreaPath"]?.string ?? ""
            guard path == area || path.hasPrefix(area + "\\") else { return false }
        }
        if let field = input("changedFields"), event == .updated {
            guard let update = record.updates.last,
                field.split(separator: ",").contains(where: { name in update.fields.contains { $0.name == name } })
            else { return false }
        }
        return true
    }

    func json(base: String) -> JSONValue {
        var consumer = consumerInputs
        if consumer["basicAuthPassword"] != nil { consumer["basicAuthPassword"] = "********" }
        var object: JSONObject = [
            "id": .string(id), "url": .string("\(base)/_apis/hooks/subscriptions/\(id)"), "status": .string(status.rawValue),
            "publisherId": "tfs", "eventType": .string(eventType), "resourceVersion": .string(resourceVersion),
            "eventDescription": "Any work item", "consumerId": "webHooks", "consumerActionId": "httpRequest",
            "actionDescription": .string("To host \(host)"), "createdBy": ["id": .string(createdBy)], "createdDate": .string(created.text),
            "modifiedBy": ["id": .string(createdBy)], "modifiedDate": .string(modified.text), "publisherInputs": .object(publisherInputs),
            "consumerInputs": .object(consumer),
        ]
        if status == .onProbation {
            object["probationRetries"] = .integer(probationRetries)
            object["lastProbationRetryDate"] = lastProbationRetry.map { .string($0.text) }
        }
        return .object(object)
    }

    private var host: String {
        let url = consumerInputs["url"]?.string ?? ""
        return String(url.drop { $0 != "/" }.drop { $0 == "/" }.prefix { $0 != "/" && $0 != ":" })
    }
}

/// One event on its way to one subscription.
struct Notification: Sendable {
    enum Status: String, Sendable { case queued, requestInProgress, completed }
    enum Result: String, Sendable { case pending, succeeded, failed }

    var number: Int64
    var subscription: String
    var eventID: String
    var eventType: String
    var status = Status.queued
    var result = Result.pending
    var created: ServiceTime
    var due: Int64
    var attempts = 0
    var lastStatus: Int?
    var body: [UInt8]
}

enum WorkItemEvent: String, Sendable, CaseIterable {
    case created = "workitem.created"
    case updated = "workitem.updated"
    case deleted = "workitem.deleted"
    case restored = "workitem.restored"
    case commented = "workitem.commented"
}

/// One HTTP request that the shell shall make.
public struct HookDelivery: Sendable {
    public var notification: Int64
    public var subscription: String
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
}
