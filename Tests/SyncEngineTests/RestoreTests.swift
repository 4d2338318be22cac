import AzureDevOps
import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine
import Testing

@Suite("A restored backup")
struct RestoreTests {
    @Test("it writes nothing until somebody resumes, and finds what it was creating when it was made (A31)")
    func restored() async throws {
        let house = try await TestHouse.build()
        let now = house.clock.now
        let item = try await house.store.write { transaction in
            try transaction.create(
                .initiative, values: [.name: .text("Portal")], origin: EditOrigin(actor: TestHouse.person, cause: .edit, at: now))
        }
        _ = try await house.engine.items.createWorkItem(for: item.id, in: house.integration, by: TestHouse.person)
        let made = try #require(try await house.store.read { try $0.liveLink(of: item.id, in: house.integration)?.workItem })
        await house.edit(made, ["System.Title": "Theirs"])
        // As a backup has it that was made while the work item was on its way.
        try await house.store.database.write { transaction in
            try transaction.run(
                "UPDATE link SET state = 'creating', work_item_id = NULL, seen_revision = 0, heard_revision = 0, fields = '{}', is_waiting = TRUE, dirty = settled + 1"
            )
        }
        let restoration = try await house.store.write { try $0.noteRestored(at: now) }
        #expect(restoration.paused == 1 && restoration.unknownCreations == 1)
        #expect(try await house.store.read { try $0.integration(house.integration)?.state } == .paused)

        try await house.engine.integrations.setPaused(false, house.integration)
        try await house.running {
            try await house.eventually("it was found again") { try await house.item(of: made)?.id == item.id }
            try await house.eventually("what was typed since is read") { try await house.item(of: made)?.name == "Theirs" }
        }
        let all = await house.atAzureDevOps("GET", "board")["projects"]?[0]?["items"]?.array ?? []
        #expect(all.compactMap { $0["id"]?.integer } == [made], "nothing was created a second time")
        #expect(await house.field("System.Title", of: made) == "Theirs")
    }

    @Test("a bulk run that was under way does not go on")
    func runs() async throws {
        let house = try await TestHouse.build()
        let run = try await house.engine.runs.start(.push, in: house.integration, createsWorkItems: true, by: "Ada")
        let restoration = try await house.store.write { [now = house.clock.now] in try $0.noteRestored(at: now) }
        #expect(restoration.stoppedRuns == 1)
        #expect(try await house.store.read { try $0.run(run.id)?.state } == .failed)
    }
}
