import Database
import FieldSync
import Portfolio
import Store
import Testing

@Suite("The store")
struct StoreTests {
    private let now = Instant(milliseconds: 1_760_000_000_000)
    private var origin: EditOrigin { EditOrigin(actor: .kiplot, cause: .edit, at: now) }

    private func store() async throws -> Store { try await Store.open(SQLiteDatabase.inMemory()) }

    @Test("an edit checks the version, writes the history and counts")
    func edit() async throws {
        let store = try await store()
        let origin = origin
        let item = try await store.write { try $0.create(.initiative, values: [.name: .text("A")], origin: origin) }
        #expect(item.key == "INI-1")
        try await store.write { _ = try $0.edit(item.id, changes: [.name: .text("B")], expecting: [.name: 0], origin: origin) }
        await #expect(throws: StoreError.changedMeanwhile("name")) {
            try await store.write { _ = try $0.edit(item.id, changes: [.name: .text("C")], expecting: [.name: 0], origin: origin) }
        }
        let history = try await store.read { try $0.history(of: item.id) }
        #expect(history.first?.change.old == .text("A") && history.first?.change.new == .text("B"))
    }

    @Test("keys are never used again, and a deletion leaves outcomes without an initiative")
    func deletion() async throws {
        let store = try await store()
        let origin = origin
        let (initiative, outcome) = try await store.write { transaction in
            let initiative = try transaction.create(.initiative, values: [.name: .text("I")], origin: origin)
            return (
                initiative, try transaction.create(.outcome, values: [.name: .text("O"), .parent: .item(initiative.id)], origin: origin)
            )
        }
        try await store.write { try $0.delete(initiative.id, origin: origin) }
        #expect(try await store.read { try $0.item(outcome.id) }?[.parent] == nil)
        let next = try await store.write { try $0.create(.initiative, values: [.name: .text("J")], origin: origin) }
        #expect(next.key == "INI-2")
    }

    @Test("delivery updates are kept as they were told, and go with their initiative")
    func deliveryUpdates() async throws {
        let store = try await store()
        let origin = EditOrigin(actor: .kiplot, cause: .edit, at: Instant(milliseconds: 1_000))
        let updates = try await store.write { transaction in
            let item = try transaction.create(.initiative, values: [.name: .text("A")], origin: origin)
            #expect(try transaction.deliveryUpdateForm() == .standard)
            try transaction.set(DeliveryUpdateForm(dimensions: ["Money"], headings: []))
            for light in [RAG.green, .red] {
                try transaction.post(
                    DeliveryUpdate(
                        item: item.id, at: origin.at, author: nil, authorName: "Ada", light: light,
                        lights: [.init(dimension: "Money", rag: .amber)], texts: [.init(heading: "Progress", words: "“Ja”, \\n")]))
            }
            let updates = try transaction.deliveryUpdates(of: item.id)
            #expect(try transaction.deliveryUpdates(of: item.id, before: updates[0].id.number) == [updates[1]])
            #expect(try transaction.deliveryUpdateForm() == DeliveryUpdateForm(dimensions: ["Money"], headings: []))
            try transaction.delete(item.id, origin: origin)
            #expect(try transaction.deliveryUpdates(of: item.id).isEmpty)
            return updates
        }
        #expect(updates.map(\.light) == [.red, .green])
        #expect(updates[0].lights == [.init(dimension: "Money", rag: .amber)] && updates[0].texts.map(\.words) == ["“Ja”, \\n"])
    }

    @Test("lists search, filter, sort and page")
    func lists() async throws {
        let store = try await store()
        let origin = origin
        try await store.write { transaction in
            for name in ["Banana", "apple pie", "Apple", "cherry 100%"] {
                _ = try transaction.create(.initiative, values: [.name: .text(name), .tags: .choices(["fruit"])], origin: origin)
            }
        }
        func names(_ query: ItemQuery) async throws -> [String] { try await store.read { try $0.items(matching: query).items.map(\.name) } }
        #expect(try await names(ItemQuery(kind: .initiative, search: "apple", order: .name)) == ["Apple", "apple pie"])
        #expect(try await names(ItemQuery(kind: .initiative, search: "100%")) == ["cherry 100%"])
        #expect(try await names(ItemQuery(kind: .initiative, search: "fruit", order: .number, limit: 2)) == ["Banana", "apple pie"])
        var descending = ItemQuery(kind: .initiative, order: .name, limit: 1)
        descending.isDescending = true
        #expect(try await names(descending) == ["cherry 100%"])
    }

    @Test("nobody changes a shared mapping over somebody else's saving")
    func mappings() async throws {
        let store = try await store()
        let now = now
        let set = try await store.write { try $0.addMappingSet(name: "M", isShared: true, mapping: MappingSet()) }
        try await store.write { _ = try $0.save(set, at: now) }
        await #expect(throws: StoreError.changedMeanwhile("mapping set")) { try await store.write { _ = try $0.save(set, at: now) } }
    }

    @Test("stages in use stay, and the last administrator stays one")
    func guards() async throws {
        let store = try await store()
        let origin = origin
        _ = try await store.write { try $0.create(.initiative, values: [.name: .text("I")], origin: origin) }
        let idea = try #require(try await store.read { try $0.stages() }.first)
        await #expect(throws: StoreError.self) { try await store.write { try $0.removeStage(idea.id) } }
        let person = try await store.write { transaction in
            let person = try transaction.addPerson(name: "A", email: "a@b.c", role: .administrator)
            try transaction.setPasswordHash("x", of: person.id)
            return person
        }
        await #expect(throws: StoreError.self) {
            var changed = person
            changed.role = .member
            let member = changed
            try await store.write { try $0.update(member) }
        }
    }
}
