import Database
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine
import Synchronization
import Testing

/// A database that remembers what it was asked.
private final class ListeningDatabase: Database {
    private let inner: any Database
    private let heard = Mutex<Set<String>>([])

    init(_ inner: any Database) { self.inner = inner }

    var dialect: Dialect { inner.dialect }
    var statements: [String] { heard.withLock { $0.sorted() } }

    func forgetAll() { heard.withLock { $0 = [] } }
    fileprivate func hear(_ sql: String) { heard.withLock { _ = $0.insert(sql) } }

    func read<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        try await inner.read { try body(ListeningTransaction(inner: $0, database: self)) }
    }

    func write<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        try await inner.write { try body(ListeningTransaction(inner: $0, database: self)) }
    }

    func close() async { await inner.close() }
}

private struct ListeningTransaction: Transaction {
    let inner: any Transaction
    let database: ListeningDatabase

    var dialect: Dialect { inner.dialect }
    var isAwaited: Bool { inner.isAwaited }

    func rows(_ sql: String, _ parameters: [SQLValue]) throws -> [SQLRow] {
        database.hear(sql)
        return try inner.rows(sql, parameters)
    }

    func run(_ sql: String, _ parameters: [SQLValue]) throws -> Int {
        database.hear(sql)
        return try inner.run(sql, parameters)
    }
}

@Suite("Indexes")
struct IndexTests {
    /// Tables with a row for each item, or more, and the other names that questions give them.
    private static let large = [
        "item", "link", "history", "receipt", "run_entry", "hook_event", "stranger", "conflict", "disagreement", "delivery_update",
        "share", "other", "parent",
    ]

    /// Indexes of those few rows that wait for somebody: going through all of them is what they are for.
    private static let few = ["link_attention", "link_open", "conflict_open", "conflict_unsettled"]

    /// What a statement does that looks at every row of a large table.
    private func scans(of statement: String, in database: any Database) async throws -> [String] {
        let plan = try await database.read { try $0.rows("EXPLAIN QUERY PLAN \(statement)").compactMap { $0.text(3) } }
        return plan.filter { step in
            let words = step.split(separator: " ").map(String.init)
            return words.first == "SCAN" && words.count > 1 && Self.large.contains(words[1]) && !Self.few.contains(words.last ?? "")
        }
    }

    private func expectNoScans(in database: ListeningDatabase) async throws {
        let statements = database.statements
        #expect(statements.count > 20)
        for statement in statements {
            let found = try await scans(of: statement, in: database)
            #expect(found.isEmpty, "\(found) in: \(statement)")
        }
    }

    @Test("a statement that looks at every link is noticed")
    func bites() async throws {
        let store = try await Store.open(SQLiteDatabase.inMemory())
        #expect(try await scans(of: "SELECT id FROM link WHERE automatic_writes = 1", in: store.database).isEmpty == false)
    }

    @Test("whatever the engine asks in its everyday work is answered by an index")
    func engine() async throws {
        let database = ListeningDatabase(try await SQLiteDatabase.inMemory())
        let house = try await TestHouse.build(on: database)
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        let feature = try await house.addWorkItem("Feature", ["System.Title": "Sign in"], parent: epic)
        database.forgetAll()
        try await house.pullAll()
        let (initiative, outcome) = (try #require(try await house.item(of: epic)), try #require(try await house.item(of: feature)))
        try await house.change(initiative.id, [.name: .text("Portal 2")])
        await house.edit(feature, ["System.Title": "Sign on"])
        try await house.running {
            try await house.eventually("written") { await house.field("System.Title", of: epic) == "Portal 2" }
            try await house.eventually("read") { try await house.item(of: feature)?.name == "Sign on" }
            _ = try await house.engine.runs.start(.both, in: house.integration, createsItems: true, by: "Ada")
            try await house.settled()
            await house.atAzureDevOps("DELETE", "work-items/\(feature)")
            let audit = try await house.engine.audits.start(in: house.integration, heals: true, by: "Ada")
            try await house.eventually("compared") { try await house.store.read { try $0.audit(audit.id)?.state == .finished } }
            try await house.eventually("deleted") { try await house.link(of: feature)?.state == .remoteDeleted }
        }
        #expect(try await house.item(of: feature)?.id == outcome.id)
        try await expectNoScans(in: database)
    }

    @Test("whatever the pages of items, lists and activity ask is answered by an index")
    func pages() async throws {
        let database = ListeningDatabase(try await SQLiteDatabase.inMemory())
        let house = try await TestHouse.build(on: database)
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic)).id
        let (integration, now) = (house.integration, house.clock.now)
        database.forgetAll()
        try await house.store.read { transaction in
            _ = try transaction.links(of: item)
            _ = try transaction.liveLinks(of: [item])
            _ = try transaction.linkStandings(of: [item])
            _ = try transaction.linksNotInStep(in: integration)
            _ = try transaction.links(in: integration, after: nil, limit: 50)
            _ = try transaction.liveLinkCount(in: integration)
            _ = try transaction.workOutlook(of: integration)
            _ = try transaction.conflicts(of: item)
            _ = try transaction.openConflicts()
            _ = try transaction.troubledLinks(limit: 50)
            _ = try transaction.attentionCount()
            _ = try transaction.receipts(of: item)
            _ = try transaction.receipts(in: integration)
            _ = try transaction.history(of: item)
            _ = try transaction.history(of: item, field: .name)
            _ = try transaction.changes(since: now, notBy: Identifier(1), limit: 20)
            _ = try transaction.outcomes(of: item)
            _ = try transaction.outcomeProgress(of: [item])
            _ = try transaction.dependencies(of: item)
            _ = try transaction.deliveryUpdates(of: item)
            _ = try transaction.shares(of: item)
            _ = try transaction.items(linkedToWorkItem: epic)
            _ = try transaction.hookEvents(of: integration, limit: 20)
            for run in try transaction.runs(in: integration) {
                _ = try transaction.entryCounts(of: run.id)
                _ = try transaction.entries(of: run.id, outcome: .failed, limit: 20)
                _ = try transaction.entries(of: run.id, outcome: nil, limit: 20)
            }
            _ = try transaction.firstItems(matching: ItemQuery(kind: .initiative))
            _ = try transaction.itemCountsByStage(of: .initiative)
            _ = try transaction.duplicates()
            _ = try transaction.item(kind: .initiative, number: 1)
            _ = try transaction.lastAudit(of: integration)
            _ = try transaction.candidates(in: integration, limit: 20)
            _ = try transaction.hooks(of: integration)
        }
        try await expectNoScans(in: database)
    }
}
