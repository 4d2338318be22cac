import JSON
import Markup
import Portfolio
import Store

/// Adding an item from a list, and editing one value in its cell.
extension ItemListPages {
    /// The filters that a new item can take its values from, so that it fits the list that it was made in.
    private static let inherited = ["stage", "owner", "team", "unit", "type", "parent", "rag"]

    static func creation(_ visit: Visit, _ kind: ItemKind) -> Node {
        visit.post(path(kind), .class("inline creation"), .id("creation"), .data("kind", kind.title)) {
            for name in inherited {
                let values = visit.query.all(name).filter { !$0.isEmpty }
                if values.count == 1 { input(.type("hidden"), .name(name), .value(values[0])) }
            }
            input(
                .name("name"), .label("Name of the new \(kind.title)"), Attribute("placeholder", "New \(kind.title.lowercased())…"),
                .flag("required"), Attribute("maxlength", "255"), Attribute("autocomplete", "off"),
                Attribute("title", "Enter adds it to this list. Shift+Enter opens it. Press n to come here."))
            button(.class("primary"), Attribute("title", "Create it and open it")) { "Create" }
        }
    }

    static func create(_ visit: Visit, _ kind: ItemKind) async throws -> Reply {
        let name = visit.form.text("name")
        guard !name.isEmpty else { throw Refusal.invalid(message: "The name is empty.", remedy: "Type a name.") }
        let person = try visit.visitor()
        let origin = EditOrigin(actor: try visit.actor(), cause: .creation, at: visit.now)
        let form = visit.form
        let item = try await visit.store.write { transaction in
            var values: [FieldKey: FieldValue] = [.name: .text(name), .owner: .person(person.id)]
            if let id = form["owner"].flatMap({ Identifier<Person>($0) }) { values[.owner] = .person(id) }
            if let id = form["stage"].flatMap({ Identifier<Stage>($0) }) { values[.stage] = .stage(id) }
            if let id = form["team"].flatMap({ Identifier<Team>($0) }) { values[.team] = .team(id) }
            if let id = form["unit"].flatMap({ Identifier<BusinessUnit>($0) }) { values[.businessUnit] = .businessUnit(id) }
            if let light = form["rag"].flatMap({ RAG(rawValue: $0) }) { values[.rag] = .rag(light) }
            if !form.text("type").isEmpty { values[.type] = .choice(form.text("type")) }
            if kind == .outcome, let id = form["parent"].flatMap({ Identifier<Item>($0) }) { values[.parent] = .item(id) }
            return try transaction.create(kind, values: values, origin: origin)
        }
        guard visit.isScripted else { return .seeOther("/items/\(item.id)") }
        return .json([
            "saved": true, "id": .integer(item.id.number), "message": .string("\(item.key) created"), "path": .string("/items/\(item.id)"),
            "undo": .string("/items/\(item.id)/archive"),
        ])
    }

    /// The form with which one value is edited: fetched when a cell is opened, so that it holds the newest value and version.
    @Sendable
    static func cell(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Item> = try visit.identifier("id")
        let key = FieldKey(visit.parameters["field"] ?? "")
        let person = try visit.visitor()
        let (item, workspace, reason, initiatives) = try await visit.store.read {
            transaction -> (Item, Workspace, String?, [(id: Identifier<Item>, name: String)]) in
            guard let item = try transaction.item(id) else { throw Refusal.notFound }
            let mayEdit = try ItemPage.mayEdit(item, person, transaction)
            let lock = try FieldLocks(of: item.kind, transaction).reason(key, transaction.liveLinks(of: [id])[id] ?? [])
            let reason = mayEdit ? lock : "You may see \(item.key), but not edit it. Its owner or an administrator can share it with you."
            return (item, try transaction.workspace(), reason, key == .parent ? try parents(for: item, transaction) : [])
        }
        guard let definition = workspace.catalogue[key], definition.appliesTo.contains(item.kind) else { throw Refusal.notFound }
        let control = "cell-\(item.id)-\(key.name.replacing(".", with: "-"))"
        return .page(
            visit.bare("\(definition.label) of \(item.key)") {
                if let reason {
                    p(.id("locked")) { "\(definition.label) is locked. \(reason)" }
                } else {
                    visit.post("/items/\(item.id)/fields/\(key.name)", .class("cell")) {
                        input(.type("hidden"), .name("version"), .value(String(item.version(of: key))))
                        label(.class("sr"), Attribute("for", control)) { "\(definition.label) of \(item.key)" }
                        FieldInput.control(definition, item[key], id: control, workspace, kind: item.kind, initiatives: initiatives)
                        button(.class("save")) { "Save" }
                    }
                }
            })
    }

    /// The initiatives that an outcome can be put into: the first five hundred, and the one that it is in.
    private static func parents(for item: Item, _ transaction: StoreTransaction) throws -> [(id: Identifier<Item>, name: String)] {
        var found = try transaction.firstItems(matching: ItemQuery(kind: .initiative, order: .name, limit: 500))
        if case .item(let id) = item[.parent], !found.contains(where: { $0.id == id }), let present = try transaction.item(id) {
            found.insert(present, at: 0)
        }
        return found.map { ($0.id, "\($0.key) \($0.name)") }
    }
}
