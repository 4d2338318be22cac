import JSON
import Markup
import Portfolio
import Store

/// What is done to several items of a list at once.
extension ItemListPages {
    /// A bar at the foot of the list. Without a script it is always there; with one it comes when something is selected.
    static func selectionBar(_ visit: Visit, _ page: ListPage) -> Node {
        let kind = page.query.kind
        return visit.post(
            "\(path(kind))/selection", .class("selection-bar"), .id("selection"), .label("Selected \(kind.plural.lowercased())")
        ) {
            input(.type("hidden"), .name("kind"), .value(kind.rawValue))
            input(.type("hidden"), .name("back"), .value(visit.address(changing: ["new": ""])))
            input(.type("hidden"), .name("filter"), .value(visit.address("", keeping: Set(visit.query.names).sorted())))
            input(.type("hidden"), .name("everything"), .value(""))
            element("output", [.id("selected"), .data("total", String(page.total))]) { "" }
            button(.type("button"), .class("quiet"), .id("select-everything"), .flag("hidden")) {
                "Select all \(page.total.grouped) that match"
            }
            if visit.may(.runBulk) {
                button(.class("sync"), Attribute("formaction", "/bulk/selection")) {
                    icon(.bulk, 16)
                    "Sync selected…"
                }
            }
            choiceMenu("Stage", "stage", page.workspace.stages.filter { $0.appliesTo.contains(kind) }.map { ("\($0.id)", $0.name) })
            choiceMenu(
                "Owner", "owner", [("none", "Nobody")] + page.workspace.people.filter(\.isActive).map { ("\($0.id)", $0.name) })
            if visit.may(.editEveryItem) {
                button(.name("do"), .value(page.query.isArchived ? "unarchive" : "archive")) {
                    page.query.isArchived ? "Bring back" : "Archive"
                }
            }
            button(.type("button"), .class("quiet square"), .id("clear-selection"), .label("Clear the selection")) { icon(.close, 16) }
        }
    }

    private static func choiceMenu(_ words: String, _ name: String, _ values: [(value: String, words: String)]) -> Node {
        element("details", [.class("popover up"), .id("selection-\(name)")]) {
            element("summary", []) {
                words
                icon(.down, 14)
            }
            div(.class("panel"), Attribute("role", "group"), .label("\(words) of the selected")) {
                for choice in values { button(.name(name), .value(choice.value)) { choice.words } }
            }
        }
    }

    /// The items that a selection means: those that are ticked, or everything that fits the filter.
    static func selected(_ visit: Visit) async throws -> [Identifier<Item>] {
        guard visit.form["everything"] == "yes", let kind = ItemKind(rawValue: visit.form.text("kind")) else {
            return visit.form.all("item").compactMap { Identifier<Item>($0) }
        }
        let filter = visit.form.text("filter")
        let query = query(FormValues(filter.hasPrefix("?") ? String(filter.dropFirst()) : filter), kind)
        return try await visit.store.read { try $0.itemIDs(matching: query) }
    }

    /// What is wanted of every selected item.
    private enum Wish: Sendable {
        case value(FieldKey, FieldValue?)
        case archived(Bool)
    }

    private static func wish(_ visit: Visit) throws(Refusal) -> Wish {
        if let stage = visit.form["stage"].flatMap({ Identifier<Stage>($0) }) { return .value(.stage, .stage(stage)) }
        if let owner = visit.form["owner"] { return .value(.owner, Identifier<Person>(owner).map { .person($0) }) }
        switch visit.form["do"] {
        case "archive": return .archived(true)
        case "unarchive": return .archived(false)
        default: throw .invalid(message: "Nothing was chosen for the selected items.", remedy: "Choose a stage, an owner or an action.")
        }
    }

    /// What has become of a wish so far.
    private struct Outcome: Sendable {
        /// The item, the version of its field afterwards, and the value before, for taking it back.
        var changes: [JSONValue] = []
        var refused: [String: Int] = [:]

        mutating func refuse(_ reason: String) { refused[reason, default: 0] += 1 }

        var message: String {
            let done = "\(changes.count.grouped) \(changes.count == 1 ? "item" : "items") changed."
            let left = refused.sorted { $0.key < $1.key }.map { "\($0.value.grouped) left alone: \($0.key)" }
            return ([done] + left).joined(separator: " ")
        }
    }

    static func changeSelection(_ visit: Visit, _ kind: ItemKind) async throws -> Reply {
        let ids = try await selected(visit)
        guard !ids.isEmpty else { throw Refusal.invalid(message: "Nothing is selected.", remedy: "Tick some items first.") }
        let wish = try wish(visit)
        if case .archived = wish, !visit.may(.editEveryItem) { throw Refusal.forbidden("archive items") }
        let person = try visit.visitor()
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        var outcome = Outcome()
        // Other writers get their turn between the parts.
        for start in stride(from: 0, to: ids.count, by: 200) {
            let part = Array(ids[start..<min(start + 200, ids.count)])
            let before = outcome
            outcome = try await visit.store.write { try change(part, wish, for: person, kind, origin, before, $0) }
        }
        let token = "\(origin.at.milliseconds)"
        let field: String = if case .value(let key, _) = wish { key.name } else { "archived" }
        let memory: JSONValue = ["token": .string(token), "field": .string(field), "changes": .array(outcome.changes)]
        try await visit.store.write { try $0.setPreference(undoPreference, of: person.id, to: memory.text) }
        guard visit.isScripted else { return .seeOther(back(visit, kind)) }
        return .json([
            "saved": true, "message": .string(outcome.message), "changed": .integer(outcome.changes.count),
            "undo": outcome.changes.isEmpty ? .null : .string("/selection/undo?token=\(token)"),
        ])
    }

    private static func change(
        _ ids: [Identifier<Item>], _ wish: Wish, for person: Person, _ kind: ItemKind, _ origin: EditOrigin, _ before: Outcome,
        _ transaction: StoreTransaction
    ) throws -> Outcome {
        var outcome = before
        let rights = try EditRights(of: person, transaction)
        let locks = try FieldLocks(of: kind, transaction)
        let links = try transaction.liveLinks(of: ids)
        for item in try transaction.items(inOrder: ids) {
            guard rights.mayEdit(item) else {
                outcome.refuse("you may not edit them.")
                continue
            }
            switch wish {
            case .archived(let isArchived):
                guard item.isArchived != isArchived else { continue }
                try transaction.setArchived(isArchived, item.id, origin: origin)
                outcome.changes.append([.integer(item.id.number), .integer(0), FieldValue.flag(item.isArchived).json])
            case .value(let key, let value):
                guard item[key] != value else { continue }
                if let reason = locks.reason(key, links[item.id] ?? []) {
                    outcome.refuse(reason)
                    continue
                }
                let changed = try transaction.edit(item.id, changes: [key: value], origin: origin)
                outcome.changes.append([
                    .integer(item.id.number), .integer(changed.version(of: key)), item[key]?.json ?? .null,
                ])
            }
        }
        return outcome
    }

    private static let undoPreference = "selection.undo"

    /// Takes the last change of a selection back, where nobody has changed the value since.
    @Sendable
    static func takeBackSelection(_ visit: Visit) async throws -> Reply {
        let person = try visit.visitor()
        let origin = EditOrigin(actor: try visit.actor(), cause: .restore, at: visit.now)
        let text = try await visit.store.read { try $0.preference(undoPreference, of: person.id) }
        guard let memory = try text.map({ try JSONValue(parsing: $0, limits: .answer) }),
            memory["token"]?.string == visit.query.text("token"), let changes = memory["changes"]?.array
        else {
            throw Refusal.invalid(
                message: "This change cannot be taken back any more.",
                remedy: "Only the last one can; the history of each item has the others.")
        }
        let field = FieldKey(memory["field"]?.string ?? "")
        for start in stride(from: 0, to: changes.count, by: 200) {
            let part = Array(changes[start..<min(start + 200, changes.count)])
            try await visit.store.write { transaction in
                for change in part { try takeBack(change, field, origin, transaction) }
            }
        }
        try await visit.store.write { try $0.setPreference(undoPreference, of: person.id, to: "{}") }
        return .json(["saved": true])
    }

    private static func takeBack(_ change: JSONValue, _ field: FieldKey, _ origin: EditOrigin, _ transaction: StoreTransaction) throws {
        guard let number = change[0]?.integer, let item = try transaction.item(Identifier(number)) else { return }
        let old = change[2].flatMap { FieldValue(json: $0) }
        if field.name == "archived" {
            try transaction.setArchived(old == .flag(true), item.id, origin: origin)
        } else if item.version(of: field) == change[1]?.integer {
            try transaction.edit(item.id, changes: [field: old], origin: origin)
        }
    }
}
