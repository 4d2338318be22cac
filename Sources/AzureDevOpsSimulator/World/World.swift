import JSON

/// A whole organisation of Azure DevOps as one value.
///
/// A call and a moment go in, an answer comes out and the value has changed: no network, no clock, no chance but the seed. The server
/// is a thin shell around it, and a simulation can own thousands of them.
public struct World: Sendable {
    /// What a client knows as the collection.
    let organisationID: String
    /// What the billing knows of it.
    let accountID: String
    var randomness: Randomness
    /// Apart from the other chance, so that reading changes nothing that a later save depends on.
    var activity = Randomness(seed: 99)
    /// The process that answers, and the session of whoever brings none along: two of the headers of every answer.
    let processID: String
    let sessionID: String
    var watermark: Int64 = 0
    var nextWorkItem: Int64 = 1
    var nextNode: Int64 = 1
    var projects: [Project] = []
    var accounts: [Account] = []
    var tokens: [String: AccessToken] = [:]
    var workItems: [Int64: WorkItemRecord] = [:]
    var revisionLog: [RevisionLogEntry] = []
    var linkLog: [LinkLogEntry] = []
    /// Fields beyond those of the processes, by the work item types that have them; empty means every type.
    var customFields: [(field: FieldDefinition, types: [String])] = []
    /// Reference names of fields that an administrator has deleted: nothing shows or takes them, their values are kept.
    var deletedFields: Set<String> = []
    var processes: [Process] = ProcessTemplate.allCases.map { Process($0) }
    var rules: [CustomRule] = []
    var hooks = HookRegistry()
    var faults: [Fault] = []
    public var throttling = Throttling()
    public var variants = Variants()
    public var lags = Lags()
    var wire = WireLog()
    /// How many work items the current call has looked at.
    var examined = 0
    /// What the temporary ids of the current batch stand for.
    var temporaryIDs: [Int64: Int64] = [:]
    /// By name in lower case; the casing of a tag is that of its first use.
    var tags: [String: Tag] = [:]
    var teams: [Team] = []
    var operations: [Operation] = []
    var attachments: [String: Attachment] = [:]
    var queries: [StoredQuery] = []
    var templates: [WorkItemTemplate] = []
    var nextResource: Int64 = 238_000
    var nextComment: Int64 = 2_743_000
    /// Grows with every change of a project.
    var projectRevision: Int64 = 10

    /// The account that owns the tokens which are not said to be somebody else's.
    public static let serviceAccount = "Kiplot Service"

    public init(seed: UInt64 = 1) {
        randomness = Randomness(seed: seed)
        organisationID = randomness.guid()
        accountID = activity.guid()
        processID = activity.guid()
        sessionID = activity.guid()
        for (name, mail) in [
            (Self.serviceAccount, "kiplot.service@contoso.com"), ("Dana Developer", "dana@contoso.com"),
            ("Priya Nair", "priya@contoso.com"),
            ("Tom Becker", "tom@contoso.com"), ("Lucía Romero", "lucia@contoso.com"),
        ] {
            addAccount(name: name, mail: mail)
        }
    }

    @discardableResult
    public mutating func addAccount(name: String, mail: String) -> Account {
        let account = Account(id: randomness.guid(), name: name, mail: mail)
        accounts.append(account)
        return account
    }

    public mutating func addToken(_ token: String, account name: String = World.serviceAccount) {
        let account = accounts.first { $0.name == name || $0.mail == name } ?? accounts[0]
        tokens[token] = AccessToken(account: account.id)
    }

    @discardableResult
    public mutating func addProject(name: String, process: ProcessTemplate, at milliseconds: Int64) -> Project {
        addProject(name: name, process: Process(process), at: milliseconds)
    }

    @discardableResult
    mutating func addProject(name: String, process: Process, summary: String? = nil, at milliseconds: Int64) -> Project {
        projectRevision += 1
        var project = Project(
            id: randomness.guid(), name: name, process: process, revision: projectRevision, lastUpdate: ServiceTime(rounding: milliseconds),
            areas: ClassificationNode(id: 0, identifier: randomness.guid(), name: name),
            iterations: ClassificationNode(id: 0, identifier: randomness.guid(), name: name))
        project.summary = summary
        project.areas.id = takeNodeNumber()
        project.iterations.id = takeNodeNumber()
        projects.append(project)
        teams.append(
            Team(
                id: randomness.guid(), projectID: project.id, name: "\(name) Team",
                summary: "The default project team.", members: accounts.map(\.id)))
        return project
    }

    mutating func takeNodeNumber() -> Int64 {
        nextNode += 1
        return nextNode
    }

    func account(_ id: String) -> Account? { accounts.first { $0.id == id } }

    func project(_ idOrName: String) -> Project? {
        let folded = idOrName.lowercased()
        return projects.first { $0.id == folded || $0.name.lowercased() == folded }
    }

    /// Work items that are not in the recycle bin.
    func living(_ id: Int64) -> WorkItemRecord? { workItems[id].flatMap { $0.deletion == nil ? $0 : nil } }
}

/// A team project with its process and its trees of areas and iterations.
public struct Project: Sendable {
    public internal(set) var id: String
    public internal(set) var name: String
    var process: Process
    var summary: String?
    var visibility = "private"
    var revision: Int64
    var lastUpdate: ServiceTime
    var areas: ClassificationNode
    var iterations: ClassificationNode
}

/// A rule of an inherited process: when a work item enters a state, a field must not be empty.
struct CustomRule: Sendable {
    var type: String
    var state: String
    var field: String
}
