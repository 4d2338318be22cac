import FieldSync
import JSON
import Markup
import Portfolio
import Store

/// One item: editing in place, and what is done with the whole of it. Each tab stands in a file of its own.
enum ItemPages {
    static let routes: [Route] = [
        Route("GET", "/items/:id", .having(.viewPortfolio), information),
        Route("GET", "/items/:id/outcomes", .having(.viewPortfolio), outcomes),
        Route("GET", "/items/:id/integration", .having(.viewPortfolio), integration),
        Route("GET", "/items/:id/history", .having(.viewPortfolio), history),
        Route("GET", "/items/:id/share", .having(.editEveryItem), sharing),
        Route("POST", "/items/:id/fields/:field", .having(.viewPortfolio), edit),
        Route("POST", "/items/:id/archive", .having(.editEveryItem)) { try await archive($0, true) },
        Route("POST", "/items/:id/unarchive", .having(.editEveryItem)) { try await archive($0, false) },
        Route("GET", "/items/:id/delete", .having(.editEveryItem), askDelete),
        Route("POST", "/items/:id/delete", .having(.editEveryItem), delete),
        Route("POST", "/items/:id/restore/:entry", .having(.viewPortfolio), restore),
        Route("POST", "/items/:id/shares", .having(.editEveryItem), share),
    ]

    static func page(_ visit: Visit) async throws -> ItemPage {
        let id: Identifier<Item> = try visit.identifier("id")
        let person = try visit.visitor()
        return try await visit.store.read { try ItemPage(id, for: person, $0) }
    }

    /// The frame of every tab: the head, the tabs, what waits for a decision, and the content.
    static func framed(_ visit: Visit, _ page: ItemPage, _ tab: ItemTab, @NodeBuilder content: () -> [Node]) async throws -> Reply {
        let children = content()
        let item = page.item
        let title = tab == .information ? "" : " · \(tab.title)"
        return try await visit.layout(
            "\(item.key) \(item.name)\(title)", section: item.kind == .initiative ? .initiatives : .outcomes, live: page.topics,
            parts: [.item]
        ) {
            head(visit, page)
            tabs(page, tab)
            conflicts(visit, page)
            children
        }
    }

    @Sendable
    private static func edit(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        let key = FieldKey(visit.parameters["field"] ?? "")
        guard page.mayEdit else { throw Refusal.forbidden("edit this item") }
        guard let definition = page.workspace.catalogue[key], definition.appliesTo.contains(page.item.kind) else { throw Refusal.notFound }
        if let lock = page.lock(key) { throw Refusal.invalid(message: "\(definition.label) is locked. \(lock)", remedy: "") }
        if definition.type == .longText, visit.form["value"] == nil {
            throw Refusal.invalid(
                message: "Nothing was sent, so nothing was changed.", remedy: "Reload the page and try again.")
        }
        let format = RichText.Format(rawValue: visit.form["format"] ?? "html") ?? .html
        let new = try FieldInput.value(visit.form.all("value"), for: definition, format: format)
        let expected = visit.form["version"].flatMap { Int64($0) }
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        let id = page.item.id
        let (version, undo): (Int64, Int64?)
        do {
            (version, undo) = try await visit.store.write { transaction in
                let before = try transaction.item(id)
                let after = try transaction.edit(
                    id, changes: [key: new], expecting: expected.map { [key: $0] } ?? [:], origin: origin)
                // What takes it back is the line of the history that this edit has just written, if it has changed anything.
                let entry = before?[key] == after[key] ? nil : try transaction.history(of: id, field: key, limit: 1).first?.id
                return (after.version(of: key), entry)
            }
        } catch StoreError.changedMeanwhile {
            throw Refusal.invalid(
                message: "\(definition.label) was changed by somebody else while you were typing.",
                remedy: "The page shows the new value now; make your change again if it still counts.")
        }
        guard visit.isScripted else { return .seeOther("/items/\(id)") }
        return .json(["saved": true, "version": .integer(version), "undo": undo.map { .string("/items/\(id)/restore/\($0)") } ?? .null])
    }

    private static func archive(_ visit: Visit, _ isArchived: Bool) async throws -> Reply {
        let id: Identifier<Item> = try visit.identifier("id")
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        try await visit.store.write { try $0.setArchived(isArchived, id, origin: origin) }
        guard visit.isScripted else { return .seeOther("/items/\(id)") }
        return .json([
            "saved": true, "message": .string(isArchived ? "Archived: it is off the lists." : "Back on the lists."),
            "undo": .string("/items/\(id)/\(isArchived ? "unarchive" : "archive")"),
        ])
    }

    @Sendable
    private static func askDelete(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        return try await visit.layout("Delete \(page.item.key)?") {
            section(.class("card narrow")) {
                h1 { "Delete \(page.item.key) “\(page.item.name)”?" }
                p { "The item and its history are gone for good. Archiving keeps both and takes the item off the lists." }
                if !page.links.isEmpty { p { "Its work item in Azure DevOps stays as it is; only the link ends." } }
                if !page.outcomes.isEmpty { p { "Its \(page.outcomes.count) outcomes stay, without an initiative." } }
                visit.post("/items/\(page.item.id)/delete", .class("inline")) { button(.class("danger")) { "Delete for good" } }
                a(.class("button"), .href("/items/\(page.item.id)")) { "Keep it" }
            }
        }
    }

    @Sendable
    private static func delete(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        let id = page.item.id
        try await visit.store.write { try $0.delete(id, origin: origin) }
        return .seeOther(ItemListPages.path(page.item.kind))
    }

    @Sendable
    private static func restore(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        guard page.mayEdit else { throw Refusal.forbidden("edit this item") }
        guard let number = visit.parameters["entry"].flatMap({ Int64($0) }) else { throw Refusal.notFound }
        let origin = EditOrigin(actor: try visit.actor(), cause: .restore, at: visit.now)
        let id = page.item.id
        let undo = try await visit.store.write { transaction in
            guard let entry = try transaction.historyEntry(number), entry.change.item == id else { throw Refusal.notFound }
            let field = entry.change.field
            try page.checkMayRestore(field)
            try transaction.edit(id, changes: [field: entry.change.old], origin: origin)
            return try transaction.history(of: id, field: field, limit: 1).first?.id
        }
        guard visit.isScripted else { return .seeOther(ItemTab.history.path(of: id)) }
        return .json([
            "saved": true, "message": "Restored", "undo": undo.map { .string("/items/\(id)/restore/\($0)") } ?? .null,
        ])
    }

    @Sendable
    private static func sharing(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        return try await framed(visit, page, .share) { sharesPanel(visit, page) }
    }

    /// Members edit what they own or what is shared with them.
    private static func sharesPanel(_ visit: Visit, _ page: ItemPage) -> Node {
        let action = "/items/\(page.item.id)/shares"
        return section(.class("card narrow"), .id("shares"), .data("part", "")) {
            h2 { "Shared with" }
            if page.shares.isEmpty {
                p(.class("muted")) { "Nobody yet. Members edit what they own, and what is shared with them here." }
            }
            ul(.class("plain people")) {
                for share in page.shares {
                    let name = page.workspace.person(share.person)?.name ?? "somebody who was removed"
                    li {
                        avatar(name)
                        span {
                            strong { name }
                            span(.class("muted")) { share.mayEdit ? " may edit" : " may view" }
                        }
                        visit.post(action, .class("inline")) {
                            input(.type("hidden"), .name("person"), .value("\(share.person)"))
                            button(.class("quiet"), .label("End sharing with \(name)")) { "End" }
                        }
                    }
                }
            }
            visit.post(action, .class("inline")) {
                choices(
                    "person", id: "share-person", page.workspace.people.filter(\.isActive).map { ("\($0.id)", $0.name) }, selected: "",
                    .label("Share with"))
                choices("level", id: "share-level", [("edit", "may edit"), ("view", "may view")], selected: "edit", .label("Level"))
                button(.class("primary")) { "Share" }
            }
        }
    }

    @Sendable
    private static func share(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Item> = try visit.identifier("id")
        guard let person = visit.form["person"].flatMap({ Identifier<Person>($0) }) else { throw Refusal.notFound }
        let level = visit.form["level"]
        try await visit.store.write { try $0.share(id, with: person, mayEdit: level == "edit" ? true : level == "view" ? false : nil) }
        return .seeOther(ItemTab.share.path(of: id))
    }
}
