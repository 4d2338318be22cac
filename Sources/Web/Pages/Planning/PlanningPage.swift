import FieldSync
import Markup
import Portfolio
import Store

/// What the cards of planning show, one thing at a time.
enum PlanningLens: String, Sendable, CaseIterable {
    case effort, rag, type, percent, stage

    var title: String {
        switch self {
        case .effort: "Effort"
        case .rag: "RAG"
        case .type: "Type"
        case .percent: "% complete"
        case .stage: "Stage"
        }
    }
}

/// Everything that planning shows, read at one moment and put into rows.
struct PlanningPage: Sendable {
    /// An outcome with the columns that it reaches over.
    struct Bar: Sendable {
        var outcome: PlannedOutcome
        /// Counted from the first column; may lie before it.
        var first: Int
        var last: Int
        var lock: String?
        var needsAttention: Bool
        var mayMove: Bool
    }

    /// A team, or nobody's outcomes, with rows in which no two bars meet.
    struct Band: Sendable {
        var team: Team?
        var lanes: [[Bar]]
        var shown: Int
        var total: Int
        var effort: [Double]
        var withoutEffort: Int
    }

    var workspace: Workspace
    var periods: PlanningPeriods
    var lens: PlanningLens
    var bands: [Band] = []
    var tray: [Bar] = []
    var trayTotal = 0
    var hasOutcomes = true

    /// Cards of all teams together; a single team shows all that it has.
    private static let cards = 1_500
    private static let fewest = 20
    private static let perTray = 60

    private let ties: [Identifier<Item>: OutcomeTie]
    private let locks: [Identifier<Integration>: String]
    private let rights: EditRights

    init(_ query: ItemQuery, _ periods: PlanningPeriods, _ lens: PlanningLens, for person: Person, _ transaction: StoreTransaction) throws {
        (self.periods, self.lens) = (periods, lens)
        workspace = try transaction.workspace()
        ties = try transaction.outcomeTies()
        locks = try PlanningLocks.all(transaction)
        rights = try EditRights(of: person, transaction)
        let planned =
            try periods.span.map { try transaction.plannedOutcomes(matching: query, from: $0.lowerBound, to: $0.upperBound) } ?? []
        let unplanned = try transaction.unplannedOutcomes(matching: query, limit: Self.perTray)
        tray = unplanned.outcomes.map { bar($0) }
        trayTotal = unplanned.total
        hasOutcomes = try !planned.isEmpty || trayTotal > 0 || transaction.items(matching: ItemQuery(kind: .outcome, limit: 1)).total > 0
        let byTeam = Dictionary(grouping: planned, by: \.team)
        let teams = workspace.teams.filter { query.teams.isEmpty || query.teams.contains($0.id) }
        let perTeam = max(Self.fewest, Self.cards / max(1, byTeam.count))
        bands = teams.map { band($0, byTeam[$0.id] ?? [], limit: perTeam) }
        if query.teams.isEmpty { bands.append(band(nil, byTeam[nil] ?? [], limit: perTeam)) }
    }

    private func band(_ team: Team?, _ outcomes: [PlannedOutcome], limit: Int) -> Band {
        let shown = outcomes.prefix(limit).map { bar($0) }
        var effort = [Double](repeating: 0, count: periods.periods.count)
        for outcome in outcomes {
            guard let amount = outcome.effort, amount > 0 else { continue }
            let bar = bar(outcome)
            // Effort is spread evenly over the periods that the outcome reaches over.
            let share = amount / Double(bar.last - bar.first + 1)
            for column in max(0, bar.first)...max(0, min(effort.count - 1, bar.last)) where column <= bar.last { effort[column] += share }
        }
        return Band(
            team: team, lanes: Self.lanes(shown), shown: shown.count, total: outcomes.count, effort: effort,
            withoutEffort: outcomes.count { ($0.effort ?? 0) <= 0 })
    }

    /// Puts each bar into the first row that is free from its start on.
    private static func lanes(_ bars: [Bar]) -> [[Bar]] {
        var lanes: [[Bar]] = []
        var ends: [Int] = []
        for bar in bars.sorted(by: { $0.first < $1.first }) {
            if let free = ends.firstIndex(where: { $0 < max(0, bar.first) }) {
                lanes[free].append(bar)
                ends[free] = bar.last
            } else {
                lanes.append([bar])
                ends.append(bar.last)
            }
        }
        return lanes
    }

    private func bar(_ outcome: PlannedOutcome) -> Bar {
        let tie = ties[outcome.id]
        let lock = tie.flatMap { locks[$0.integration] }
        let mayEdit = rights.mayEdit(outcome.id, ownedBy: outcome.owner)
        let first = outcome.start.map { periods.timeline.period(containing: $0).index - periods.first } ?? 0
        let last = outcome.end.map { periods.timeline.period(containing: $0).index - periods.first } ?? first
        return Bar(
            outcome: outcome, first: first, last: max(first, last), lock: lock, needsAttention: tie?.needsAttention ?? false,
            mayMove: mayEdit && lock == nil)
    }
}

/// What cannot be planned here because Azure DevOps is its master.
enum PlanningLocks {
    static let fields: [FieldKey] = [.start, .end, .team]

    /// For each project whose mapping only reads a date or the team: what is locked, in words.
    static func all(_ transaction: StoreTransaction) throws -> [Identifier<Integration>: String] {
        var locks: [Identifier<Integration>: String] = [:]
        let catalogue = try transaction.workspace().catalogue
        for integration in try transaction.integrations() where integration.state == .active {
            guard let entity = try transaction.mappingSet(integration.mappingSet)?.mapping[.outcome] else { continue }
            let read = fields.filter(entity.lockedFields.contains)
            // A team that is only read leaves the dates free; the form says so.
            guard read.contains(.start) || read.contains(.end) else { continue }
            let names = read.map { catalogue[$0]?.label ?? $0.name }.joined(separator: ", ")
            locks[integration.id] = "\(names): \(integration.lockReason)"
        }
        return locks
    }
}
