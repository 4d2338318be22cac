import FieldSync
import Portfolio
import Store

/// A way in which values may move.
public enum Movement: Hashable, Sendable { case pull, push }

/// Why links are reconciled, and what that allows.
public struct Trigger: Hashable, Sendable {
    public var cause: Cause
    /// Who pressed the button; `.kiplot` when it happens by itself.
    public var actor: Actor
    public var movements: Set<Movement>
    /// Whether fields in manual mode take part: only a person can say so (A8).
    public var includesManualFields: Bool
    /// Whose values count where no agreement exists yet.
    public var initialSource: InitialSource?
    public var run: Identifier<Run>?
    public var priority: Priority
    /// Only these fields move; `nil` for all.
    public var fields: Set<FieldKey>?

    public init(
        cause: Cause, actor: Actor = .kiplot, movements: Set<Movement> = [.pull, .push], includesManualFields: Bool = false,
        initialSource: InitialSource? = nil, run: Identifier<Run>? = nil, priority: Priority = .interactive,
        fields: Set<FieldKey>? = nil
    ) {
        self.cause = cause
        self.actor = actor
        self.movements = movements
        self.includesManualFields = includesManualFields
        self.initialSource = initialSource
        self.run = run
        self.priority = priority
        self.fields = fields
    }

    /// A person pressed a button for this very item: what was refused before is tried again.
    /// Nobody asked for it: such writes are counted (A12).
    var isByItself: Bool { !isPressed && run == nil }

    var isPressed: Bool { includesManualFields && run == nil }

    /// Whether everything that waits on a link is dealt with by this.
    var coversEverything: Bool { movements.count == 2 && fields == nil }

    func covers(_ field: FieldKey) -> Bool { fields?.contains(field) ?? true }

    /// What a dirty link asks for by itself.
    public static func automatic(_ link: Link) -> Trigger { Trigger(cause: link.cause, priority: link.priority) }
}
