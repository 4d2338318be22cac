import FieldSync
import Portfolio
import Store

/// A link after its local part: what was pulled is in the item, and what has to be written is remembered as an attempt.
struct PlannedLink: Sendable {
    /// As stored now.
    var link: Link
    var item: Item
    var snapshot: RemoteSnapshot
    var context: MappingContext
    var trigger: Trigger
    /// What goes out; empty when nothing has to.
    var pushes: [FieldKey: LinkPlan.Push]
    var attempt: Attempt?
    /// More has to go out than this write carries: the link is not done with it.
    var isPartial = false
    /// Planned from what the link remembers: what a refusal of the whole means, only a reading tells.
    var isUnread = false
    /// The number of reasons that this plan dealt with: later ones need another look.
    var generation: Int64
    /// The epoch under which it was planned: a result that comes under another one is not recorded.
    var epoch: Int64
    var outcome: LinkOutcome

    var needsWriting: Bool { attempt != nil }

    /// Whether it would write a long text over one whose format is not known for certain.
    var needsFormats: Bool {
        !snapshot.tellsFormats && pushes.values.contains { if case .richText? = $0.pair.remote { true } else { false } }
    }
}

/// What the local part needs besides the links themselves.
struct PlanningRequest: Sendable {
    var integration: Identifier<Integration>
    var snapshots: [Identifier<Link>: RemoteSnapshot]
    /// The links as they were when their work items were asked for: what has come since needs another look (A25).
    var asked: [Identifier<Link>: Link] = [:]
    var schema: ProjectSchema
    var choice: TriggerChoice
    /// When the snapshots were asked for: attempts whose deadline was over by then are settled by them.
    var readAt: Instant
    var now: Instant
    /// The same by the clock of Azure DevOps.
    var serviceTime: Instant?
    /// The id by which Azure DevOps knows us.
    var ownerID: String?
    /// What reading has shown of writes whose answers were lost.
    var fates: [Identifier<Attempt>: AttemptFate] = [:]
    var refused: Set<FieldKey> = []
    /// Only one field goes out, to find which of several a rule refuses.
    var isSingle = false
    /// Nothing is written, here or there.
    var isPreview = false

    func only(_ links: ArraySlice<Identifier<Link>>) -> PlanningRequest {
        var request = self
        let links = Set(links)
        request.snapshots = snapshots.filter { links.contains($0.key) }
        return request
    }

    /// How long a write may be on the wire, and a little for the way to it (`sync-protocol.md` 2.7). The client gives up after 30 s.
    static let deadline = Duration.seconds(32)
    /// How long what has happened may stay unseen: readings and queries may lag behind.
    static let visibility = Duration.seconds(30)
}

/// Which trigger a link is reconciled under.
enum TriggerChoice: Sendable {
    /// What the link itself waits for.
    case automatic
    case fixed(Trigger)

    func trigger(for link: Link) -> Trigger {
        switch self {
        case .automatic: .automatic(link)
        case .fixed(let trigger): trigger
        }
    }
}
