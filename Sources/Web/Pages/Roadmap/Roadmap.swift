import Portfolio
import Store

/// Everything that the roadmap shows, read at one moment in a handful of questions, however many items there are.
struct Roadmap: Sendable {
    struct Row: Sendable {
        var item: Item
        var standing: LinkStanding?
        /// Typed, or computed from the outcomes.
        var percentComplete: Double?
        var outcomes = 0
        var isExpanded = false
        var isMovable: Bool

        var start: CalendarDate? { if case .date(let date) = item[.start] { date } else { nil } }
        var end: CalendarDate? { if case .date(let date) = item[.end] { date } else { nil } }
        var isParked: Bool { item[.parked] == .flag(true) }
        var isPlanned: Bool { start != nil && end != nil && !isParked }
    }

    struct Lane: Sendable {
        /// `nil` when there are no lanes.
        var title: String?
        var count: Int
        var rows: [Row]
    }

    /// A dependency with what it ties together; an end that is not shown is `nil`.
    struct Arrow: Sendable {
        var dependency: Dependency
        var predecessor: Item
        var successor: Item
        var isHealthy: Bool?
    }

    /// More initiatives than these are a matter for filters.
    static let limit = 1_000

    var view: RoadmapView
    var today: CalendarDate
    var timeline: Timeline
    var groups: [PeriodGroup]
    var workspace: Workspace
    var lanes: [Lane] = []
    /// Initiatives without dates, and parked ones.
    var tray: [Row] = []
    var arrows: [Arrow] = []
    /// How many initiatives the filters let through.
    var total = 0

    var rows: [Row] { lanes.flatMap(\.rows) }

    init(_ query: FormValues, _ view: RoadmapView, today: CalendarDate, for person: Person, _ transaction: StoreTransaction) throws {
        self.view = view
        self.today = today
        timeline = try transaction.timeline()
        groups = try transaction.periodGroups()
        workspace = try transaction.workspace()
        var wanted = ItemListPages.query(query, .initiative)
        wanted.order = view.order.order
        wanted.isDescending = false
        wanted.offset = 0
        wanted.limit = Self.limit
        let page = try transaction.items(matching: wanted)
        total = page.total
        let outcomes = try transaction.outcomes(ofAll: view.expanded)
        let reader = try RowReader(page.items + outcomes.values.flatMap { $0 }, person, transaction)
        let initiatives = page.items.map { item in
            var row = reader.row(item)
            row.isExpanded = view.expanded.contains(item.id)
            return row
        }
        tray = initiatives.filter { !$0.isPlanned }
        lanes = Self.lanes(Self.sorted(initiatives.filter(\.isPlanned), view.order, today), view.lanes, workspace).map { lane in
            var lane = lane
            lane.rows = lane.rows.flatMap { row in [row] + (row.isExpanded ? (outcomes[row.item.id] ?? []).map(reader.row) : []) }
            return lane
        }
        if view.showsDependencies { arrows = try arrows(transaction) }
    }

    /// By start means: what runs or comes, and then what is over. A roadmap looks ahead.
    private static func sorted(_ rows: [Row], _ order: RoadmapView.Order, _ today: CalendarDate) -> [Row] {
        guard order == .start else { return rows }
        func isOver(_ row: Row) -> Bool { row.end.map { $0 < today } ?? false }
        return rows.filter { !isOver($0) } + rows.filter(isOver)
    }

    /// The outcomes of one initiative alone, for whoever opens its row.
    static func outcomes(of initiative: Identifier<Item>, for person: Person, _ transaction: StoreTransaction) throws -> [Row] {
        let items = try transaction.outcomes(ofAll: [initiative])[initiative] ?? []
        return try items.map(RowReader(items, person, transaction).row)
    }

    private func arrows(_ transaction: StoreTransaction) throws -> [Arrow] {
        let dependencies = try transaction.dependencies()
        let found = try transaction.items(ids: Array(Set(dependencies.flatMap { [$0.predecessor, $0.successor] })))
        let items = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let shown = Set(lanes.flatMap(\.rows).map(\.item.id))
        func isShown(_ item: Item) -> Bool {
            if case .item(let parent) = item[.parent], shown.contains(parent) { return true }
            return shown.contains(item.id)
        }
        return dependencies.compactMap { dependency in
            guard let predecessor = items[dependency.predecessor], let successor = items[dependency.successor], isShown(predecessor),
                isShown(successor)
            else { return nil }
            return Arrow(
                dependency: dependency, predecessor: predecessor, successor: successor,
                isHealthy: timeline.isHealthy(predecessor, before: successor))
        }
    }

    private static func lanes(_ rows: [Row], _ kind: RoadmapView.Lanes, _ workspace: Workspace) -> [Lane] {
        let (key, order): (FieldKey, [(value: FieldValue, title: String)]) =
            switch kind {
            case .none: (.name, [])
            case .unit: (.businessUnit, workspace.businessUnits.map { (.businessUnit($0.id), $0.name) })
            case .team: (.team, workspace.teams.map { (.team($0.id), $0.name) })
            case .owner: (.owner, workspace.people.map { (.person($0.id), $0.name) })
            case .stage: (.stage, workspace.stages.map { (.stage($0.id), $0.name) })
            }
        guard kind != .none else { return [Lane(title: nil, count: rows.count, rows: rows)] }
        let groups = Dictionary(grouping: rows) { $0.item[key] }
        let known = order.compactMap { entry in groups[entry.value].map { Lane(title: entry.title, count: $0.count, rows: $0) } }
        let placed = Set(order.map(\.value))
        let others = rows.filter { row in row.item[key].map { !placed.contains($0) } ?? true }
        return known + (others.isEmpty ? [] : [Lane(title: "No \(kind.title.lowercased())", count: others.count, rows: others)])
    }
}

/// Makes rows of items: what counts for all of them is asked once.
private struct RowReader {
    let standings: [Identifier<Item>: LinkStanding]
    let summaries: [Identifier<Item>: OutcomeProgress]
    let rights: EditRights

    init(_ items: [Item], _ person: Person, _ transaction: StoreTransaction) throws {
        standings = try transaction.linkStandings(of: items.map(\.id))
        summaries = try transaction.outcomeProgress(of: items.filter { $0.kind == .initiative }.map(\.id))
        rights = try EditRights(of: person, transaction)
    }

    func row(_ item: Item) -> Roadmap.Row {
        let summary = summaries[item.id]
        var typed: Double?
        if case .number(let number) = item[.percentComplete] { typed = number }
        return Roadmap.Row(
            item: item, standing: standings[item.id], percentComplete: typed ?? summary?.percentComplete, outcomes: summary?.total ?? 0,
            isMovable: rights.mayEdit(item))
    }
}

extension Timeline {
    func isHealthy(_ predecessor: Item, before successor: Item) -> Bool? {
        func date(_ value: FieldValue?) -> CalendarDate? { if case .date(let date) = value { date } else { nil } }
        return isHealthy(predecessorEnd: date(predecessor[.end]), successorStart: date(successor[.start]))
    }
}
