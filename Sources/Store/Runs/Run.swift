import Portfolio

/// One bulk sync: what was asked for, how far it has come, and one result for each item.
public struct Run: Hashable, Sendable {
    public enum Direction: String, Hashable, Sendable, CaseIterable {
        case pull, push, both

        public var title: String {
            switch self {
            case .pull: "Pull from Azure DevOps"
            case .push: "Push to Azure DevOps"
            case .both: "Both ways"
            }
        }
    }

    public enum State: String, Hashable, Sendable { case running, stopped, finished, failed }

    public var id: Identifier<Run>
    public var integration: Identifier<Integration>
    public var direction: Direction
    /// Work items without an item get one.
    public var createsItems: Bool
    /// Items without a work item get one.
    public var createsWorkItems: Bool
    /// `nil`: everything that the mapping covers.
    public var selection: [Identifier<Item>]?
    public var isDryRun: Bool
    public var state: State
    public var startedBy: String
    public var startedAt: Instant
    public var finishedAt: Instant?
    public var total: Int
    public var done: Int
    public var failed: Int
    public var detail: String?
    /// How many links it covers besides `total` that are known to be in step, and are not looked at.
    public var inStep: Int

    public init(
        id: Identifier<Run>, integration: Identifier<Integration>, direction: Direction, createsItems: Bool, createsWorkItems: Bool,
        selection: [Identifier<Item>]?, isDryRun: Bool, state: State = .running, startedBy: String, startedAt: Instant,
        finishedAt: Instant? = nil, total: Int = 0, done: Int = 0, failed: Int = 0, detail: String? = nil, inStep: Int = 0
    ) {
        self.id = id
        self.integration = integration
        self.direction = direction
        self.createsItems = createsItems
        self.createsWorkItems = createsWorkItems
        self.selection = selection
        self.isDryRun = isDryRun
        self.state = state
        self.startedBy = startedBy
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.total = total
        self.done = done
        self.failed = failed
        self.detail = detail
        self.inStep = inStep
    }
}
