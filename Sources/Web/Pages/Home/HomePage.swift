import AzureDevOps
import Markup
import Portfolio
import Store

/// Everything that Home shows one person, read at one moment.
struct HomePage: Sendable {
    /// One thing that a person has to decide, with the place where it is decided.
    struct Wait: Sendable {
        enum Weight: String, Sendable { case bad, warn }

        var title: String
        var reason: String
        var action: String
        var path: String
        var weight: Weight
    }

    /// One initiative and how far it has come.
    struct Row: Sendable {
        var item: Item
        var stage: Stage?
        var end: CalendarDate?
        var isOverdue: Bool
        var percent: Double?
        var closed: Int
        var total: Int
    }

    var workspace: Workspace
    var summary: PortfolioSummary
    var waiting: [Wait] = []
    var waitingTotal = 0
    var rows: [Row] = []
    var rowsTotal = 0
    var ownsAny = false
    var showsAll: Bool
    var news: [ItemChanges]
    var newsTotal: Int
    /// Names of initiatives that a change speaks of.
    var names: [Identifier<Item>: String] = [:]
    var health: (words: String, isGood: Bool)?
    var tour: Tour

    private static let shown = 8

    init(for person: Person, since: Instant, on today: CalendarDate, showsAll: Bool, _ transaction: StoreTransaction) throws {
        workspace = try transaction.workspace()
        summary = try transaction.portfolioSummary(on: today)
        (news, newsTotal) = try transaction.changes(since: since, notBy: person.id, limit: 12)
        tour = try Tour(for: person, transaction)
        self.showsAll = showsAll
        for entry in news.flatMap(\.entries) {
            for case .item(let id) in [entry.change.old, entry.change.new] where names[id] == nil {
                names[id] = try transaction.item(id)?.name
            }
        }
        let open = workspace.stages.filter { $0.category != .closed && $0.appliesTo.contains(.initiative) }.map(\.id)
        try readRows(person, open, today, transaction)
        try readWaiting(person, open, today, transaction)
        if person.role.may(.viewIntegrations) { health = try Self.health(transaction) }
    }

    private mutating func readRows(
        _ person: Person, _ open: [Identifier<Stage>], _ today: CalendarDate, _ transaction: StoreTransaction
    ) throws {
        var query = ItemQuery(kind: .initiative, order: .rank, limit: 12)
        query.stages = open
        query.owners = [person.id]
        var found = try transaction.items(matching: query)
        ownsAny = found.total > 0
        if !ownsAny || showsAll {
            showsAll = true
            query.owners = []
            found = try transaction.items(matching: query)
        }
        rowsTotal = found.total
        let progress = try transaction.outcomeProgress(of: found.items.map(\.id))
        rows = found.items.map { item in
            let outcomes = progress[item.id]
            let end = item.date(.end)
            var percent = outcomes?.percentComplete
            if case .number(let typed) = item[.percentComplete] { percent = typed }
            return Row(
                item: item, stage: item.stage(in: workspace), end: end, isOverdue: end.map { $0 < today } ?? false, percent: percent,
                closed: outcomes?.closed ?? 0, total: outcomes?.total ?? 0)
        }
    }

    /// Conflicts and refused writes of what the person may edit, then the person's own initiatives that are late, red or without dates.
    private mutating func readWaiting(
        _ person: Person, _ open: [Identifier<Stage>], _ today: CalendarDate, _ transaction: StoreTransaction
    ) throws {
        var waits = try Self.troubledConnections(person, transaction)
        var inConflict: Set<Identifier<Item>> = []
        for conflict in try transaction.openConflicts(limit: 100) {
            guard let item = try transaction.item(conflict.item), try ItemPage.mayEdit(item, person, transaction) else { continue }
            inConflict.insert(item.id)
            let field = workspace.catalogue[conflict.field]?.label ?? conflict.field.name
            waits.append(
                Wait(
                    title: "\(item.key) \(item.name)", reason: "\(field) was changed here and in Azure DevOps. Choose which value counts.",
                    action: "Choose", path: "/items/\(item.id)#azure-devops", weight: .bad))
        }
        for kind in ItemKind.allCases {
            var query = ItemQuery(kind: kind, limit: 100)
            query.link = .attention
            for item in try transaction.items(matching: query).items
            where try !inConflict.contains(item.id) && ItemPage.mayEdit(item, person, transaction) {
                guard let reason = try refusal(of: item, transaction) else { continue }
                waits.append(
                    Wait(
                        title: "\(item.key) \(item.name)", reason: reason, action: "Look", path: "/items/\(item.id)#azure-devops",
                        weight: .bad)
                )
            }
        }
        var query = ItemQuery(kind: .initiative, order: .end, limit: 100)
        query.stages = open
        query.owners = [person.id]
        for item in try transaction.items(matching: query).items {
            if let wait = Self.plan(item, today) { waits.append(wait) }
        }
        waitingTotal = waits.count
        waiting = Array(waits.prefix(Self.shown))
    }

    private func refusal(of item: Item, _ transaction: StoreTransaction) throws -> String? {
        guard let link = try transaction.links(of: item.id).first(where: { $0.state.isLive }) else { return nil }
        if let problem = link.problem { return "\(problem.message) \(problem.remedy)" }
        guard let key = link.obstacles.first, let obstacle = link.fields[key]?.obstacle else { return nil }
        return "\(workspace.catalogue[key]?.label ?? key.name): \(obstacle.message)"
    }

    private static func plan(_ item: Item, _ today: CalendarDate) -> Wait? {
        func wait(_ reason: String, _ action: String, _ weight: Wait.Weight) -> Wait {
            Wait(title: "\(item.key) \(item.name)", reason: reason, action: action, path: "/items/\(item.id)", weight: weight)
        }
        if let end = item.date(.end), end < today {
            return wait("Was to end on \(end.words) and is still open.", "Set a new end", .bad)
        }
        if item.light == .red { return wait("Is red. Say what would help, or change its light.", "Open", .bad) }
        guard item[.parked] != .flag(true) else { return nil }
        switch (item.date(.start), item.date(.end)) {
        case (nil, nil): return wait("Has no dates, so the roadmap does not show it.", "Plan", .warn)
        case (nil, _): return wait("Has no start date, so the roadmap does not show it.", "Plan", .warn)
        case (_, nil): return wait("Has no end date, so the roadmap does not show it.", "Plan", .warn)
        default: return nil
        }
    }

    private static func troubledConnections(_ person: Person, _ transaction: StoreTransaction) throws -> [Wait] {
        guard person.role.may(.configureIntegrations) else { return [] }
        return try transaction.instances().filter { $0.health == .credentialRejected || $0.health == .unreachable }.map { instance in
            Wait(
                title: "Azure DevOps: \(instance.name)", reason: instance.healthDetail ?? "Cannot be used at present.",
                action: instance.health == .credentialRejected ? "Replace the token" : "Look", path: "/instances/\(instance.id)",
                weight: .bad)
        }
    }

    private static func health(_ transaction: StoreTransaction) throws -> (words: String, isGood: Bool)? {
        let integrations = try transaction.integrations()
        guard !integrations.isEmpty else { return nil }
        let counts = try integrations.map { try transaction.linkCounts(of: $0.id) }
        let (linked, waiting) = (counts.map(\.total).reduce(0, +), counts.map(\.waiting).reduce(0, +))
        let trouble = counts.map { $0.inConflict + $0.failed }.reduce(0, +)
        let isDown = try transaction.instances().contains { $0.health == .credentialRejected || $0.health == .unreachable }
        let state =
            isDown
            ? "cannot be reached" : trouble > 0 ? "\(trouble) need attention" : waiting > 0 ? "\(waiting) on their way" : "all in step"
        return ("\(linked) \(linked == 1 ? "item" : "items"), \(state)", !isDown && trouble == 0)
    }
}

extension Item {
    func date(_ key: FieldKey) -> CalendarDate? { if case .date(let date) = self[key] { date } else { nil } }
    func stage(in workspace: Workspace) -> Stage? { if case .stage(let id) = self[.stage] { workspace.stage(id) } else { nil } }
}
