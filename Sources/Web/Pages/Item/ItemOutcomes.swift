import Markup
import Portfolio
import Store

/// The outcomes of an initiative: what it is made of, and how far that has come.
extension ItemPages {
    @Sendable
    static func outcomes(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        guard page.item.kind == .initiative else { throw Refusal.notFound }
        return try await framed(visit, page, .outcomes) {
            if !page.outcomes.isEmpty { rollUp(page) }
            section(.class("outcomes"), .id("outcomes"), .data("part", "")) {
                h2(.class("sr")) { "Outcomes" }
                if page.outcomes.isEmpty {
                    div(.class("card empty")) {
                        icon(.outcome)
                        h2 { "No outcomes yet" }
                        p { "An outcome is a package of work with its own dates, owner and team. Break the initiative down into a few." }
                    }
                } else {
                    table(page)
                }
            }
            adding(visit, page)
        }
    }

    /// Names, stages and ends on the first tab; the rest stands on the tab of the outcomes.
    static func outcomesInShort(_ visit: Visit, _ page: ItemPage) -> Node {
        section(.class("card")) {
            // The form stands outside of what is brought up to date, so that the next name can be typed at once.
            div(.id("outcomes"), .data("part", "")) { outcomeLines(page) }
            adding(visit, page)
        }
    }

    @NodeBuilder
    private static func outcomeLines(_ page: ItemPage) -> [Node] {
        div(.class("card-head")) {
            h2 { "Outcomes" }
            if !page.outcomes.isEmpty {
                a(.class("aside-link"), .href(ItemTab.outcomes.path(of: page.item.id))) { "Dates, effort and progress" }
            }
        }
        if page.outcomes.isEmpty { p(.class("muted")) { "None yet. Break the initiative down into packages of work." } }
        ul(.class("plain outcome-lines")) {
            for outcome in page.outcomes.prefix(12) {
                li {
                    stageWords(page.workspace, outcome.item)
                    a(.href("/items/\(outcome.item.id)")) { outcome.item.name }
                    linkChip(outcome.link)
                }
            }
        }
        if page.outcomes.count > 12 {
            p { a(.href(ItemTab.outcomes.path(of: page.item.id))) { "\(page.outcomes.count - 12) more" } }
        }
    }

    private static func adding(_ visit: Visit, _ page: ItemPage) -> Node {
        guard visit.may(.editEveryItem) else { return .nothing }
        return visit.post("/outcomes", .class("add-outcome"), .id("add-outcome"), .data("auto", "submit"), .data("reset", "")) {
            input(.type("hidden"), .name("parent"), .value("\(page.item.id)"))
            input(
                .name("name"), .label("Name of the new outcome"), Attribute("placeholder", "New outcome…"), Attribute("maxlength", "255"),
                Attribute("autocomplete", "off"), .flag("required"))
            button {
                icon(.plus, 16)
                "Add"
            }
        }
    }

    static func stageWords(_ workspace: Workspace, _ item: Item) -> Node {
        guard case .stage(let id) = item[.stage], let stage = workspace.stage(id) else { return span(.class("muted")) { "–" } }
        return stageLabel(stage)
    }

    private static func rollUp(_ page: ItemPage) -> Node {
        let items = page.outcomes.map(\.item)
        let effort = items.compactMap { page.number(.effort, of: $0) }.reduce(0, +)
        let closed = items.count { page.isClosed($0) }
        let attention = page.outcomes.filter { $0.item.light == .red }.count
        func figure(_ words: String, _ value: String, _ more: [Node] = []) -> Node {
            div {
                dt { words }
                dd {
                    value
                    more
                }
            }
        }
        return dl(.class("figures"), .id("roll-up"), .data("part", "")) {
            figure("Progress", "\(Int(page.computedProgress ?? 0)) %", [meter(page.computedProgress ?? 0)])
            figure("Effort", page.workspace.words(.number(effort)))
            figure("Closed", "\(closed) of \(items.count)")
            figure("Red", String(attention))
        }
    }

    private static func table(_ page: ItemPage) -> Node {
        div(.class("scroll")) {
            Markup.table(.class("list")) {
                thead {
                    tr {
                        for words in ["Outcome", "Stage", "RAG", "Owner", "Dates"] { th { words } }
                        th(.class("number")) { "Effort" }
                        th { "Progress" }
                        th { "Azure DevOps" }
                    }
                }
                tbody {
                    for (item, link) in page.outcomes {
                        let owner = page.workspace.words(item[.owner])
                        tr {
                            td(.class("name")) {
                                a(.href("/items/\(item.id)")) { item.name }
                                div(.class("sub")) { item.key }
                            }
                            td { stageWords(page.workspace, item) }
                            td { ragDot(item.light) }
                            td { if owner.isEmpty { span(.class("muted")) { "–" } } else { person(owner) } }
                            td(.class("day")) { dates(item) }
                            td(.class("number")) { item[.effort].map { page.workspace.words($0) } ?? "–" }
                            td(.class("day")) { percent(page, item) }
                            td { linkChip(link) }
                        }
                    }
                }
            }
        }
    }

    private static func dates(_ item: Item) -> [Node] {
        func day(_ key: FieldKey) -> String? { if case .date(let date) = item[key] { date.words } else { nil } }
        return switch (day(.start), day(.end)) {
        case (let start?, let end?): [.text("\(start) –"), br(), .text(end)]
        case (let start?, nil): [.text("from \(start)")]
        case (nil, let end?): [.text("until \(end)")]
        case (nil, nil): [span(.class("muted")) { "–" }]
        }
    }

    private static func percent(_ page: ItemPage, _ item: Item) -> [Node] {
        guard let percent = page.number(.percentComplete, of: item) else { return [span(.class("muted")) { "–" }] }
        return [meter(percent), .text(" \(Int(percent)) %")]
    }

    static func person(_ name: String) -> Node {
        span(.class("person")) {
            avatar(name)
            span { name }
        }
    }
}
