import JSON

/// What a delivery of a service hook tells (FACTS.md 22). It is a hint and nothing more: no field value of it is ever believed.
public struct WorkItemEvent: Hashable, Sendable {
    public var eventID: String
    /// `nil` for a kind that we do not know.
    public var kind: WorkItemEventKind?
    public var workItem: Int64
    /// `nil` where the delivery does not carry it.
    public var revision: Int64?
    /// Links came or went: the revision is not a new one then.
    public var changesLinks: Bool
    public var projectID: String?

    public enum ReadingError: Error, Hashable, Sendable {
        case notAnEvent
        case noWorkItem

        public var message: String {
            switch self {
            case .notAnEvent: "The delivery is no event of a service hook."
            case .noWorkItem: "The event names no work item."
            }
        }
    }

    /// Reads a delivery as it came. Nine tenths of one are the fields and what people may read, of which nothing is used: the work item is
    /// read anew.
    /// - Throws: `JSONError` or `ReadingError`.
    public init(delivered body: [UInt8], limits: JSONLimits) throws {
        try self.init(json: JSONValue(parsing: body, limits: limits, without: ["fields", "message", "detailedMessage"]))
    }

    public init(json: JSONValue) throws(ReadingError) {
        guard let id = json["id"]?.string, !id.isEmpty, id.count <= 100, let type = json["eventType"]?.string,
            let resource = json["resource"]
        else { throw .notAnEvent }
        eventID = id
        kind = WorkItemEventKind(rawValue: type)
        // In `workitem.updated` the resource's id is the number of the update (FACTS.md 1.3).
        let number = kind == .updated ? resource["workItemId"] ?? resource["revision"]?["id"] : resource["id"] ?? resource["workItemId"]
        guard let workItem = number?.integer ?? number?.string.flatMap({ Int64($0) }), workItem > 0 else { throw .noWorkItem }
        self.workItem = workItem
        revision = resource["rev"]?.integer ?? resource["revision"]?["rev"]?.integer
        if let given = revision, !(1...1_000_000_000).contains(given) { revision = nil }
        changesLinks = resource["relations"].map { !$0.isNull } ?? false
        projectID = json["resourceContainers"]?["project"]?["id"]?.string
    }
}
