import FieldSync
import JSON
import Portfolio
import Store

/// A work item as it was read, reduced to what planning needs.
public struct RemoteSnapshot: Hashable, Sendable {
    public var id: Int64
    public var revision: Int64
    public var type: String
    public var project: String
    public var title: String
    public var state: String
    public var fields: [String: JSONValue]
    /// Long texts that are known to be Markdown.
    public var formats: [String: RichText.Format]
    /// Whether every other long text is HTML for certain.
    public var tellsFormats: Bool
    public var parent: Int64?
    /// The position of the parent among the relations, for removing it.
    public var parentRelation: Int?
    public var hyperlinks: [String]
    public var changedAt: Instant?
    public var changedBy: RemoteIdentity?
    public var createdBy: RemoteIdentity?
    public var webURL: String?

    public init(
        id: Int64, revision: Int64, type: String, project: String, title: String, state: String, fields: [String: JSONValue],
        formats: [String: RichText.Format], tellsFormats: Bool = true, parent: Int64?, parentRelation: Int?, hyperlinks: [String],
        changedAt: Instant?,
        changedBy: RemoteIdentity?, createdBy: RemoteIdentity?, webURL: String?
    ) {
        self.id = id
        self.revision = revision
        self.type = type
        self.project = project
        self.title = title
        self.state = state
        self.fields = fields
        self.formats = formats
        self.tellsFormats = tellsFormats
        self.parent = parent
        self.parentRelation = parentRelation
        self.hyperlinks = hyperlinks
        self.changedAt = changedAt
        self.changedBy = changedBy
        self.createdBy = createdBy
        self.webURL = webURL
    }
}

extension Link {
    /// How long, and how often in a row, readings may lag behind what a hook or a feed has told of; after that it is taken for a mistake.
    /// Not one of the two alone: buttons and processes make many readings in one moment, and a clock may jump.
    private static let patience = Duration.seconds(300)
    private static let manyReadings = 8

    /// Whether a reading is older than what was planned from already, or than what a hook or a feed has told of (A14, A25).
    func knowsNewer(than snapshot: RemoteSnapshot, at now: Instant) -> Bool {
        if snapshot.revision < seenRevision { return true }
        return snapshot.revision < heardRevision && (failures < Self.manyReadings || now < heardAt.adding(Self.patience))
    }

    /// A replica that lags behind catches up; an organisation that was restored from a backup does not.
    func problemOfOldReading(_ snapshot: RemoteSnapshot) -> LinkProblem {
        guard failures >= Self.manyReadings else {
            return LinkProblem(message: "Azure DevOps shows an old state of the work item.", remedy: "Nothing to do: it is read again.")
        }
        return LinkProblem(
            message:
                "Azure DevOps shows revision \(snapshot.revision) of #\(snapshot.id), though revision \(seenRevision) was seen before.",
            remedy: "If Azure DevOps was restored from a backup, unlink the item and link it again: you choose then whose values count.")
    }

    /// Notes what a reading or an answer showed of the work item. Whatever stood in the way of the whole link is over.
    mutating func note(_ snapshot: RemoteSnapshot) {
        workItemType = snapshot.type
        seenRevision = max(seenRevision, snapshot.revision)
        seenParent = snapshot.parent
        remoteState = snapshot.state
        remoteChangedAt = snapshot.changedAt
        remoteChangedBy = snapshot.changedBy?.displayName
        failures = 0
        problem = nil
    }
}
