import Portfolio

/// What both sides were when they last agreed: the local value, and what Azure DevOps *returned* for it.
/// The two need not look alike; that is the point (`sync-protocol.md` 2.3).
public struct AgreedPair: Hashable, Sendable {
    public var local: FieldValue?
    public var remote: RemoteValue?

    public init(local: FieldValue?, remote: RemoteValue?) {
        self.local = local
        self.remote = remote
    }
}

/// Everything the planner knows about one field of one link.
public struct FieldState: Hashable, Sendable {
    public var local: FieldValue?
    public var remote: RemoteValue?
    /// `nil` on the first sync, or after the field was added to the mapping.
    public var agreed: AgreedPair?
    /// Writes whose outcome is not known yet, in any order: one of them may have landed unheard.
    public var attempts: [AgreedPair]
    /// What a person has chosen where both sides had changed.
    public var settlement: Settlement?
    /// Who is newer, for the policy “newest”; `nil` when unknown.
    public var localChangedAt: Instant?
    public var remoteChangedAt: Instant?

    public init(
        local: FieldValue?, remote: RemoteValue?, agreed: AgreedPair?, attempts: [AgreedPair] = [], settlement: Settlement? = nil,
        localChangedAt: Instant? = nil, remoteChangedAt: Instant? = nil
    ) {
        self.local = local
        self.remote = remote
        self.agreed = agreed
        self.attempts = attempts
        self.settlement = settlement
        self.localChangedAt = localChangedAt
        self.remoteChangedAt = remoteChangedAt
    }
}

/// Whose values count when two sides meet for the first time with different values.
public enum InitialSource: String, Hashable, Sendable { case azureDevOps, kiplot }

/// A person's choice between two values, which holds for exactly these two: an edit of either side asks again.
public struct Settlement: Hashable, Sendable {
    public var winner: InitialSource
    public var local: FieldValue?
    public var remote: RemoteValue?

    public init(_ winner: InitialSource, local: FieldValue?, remote: RemoteValue?) {
        self.winner = winner
        self.local = local
        self.remote = remote
    }

    public func concerns(_ local: FieldValue?, _ remote: RemoteValue?) -> Bool { self.local == local && self.remote == remote }
}

/// Why a value cannot travel, with what to do about it.
public enum Obstacle: Error, Hashable, Sendable {
    case unmapped(value: String, field: String)
    case unknownPerson(RemoteIdentity)
    case personWithoutAccount(name: String)
    case wrongType(value: String, field: String)
    case unknownReference(value: String, field: String)
    case markdownOverHTML(field: String)
    /// The rules of the portfolio refuse the value that was read.
    case refusedByKiplot(reason: String)
    /// Azure DevOps refused the value that was written; `code` is for searching (TF401320).
    case refusedByAzureDevOps(code: String?, reason: String)

    public var message: String {
        switch self {
        case .unmapped(let value, let field): "“\(value)” has no counterpart in the value map of \(field)."
        case .unknownPerson(let identity): "Nobody in Kiplot has the e-mail address \(identity.uniqueName ?? identity.displayName)."
        case .personWithoutAccount(let name): "\(name) is not known in Azure DevOps by an e-mail address."
        case .wrongType(let value, let field): "“\(value.prefix(80))” does not fit into \(field)."
        case .unknownReference(let value, let field): "“\(value.prefix(80))” in \(field) does not exist in Kiplot any more."
        case .markdownOverHTML(let field): "\(field) holds Markdown on one side and HTML on the other."
        case .refusedByKiplot(let reason): reason
        case .refusedByAzureDevOps(let code, let reason): code.map { "\(reason) (\($0))" } ?? reason
        }
    }

    public var remedy: String {
        switch self {
        case .unmapped: "Add the pair in the mapping editor, or change the value."
        case .unknownPerson: "Add the person, or enter the pair in the people table of the mapping."
        case .personWithoutAccount: "Correct the person's e-mail address, or enter the pair in the people table of the mapping."
        case .wrongType: "Change the value, or map the field to one of a fitting type."
        case .unknownReference: "Choose another value."
        case .markdownOverHTML: "Set both to one format in Azure DevOps, or map the field in one direction only."
        case .refusedByKiplot: "Change the value in Azure DevOps, then press Read."
        case .refusedByAzureDevOps: "Change the value in Kiplot so that the rules of the project allow it; it is then written again."
        }
    }
}

/// What should happen to one field.
public enum FieldDecision: Hashable, Sendable {
    /// Both sides are as agreed.
    case inStep
    /// Both sides mean the same; only the agreement has to be recorded.
    case settle(AgreedPair)
    /// The local value becomes `pair.local`. `overwritesEdit`: somebody's local change goes to the history.
    case pull(AgreedPair, overwritesEdit: Bool)
    /// The remote value becomes `pair.remote`. `overwritesEdit`: somebody's remote change goes to the history.
    case push(AgreedPair, overwritesEdit: Bool)
    /// Both sides added or removed tags: both get the merged set.
    case merge(AgreedPair)
    /// Both sides changed, to different values: neither is touched.
    case conflict
    /// The value cannot travel.
    case blocked(Obstacle)
}
