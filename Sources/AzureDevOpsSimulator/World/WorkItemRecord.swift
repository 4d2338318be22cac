import JSON

/// One work item with everything that ever happened to it.
struct WorkItemRecord: Sendable {
    var id: Int64
    var projectID: String
    var revisions: [Revision]
    var updates: [Update]
    var relations: [Relation] = []
    var markdownFields: Set<String> = []
    var comments: [Comment] = []
    var deletion: Deletion?

    var current: Revision { revisions[revisions.count - 1] }
    var type: String { current.fields["System.WorkItemType"]?.string ?? "" }
    var title: String { current.fields["System.Title"]?.string ?? "" }

    /// The child's end of a hierarchy link.
    var parent: Int64? { relations.first { $0.kind == Relation.parent }?.target }

    /// A full snapshot; identities are kept as account ids. Absent means empty.
    struct Revision: Sendable {
        var number: Int64
        var fields: JSONObject
        /// Grows by one over the whole organisation with every revision.
        var watermark: Int64
        var changed: ServiceTime
        /// The comment that made this revision.
        var comment: Int?
    }

    /// One save as `updates` tells it: changes of links have one of their own, under the same revision.
    struct Update: Sendable {
        var number: Int64
        var revision: Int64
        var account: String
        var at: ServiceTime
        var fields: [(name: String, old: JSONValue?, new: JSONValue?)]
        var added: [Relation]
        var removed: [Relation]
    }

    struct Relation: Hashable, Sendable {
        var kind: String
        /// The other work item; `nil` for resource links.
        var target: Int64?
        /// The address of a resource link.
        var url: String
        var attributes: JSONObject

        static let parent = "System.LinkTypes.Hierarchy-Reverse"
        static let child = "System.LinkTypes.Hierarchy-Forward"

        /// Hyperlinks, files and artifacts make a revision; links between work items do not (FACTS.md 1.1, 1.2).
        var makesRevision: Bool { target == nil }
    }

    struct Comment: Sendable {
        var number: Int
        var version: Int
        var text: String
        var account: String
        var created: ServiceTime
        var modified: ServiceTime
        var isDeleted = false
    }

    struct Deletion: Sendable {
        var at: ServiceTime
        var account: String
    }
}

/// A change of a link between work items, as the feed of links tells it.
struct LinkLogEntry: Sendable {
    var sequence: Int64
    /// Without its direction: `System.LinkTypes.Hierarchy`.
    var kind: String
    var source: Int64
    var target: Int64
    var isActive: Bool
    var at: ServiceTime
    var projectID: String
}

/// Where a revision stands in the order of the whole organisation.
struct RevisionLogEntry: Sendable {
    var watermark: Int64
    var workItem: Int64
    var revision: Int64
    var at: ServiceTime
}
