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
    /// The number that the next revision has at least: a history of thousands, without its revisions.
    var nextRevision: Int64 = 1

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
        var comment: Int64?
    }

    /// One save as `updates` tells it: changes of links have one of their own, under the same revision. What a revision changed is told
    /// by comparing it with the one before.
    struct Update: Sendable {
        var number: Int64
        var revision: Int64
        var isRevision: Bool
        var account: String
        var at: ServiceTime
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

        func isSame(_ other: Relation) -> Bool { kind == other.kind && target == other.target && url == other.url }

        static let parent = "System.LinkTypes.Hierarchy-Reverse"
        static let child = "System.LinkTypes.Hierarchy-Forward"

        /// Hyperlinks, files and artifacts make a revision; links between work items do not (FACTS.md 1.1, 1.2).
        var makesRevision: Bool { target == nil }
    }

    struct Comment: Sendable {
        var id: Int64
        var isMarkdown = false
        /// The first is how it was written, the last how it stands.
        var versions: [Version]
        /// Accounts by kind of reaction.
        var reactions: [String: [String]] = [:]
        var isDeleted = false

        struct Version: Sendable {
            var number: Int64
            var text: String
            var account: String
            var at: ServiceTime
            var isDeleted = false
        }

        var current: Version { versions[versions.count - 1] }
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
    var account: String
    var comment: String
}

/// Where a revision stands in the order of the whole organisation.
struct RevisionLogEntry: Sendable {
    var watermark: Int64
    var workItem: Int64
    var revision: Int64
    var at: ServiceTime
}

extension WorkItemRecord {
    mutating func addUpdate(by author: Account, at now: ServiceTime, added: [Relation], removed: [Relation], isRevision: Bool = false) {
        updates.append(
            Update(
                number: Int64(updates.count + 1), revision: current.number, isRevision: isRevision, account: author.id, at: now,
                added: added, removed: removed))
    }

    func text(_ field: String) -> String { current.fields[field]?.string ?? "" }

    func hasEverHad(_ field: String) -> Bool { revisions.contains { $0.fields[field] != nil } }

    /// The revision that stood at a moment; `nil` before the first.
    func revision(at milliseconds: Int64) -> Revision? {
        if current.changed.milliseconds <= milliseconds { return current }
        return revisions.last { $0.changed.milliseconds <= milliseconds }
    }

    /// The relations that stood at a moment, told by the updates.
    func relations(at milliseconds: Int64) -> [Relation] {
        guard updates.contains(where: { $0.at.milliseconds > milliseconds && !($0.added.isEmpty && $0.removed.isEmpty) }) else {
            return relations
        }
        var standing: [Relation] = []
        for update in updates where update.at.milliseconds <= milliseconds {
            standing.removeAll { relation in update.removed.contains { $0.isSame(relation) } }
            standing += update.added
        }
        return standing
    }

    /// Changes the text of a field in every revision: what happens to paths when a node or a project is renamed.
    mutating func rewrite(_ field: String, _ change: (String) -> String) {
        for index in revisions.indices {
            guard let text = revisions[index].fields[field]?.string else { continue }
            revisions[index].fields[field] = .string(change(text))
        }
    }
}
