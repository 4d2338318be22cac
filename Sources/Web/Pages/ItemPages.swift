import FieldSync
import JSON
import Markup
import Portfolio
import Store

/// One item: editing in place, its outcomes, how it stands with Azure DevOps, and its history.
enum ItemPages {
    static let routes: [Route] = [
        Route("GET", "/items/:id", .having(.viewPortfolio), show),
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

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        let item = page.item
        let kind = item.kind
        return try await visit.layout(
            "\(item.key) \(item.name)", section: kind == .initiative ? .initiatives : .outcomes, live: ["item:\(item.id)", "configuration"]
        ) {
            header(.class("page-head"), .id("head"), .data("part", "")) {
                div {
                    p(.class("crumbs")) {
                        a(.href(ItemListPages.path(kind))) { kind.plural }
                        " / "
                        if let parent = page.parent {
                            a(.href("/items/\(parent.id)")) { parent.name }
                            " / "
                        }
                        code { item.key }
                        if item.isArchived { span(.class("chip outside")) { "Archived" } }
                    }
                    h1 { item.name }
                    for view in page.links { linkChip(view.link) }
                }
                actions(visit, page)
            }
            div(.class("columns")) {
                div {
                    fields(visit, page)
                    if kind == .initiative { outcomes(visit, page) }
                    history(visit, page)
                }
                aside {
                    azureDevOpsPanel(visit, page)
                    sharesPanel(visit, page)
                }
            }
        }
    }

    private static func actions(_ visit: Visit, _ page: ItemPage) -> Node {
        guard visit.may(.editEveryItem) else { return .nothing }
        let id = page.item.id
        return div(.class("actions")) {
            visit.post("/items/\(id)/\(page.item.isArchived ? "unarchive" : "archive")", .class("inline")) {
                button { page.item.isArchived ? "Bring back" : "Archive" }
            }
            a(.class("button danger"), .href("/items/\(id)/delete")) { "Delete…" }
        }
    }

    private static func fields(_ visit: Visit, _ page: ItemPage) -> Node {
        let definitions = page.workspace.catalogue.fields(of: page.item.kind).filter { $0.key != .rank }
        return section(.class("card fields"), .id("fields"), .data("part", "")) {
            for definition in definitions { field(visit, page, definition) }
            if page.item.kind == .initiative, page.item[.percentComplete] == nil, let progress = computedProgress(page) {
                p(.class("hint")) { "From its outcomes: \(Int(progress)) % complete" }
            }
        }
    }

    private static func computedProgress(_ page: ItemPage) -> Double? {
        func number(_ value: FieldValue?) -> Double? { if case .number(let number) = value { number } else { nil } }
        return progress(of: page.outcomes.map { (number($0.item[.percentComplete]), number($0.item[.effort])) })
    }

    private static func field(_ visit: Visit, _ page: ItemPage, _ definition: FieldDefinition) -> Node {
        let key = definition.key
        let id = "f-\(key.name.replacing(".", with: "-"))"
        let lock = page.lock(key)
        let isEditable = page.mayEdit && lock == nil
        return div(.class(definition.type == .longText ? "field wide" : "field"), .id("field-\(id)"), .data("part", "")) {
            element("label", [Attribute("for", isEditable ? id : nil)]) {
                definition.label
                if let direction = page.direction(key) {
                    span(.class("direction"), Attribute("title", direction.title), .label(direction.title)) { direction.arrow }
                }
            }
            if isEditable {
                visit.post("/items/\(page.item.id)/fields/\(key.name)", .data("auto", "")) {
                    input(.type("hidden"), .name("version"), .value(String(page.item.version(of: key))))
                    FieldInput.control(
                        definition, page.item[key], id: id, page.workspace, kind: page.item.kind, initiatives: page.initiatives)
                    button(.class("save")) { "Save" }
                }
            } else if case .richText(let text) = page.item[key] {
                div(.class("rich-text")) { nodes(of: text) }
            } else {
                span(.class("value")) { page.words(page.item[key]) }
            }
            if let lock { span(.class("hint lock")) { "Locked. \(lock)" } }
            for view in page.links { fieldState(view.link.fields[key]) }
        }
    }

    private static func fieldState(_ field: LinkField?) -> [Node] {
        guard let field else { return [] }
        if let obstacle = field.obstacle { return [notice("warning", obstacle.message, obstacle.remedy)] }
        if field.isInConflict { return [notice("warning", "Both sides changed this.", "Choose a value beside.")] }
        if field.isWaiting {
            return [
                span(.class("hint")) {
                    "Differs from Azure DevOps (\(field.remote?.shortText.prefix(80) ?? "empty")); press Read or Write."
                }
            ]
        }
        return []
    }

    private static func outcomes(_ visit: Visit, _ page: ItemPage) -> Node {
        section(.class("card"), .id("outcomes"), .data("part", "")) {
            h2 { "Outcomes" }
            if page.outcomes.isEmpty { p(.class("muted")) { "None yet." } }
            ul(.class("plain")) {
                for outcome in page.outcomes {
                    li {
                        a(.href("/items/\(outcome.item.id)")) { "\(outcome.item.key) \(outcome.item.name)" }
                        " "
                        span(.class("muted")) { page.workspace.words(outcome.item[.stage]) }
                        " "
                        linkChip(outcome.link)
                    }
                }
            }
            if visit.may(.editEveryItem) {
                visit.post("/outcomes", .class("inline")) {
                    input(.type("hidden"), .name("parent"), .value("\(page.item.id)"))
                    input(.name("name"), .label("Name of the new outcome"), Attribute("placeholder", "New outcome…"), .flag("required"))
                    button { "Add" }
                }
            }
        }
    }

    private static func history(_ visit: Visit, _ page: ItemPage) -> Node {
        section(.class("card"), .id("history"), .data("part", "")) {
            h2 { "History" }
            div(.class("scroll")) {
                table(.class("list")) {
                    thead { tr { for words in ["When", "Who", "Field", "Old", "New", "Through", ""] { th { words } } } }
                    tbody {
                        for entry in page.history {
                            let change = entry.change
                            tr {
                                td { change.at.node }
                                td { change.actor.name }
                                td { page.label(change.field) }
                                td { page.words(change.old) }
                                td { page.words(change.new) }
                                td { change.cause.title }
                                td {
                                    if page.mayEdit, change.old != page.item[change.field], page.workspace.catalogue[change.field] != nil,
                                        page.lock(change.field) == nil
                                    {
                                        visit.post("/items/\(page.item.id)/restore/\(entry.id)", .class("inline")) {
                                            button(.class("quiet"), Attribute("title", "Set \(page.label(change.field)) to the old value"))
                                            { "Restore old" }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @Sendable
    private static func edit(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        let key = FieldKey(visit.parameters["field"] ?? "")
        guard page.mayEdit else { throw Refusal.forbidden("edit this item") }
        guard let definition = page.workspace.catalogue[key], definition.appliesTo.contains(page.item.kind) else { throw Refusal.notFound }
        if let lock = page.lock(key) { throw Refusal.invalid(message: "\(definition.label) is locked. \(lock)", remedy: "") }
        let format = RichText.Format(rawValue: visit.form["format"] ?? "html") ?? .html
        let new = try FieldInput.value(visit.form.all("value"), for: definition, format: format)
        let expected = visit.form["version"].flatMap { Int64($0) }
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        let id = page.item.id
        let version: Int64
        let undo: String?
        do {
            (version, undo) = try await visit.store.write { transaction in
                let item = try transaction.edit(id, changes: [key: new], expecting: expected.map { [key: $0] } ?? [:], origin: origin)
                let entry = try transaction.history(of: id, limit: 1).first { $0.change.field == key && $0.change.at == origin.at }
                return (item.version(of: key), entry.map { "/items/\(id)/restore/\($0.id)" })
            }
        } catch StoreError.changedMeanwhile {
            throw Refusal.invalid(
                message: "\(definition.label) was changed by somebody else while you were typing.",
                remedy: "The page shows the new value now; make your change again if it still counts.")
        }
        return visit.isScripted
            ? .json(["saved": true, "version": .integer(version), "undo": undo.map { .string($0) } ?? .null]) : .seeOther("/items/\(id)")
    }

    private static func archive(_ visit: Visit, _ isArchived: Bool) async throws -> Reply {
        let id: Identifier<Item> = try visit.identifier("id")
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        try await visit.store.write { try $0.setArchived(isArchived, id, origin: origin) }
        return .seeOther("/items/\(id)")
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
        try await visit.store.write { transaction in
            guard let entry = try transaction.historyEntry(number), entry.change.item == id else { throw Refusal.notFound }
            if let lock = page.lock(entry.change.field) { throw Refusal.invalid(message: lock, remedy: "") }
            try transaction.edit(id, changes: [entry.change.field: entry.change.old], origin: origin)
        }
        return .seeOther("/items/\(id)")
    }

    /// Members edit what they own or what is shared with them.
    private static func sharesPanel(_ visit: Visit, _ page: ItemPage) -> Node {
        guard visit.may(.editEveryItem) else { return .nothing }
        let action = "/items/\(page.item.id)/shares"
        return section(.class("card"), .id("shares"), .data("part", "")) {
            h2 { "Shared with" }
            if page.shares.isEmpty { p(.class("muted")) { "Nobody. Members edit what they own or what is shared with them." } }
            ul(.class("plain")) {
                for share in page.shares {
                    li {
                        "\(page.workspace.person(share.person)?.name ?? "somebody who was removed") \(share.mayEdit ? "may edit" : "may view")"
                        visit.post(action, .class("inline")) {
                            input(.type("hidden"), .name("person"), .value("\(share.person)"))
                            button(.class("quiet")) { "End" }
                        }
                    }
                }
            }
            visit.post(action, .class("inline")) {
                choices(
                    "person", id: "share-person", page.workspace.people.filter(\.isActive).map { ("\($0.id)", $0.name) }, selected: "",
                    .label("Share with"))
                choices("level", id: "share-level", [("edit", "may edit"), ("view", "may view")], selected: "edit", .label("Level"))
                button { "Share" }
            }
        }
    }

    @Sendable
    private static func share(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Item> = try visit.identifier("id")
        guard let person = visit.form["person"].flatMap({ Identifier<Person>($0) }) else { throw Refusal.notFound }
        let level = visit.form["level"]
        try await visit.store.write { try $0.share(id, with: person, mayEdit: level == "edit" ? true : level == "view" ? false : nil) }
        return .seeOther("/items/\(id)")
    }
}
