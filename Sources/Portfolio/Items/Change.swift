/// Who did something.
public enum Actor: Hashable, Sendable {
    case person(Identifier<Person>, name: String)
    /// Somebody on the other side, by the display name that Azure DevOps gave.
    case azureDevOps(name: String)
    /// The product itself, by a rule.
    case kiplot

    public var name: String {
        switch self {
        case .person(_, let name): name
        case .azureDevOps(let name): "\(name) (Azure DevOps)"
        case .kiplot: "Kiplot"
        }
    }
}

/// Through what a value changed, or an item was synchronised.
public enum Cause: String, Hashable, Sendable, CaseIterable {
    case edit, creation, webhook, sweep, readButton, writeButton, bulk, link, conflictResolution, restore, commandLine, api, rule

    /// Whether somebody in Kiplot wanted it, rather than a rule or the other side.
    public var isByPerson: Bool {
        switch self {
        case .edit, .creation, .conflictResolution, .restore, .commandLine, .api: true
        case .webhook, .sweep, .readButton, .writeButton, .bulk, .link, .rule: false
        }
    }

    public var title: String {
        switch self {
        case .edit: "Edited in Kiplot"
        case .creation: "Created in Kiplot"
        case .webhook: "Webhook from Azure DevOps"
        case .sweep: "Sweep of Azure DevOps"
        case .readButton: "Read button"
        case .writeButton: "Write button"
        case .bulk: "Bulk sync"
        case .link: "Linked to a work item"
        case .conflictResolution: "Conflict settled"
        case .restore: "Restored from history"
        case .commandLine: "Command line"
        case .api: "API"
        case .rule: "Rule"
        }
    }
}

/// One change of one field, as the history keeps it.
public struct Change: Hashable, Sendable {
    public var item: Identifier<Item>
    public var field: FieldKey
    public var old: FieldValue?
    public var new: FieldValue?
    public var at: Instant
    public var actor: Actor
    public var cause: Cause

    public init(
        item: Identifier<Item>, field: FieldKey, old: FieldValue?, new: FieldValue?, at: Instant, actor: Actor, cause: Cause
    ) {
        self.item = item
        self.field = field
        self.old = old
        self.new = new
        self.at = at
        self.actor = actor
        self.cause = cause
    }
}
