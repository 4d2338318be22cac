import Database
import FieldSync
import JSON
import Portfolio

/// The columns of a link that change while it lives, in one order for adding it and for writing it back.
extension StoreTransaction {
    private static let changingColumns = [
        "work_item_id", "work_item_type", "state", "seen_revision", "seen_parent", "dirty", "settled", "priority", "cause", "not_before",
        "failures", "problem", "automatic_writes", "conflicts", "obstacles", "fields", "remote_state", "remote_changed_at",
        "remote_changed_by", "synced_at", "written_at", "heard_revision", "heard_at", "is_live", "is_waiting", "is_open",
    ]

    /// The last of them are flags, which the two databases take differently: a number is compared.
    private static func place(of column: String, at number: Int) -> String {
        column.hasPrefix("is_") ? "($\(number) = 1)" : "$\(number)"
    }

    /// Takes the id, and then `changing`.
    static let writingBack: String = {
        let assignments = changingColumns.enumerated().map { "\($0.element) = \(place(of: $0.element, at: $0.offset + 2))" }
        return "UPDATE link SET \(assignments.joined(separator: ", ")) WHERE id = $1"
    }()

    /// Takes the integration, the item and the marker, and then `changing`.
    static let insertion: String = {
        let places = changingColumns.enumerated().map { place(of: $0.element, at: $0.offset + 4) }
        return "INSERT INTO link (integration_id, item_id, marker, \(changingColumns.joined(separator: ", "))) "
            + "VALUES ($1, $2, $3, \(places.joined(separator: ", "))) RETURNING id"
    }()

    static func changing(_ link: Link) -> [SQLValue] {
        [
            SQLValue(link.workItem), .text(link.workItemType), .text(link.state.rawValue), .integer(link.seenRevision),
            SQLValue(link.seenParent), .integer(link.dirty), .integer(link.settled), .integer(link.priority.rawValue),
            .text(link.cause.rawValue), .integer(link.notBefore.milliseconds), .integer(Int64(link.failures)),
            SQLValue(link.problem.map(text)), .integer(Int64(link.automaticWrites)), .integer(Int64(link.conflicts.count)),
            .integer(Int64(link.obstacles.count)), .text(LinkFieldsCodec.text(link.fields)), SQLValue(link.remoteState),
            SQLValue(link.remoteChangedAt?.milliseconds), SQLValue(link.remoteChangedBy), SQLValue(link.syncedAt?.milliseconds),
            SQLValue(link.writtenAt?.milliseconds), .integer(link.heardRevision), .integer(link.heardAt.milliseconds),
            .integer(link.state.isLive ? 1 : 0), .integer(link.isWaitingForWork ? 1 : 0), .integer(link.isOpen ? 1 : 0),
        ]
    }

    private static func text(_ problem: LinkProblem) -> String {
        let json: JSONValue = [.string(problem.message), .string(problem.remedy), problem.code.map { .string($0) } ?? .null]
        return json.text
    }
}

extension Link {
    /// Whether the loop should look at it: only a live link can wait.
    var isWaitingForWork: Bool { state.isLive && dirty != settled }

    /// Whether something of it is not in step, even once the loop has looked: a conflict, an obstacle, a manual field that waits for a
    /// button, a work item that is gone.
    var isOpen: Bool {
        state != .active || problem != nil || fields.values.contains { $0.isInConflict || $0.obstacle != nil || $0.isWaiting }
    }
}
