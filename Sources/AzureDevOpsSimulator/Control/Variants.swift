/// What nobody has verified at the service (FACTS.md 26): each is a switch, so that a client can be proved against every variant. The
/// first choice of each is what we believe.
public struct Variants: Sendable {
    /// The answer to a `test /rev` that does not hold.
    public enum StaleRevision: String, VariantChoice { case precondition, conflict }
    /// A patch with the values that are there already.
    public enum UnchangedPatch: String, VariantChoice { case keepsRevision, makesRevision }
    /// What `errorPolicy=omit` gives for work items that are not there.
    public enum OmittedWorkItems: String, VariantChoice { case null, leftOut }
    /// Whether one refusal in `$batch` undoes the others.
    public enum Batch: String, VariantChoice { case allOrNothing, eachAlone }
    /// A write without the permission.
    public enum ForbiddenWrite: String, VariantChoice { case forbidden, unauthorised, missing }
    /// Which ends of a new or removed link send `workitem.updated`.
    public enum LinkHooks: String, VariantChoice { case bothEnds, editedEnd, none }
    /// Whether `suppressNotifications` keeps service hooks back as well.
    public enum SuppressNotifications: String, VariantChoice { case leavesHooks, suppressesHooks }
    public enum TagOrder: String, VariantChoice { case alphabetical, asGiven }
    /// How a whole number in a field of type double is printed.
    public enum Doubles: String, VariantChoice { case whole, fraction }
    /// Blanks at the ends of a single line of text.
    public enum Blanks: String, VariantChoice { case trimmed, kept }
    /// What an expired token gets for GET and POST.
    public enum ExpiredToken: String, VariantChoice { case signInPage, redirect, refused }
    /// Whether renaming an area makes a revision of every work item below it.
    public enum AreaRename: String, VariantChoice { case silent, revisions }
    public enum DestroyHook: String, VariantChoice { case none, deleted }
    /// Whether editing or deleting a comment makes a revision and an event.
    public enum CommentEdit: String, VariantChoice { case makesRevision, silent }
    /// Whether `X-VSS-ActivityId` of a delivery stays the same when it is tried again.
    public enum ActivityOfRetries: String, VariantChoice { case new, same }
    /// Whether `$top` keeps a query below the wall of 20,000.
    public enum TopAtTheWall: String, VariantChoice { case helps, helpsNot }
    /// What becomes of scripts and handlers in HTML.
    public enum HTML: String, VariantChoice { case sanitised, kept }
    /// Which subscriptions hear of a work item that moves to another project.
    public enum MoveHook: String, VariantChoice { case newProject, bothProjects }

    public var staleRevision = StaleRevision.precondition
    public var unchangedPatch = UnchangedPatch.keepsRevision
    public var omittedWorkItems = OmittedWorkItems.null
    public var batch = Batch.allOrNothing
    public var forbiddenWrite = ForbiddenWrite.forbidden
    public var linkHooks = LinkHooks.bothEnds
    public var suppressNotifications = SuppressNotifications.leavesHooks
    public var tagOrder = TagOrder.alphabetical
    public var doubles = Doubles.whole
    public var blanks = Blanks.trimmed
    public var expiredToken = ExpiredToken.signInPage
    public var areaRename = AreaRename.silent
    public var destroyHook = DestroyHook.none
    public var commentEdit = CommentEdit.makesRevision
    public var activityOfRetries = ActivityOfRetries.new
    public var topAtTheWall = TopAtTheWall.helps
    public var html = HTML.sanitised
    public var moveHook = MoveHook.newProject

    public init() {}
}

public protocol VariantChoice: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

/// A switch by its name, for those who turn it over HTTP.
struct VariantSwitch: Sendable {
    let name: String
    let choices: [String]
    let read: @Sendable (Variants) -> String
    /// `false` when there is no such choice.
    let turn: @Sendable (inout Variants, String) -> Bool

    private init<Choice: VariantChoice>(_ name: String, _ path: any WritableKeyPath<Variants, Choice> & Sendable) {
        self.name = name
        choices = Choice.allCases.map(\.rawValue)
        read = { $0[keyPath: path].rawValue }
        turn = { variants, text in
            guard let choice = Choice(rawValue: text) else { return false }
            variants[keyPath: path] = choice
            return true
        }
    }

    static let all: [VariantSwitch] = [
        VariantSwitch("staleRevision", \.staleRevision), VariantSwitch("unchangedPatch", \.unchangedPatch),
        VariantSwitch("omittedWorkItems", \.omittedWorkItems), VariantSwitch("batch", \.batch),
        VariantSwitch("forbiddenWrite", \.forbiddenWrite), VariantSwitch("linkHooks", \.linkHooks),
        VariantSwitch("suppressNotifications", \.suppressNotifications), VariantSwitch("tagOrder", \.tagOrder),
        VariantSwitch("doubles", \.doubles), VariantSwitch("blanks", \.blanks), VariantSwitch("expiredToken", \.expiredToken),
        VariantSwitch("areaRename", \.areaRename), VariantSwitch("destroyHook", \.destroyHook),
        VariantSwitch("commentEdit", \.commentEdit), VariantSwitch("activityOfRetries", \.activityOfRetries),
        VariantSwitch("topAtTheWall", \.topAtTheWall), VariantSwitch("html", \.html), VariantSwitch("moveHook", \.moveHook),
    ]
}
