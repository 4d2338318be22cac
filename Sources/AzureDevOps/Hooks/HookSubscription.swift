import JSON

/// What happens to a work item, as service hooks name it.
public enum WorkItemEventKind: String, Hashable, Sendable, CaseIterable {
    case created = "workitem.created"
    case updated = "workitem.updated"
    case deleted = "workitem.deleted"
    case restored = "workitem.restored"
    case commented = "workitem.commented"
}

/// A subscription of the `webHooks` consumer (FACTS.md 20).
public struct HookSubscription: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable {
        case enabled, onProbation, disabledByUser, disabledBySystem, disabledByInactiveIdentity
    }

    public var id: String
    public var status: Status
    public var url: String?

    init?(json: JSONValue) {
        guard let id = json["id"]?.string else { return nil }
        self.id = id
        status = json["status"]?.string.flatMap { Status(rawValue: $0) } ?? .enabled
        url = json["consumerInputs"]?["url"]?.string
    }
}

/// Where a subscription delivers to, and how it proves itself: there are no signatures, only Basic authentication (FACTS.md 1.8).
public struct HookTarget: Sendable {
    public var url: String
    public var userName: String
    public var password: Secret

    public init(url: String, userName: String, password: Secret) {
        self.url = url
        self.userName = userName
        self.password = password
    }
}

extension AzureDevOpsClient {
    public func createSubscription(
        for event: WorkItemEventKind, projectID: String, target: HookTarget
    ) async throws(AzureDevOpsError) -> HookSubscription {
        let body = Self.subscription(event, projectID, target)
        let (json, response) = try await call(.post, ["_apis", "hooks", "subscriptions"], body: body.bytes)
        guard let subscription = HookSubscription(json: json) else {
            throw .unexpectedAnswer(status: response.status, detail: "no subscription")
        }
        return subscription
    }

    /// - Throws: `notFound` when it is gone.
    public func subscription(_ id: String) async throws(AzureDevOpsError) -> HookSubscription {
        let (json, response) = try await call(.get, ["_apis", "hooks", "subscriptions", id])
        guard let subscription = HookSubscription(json: json) else {
            throw .unexpectedAnswer(status: response.status, detail: "no subscription")
        }
        return subscription
    }

    /// Removes a subscription; one that is gone already is fine.
    public func deleteSubscription(_ id: String) async throws(AzureDevOpsError) {
        do {
            _ = try await call(.delete, ["_apis", "hooks", "subscriptions", id])
        } catch {
            guard case .notFound = error else { throw error }
        }
    }

    private static func subscription(_ event: WorkItemEventKind, _ projectID: String, _ target: HookTarget) -> JSONValue {
        [
            "publisherId": "tfs", "eventType": .string(event.rawValue), "resourceVersion": "1.0", "consumerId": "webHooks",
            "consumerActionId": "httpRequest",
            "publisherInputs": ["projectId": .string(projectID), "areaPath": "", "workItemType": ""],
            "consumerInputs": [
                "url": .string(target.url), "basicAuthUsername": .string(target.userName),
                "basicAuthPassword": .string(String(decoding: target.password.revealed(), as: UTF8.self)),
                "resourceDetailsToSend": "all", "messagesToSend": "none", "detailedMessagesToSend": "none",
            ],
        ]
    }
}
