import JSON
import Markup
import Portfolio
import Store

/// What is done on a board: moving cards, folding columns, limiting them.
extension BoardPages {
    @Sendable
    static func move(_ visit: Visit) async throws -> Reply {
        guard let id = visit.form["item"].flatMap({ Identifier<Item>($0) }),
            let stage = visit.form["stage"].flatMap({ Identifier<Stage>($0) })
        else { throw Refusal.notFound }
        let person = try visit.visitor()
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        let form = visit.form
        let (item, undo) = try await visit.store.write { transaction -> (Item, String) in
            let item = try editable(id, for: person, transaction)
            var others: [FieldKey: FieldValue?] = [:]
            if let (lanes, value) = lane(form.text("lane")), item[lanes.field] != value { others[lanes.field] = .some(value) }
            try checkLocks(item, stage, others, transaction)
            var previous = form["after"].flatMap { Identifier<Item>($0) }
            var next = form["before"].flatMap { Identifier<Item>($0) }
            var edge = ItemQuery(kind: item.kind, limit: 2)
            edge.stages = [stage]
            edge.isDescending = form["place"] == "last"
            let there = form["place"] == nil ? nil : try transaction.firstItems(matching: edge).first { $0.id != id }?.id
            if form["place"] == "first" { next = there } else if form["place"] == "last" { previous = there }
            let moved = try transaction.move(id, to: stage, after: previous, before: next, changing: others, origin: origin)
            return (moved, undoPath(item, moved, others.keys.first))
        }
        guard visit.isScripted else { return .seeOther(path(item.kind)) }
        return .json(["saved": true, "message": .string("\(item.key) moved"), "undo": .string(undo)])
    }

    private static func editable(_ id: Identifier<Item>, for person: Person, _ transaction: StoreTransaction) throws -> Item {
        guard let item = try transaction.item(id) else { throw Refusal.notFound }
        guard try ItemPage.mayEdit(item, person, transaction) else { throw Refusal.forbidden("edit this item") }
        return item
    }

    private static func checkLocks(
        _ item: Item, _ stage: Identifier<Stage>, _ others: [FieldKey: FieldValue?], _ transaction: StoreTransaction
    ) throws {
        let locks = try FieldLocks(of: item.kind, transaction)
        let links = try transaction.liveLinks(of: [item.id])[item.id] ?? []
        if item[.stage] != .stage(stage), let reason = locks.reason(.stage, links) {
            throw Refusal.invalid(message: "The stage of \(item.key) is locked.", remedy: reason)
        }
        for key in others.keys {
            guard let reason = locks.reason(key, links) else { continue }
            let label = try transaction.workspace().catalogue[key]?.label ?? key.name
            throw Refusal.invalid(message: "\(label) of \(item.key) is locked.", remedy: reason)
        }
    }

    /// `owner:7`, or `owner:` for the band without a value.
    private static func lane(_ text: String) -> (BoardLanes, FieldValue?)? {
        let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, let lanes = BoardLanes(rawValue: String(sides[0])) else { return nil }
        return (lanes, lanes.value(String(sides[1])))
    }

    /// Where the item was, and the versions that this counts for.
    private static func undoPath(_ before: Item, _ after: Item, _ other: FieldKey?) -> String {
        var path = "/board/place/\(before.id)?stage=\(FieldInput.text(before[.stage]))&rank=\(FieldInput.text(before[.rank]))"
        path += "&version=\(after.version(of: .stage))"
        if let other, let lanes = BoardLanes.allCases.first(where: { $0.field == other }) {
            path += "&lane=\(lanes.rawValue):\(lanes.value(of: before))"
        }
        return path
    }

    /// Puts a card where it was before a move.
    @Sendable
    static func placeAgain(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Item> = try visit.identifier("id")
        guard let stage = visit.query["stage"].flatMap({ Identifier<Stage>($0) }), let rank = Double(visit.query.text("rank")),
            rank.isFinite
        else { throw Refusal.notFound }
        let version = Int64(visit.query.text("version"))
        let lane = lane(visit.query.text("lane"))
        let person = try visit.visitor()
        let origin = EditOrigin(actor: try visit.actor(), cause: .restore, at: visit.now)
        try await visit.store.write { transaction in
            let item = try editable(id, for: person, transaction)
            guard version == nil || version == item.version(of: .stage) else {
                throw Refusal.invalid(
                    message: "\(item.key) was moved again since.", remedy: "Drag it where it belongs; its history tells where it was.")
            }
            var changes: [FieldKey: FieldValue?] = [.stage: .some(.stage(stage)), .rank: .some(.number(rank))]
            if let (lanes, value) = lane { changes[lanes.field] = .some(value) }
            try checkLocks(item, stage, changes.filter { $0.key != .stage && $0.key != .rank }, transaction)
            try transaction.edit(id, changes: changes, origin: origin)
        }
        return .json(["saved": true])
    }

    /// Moving without dragging: a page with the stages, which the script shows as a menu.
    @Sendable
    static func askMove(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Item> = try visit.identifier("id")
        let (item, workspace) = try await visit.store.read { transaction -> (Item, Workspace) in
            guard let item = try transaction.item(id) else { throw Refusal.notFound }
            return (item, try transaction.workspace())
        }
        let stages = workspace.stages.filter { $0.appliesTo.contains(item.kind) }
        return try await visit.layout("Move \(item.key)", section: .board) {
            section(.class("card narrow")) {
                h1 { "Move \(item.key) “\(item.name)”" }
                visit.post("/board/move") {
                    input(.type("hidden"), .name("item"), .value("\(item.id)"))
                    labelled("Stage", "stage") {
                        choices("stage", id: "stage", stages.map { ("\($0.id)", $0.name) }, selected: FieldInput.text(item[.stage]))
                    }
                    labelled("Place", "place") {
                        choices(
                            "place", id: "place", [("first", "First in the column"), ("last", "Last in the column")], selected: "first")
                    }
                    div(.class("actions")) {
                        button(.class("primary")) { "Move" }
                        a(.class("button"), .href(path(item.kind))) { "Leave it" }
                    }
                }
            }
        }
    }

    private static let foldedPreference = "board.folded"

    static func folded(_ transaction: StoreTransaction, _ person: Person) throws -> Set<String> {
        Set((try transaction.preference(foldedPreference, of: person.id) ?? "").split(separator: ",").map(String.init))
    }

    @Sendable
    static func fold(_ visit: Visit) async throws -> Reply {
        guard let stage = visit.form["stage"].flatMap({ Identifier<Stage>($0) }) else { throw Refusal.notFound }
        let person = try visit.visitor()
        try await visit.store.write { transaction in
            let present = try folded(transaction, person).symmetricDifference(["\(stage)"])
            try transaction.setPreference(foldedPreference, of: person.id, to: present.sorted().joined(separator: ","))
        }
        return visit.isScripted ? .json(["saved": true]) : .seeOther(back(visit))
    }

    @Sendable
    static func limit(_ visit: Visit) async throws -> Reply {
        guard let stage = visit.form["stage"].flatMap({ Identifier<Stage>($0) }), let kind = ItemKind(rawValue: visit.form.text("kind"))
        else { throw Refusal.notFound }
        let text = visit.form.text("limit")
        let limit = Int(text)
        guard text.isEmpty || limit.map({ (1...100_000).contains($0) }) == true else {
            throw Refusal.invalid(
                message: "“\(text.prefix(40))” is no limit.", remedy: "Type a whole number from 1, or nothing for no limit.")
        }
        try await visit.store.write { try $0.setColumnLimit(limit, of: stage, for: kind) }
        return visit.isScripted ? .json(["saved": true]) : .seeOther(back(visit))
    }

    /// The board that a form was sent from.
    private static func back(_ visit: Visit) -> String {
        let back = visit.form.text("back")
        return ItemKind.allCases.map(path).contains { back == $0 || back.hasPrefix("\($0)?") } ? back : path(.initiative)
    }
}
