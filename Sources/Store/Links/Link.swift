import FieldSync
import JSON
import Portfolio

/// The tie between an item and a work item, and at once the job of keeping the two in step.
public struct Link: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// A work item for the item is being made; it has no number yet.
        case creating
        case active
        /// The work item left the project, or its type is no longer mapped: nothing is written.
        case outOfScope
        /// The work item is in the recycle bin or gone: nothing is written.
        case remoteDeleted
        /// Cut by a person, or by the removal of the integration: kept, so that it can be found again.
        case disconnected

        /// Whether the link still ties the two together.
        public var isLive: Bool { self != .disconnected }
    }

    public var id: Identifier<Link>
    public var integration: Identifier<Integration>
    public var item: Identifier<Item>
    public var workItem: Int64?
    public var workItemType: String
    public var state: State
    /// The random name under which the work item can be found if the answer to its creation is lost.
    public var marker: String
    /// The newest revision that was planned from; never falls.
    public var seenRevision: Int64
    /// The newest revision that a hook or a feed has told of.
    public var heardRevision: Int64
    /// When it was told of first.
    public var heardAt: Instant
    public var seenParent: Int64?
    /// Reasons to look at the link, and how many of them have been dealt with: equal means nothing waits.
    public var dirty: Int64
    public var settled: Int64
    public var priority: Priority
    public var cause: Cause
    public var notBefore: Instant
    /// Attempts to reconcile that failed in a row.
    public var failures: Int
    /// What stands in the way of the whole link, in words.
    public var problem: LinkProblem?
    /// Writes of ours since the last edit by a person: the loop breaker counts them.
    public var automaticWrites: Int
    public var fields: [FieldKey: LinkField]
    public var remoteState: String?
    public var remoteChangedAt: Instant?
    public var remoteChangedBy: String?
    public var syncedAt: Instant?
    public var writtenAt: Instant?

    public init(
        id: Identifier<Link>, integration: Identifier<Integration>, item: Identifier<Item>, workItem: Int64?, workItemType: String,
        state: State, marker: String, notBefore: Instant, priority: Priority = .interactive, cause: Cause = .link
    ) {
        self.id = id
        self.integration = integration
        self.item = item
        self.workItem = workItem
        self.workItemType = workItemType
        self.state = state
        self.marker = marker
        seenRevision = 0
        heardRevision = 0
        heardAt = Instant(milliseconds: 0)
        dirty = 1
        settled = 0
        self.priority = priority
        self.cause = cause
        self.notBefore = notBefore
        failures = 0
        automaticWrites = 0
        fields = [:]
    }

    /// Notes that a hook or a feed has told of a revision.
    public mutating func hear(of revision: Int64, at now: Instant) {
        guard revision > heardRevision else { return }
        heardRevision = revision
        heardAt = now
        failures = 0
    }

    public var conflicts: [FieldKey] { fields.filter { $0.value.isInConflict }.keys.sorted() }
    public var obstacles: [FieldKey] { fields.filter { $0.value.obstacle != nil }.keys.sorted() }

    /// How the link stands, for a chip or a list.
    public var health: Health {
        switch state {
        case .disconnected: .disconnected
        case .remoteDeleted, .outOfScope: .outside
        case .creating where problem == nil: .pending
        default:
            if !conflicts.isEmpty {
                .conflict
            } else if problem != nil || !obstacles.isEmpty {
                .failed
            } else if dirty != settled || fields.values.contains(where: \.isWaiting) {
                .pending
            } else {
                .inSync
            }
        }
    }

    public enum Health: String, Hashable, Sendable { case inSync, pending, conflict, failed, outside, disconnected }
}

/// What goes first when several links wait (`sync-protocol.md` Q17).
public enum Priority: Int64, Hashable, Comparable, Sendable {
    case interactive = 0
    case hook = 1
    case sweep = 2
    case bulk = 3

    public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}

/// Cause and remedy of what holds up a whole link.
public struct LinkProblem: Hashable, Sendable {
    public var message: String
    public var remedy: String
    /// Azure DevOps' own code, for searching.
    public var code: String?

    public init(message: String, remedy: String, code: String? = nil) {
        self.message = message
        self.remedy = remedy
        self.code = code
    }
}

/// What a link remembers of one field.
public struct LinkField: Hashable, Sendable {
    public var agreed: AgreedPair?
    /// The field of Azure DevOps that all this is about: an agreement over one field says nothing of another. `nil` for the parent.
    public var target: String?
    public var settlement: Settlement?
    /// What Azure DevOps held when it was last read.
    public var remote: RemoteValue?
    /// The revision in which it was read, or written.
    public var readIn: Int64?
    public var isInConflict: Bool
    /// Set while the value cannot travel; it is not tried again until one of the values, the mapping or the project's rules change.
    public var obstacle: FieldObstacle?
    /// Waits for a person to press Read or Write, because the field is manual.
    public var isWaiting: Bool
    public var syncedAt: Instant?

    public init(agreed: AgreedPair? = nil, remote: RemoteValue? = nil, target: String? = nil) {
        self.agreed = agreed
        self.target = target
        self.remote = remote
        isInConflict = false
        isWaiting = false
    }
}

/// An obstacle in words, with what it was found for.
public struct FieldObstacle: Hashable, Sendable {
    public var message: String
    public var remedy: String
    public var code: String?
    /// The values and the mapping version that ran into it.
    public var fingerprint: String

    public init(message: String, remedy: String, code: String? = nil, fingerprint: String) {
        self.message = message
        self.remedy = remedy
        self.code = code
        self.fingerprint = fingerprint
    }
}
