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

    @Test("news are what others changed since a moment, the newest item first")
    func news() async throws {
        let store = try await store()
        let later = now.adding(.seconds(60))
        let (person, first, second) = try await store.write { [now] transaction in
            let person = try transaction.addPerson(name: "A", email: "a@b.c", role: .member)
            func origin(_ actor: Actor, _ at: Instant) -> EditOrigin { EditOrigin(actor: actor, cause: .edit, at: at) }
            let first = try transaction.create(.initiative, values: [.name: .text("One")], origin: origin(.kiplot, now))
            let second = try transaction.create(.outcome, values: [.name: .text("Two")], origin: origin(.kiplot, now))
            let own = origin(.person(person.id, name: "A"), later)
            try transaction.edit(first.id, changes: [.effort: .number(1)], origin: own)
            try transaction.edit(second.id, changes: [.effort: .number(2)], origin: origin(.azureDevOps(name: "D"), later))
            try transaction.edit(second.id, changes: [.rank: .number(2)], origin: origin(.kiplot, later))
            return (person.id, first.id, second.id)
        }
        let since = now
        let news = try await store.read { try $0.changes(since: since, notBy: person, limit: 10) }
        #expect(news.total == 1 && news.items.map(\.item.id) == [second])
        #expect(news.items.first?.entries.map(\.change.field) == [.effort])
        let everything = try await store.read { try $0.changes(since: Instant(milliseconds: 0), notBy: person, limit: 1) }
        #expect(everything.total == 2 && everything.items.map(\.item.id) == [second] && first != second)
    }

    @Test("teams have members and a load, and lose both with their removal")
    func teams() async throws {
        let store = try await store()
        let origin = origin
        let (team, person) = try await store.write { transaction in
            let person = try transaction.addPerson(name: "A", email: "a@b.c", role: .member)
            let team = try transaction.addTeam(name: "Portal", businessUnit: nil)
            for _ in 1...2 { try transaction.setMember(person.id, of: team.id, to: true) }
            try transaction.update(Team(id: team.id, name: "Portal", description: "What customers see"))
            let parent = try transaction.create(.initiative, values: [.name: .text("I")], origin: origin)
            let closed = try #require(try transaction.stages().first { $0.category == .closed })
            for (effort, stage) in [(3.0, nil), (4.0, nil), (5.0, closed.id)] {
                var values: [FieldKey: FieldValue] = [
                    .name: .text("O"), .team: .team(team.id), .parent: .item(parent.id), .effort: .number(effort),
                ]
                if let stage { values[.stage] = .stage(stage) }
                _ = try transaction.create(.outcome, values: values, origin: origin)
            }
            return (team.id, person.id)
        }
        try await store.read { transaction in
            let load = try #require(try transaction.teamLoads()[team])
            #expect(load.openOutcomes == 2 && load.closedOutcomes == 1 && load.openEffort == 7 && load.initiatives == 1)
            #expect(try transaction.teamMembers() == [team: [person]])
            #expect(try transaction.team(team)?.description == "What customers see")
            let initiatives = try transaction.initiatives(of: team)
            #expect(initiatives.map(\.name) == ["I"])
            // Five of twelve are done, and what is closed counts as complete.
            #expect(try transaction.outcomeProgress(of: initiatives.map(\.id)).values.map(\.percentComplete) == [42])
        }
        await #expect(throws: StoreError.inUse("This team", by: "3 items")) { try await store.write { try $0.removeTeam(team) } }
        try await store.write { transaction in
            for item in try transaction.items(matching: ItemQuery(kind: .outcome)).items { try transaction.delete(item.id, origin: origin) }
            try transaction.removeTeam(team)
        }
        #expect(try await store.read { try $0.teamMembers() }.isEmpty)
    }

    @Test("planning finds what meets a span, and what has no dates")
    func planning() async throws {
        let store = try await store()
        let origin = origin
        @Sendable func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }
        let spans = [
            ("before", "2026-01-01", "2026-01-31"), ("into", "2026-01-20", "2026-02-01"), ("over", "2026-01-01", "2026-12-31"),
            ("after", "2026-04-01", "2026-04-02"),
        ]
        try await store.write { transaction in
            for (name, start, end) in spans {
                let dates: [FieldKey: FieldValue] = try [.start: .date(day(start)), .end: .date(day(end))]
                _ = try transaction.create(.outcome, values: dates.merging([.name: .text(name)]) { $1 }, origin: origin)
            }
            _ = try transaction.create(.outcome, values: [.name: .text("half"), .start: .date(day("2026-02-01"))], origin: origin)
        }
        let (first, last) = (try day("2026-02-01"), try day("2026-03-31"))
        let query = ItemQuery(kind: .outcome)
        #expect(try await store.read { try $0.plannedOutcomes(matching: query, from: first, to: last).map(\.name) } == ["over", "into"])
        let unplanned = try await store.read { try $0.unplannedOutcomes(matching: query, limit: 5) }
        #expect(unplanned.total == 1 && unplanned.outcomes.map(\.name) == ["half"])
    }
}
