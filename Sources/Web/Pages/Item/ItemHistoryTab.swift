import FieldSync
import Markup
import Portfolio
import Store

/// Everything that has ever changed on an item, and the way back.
extension ItemPages {
    private static let pageSize = 40

    @Sendable
    static func history(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        let id = page.item.id
        let field = visit.query["field"].flatMap { $0.isEmpty ? nil : FieldKey($0) }
        let before = visit.query["before"].flatMap { Int64($0) } ?? .max
        let (entries, fields) = try await visit.store.read {
            (try $0.history(of: id, field: field, before: before, limit: pageSize + 1), try $0.changedFields(of: id))
        }
        let shown = Array(entries.prefix(pageSize))
        return try await framed(visit, page, .history) {
            filter(visit, page, fields, field)
            section(.id("history"), .data("part", "")) {
                h2(.class("sr")) { "History" }
                if shown.isEmpty {
                    p(.class("card empty")) { "Nothing has changed yet." }
                } else {
                    div(.class("scroll")) { table(visit, page, shown) }
                }
            }
            ReplacedValues.section(visit, page, field)
            if entries.count > pageSize, let last = shown.last {
                p { a(.class("button"), .href(visit.address(changing: ["before": "\(last.id)"]))) { "Older changes" } }
            }
        }
    }

    private static func filter(_ visit: Visit, _ page: ItemPage, _ fields: [FieldKey], _ chosen: FieldKey?) -> Node {
        let options = fields.map { (value: $0.name, words: page.label($0)) }.sorted { $0.words.lowercased() < $1.words.lowercased() }
        return Markup.form(.class("filters"), Attribute("method", "get"), .action(visit.path), .data("auto", "")) {
            label(.class("sr"), Attribute("for", "history-field")) { "Field" }
            choices("field", id: "history-field", [("", "All fields")] + options, selected: chosen?.name ?? "")
            button(.class("apply")) { "Filter" }
        }
    }

    private static func table(_ visit: Visit, _ page: ItemPage, _ entries: [HistoryEntry]) -> Node {
        Markup.table(.class("list changes-table")) {
            thead {
                tr {
                    for words in ["When", "Who, and through what", "Field", "Change"] { th { words } }
                    th { span(.class("sr")) { "Restore" } }
                }
            }
            tbody {
                for entry in entries {
                    let change = entry.change
                    tr {
                        td(.class("day")) { change.at.node }
                        td {
                            person(change.actor.name)
                            div(.class("sub through")) { change.cause.title }
                        }
                        td { page.label(change.field) }
                        td(.class("change")) { difference(page, change) }
                        td(.class("number")) { restoring(visit, page, entry) }
                    }
                }
            }
        }
    }

    private static func restoring(_ visit: Visit, _ page: ItemPage, _ entry: HistoryEntry) -> Node {
        let change = entry.change
        guard page.mayEdit, change.old != page.item[change.field], page.lock(change.field) == nil,
            let definition = page.workspace.catalogue[change.field], change.old != nil || !definition.isRequired
        else { return .nothing }
        return visit.post("/items/\(page.item.id)/restore/\(entry.id)", .data("auto", "submit")) {
            button(.class("quiet"), Attribute("title", "Set \(page.label(change.field)) to the old value")) {
                icon(.undo, 15)
                "Restore old"
            }
        }
    }

    /// Short values as old and new; long texts as the words that changed, folded when there are many.
    private static func difference(_ page: ItemPage, _ change: Change) -> [Node] {
        if case .longText? = page.workspace.catalogue[change.field]?.type { return [words(of: change)] }
        let (old, new) = (page.words(change.old), page.words(change.new))
        return [
            old.isEmpty ? span(.class("muted")) { "empty" } : span(.class("old")) { old },
            span(.class("arrow")) {
                icon(.write, 13)
                span(.class("sr")) { "became" }
            },
            new.isEmpty ? span(.class("muted")) { "empty" } : span(.class("new")) { new },
        ]
    }

    private static func words(of change: Change) -> Node {
        func text(_ value: FieldValue?) -> String { if case .richText(let text) = value { RichTextTree(text).plainText } else { "" } }
        let diff = WordDiff(from: text(change.old), to: text(change.new))
        let length = diff.pieces.reduce(0) { sum, piece in
            switch piece {
            case .same(let words), .removed(let words), .added(let words): sum + words.count
            case .skipped: sum
            }
        }
        let body = div(.class("diff")) { for piece in diff.pieces { node(piece) } }
        if !diff.pieces.contains(where: \.isChange) { return span(.class("muted")) { "Only the formatting changed" } }
        guard length > 600 else { return body }
        return details {
            element("summary", []) { "Show what changed" }
            body
        }
    }

    private static func node(_ piece: WordDiff.Piece) -> Node {
        switch piece {
        case .same(let words): .text(words)
        case .removed(let words): element("del", []) { words }
        case .added(let words): element("ins", []) { words }
        case .skipped: span(.class("skipped")) { " … " }
        }
    }
}

extension WordDiff.Piece {
    fileprivate var isChange: Bool {
        switch self {
        case .removed, .added: true
        case .same, .skipped: false
        }
    }
}
