import JSON
import Markup
import Portfolio
import Store

/// The board: a column for each stage, cards that are dragged or moved with the keyboard.
enum BoardPages {
    static let routes: [Route] = [
        Route("GET", "/board/initiatives", .having(.viewPortfolio)) { try await show($0, .initiative) },
        Route("GET", "/board/outcomes", .having(.viewPortfolio)) { try await show($0, .outcome) },
        Route("POST", "/board/move", .having(.viewPortfolio), move),
    ]

    /// Cards that one column shows; the list shows them all.
    private static let cards = 100

    private static func show(_ visit: Visit, _ kind: ItemKind) async throws -> Reply {
        let person = try visit.visitor()
        typealias Card = (item: Item, link: Link?, mayEdit: Bool)
        let (workspace, counts, columns) = try await visit.store.read {
            transaction -> (Workspace, [Identifier<Stage>: Int], [Identifier<Stage>: [Card]]) in
            let workspace = try transaction.workspace()
            var columns: [Identifier<Stage>: [Card]] = [:]
            for stage in workspace.stages where stage.appliesTo.contains(kind) {
                var query = ItemQuery(kind: kind, limit: cards)
                query.stages = [stage.id]
                columns[stage.id] = try transaction.items(matching: query).items.map { item in
                    (item, try transaction.links(of: item.id).first { $0.state.isLive }, try ItemPage.mayEdit(item, person, transaction))
                }
            }
            return (workspace, try transaction.itemCountsByStage(of: kind), columns)
        }
        return try await visit.layout(
            "Board", section: .board, live: ["item:*", "items:\(kind.rawValue)", "configuration"], parts: [.board]
        ) {
            heading("Board") {
                a(.class("button"), .href("/board/initiatives"), Attribute("aria-current", kind == .initiative ? "page" : nil)) {
                    "Initiatives"
                }
                a(.class("button"), .href("/board/outcomes"), Attribute("aria-current", kind == .outcome ? "page" : nil)) { "Outcomes" }
            }
            div(.class("board"), .id("board"), .data("part", ""), .data("board", "/board/move")) {
                for stage in workspace.stages where stage.appliesTo.contains(kind) {
                    section(.class("column"), .data("stage", "\(stage.id)"), .label(stage.name)) {
                        h2 {
                            stage.name
                            span(.class("muted")) { " \(counts[stage.id] ?? 0)" }
                        }
                        for card in columns[stage.id] ?? [] { cardNode(card.item, card.link, workspace, isMovable: card.mayEdit) }
                        if (counts[stage.id] ?? 0) > cards {
                            p { a(.href("\(ItemListPages.path(kind))?stage=\(stage.id)")) { "All \(counts[stage.id] ?? 0)…" } }
                        }
                    }
                }
            }
        }
    }

    private static func cardNode(_ item: Item, _ link: Link?, _ workspace: Workspace, isMovable: Bool) -> Node {
        article(.class("card small"), .data("item", "\(item.id)"), Attribute("draggable", isMovable ? "true" : nil)) {
            a(.href("/items/\(item.id)"), Attribute("draggable", "false")) { item.name }
            p(.class("muted")) {
                code { item.key }
                if case .person = item[.owner] { " · \(workspace.words(item[.owner]))" }
                if item[.end] != nil { " · \(workspace.words(item[.end]))" }
            }
            if let light = item.light { ragDot(light) }
            linkChip(link)
            if let obstacle = link?.fields[.stage]?.obstacle { notice("warning", obstacle.message, obstacle.remedy) }
        }
    }

    @Sendable
    private static func move(_ visit: Visit) async throws -> Reply {
        guard let id = visit.form["item"].flatMap({ Identifier<Item>($0) }),
            let stage = visit.form["stage"].flatMap({ Identifier<Stage>($0) })
        else {
            throw Refusal.notFound
        }
        let person = try visit.visitor()
        let page = try await visit.store.read { try ItemPage(id, for: person, $0) }
        guard page.mayEdit else { throw Refusal.forbidden("edit this item") }
        if let lock = page.lock(.stage), page.item[.stage] != .stage(stage) {
            throw Refusal.invalid(message: "The stage of \(page.item.key) is locked. \(lock)", remedy: "")
        }
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        let previous = visit.form["after"].flatMap { Identifier<Item>($0) }
        let next = visit.form["before"].flatMap { Identifier<Item>($0) }
        try await visit.store.write { try $0.move(id, to: stage, after: previous, before: next, origin: origin) }
        return .json(["saved": true])
    }
}
