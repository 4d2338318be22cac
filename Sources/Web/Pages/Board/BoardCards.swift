import FieldSync
import Markup
import Portfolio
import Store

/// What the cards of a board tell besides their name.
enum BoardLens: String, CaseIterable, Sendable {
    case standard, effort, rag, type, progress, sync

    var title: String {
        switch self {
        case .standard: "Effort and RAG"
        case .effort: "Effort"
        case .rag: "RAG"
        case .type: "Type"
        case .progress: "Progress"
        case .sync: "Azure DevOps"
        }
    }
}

/// What the bands of a board stand for.
enum BoardLanes: String, CaseIterable, Sendable {
    case owner, team, unit

    var title: String {
        switch self {
        case .owner: "Owner"
        case .team: "Team"
        case .unit: "Business unit"
        }
    }

    var field: FieldKey {
        switch self {
        case .owner: .owner
        case .team: .team
        case .unit: .businessUnit
        }
    }

    /// The value as an address holds it; empty for none.
    func value(of item: Item) -> String { FieldInput.text(item[field]) }

    func value(_ text: String) -> FieldValue? {
        switch self {
        case .owner: Identifier<Person>(text).map { .person($0) }
        case .team: Identifier<Team>(text).map { .team($0) }
        case .unit: Identifier<BusinessUnit>(text).map { .businessUnit($0) }
        }
    }
}

struct BoardCard: Sendable {
    var row: ListRow
    /// Why the stage cannot be changed here.
    var lock: String?
}

struct BoardColumn: Sendable {
    var stage: Stage
    var cards: [BoardCard]
    /// How many fit the filter, and how many there are at all: the limit counts these.
    var total: Int
    var occupied: Int
    var limit: Int?
    var isFolded: Bool

    var excess: Int { limit.map { max(0, occupied - $0) } ?? 0 }
}

/// Everything that one board shows, read at one moment in a fixed number of questions.
struct Board: Sendable {
    /// Cards that one column shows; the list shows them all.
    static let cards = 100

    var kind: ItemKind
    var columns: [BoardColumn]
    var lens: BoardLens
    var lanes: BoardLanes?
    var facets: [Facet]
    var workspace: Workspace

    static func load(_ visit: Visit, _ kind: ItemKind) async throws -> Board {
        var query = ItemListPages.query(visit.query, kind)
        query.stages = []
        query.order = .rank
        query.isDescending = false
        query.grouping = nil
        query.offset = 0
        query.limit = cards
        let person = try visit.visitor()
        let lens = BoardLens(rawValue: visit.query.text("lens")) ?? .standard
        let lanes = BoardLanes(rawValue: visit.query.text("lanes"))
        return try await visit.store.read { [query] in try Board(query, lens, lanes, for: person, $0) }
    }

    private init(_ query: ItemQuery, _ lens: BoardLens, _ lanes: BoardLanes?, for person: Person, _ transaction: StoreTransaction) throws {
        kind = query.kind
        self.lens = lens
        self.lanes = lanes
        workspace = try transaction.workspace()
        facets = try ListPage.facets(query, transaction).filter { $0.name != "stage" }
        let stages = workspace.stages.filter { $0.appliesTo.contains(query.kind) }
        var found: [Item] = []
        for stage in stages {
            var query = query
            query.stages = [stage.id]
            found += try transaction.firstItems(matching: query)
        }
        let locks = try FieldLocks(of: query.kind, transaction)
        let rows = try ListPage.rows(of: found, EditRights(of: person, transaction), transaction)
        let cards = Dictionary(grouping: rows.map { BoardCard(row: $0, lock: locks.reason(.stage, $0.links)) }) { $0.row.item[.stage] }
        let totals = try transaction.itemCounts(matching: query, by: .stage)
        let limits = try transaction.columnLimits(of: query.kind)
        let occupied = limits.isEmpty ? [:] : try transaction.itemCountsByStage(of: query.kind)
        let folded = try BoardPages.folded(transaction, person)
        columns = stages.map { stage in
            BoardColumn(
                stage: stage, cards: cards[.stage(stage.id)] ?? [], total: totals[stage.id.number] ?? 0, occupied: occupied[stage.id] ?? 0,
                limit: limits[stage.id], isFolded: folded.contains("\(stage.id)"))
        }
    }

    /// The bands that have cards, by name; what has no value comes last.
    func laneRows(_ lanes: BoardLanes) -> [(value: String, words: String, count: Int)] {
        var counts: [String: Int] = [:]
        var words: [String: String] = [:]
        for card in columns.flatMap(\.cards) {
            let value = lanes.value(of: card.row.item)
            counts[value, default: 0] += 1
            words[value] = value.isEmpty ? "No \(lanes.title.lowercased())" : workspace.words(card.row.item[lanes.field])
        }
        return counts.map { ($0.key, words[$0.key] ?? "", $0.value) }
            .sorted { ($0.0.isEmpty ? 1 : 0, $0.1.lowercased(), $0.0) < ($1.0.isEmpty ? 1 : 0, $1.1.lowercased(), $1.0) }
    }
}

extension BoardPages {
    static func cardNode(_ visit: Visit, _ board: Board, _ card: BoardCard) -> Node {
        let item = card.row.item
        let link = card.row.links.first
        let refusal = card.row.links.compactMap { link in link.fields[.stage]?.obstacle.map { (link, $0) } }.first
        return article(
            .class("card small\(board.lens == .rag ? " rag-\(item.light?.rawValue ?? "none")" : "")"), .id("card-\(item.id)"),
            .data("item", "\(item.id)"), .data("key", item.key), .data("version", String(item.updatedAt.milliseconds)),
            .data("locked", card.lock), .data("refused", refusal.map { "\($0.1.message) \($0.1.remedy)" }),
            Attribute("draggable", card.row.mayEdit ? "true" : nil)
        ) {
            div(.class("card-head")) {
                a(.class("card-name"), .href("/items/\(item.id)"), Attribute("draggable", "false")) { item.name }
                if card.row.mayEdit {
                    a(
                        .class("button quiet move"), .href("/board/move/\(item.id)"), Attribute("draggable", "false"),
                        .label("Move \(item.key)")
                    ) { icon(.more, 16) }
                }
            }
            p(.class("meta")) {
                code { item.key }
                if item[.end] != nil { span { "until \(board.workspace.words(item[.end]))" } }
                if case .person = item[.owner] {
                    span(.class("owner")) {
                        avatar(board.workspace.words(item[.owner]))
                        span(.class("sr")) { "Owner: \(board.workspace.words(item[.owner]))" }
                    }
                }
            }
            div(.class("facts")) {
                if let link { standing(link, board.lens) }
                lens(board, card.row)
            }
            if let (link, obstacle) = refusal { refused(visit, board, card, link, obstacle) }
        }
    }

    private static func lens(_ board: Board, _ row: ListRow) -> Node {
        let item = row.item
        var parts: [Node] = []
        if [.standard, .effort].contains(board.lens), item[.effort] != nil {
            parts.append(span(.class("effort"), Attribute("title", "Effort")) { "Effort \(board.workspace.words(item[.effort]))" })
        }
        if [.standard, .rag].contains(board.lens), let light = item.light { parts.append(ragDot(light)) }
        if board.lens == .type {
            parts.append(span(.class("chip plain")) { item[.type] == nil ? "No type" : board.workspace.words(item[.type]) })
        }
        if board.lens == .progress {
            let meter = ItemListPages.progress(item[.percentComplete], computed: row.progress)
            parts += meter.isEmpty ? [span(.class("muted")) { "No progress yet" }] : meter
        }
        return parts.isEmpty ? .nothing : div(.class("lens")) { parts }
    }

    private static func standing(_ link: Link, _ lens: BoardLens) -> Node {
        div(.class("standing")) {
            if link.isBeingWritten {
                span(.class("chip pending saving")) {
                    link.workItem.map { "#\($0) · Saving to Azure DevOps…" } ?? "Saving to Azure DevOps…"
                }
            } else {
                linkChip(link, isShort: lens != .sync)
            }
            if lens == .sync, let at = link.syncedAt { span(.class("muted")) { at.node } }
        }
    }

    /// Why Azure DevOps did not take the stage, and what can be done about it from here.
    private static func refused(_ visit: Visit, _ board: Board, _ card: BoardCard, _ link: Link, _ obstacle: FieldObstacle) -> Node {
        let agreed = link.fields[.stage]?.agreed?.local
        return div(.class("notice warning"), Attribute("role", "note")) {
            strong { "Azure DevOps refused “\(board.workspace.words(card.row.item[.stage]))”. " }
            "\(obstacle.message) \(obstacle.remedy)"
            if card.row.mayEdit {
                div(.class("actions")) {
                    if case .stage(let before) = agreed, agreed != card.row.item[.stage] {
                        visit.post("/board/move", .data("auto", "submit")) {
                            input(.type("hidden"), .name("item"), .value("\(card.row.item.id)"))
                            input(.type("hidden"), .name("stage"), .value("\(before)"))
                            button { "Back to \(board.workspace.words(agreed))" }
                        }
                    }
                    if visit.may(.synchroniseItems) {
                        visit.post("/items/\(card.row.item.id)/links/\(link.id)/write", .data("auto", "submit")) { button { "Try again" } }
                    }
                }
            }
        }
    }
}
