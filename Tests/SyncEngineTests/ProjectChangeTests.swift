import AzureDevOps
import AzureDevOpsSimulator
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine
import Testing

/// What administrators of the organisation do to a project, without a hook and without a revision.
@Suite("A project that changes")
struct ProjectChangeTests {
    private static let effort = "Microsoft.VSTS.Scheduling.Effort"

    @Test("a field that the process loses takes no value with it, and goes on where it was when it comes back")
    func fieldRemoved() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal", Self.effort: 5])
        try await house.pullAll()
        #expect(try await house.item(of: epic)?[.effort] == .number(5))
        await house.atAzureDevOps("DELETE", "fields/\(Self.effort)")
        await house.edit(epic, ["System.Title": "Portal 2"])
        try await house.running {
            try await house.eventually("the title came") { try await house.item(of: epic)?.name == "Portal 2" }
            try await house.settled()
        }
        #expect(try await house.item(of: epic)?[.effort] == .number(5), "nobody has emptied it")
        await house.atAzureDevOps("POST", "fields/\(Self.effort)/restore")
        await house.edit(epic, [Self.effort: 8])
        // The list of fields is read anew within the hour.
        house.clock.advance(.seconds(3_700))
        try await house.running {
            try await house.eventually("the field is read again") { try await house.item(of: epic)?[.effort] == .number(8) }
        }
    }

    @Test("a process that remembers an older list of fields leaves none aside that another one has seen come back")
    func fieldsSeenByAnother() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal", Self.effort: 5])
        try await house.pullAll()
        let link = try #require(try await house.link(of: epic))
        let other = try house.anotherEngine(SimulatedTransport(house.simulation))
        house.clock.advance(.seconds(3_000))
        await house.atAzureDevOps("DELETE", "fields/\(Self.effort)")
        _ = try await other.items.synchronise(link.id, .pull, by: TestHouse.person)
        await house.atAzureDevOps("POST", "fields/\(Self.effort)/restore")
        // The list that the first one remembers is too old now, that of the other one is not.
        house.clock.advance(.seconds(700))
        _ = try await house.engine.items.synchronise(link.id, .pull, by: TestHouse.person)
        await house.edit(epic, [Self.effort: 9])
        _ = try await other.items.synchronise(link.id, .pull, by: TestHouse.person)
        #expect(try await house.item(of: epic)?[.effort] == .number(9))
    }

    @Test("a field that somebody empties is emptied here, too")
    func fieldEmptied() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal", Self.effort: 5])
        try await house.pullAll()
        await house.edit(epic, [Self.effort: .null])
        try await house.running {
            try await house.eventually("it is empty") { try await house.item(of: epic)?[.effort] == nil }
        }
    }

    @Test("a project that is renamed is the same project: nothing leaves it, and work items can be linked")
    func renamed() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        await house.atAzureDevOps("PATCH", "projects/Contoso", ["name": "Contoso 2027"])
        let other = Int64(
            try #require(
                await house.atAzureDevOps(
                    "POST", "work-items", ["project": "Contoso 2027", "type": "Epic", "fields": ["System.Title": "Other"]])["id"]?.integer))
        let item = try await house.store.write { transaction in
            try transaction.create(
                .initiative, values: [.name: .text("Other")],
                origin: EditOrigin(actor: TestHouse.person, cause: .edit, at: house.clock.now))
        }
        _ = try await house.engine.items.link(item.id, to: other, in: house.integration, source: nil, by: TestHouse.person)
        await house.edit(epic, ["System.Title": "Portal 2"])
        try await house.running {
            try await house.eventually("the title came") { try await house.item(of: epic)?.name == "Portal 2" }
        }
        #expect(try await house.link(of: epic)?.state == .active)
        #expect(try await house.store.read { try $0.integration(house.integration)?.projectName } == "Contoso 2027")
    }

    @Test("near the end of a work item's revisions, Kiplot says so, then writes only when asked")
    func revisions() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.atAzureDevOps("POST", "work-items/\(epic)/revisions", ["next": 8_000])
        await house.edit(epic, ["System.Title": "Portal 2"])
        try await house.running {
            try await house.eventually("the title came") { try await house.item(of: epic)?.name == "Portal 2" }
        }
        let receipts = try await house.store.read { try $0.receipts(of: item.id, limit: 50) }
        #expect(receipts.contains { $0.detail?.contains("has 8000 revisions") ?? false })
        await house.atAzureDevOps("POST", "work-items/\(epic)/revisions", ["next": 9_000])
        await house.edit(epic, ["System.Title": "Portal 3"])
        try await house.running {
            try await house.eventually("the title came") { try await house.item(of: epic)?.name == "Portal 3" }
            try await house.change(item.id, [.name: .text("Ours")])
            try await house.eventually("it says why not") { try await house.link(of: epic)?.problem != nil }
        }
        #expect(await house.revision(of: epic) == 9_000)
        let link = try #require(try await house.link(of: epic))
        _ = try await house.engine.items.synchronise(link.id, .push, by: TestHouse.person)
        #expect(await house.field("System.Title", of: epic) == "Ours")
    }
}
