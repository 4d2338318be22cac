import JSON

/// A whole organisation of Azure DevOps as one value.
///
/// A call and a moment go in, an answer comes out and the value has changed: no network, no clock, no chance but the seed. The server
/// is a thin shell around it, and a simulation can own thousands of them.
public struct World: Sendable {
    let organisationID: String
    var randomness: Randomness
    /// Apart from the other chance, so that reading changes nothing that a later save depends on.
    var activity = Randomness(seed: 99)
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
    var rules: [CustomRule] = []
    var hooks = HookRegistry()
    var faults: [Fault] = []
    var requestLog: [LoggedRequest] = []
    /// The casing of a tag is that of its first use.
    var tagSpelling: [String: String] = [:]

    /// The account that owns the tokens which are not said to be somebody else's.
    public static let serviceAccount = "Kiplot Service"

    public init(seed: UInt64 = 1) {
        randomness = Randomness(seed: seed)
        organisationID = randomness.guid()
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
        var project = Project(
            id: randomness.guid(), name: name, process: process, revision: 1, lastUpdate: ServiceTime(rounding: milliseconds),
            areas: ClassificationNode(id: 0, identifier: randomness.guid(), name: name),
            iterations: ClassificationNode(id: 0, identifier: randomness.guid(), name: name))
        project.areas.id = takeNodeNumber()
        project.iterations.id = takeNodeNumber()
        projects.append(project)
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
    public let id: String
    public internal(set) var name: String
    public let process: ProcessTemplate
    var revision: Int64
    var lastUpdate: ServiceTime
    var areas: ClassificationNode
    var iterations: ClassificationNode
}

struct ClassificationNode: Sendable {
    var id: Int64
    var identifier: String
    var name: String
    var children: [ClassificationNode] = []

    /// Whether a path such as `Project\A\B` leads to a node.
    func contains(path: [Substring]) -> Bool {
        guard let first = path.first, first.lowercased() == name.lowercased() else { return false }
        let rest = path.dropFirst()
        return rest.isEmpty || children.contains { $0.contains(path: Array(rest)) }
    }

    func node(path: [Substring]) -> ClassificationNode? {
        guard let first = path.first, first.lowercased() == name.lowercased() else { return nil }
        let rest = path.dropFirst()
        if rest.isEmpty { return self }
        return children.lazy.compactMap { $0.node(path: Array(rest)) }.first
    }

    mutating func add(_ node: ClassificationNode, below path: [Substring]) -> Bool {
        guard let first = path.first, first.lowercased() == name.lowercased() else { return false }
        let rest = Array(path.dropFirst())
        if rest.isEmpty {
            children.append(node)
            return true
        }
        for index in children.indices where children[index].add(node, below: rest) { return true }
        return false
    }
}

/// A rule of an inherited process: when a work item enters a state, a field must not be empty.
struct CustomRule: Sendable {
    var type: String
    var state: String
    var field: String
}

/// What the inspection shows of one call.
struct LoggedRequest: Sendable {
    var at: Int64
    var method: String
    var path: String
    var status: Int
    var account: String?
}
