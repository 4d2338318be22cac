import JSON

/// Milliseconds by which parts of the service are behind (FACTS.md 17 and 18).
public struct Lags: Sendable {
    /// The reporting feeds.
    public var feeds: Int64 = 0
    /// WIQL.
    public var queries: Int64 = 0
    /// Reads of single work items and of lists: a replica that is not up to date.
    public var reads: Int64 = 0

    public init() {}
}

struct Tag: Sendable {
    var id: String
    var name: String
    var lastUpdate: ServiceTime
}

struct Team: Sendable {
    var id: String
    var projectID: String
    var name: String
    var summary: String
    var members: [String]
    var areaValues: [JSONValue] = []
    var defaultArea: String?
    /// Identifiers of the nodes that the team has taken.
    var iterations: [String] = []
}

/// A long-running job: making or removing a project takes a moment.
struct Operation: Sendable {
    var id: String
    var readyAt: Int64
}
