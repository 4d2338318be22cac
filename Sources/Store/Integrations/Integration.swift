import FieldSync
import Portfolio

/// One project of an instance, kept in step with the portfolio.
public struct Integration: Hashable, Sendable {
    public enum State: String, Hashable, Sendable { case active, paused, deleting, deleted }

    /// How Azure DevOps tells us of changes.
    public enum HookState: String, Hashable, Sendable {
        /// Not tried yet.
        case pending
        case active
        /// We may not create hooks: an administrator of the project has to enter URL and secret by hand.
        case manual
        /// Azure DevOps has stopped or suspended them; the sweep does the work meanwhile.
        case failing
        case none
    }

    public var id: Identifier<Integration>
    public var instance: Identifier<Instance>
    /// The GUID: it survives a renaming.
    public var projectID: String
    public var projectName: String
    /// `nil`: the credential of the instance.
    public var credential: Identifier<Credential>?
    public var mappingSet: Identifier<StoredMappingSet>
    public var defaultMode: SyncMode
    public var state: State
    /// Grows with every pause, deletion and change of credential: a writer with an older one is refused.
    public var epoch: Int64
    public var hookState: HookState
    public var hookDetail: String?
    public var lastEventAt: Instant?
    public var lastSweepAt: Instant?
    /// Where the feeds of revisions and links were read up to.
    public var revisionsToken: String?
    public var linksToken: String?
    /// Where the feeds had been read up to when the last pass that overlaps began: from there the next one reads again.
    public var overlapRevisionsToken: String?
    public var overlapLinksToken: String?
    /// The time at Azure DevOps, by its own clock, up to which its feed was read: ours may be wrong.
    public var feedTime: Instant?
    /// The mapped fields as the project had them when it was last looked at, with the version of the mapping; see `Reconciler`.
    public var knownFields: String?
    /// The next sweep must not wait for its hour.
    public var needsSweep: Bool

    public init(
        id: Identifier<Integration>, instance: Identifier<Instance>, projectID: String, projectName: String,
        credential: Identifier<Credential>? = nil, mappingSet: Identifier<StoredMappingSet>, defaultMode: SyncMode = .automatic,
        state: State = .active, epoch: Int64 = 1, hookState: HookState = .pending, hookDetail: String? = nil,
        lastEventAt: Instant? = nil, lastSweepAt: Instant? = nil, revisionsToken: String? = nil, linksToken: String? = nil,
        needsSweep: Bool = true
    ) {
        self.id = id
        self.instance = instance
        self.projectID = projectID
        self.projectName = projectName
        self.credential = credential
        self.mappingSet = mappingSet
        self.defaultMode = defaultMode
        self.state = state
        self.epoch = epoch
        self.hookState = hookState
        self.hookDetail = hookDetail
        self.lastEventAt = lastEventAt
        self.lastSweepAt = lastSweepAt
        self.revisionsToken = revisionsToken
        self.linksToken = linksToken
        self.needsSweep = needsSweep
    }
}

/// A mapping set with its name and its place: shared by several integrations, or the own one of a single one.
public struct StoredMappingSet: Hashable, Sendable {
    public var id: Identifier<StoredMappingSet>
    public var name: String
    public var isShared: Bool
    /// Grows with every saving; a plan made under an older one is thrown away.
    public var version: Int64
    public var mapping: MappingSet

    public init(id: Identifier<StoredMappingSet>, name: String, isShared: Bool, version: Int64 = 1, mapping: MappingSet) {
        self.id = id
        self.name = name
        self.isShared = isShared
        self.version = version
        self.mapping = mapping
    }
}
