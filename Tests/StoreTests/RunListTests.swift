import Database
import FieldSync
import Portfolio
import Store
import Testing

@Suite("What a run covers")
struct RunListTests {
    private func workItems(_ numbers: [Int64]) -> [LinkedItem] { numbers.map { LinkedItem(item: nil, workItem: $0) } }

    @Test("two processes that list a run at once list nothing twice and leave nothing out, and nothing is added once it is complete")
    func together() async throws {
        let store = try await Store.open(SQLiteDatabase.inMemory())
        let run = try await store.write { transaction -> Identifier<Run> in
            let instance = try transaction.addInstance(name: "I", url: "https://dev.azure.com/x", deployment: .services) { id in
                Credential(id: id, instance: Identifier(0), name: "Default", sealed: [])
            }
            let set = try transaction.addMappingSet(name: "M", isShared: false, mapping: MappingSet())
            let integration = try transaction.addIntegration(
                Integration(id: Identifier(0), instance: instance.id, projectID: "p", projectName: "P", mappingSet: set.id))
            return try transaction.addRun(
                Run(
                    id: Identifier(0), integration: integration.id, direction: .pull, createsItems: true, createsWorkItems: false,
                    selection: nil, isDryRun: false, startedBy: "Ada", startedAt: Instant(milliseconds: 0))
            ).id
        }
        let (early, late) = (workItems([1, 2]), workItems([3, 4, 5]))
        try await store.write { transaction in
            #expect(try transaction.list(early, of: run, after: 0) == 2)
            #expect(try transaction.list(workItems([3]), of: run, after: 2) == 3)
            // The other comes later, has found a part of it, and then the rest and more.
            #expect(try transaction.list(early, of: run, after: 0) == 0)
            #expect(try transaction.list(late, of: run, after: 0) == 2)
            #expect(try transaction.list(late, of: run, after: 3) == 3)
            try transaction.completeList(of: run, inStep: 7)
            #expect(try transaction.list(workItems([6]), of: run, after: 2) == 2)
            let entries = try transaction.entries(of: run, outcome: .waiting, limit: 10)
            #expect(entries.map(\.workItem) == [1, 2, 3, 4, 5] && entries.map(\.position) == [0, 1, 2, 3, 4])
            let listed = try transaction.run(run)
            #expect(listed?.total == 5 && listed?.inStep == 7)
        }
    }
}
