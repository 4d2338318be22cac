import Database
import FieldSync
import Portfolio
import Store
import Testing

@Suite("Planning")
struct PlanningTests {
    private let now = Instant(milliseconds: 1_760_000_000_000)
    private var origin: EditOrigin { EditOrigin(actor: .kiplot, cause: .edit, at: now) }

    private func store() async throws -> Store { try await Store.open(SQLiteDatabase.inMemory()) }

    private func outcomes(_ count: Int, in store: Store) async throws -> [Item] {
        let origin = origin
        return try await store.write { transaction in
            try (0..<count).map { try transaction.create(.outcome, values: [.name: .text("O\($0)")], origin: origin) }
        }
    }

    @Test("a dependency is kept once, refused where it would close a circle, and gone with its outcome")
    func dependencies() async throws {
        let store = try await store()
        let items = try await outcomes(4, in: store).map(\.id)
        func add(_ predecessor: Int, _ successor: Int) async throws {
            let dependency = Dependency(predecessor: items[predecessor], successor: items[successor])
            try await store.write { try $0.add(dependency) }
        }
        for _ in 0..<2 { try await add(0, 1) }
        try await add(1, 2)
        try await add(0, 2)
        #expect(try await store.read { try $0.dependencies() }.count == 3)
        await #expect(throws: StoreError.self) { try await add(1, 0) }
        await #expect(throws: StoreError.self) { try await add(2, 0) }
        await #expect(throws: StoreError.self) { try await add(3, 3) }
        #expect(try await store.read { try $0.dependencies(of: items[1]) }.count == 2)
        let origin = origin
        try await store.write { try $0.setArchived(true, items[0], origin: origin) }
        #expect(try await store.read { try $0.dependencies() } == [Dependency(predecessor: items[1], successor: items[2])])
        try await store.write { try $0.delete(items[0], origin: origin) }
        #expect(try await store.read { try $0.dependencies(of: items[1]) }.count == 1)
    }

    @Test("an item can be put between the same two neighbours however often others were")
    func ranks() async throws {
        let store = try await store()
        let items = try await outcomes(80, in: store)
        guard case .stage(let stage) = items[0][.stage] else { return }
        let origin = origin
        // Each goes right below the first one, so that the room there is halved each time.
        for item in items.dropFirst(2) {
            try await store.write { try $0.move(item.id, to: stage, after: items[0].id, before: nil, origin: origin) }
        }
        let order = try await store.read { try $0.items(matching: ItemQuery(kind: .outcome, limit: 100)).items.map(\.name) }
        #expect(order == ["O0"] + (2..<80).reversed().map { "O\($0)" } + ["O1"])
    }

    @Test("only outcomes depend on each other")
    func kinds() async throws {
        let store = try await store()
        let origin = origin
        let outcome = try await outcomes(1, in: store)[0]
        let initiative = try await store.write { try $0.create(.initiative, values: [.name: .text("I")], origin: origin) }
        await #expect(throws: StoreError.self) {
            try await store.write { try $0.add(Dependency(predecessor: initiative.id, successor: outcome.id)) }
        }
    }

    @Test("the timeline is months until another is configured, and groups share no period")
    func timeline() async throws {
        let store = try await store()
        #expect(try await store.read { try $0.timeline() }.length == .month)
        let start = try #require(CalendarDate("2021-04-06"))
        try await store.write { try $0.set(Timeline(length: .quarter, start: start)) }
        #expect(try await store.read { try $0.timeline() } == Timeline(length: .quarter, start: start))
        let (first, last) = (try #require(CalendarDate("2026-01-01")), try #require(CalendarDate("2026-03-31")))
        let group = try await store.write { try $0.addPeriodGroup(label: "PI 1", start: first, end: last) }
        await #expect(throws: StoreError.self) { try await store.write { try $0.addPeriodGroup(label: "PI 2", start: last, end: last) } }
        await #expect(throws: StoreError.self) { try await store.write { try $0.addPeriodGroup(label: "PI 3", start: last, end: first) } }
        #expect(try await store.read { try $0.periodGroups() } == [group])
        try await store.write { try $0.removePeriodGroup(group.id) }
        #expect(try await store.read { try $0.periodGroups() }.isEmpty)
    }

    @Test("what outcomes say of their initiatives, and how links stand, is asked at once for all")
    func atOnce() async throws {
        let store = try await store()
        let origin = origin
        let (initiative, other) = try await store.write { transaction in
            let initiative = try transaction.create(.initiative, values: [.name: .text("I")], origin: origin)
            for (percent, effort) in [(100.0, 3.0), (0, 1)] {
                _ = try transaction.create(
                    .outcome,
                    values: [
                        .name: .text("O"), .parent: .item(initiative.id), .percentComplete: .number(percent), .effort: .number(effort),
                    ], origin: origin)
            }
            return (initiative, try transaction.create(.initiative, values: [.name: .text("J")], origin: origin))
        }
        let summaries = try await store.read { try $0.outcomeProgress(of: [initiative.id, other.id]) }
        #expect(summaries[initiative.id] == OutcomeProgress(total: 2, closed: 0, percentComplete: 75))
        #expect(summaries[other.id] == nil)
        #expect(try await store.read { try $0.outcomes(ofAll: [initiative.id, other.id]) }[initiative.id]?.count == 2)
        #expect(try await store.read { try $0.items(ids: [other.id, initiative.id, Identifier(99)]) }.count == 2)
        #expect(try await store.read { try $0.linkStandings(of: [initiative.id]) }.isEmpty)
    }

    /// Every state, with and without each thing that can be wrong.
    private func links(_ start: Link) -> [Link] {
        var links: [Link] = []
        for state in Link.State.allCases where state.isLive {
            for bits in 0..<16 {
                var link = start
                link.state = state
                link.dirty = bits & 1 == 1 ? 2 : 1
                link.settled = 1
                link.problem = bits & 2 == 2 ? LinkProblem(message: "m", remedy: "r") : nil
                var field = LinkField()
                field.isWaiting = bits & 4 == 4
                field.isInConflict = bits & 8 == 8
                link.fields = [.name: field]
                links.append(link)
                field.obstacle = FieldObstacle(message: "m", remedy: "r", fingerprint: "f")
                link.fields = [.name: field]
                links.append(link)
            }
        }
        return links
    }

    @Test("a standing judges a link as the link itself does")
    func standings() async throws {
        let store = try await store()
        let (origin, now) = (origin, now)
        let link = try await store.write { transaction in
            let instance = try transaction.addInstance(name: "C", url: "https://dev.azure.com/c", deployment: .services) {
                Credential(id: $0, instance: Identifier(1), name: "Default", sealed: [7])
            }
            let mapping = try transaction.addMappingSet(name: "C", isShared: false, mapping: MappingSet())
            let integration = try transaction.addIntegration(
                Integration(id: Identifier(0), instance: instance.id, projectID: "1", projectName: "P", mappingSet: mapping.id))
            let item = try transaction.create(.initiative, values: [.name: .text("I")], origin: origin)
            return try transaction.connect(
                NewLink(integration: integration.id, item: item.id, workItem: 7, workItemType: "Epic", marker: "m", at: now))
        }
        for other in links(link) {
            try await store.write { try $0.update(other) }
            let standing = try await store.read { try $0.linkStandings(of: [other.item]) }[other.item]
            #expect(standing?.health == other.health, "\(other.state) \(other.fields)")
            #expect(standing?.workItem == 7)
        }
    }
}
