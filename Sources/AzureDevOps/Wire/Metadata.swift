import Foundation
import JSON

public struct TeamProject: Hashable, Sendable {
    public var id: String
    public var name: String
    public var description: String?
    public var state: String

    init?(json: JSONValue) {
        guard let id = json["id"]?.string, let name = json["name"]?.string else { return nil }
        self.id = id
        self.name = name
        description = json["description"]?.string
        state = json["state"]?.string ?? ""
    }
}

/// Who the token belongs to.
public struct ConnectionIdentity: Hashable, Sendable {
    public var id: String
    public var displayName: String
    public var account: String?

    init?(json: JSONValue) {
        guard let user = json["authenticatedUser"], let id = user["id"]?.string else { return nil }
        self.id = id
        displayName = user["providerDisplayName"]?.string ?? user["customDisplayName"]?.string ?? ""
        account = user["properties"]?["Account"]?["$value"]?.string
    }

    /// A token that reached the wrong host comes back as nobody (FACTS.md 4).
    public var isAnonymous: Bool { displayName == "Anonymous" || id == "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa" }
}

public struct WorkItemType: Hashable, Sendable {
    public struct State: Hashable, Sendable {
        public var name: String
        public var color: String?
        public var category: String
    }

    public var name: String
    public var referenceName: String
    public var color: String?
    public var isDisabled: Bool
    public var states: [State]

    init?(json: JSONValue) {
        guard let name = json["name"]?.string else { return nil }
        self.name = name
        referenceName = json["referenceName"]?.string ?? name
        color = json["color"]?.string
        isDisabled = json["isDisabled"]?.bool ?? false
        states = (json["states"]?.array ?? []).compactMap(State.init)
    }
}

extension WorkItemType.State {
    init?(json: JSONValue) {
        guard let name = json["name"]?.string else { return nil }
        self.init(name: name, color: json["color"]?.string, category: json["category"]?.string ?? "")
    }
}

/// A field as one work item type has it.
public struct WorkItemTypeField: Hashable, Sendable {
    public var referenceName: String
    public var name: String
    public var isRequired: Bool
    public var hasDefault: Bool
    /// Texts; numbers come as texts too (FACTS.md 8). Empty when any value is allowed.
    public var allowedValues: [String]

    init?(json: JSONValue) {
        guard let referenceName = json["referenceName"]?.string else { return nil }
        self.referenceName = referenceName
        name = json["name"]?.string ?? referenceName
        isRequired = json["alwaysRequired"]?.bool ?? false
        hasDefault = json["defaultValue"].map { !$0.isNull } ?? false
        allowedValues = (json["allowedValues"]?.array ?? []).compactMap { $0.string ?? $0["displayName"]?.string }
    }
}

/// A field as the organisation has it.
public struct FieldDescription: Hashable, Sendable {
    public var referenceName: String
    public var name: String
    public var type: String
    public var isReadOnly: Bool
    public var isIdentity: Bool

    init?(json: JSONValue) {
        guard let referenceName = json["referenceName"]?.string else { return nil }
        self.referenceName = referenceName
        name = json["name"]?.string ?? referenceName
        type = json["type"]?.string ?? "string"
        isReadOnly = json["readOnly"]?.bool ?? false
        isIdentity = json["isIdentity"]?.bool ?? false
    }
}

/// One page of the feed of revisions (FACTS.md 17).
public struct RevisionsPage: Sendable {
    public struct Entry: Hashable, Sendable {
        public var id: Int64
        public var revision: Int64
        public var fields: JSONObject
    }

    public var entries: [Entry]
    public var continuationToken: String?
    public var isLast: Bool
    /// By the service's own clock; `nil` where it does not say.
    public var answeredAt: Date?
}

/// One page of the feed of links between work items.
public struct LinksPage: Sendable {
    public struct Entry: Hashable, Sendable {
        public var kind: String
        public var source: Int64
        public var target: Int64
        public var isActive: Bool
    }

    public var entries: [Entry]
    public var continuationToken: String?
    public var isLast: Bool
}
