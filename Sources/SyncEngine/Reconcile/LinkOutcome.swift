import FieldSync
import Portfolio
import Store

/// What reconciling one link has done.
public struct LinkOutcome: Hashable, Sendable {
    public var link: Identifier<Link>
    public var item: Identifier<Item>
    public var workItem: Int64?
    public var pulled: [FieldKey] = []
    public var pushed: [FieldKey] = []
    public var created = false
    public var conflicts: [FieldKey] = []
    public var obstacles: [FieldKey: String] = [:]
    /// Manual fields that differ and wait for a button.
    public var waiting: [FieldKey] = []
    /// What stopped the link as a whole.
    public var problem: LinkProblem?

    public init(link: Identifier<Link>, item: Identifier<Item>, workItem: Int64? = nil, problem: LinkProblem? = nil) {
        self.link = link
        self.item = item
        self.workItem = workItem
        self.problem = problem
    }

    public var changedAnything: Bool { created || !pulled.isEmpty || !pushed.isEmpty }
}
