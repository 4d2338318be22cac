import Markup
import Portfolio
import Store

/// The boards: a column for each stage, cards that are dragged, moved with the keyboard, or moved by a form.
enum BoardPages {
    static let routes: [Route] = [
        Route("GET", "/board", .having(.viewPortfolio)) { _ in .seeOther("/board/initiatives") },
        Route("GET", "/board/initiatives", .having(.viewPortfolio)) { try await show($0, .initiative) },
        Route("GET", "/board/outcomes", .having(.viewPortfolio)) { try await show($0, .outcome) },
        Route("GET", "/board/move/:id", .having(.viewPortfolio), askMove),
        Route("POST", "/board/move", .having(.viewPortfolio), move),
        Route("POST", "/board/place/:id", .having(.viewPortfolio), placeAgain),
        Route("POST", "/board/fold", .having(.viewPortfolio), fold),
        Route("POST", "/board/limit", .having(.editEveryItem), limit),
    ]

    static func path(_ kind: ItemKind) -> String { kind == .initiative ? "/board/initiatives" : "/board/outcomes" }

    private static let kept = ["lens", "lanes"]

    private static func show(_ visit: Visit, _ kind: ItemKind) async throws -> Reply {
        let board = try await Board.load(visit, kind)
        return try await visit.layout(
            "Board", section: .board, live: ["item:*", "items:\(kind.rawValue)", "configuration"], parts: [.board]
        ) {
            heading("Board") {
                nav(.class("segments"), .label("What the board shows")) {
                    for other in ItemKind.allCases {
                        a(
                            .class("button"), .href(visit.address(path(other), keeping: kept)),
                            Attribute("aria-current", other == kind ? "page" : nil)
                        ) { other.plural }
                    }
                }
                menu(
                    visit, "Lens", "lens", BoardLens.allCases.map { ($0 == .standard ? "" : $0.rawValue, $0.title) },
                    present: board.lens == .standard ? "" : board.lens.rawValue)
                menu(
                    visit, "Lanes", "lanes", [("", "No lanes")] + BoardLanes.allCases.map { ($0.rawValue, $0.title) },
                    present: board.lanes?.rawValue ?? "")
            }
            div(.class("board-tools")) { visit.filterBar(path(kind), board.facets, keeping: kept) }
            div(.class("board"), .id("board"), .data("board", "/board/move"), .data("lens", board.lens.rawValue)) {
                if let lanes = board.lanes { laned(visit, board, lanes) } else { columns(visit, board) }
            }
        }
    }

    private static func menu(
        _ visit: Visit, _ words: String, _ name: String, _ options: [(value: String, words: String)], present: String
    ) -> Node {
        element("details", [.class("popover right"), .id("menu-\(name)")]) {
            element("summary", [.class("quiet")]) {
                present.isEmpty && name == "lanes" ? words : "\(words): \(options.first { $0.value == present }?.words ?? "")"
                icon(.down, 14)
            }
            div(.class("panel")) {
                for choice in options {
                    a(
                        .href(visit.address(changing: [name: choice.value])),
                        Attribute("aria-current", choice.value == present ? "true" : nil)
                    ) { choice.words }
                }
            }
        }
    }

    private static func columns(_ visit: Visit, _ board: Board) -> Node {
        div(.class("columns-row")) {
            for column in board.columns {
                section(
                    .class("column \(column.stage.category.rawValue)\(column.isFolded ? " folded" : "")"), .id("column-\(column.stage.id)"),
                    .data("stage", "\(column.stage.id)"), .label(column.stage.name)
                ) {
                    head(visit, board, column)
                    div(.class("cards"), .id("cards-\(column.stage.id)"), .data("part", ""), .data("stage", "\(column.stage.id)")) {
                        for card in column.cards { cardNode(visit, board, card) }
                        if column.cards.isEmpty { p(.class("none")) { "Nothing here. Drag a card into this column." } }
                        if column.total > column.cards.count {
                            p(.class("more")) {
                                "The first \(column.cards.count) of \(column.total.grouped). "
                                a(.href(listAddress(visit, board, column.stage))) { "See all in the list" }
                            }
                        }
                    }
                    if visit.may(.editEveryItem) { creation(visit, board, column.stage) }
                }
            }
        }
    }

    /// The list with the filters of the board, and one stage.
    private static func listAddress(_ visit: Visit, _ board: Board, _ stage: Stage) -> String {
        let filters = ["q"] + board.facets.map(\.name)
        return visit.address(ItemListPages.path(board.kind), keeping: filters, changing: ["stage": "\(stage.id)"])
    }

    private static func head(_ visit: Visit, _ board: Board, _ column: BoardColumn) -> Node {
        header(.class("column-head"), .id("head-\(column.stage.id)"), .data("part", "")) {
            h2 {
                span(.class("stage \(column.stage.category.rawValue)"), Attribute("title", column.stage.category.title)) {
                    column.stage.name
                }
                span(.class(column.excess > 0 ? "amount over" : "amount")) {
                    column.limit.map { "\(column.occupied.grouped) / \($0.grouped)" } ?? column.total.grouped
                }
            }
            div(.class("column-tools")) {
                if visit.may(.editEveryItem) { limitMenu(visit, board.kind, column) }
                visit.post("/board/fold", .class("fold")) {
                    input(.type("hidden"), .name("stage"), .value("\(column.stage.id)"))
                    input(.type("hidden"), .name("back"), .value(visit.address(changing: [:])))
                    button(
                        .class("quiet square"), .label("\(column.isFolded ? "Unfold" : "Fold") \(column.stage.name)"),
                        Attribute("aria-expanded", column.isFolded ? "false" : "true")
                    ) { icon(.chevron, 14) }
                }
            }
            if column.excess > 0 {
                p(.class("excess")) {
                    icon(.warning, 14)
                    "\(column.excess.grouped) over the limit of \((column.limit ?? 0).grouped)"
                }
            }
        }
    }

    private static func limitMenu(_ visit: Visit, _ kind: ItemKind, _ column: BoardColumn) -> Node {
        let id = "limit-\(column.stage.id)"
        return element("details", [.class("popover right"), .id("menu-\(id)")]) {
            element("summary", [.class("quiet"), .label("Limit of \(column.stage.name)")]) { icon(.more, 16) }
            div(.class("panel limit")) {
                visit.post("/board/limit") {
                    input(.type("hidden"), .name("stage"), .value("\(column.stage.id)"))
                    input(.type("hidden"), .name("kind"), .value(kind.rawValue))
                    input(.type("hidden"), .name("back"), .value(visit.address(changing: [:])))
                    label(Attribute("for", id)) { "Work in progress, at most" }
                    input(
                        .type("number"), .name("limit"), .id(id), Attribute("min", "1"), Attribute("max", "100000"),
                        .value(column.limit.map { String($0) } ?? ""), Attribute("placeholder", "No limit"))
                    button { "Save" }
                }
            }
        }
    }

    private static func creation(_ visit: Visit, _ board: Board, _ stage: Stage) -> Node {
        visit.post(ItemListPages.path(board.kind), .class("add")) {
            input(.type("hidden"), .name("stage"), .value("\(stage.id)"))
            for name in ["owner", "team", "unit", "type", "parent", "rag"] {
                let values = visit.query.all(name).filter { !$0.isEmpty }
                if values.count == 1 { input(.type("hidden"), .name(name), .value(values[0])) }
            }
            input(
                .name("name"), .label("New \(board.kind.title.lowercased()) in \(stage.name)"), .flag("required"),
                Attribute("placeholder", "+ New \(board.kind.title.lowercased())"), Attribute("maxlength", "255"),
                Attribute("autocomplete", "off"))
            button(.class("save")) { "Add" }
        }
    }

    private static func laned(_ visit: Visit, _ board: Board, _ lanes: BoardLanes) -> Node {
        div(.class("lanes"), .id("lanes"), .data("part", "")) {
            div(.class("columns-row heads")) {
                for column in board.columns {
                    div(.class("column\(column.isFolded ? " folded" : "")"), .data("stage", "\(column.stage.id)")) {
                        head(visit, board, column)
                    }
                }
            }
            for lane in board.laneRows(lanes) {
                section(.class("lane"), .label("\(lanes.title): \(lane.words)")) {
                    h2 {
                        lane.words
                        span(.class("amount")) { lane.count.grouped }
                    }
                    div(.class("columns-row")) {
                        for column in board.columns {
                            div(
                                .class("cards\(column.isFolded ? " folded" : "")"), .data("stage", "\(column.stage.id)"),
                                .data("lane", "\(lanes.rawValue):\(lane.value)"), Attribute("role", "group"),
                                .label("\(column.stage.name), \(lane.words)")
                            ) {
                                for card in column.cards where lanes.value(of: card.row.item) == lane.value { cardNode(visit, board, card) }
                            }
                        }
                    }
                }
            }
            for column in board.columns where column.total > column.cards.count {
                p(.class("more")) {
                    "\(column.stage.name) shows the first \(column.cards.count) of \(column.total.grouped). "
                    a(.href(listAddress(visit, board, column.stage))) { "See all in the list" }
                }
            }
        }
    }
}
