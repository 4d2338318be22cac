import FieldSync
import JSON
import Markup
import Portfolio
import Store
import SyncEngine

/// Values that gave way: where both sides had changed a field, a person or a rule of the mapping chose one, and the other is kept.
enum ReplacedValues {
    /// What a choice is answered with: one button takes the other value instead.
    static func answer(_ words: String, _ conflict: Conflict, other: InitialSource) -> Reply {
        .json([
            "saved": true, "message": .string(words),
            "undo": .string("/items/\(conflict.item)/conflicts/\(conflict.id)/use?side=\(other.rawValue)"),
            "undoWords": .string("Use the value from \(other == .kiplot ? "Kiplot" : "Azure DevOps") instead"),
        ])
    }

    @Sendable
    static func use(_ visit: Visit) async throws -> Reply {
        let page = try await ItemPages.page(visit)
        let id: Identifier<Conflict> = try visit.identifier("conflict")
        guard page.mayEdit else { throw Refusal.forbidden("edit this item") }
        // From the form, or from the address: what takes a choice back is an address to post to.
        guard let side = InitialSource(rawValue: visit.form["side"] ?? visit.query["side"] ?? ""),
            let conflict = page.replaced.first(where: { $0.id == id })
        else { throw Refusal.notFound }
        try page.checkMayRestore(conflict.field)
        let hasChanged = try await visit.engine.items.use(side, of: id, by: visit.actor())
        guard visit.isScripted else { return .seeOther(ItemTab.history.path(of: page.item.id)) }
        guard hasChanged else { return .json(["saved": true, "message": "It has this value already."]) }
        let undo = try await visit.store.read { try $0.history(of: page.item.id, field: conflict.field, limit: 1).first?.id }
        return .json([
            "saved": true, "message": .string("\(page.label(conflict.field)) has the other value now."),
            "undo": undo.map { .string("/items/\(page.item.id)/restore/\($0)") } ?? .null,
        ])
    }

    /// A table of them, or nothing.
    static func section(_ visit: Visit, _ page: ItemPage, _ field: FieldKey?) -> Node {
        let shown = page.replaced.filter { field == nil || $0.field == field }
        return Markup.section(.class("replaced"), .id("replaced"), .data("part", "")) {
            if !shown.isEmpty {
                h2 { "Values that gave way" }
                p(.class("hint")) { "Both sides had changed the field. One value was chosen; the other is kept here." }
                div(.class("scroll")) {
                    table(.class("list changes-table")) {
                        thead {
                            tr {
                                for words in ["When", "Decided by", "Field", "In Kiplot", "In Azure DevOps"] { th { words } }
                            }
                        }
                        tbody { for conflict in shown { row(visit, page, conflict) } }
                    }
                }
            }
        }
    }

    private static func row(_ visit: Visit, _ page: ItemPage, _ conflict: Conflict) -> Node {
        tr {
            td(.class("day")) { (conflict.settledAt ?? conflict.openedAt).node }
            td { conflict.settledBy.map { ItemPages.person($0) } ?? .nothing }
            td { page.label(conflict.field) }
            td { value(visit, page, conflict, .kiplot, page.words(conflict.local, limit: 300), conflict.localBy) }
            td { value(visit, page, conflict, .azureDevOps, conflict.remote?.held ?? "", conflict.remoteBy) }
        }
    }

    private static func value(
        _ visit: Visit, _ page: ItemPage, _ conflict: Conflict, _ side: InitialSource, _ words: String, _ author: String?
    ) -> [Node] {
        let gaveWay = conflict.resolution.map { $0 != (side == .kiplot ? .keptKiplot : .keptAzureDevOps) } ?? false
        let may = page.mayEdit && visit.may(.synchroniseItems) && page.lock(conflict.field) == nil && conflict.field != .parent
        return [
            span(.class(gaveWay ? "old" : "new")) { words.isEmpty ? "empty" : String(words.prefix(300)) },
            author.map { name in div(.class("sub")) { name } } ?? .nothing,
            gaveWay && may
                ? visit.post("/items/\(page.item.id)/conflicts/\(conflict.id)/use", .data("auto", "submit")) {
                    input(.type("hidden"), .name("side"), .value(side.rawValue))
                    button(.class("quiet"), .label("Use “\(words.prefix(40))” for \(page.label(conflict.field))")) {
                        icon(.undo, 15)
                        "Use this"
                    }
                } : .nothing,
        ]
    }
}
