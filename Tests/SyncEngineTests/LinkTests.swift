import AzureDevOps
import AzureDevOpsSimulator
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine
import Testing

@Suite("Links, parents and trouble")
struct LinkTests {
    @Test("the parent of an outcome travels both ways, without a revision")
    func parents() async throws {
        let house = try await TestHouse.build()
        let (first, second) = (
            try await house.addWorkItem("Epic", ["System.Title": "A"]), try await house.addWorkItem("Epic", ["System.Title": "B"])
        )
        let feature = try await house.addWorkItem("Feature", ["System.Title": "F"], parent: first)
        try await house.pullAll()
        let outcome = try #require(try await house.item(of: feature))
        let other = try #require(try await house.item(of: second))
        try await house.running {
            try await house.change(outcome.id, [.parent: .item(other.id)])
            try await house.settled()
        }
        #expect(await house.field("System.Parent", of: feature)?.integer == second)
        #expect(await house.revision(of: feature) == 1)
        await house.atAzureDevOps("PATCH", "work-items/\(feature)", ["parent": .integer(first)])
        let initiative = try #require(try await house.item(of: first))
        try await house.running {
            try await house.eventually("the parent came back") { try await house.item(of: feature)?[.parent] == .item(initiative.id) }
        }
    }

    @Test("what should hang under a work item that is deleted waits without hammering, and is hung there once it is back")
    func deletedParent() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "A"])
        let feature = try await house.addWorkItem("Feature", ["System.Title": "F"])
        try await house.pullAll()
        let (initiative, outcome) = (try #require(try await house.item(of: epic)), try #require(try await house.item(of: feature)))
        try await house.change(outcome.id, [.parent: .item(initiative.id)])
        await house.atAzureDevOps("DELETE", "work-items/\(epic)")
        let link = try #require(try await house.link(of: feature))
        _ = try await house.engine.items.synchronise(link.id, .push, by: TestHouse.person)
        #expect(try await house.link(of: feature)?.failures == 1)
        try await house.running { try await house.settled() }
        #expect(try await house.link(of: epic)?.state == .remoteDeleted)
        #expect(try await house.link(of: feature)?.problem == nil)
        let writes = await house.atAzureDevOps("GET", "requests").array?.count { $0["method"] == "PATCH" } ?? 0
        #expect((1...8).contains(writes))
        await house.atAzureDevOps("POST", "work-items/\(epic)/restore")
        try await house.running {
            try await house.eventually("it hangs there") { await house.field("System.Parent", of: feature)?.integer == epic }
        }
    }

    @Test("writes that Azure DevOps does not take now are not counted as writes", arguments: ["block", "frontDoor"])
    func busy(fault: String) async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "A"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.atAzureDevOps(
            "POST", "faults", ["kind": .string(fault), "method": "PATCH", "path": "wit/workitems", "count": 12, "amount": 1])
        try await house.running {
            try await house.change(item.id, [.name: .text("B")])
            try await house.eventually("it arrives") { await house.field("System.Title", of: epic) == "B" }
            try await house.settled()
        }
        #expect(try await house.link(of: epic)?.problem == nil)
    }

    @Test("a work item that cannot be read holds up no other")
    func unreadable() async throws {
        let house = try await TestHouse.build()
        let (bad, good) = (
            try await house.addWorkItem("Epic", ["System.Title": "A"]), try await house.addWorkItem("Epic", ["System.Title": "B"])
        )
        try await house.pullAll()
        await house.atAzureDevOps(
            "POST", "faults", ["kind": "internalError", "method": "GET", "path": .string("wit/workitems/\(bad)"), "count": 100_000])
        // A plain text is read by itself, because a list does not tell its format.
        await house.edit(bad, ["System.Description": "plain", "System.Title": "A2"])
        await house.edit(good, ["System.Title": "B2"])
        try await house.running {
            try await house.eventually("the other arrives") { try await house.item(of: good)?.name == "B2" }
            try await house.eventually("it says why") { try await house.link(of: bad)?.problem != nil }
        }
    }

    @Test("a retyped work item leaves the scope, is not written to, and comes back")
    func retyped() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "A"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.edit(epic, ["System.WorkItemType": "Task", "System.State": "New"])
        try await house.running {
            try await house.eventually("out of scope") { try await house.link(of: epic)?.state == .outOfScope }
            try await house.change(item.id, [.name: .text("Not written")])
            try await house.settled()
        }
        #expect(await house.field("System.Title", of: epic) == "A")
        await house.edit(epic, ["System.WorkItemType": "Epic", "System.State": "New"])
        try await house.running {
            try await house.eventually("back, and written") { await house.field("System.Title", of: epic) == "Not written" }
        }
    }

    @Test("trouble on the way delays an edit and loses nothing", arguments: ["block", "throttle", "internalError", "frontDoor", "cut"])
    func trouble(kind: String) async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "A"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.atAzureDevOps("POST", "faults", ["kind": .string(kind), "count": 2, "amount": 1])
        try await house.running {
            try await house.change(item.id, [.name: .text("Arrived")])
            try await house.eventually("it arrived") { await house.field("System.Title", of: epic) == "Arrived" }
        }
        #expect(await house.revision(of: epic) == 2)
    }

    @Test(
        "tags that both sides added are merged, not fought over, even when the write does not go through at once", arguments: [false, true])
    func tags(isCutOff: Bool) async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "A", "System.Tags": "common"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.edit(epic, ["System.Tags": "common; theirs"])
        try await house.change(item.id, [.tags: .set(of: ["common", "ours"])])
        if isCutOff { await house.atAzureDevOps("POST", "faults", ["kind": "internalError", "method": "PATCH"]) }
        try await house.running { try await house.settled() }
        #expect(await house.field("System.Tags", of: epic) == "common; ours; theirs")
        #expect(try await house.item(of: epic)?[.tags] == .set(of: ["common", "ours", "theirs"]))
        #expect(try await house.store.read { try $0.openConflicts() }.isEmpty)
    }

    @Test("linking two that differ asks, or takes the side that was named", arguments: [nil, InitialSource.kiplot, .azureDevOps])
    func linking(source: InitialSource?) async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Theirs"])
        let now = house.clock.now
        let item = try await house.store.write { transaction in
            try transaction.create(
                .initiative, values: [.name: .text("Ours")], origin: EditOrigin(actor: TestHouse.person, cause: .edit, at: now))
        }
        let outcome = try await house.engine.items.link(item.id, to: epic, in: house.integration, source: source, by: TestHouse.person)
        #expect(outcome.conflicts.contains(.name) == (source == nil))
        let wanted = source == .kiplot ? "Ours" : "Theirs"
        #expect(await house.field("System.Title", of: epic)?.string == wanted)
        #expect(try await house.item(of: epic)?.name == (source == .azureDevOps ? "Theirs" : "Ours"))
    }

    @Test("a push creates work items for items that have none, parents first")
    func push() async throws {
        let house = try await TestHouse.build()
        let now = house.clock.now
        try await house.store.write { transaction in
            let origin = EditOrigin(actor: TestHouse.person, cause: .edit, at: now)
            let initiative = try transaction.create(.initiative, values: [.name: .text("I")], origin: origin)
            _ = try transaction.create(.outcome, values: [.name: .text("O"), .parent: .item(initiative.id)], origin: origin)
        }
        _ = try await house.engine.runs.start(.push, in: house.integration, createsWorkItems: true, by: "Ada")
        try await house.running { try await house.settled() }
        #expect(await house.atAzureDevOps("GET", "")["workItems"] == 2)
        #expect(await house.field("System.Parent", of: 2) == 1)
    }

    @Test("a paused integration writes nothing, and sweeps when it goes on")
    func pause() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "A"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        try await house.engine.integrations.setPaused(true, house.integration)
        try await house.change(item.id, [.name: .text("Waiting")])
        await house.edit(epic, ["System.Tags": "meanwhile"])
        await #expect(throws: ConnectionProblem.self) {
            let link = try #require(try await house.link(of: epic))
            _ = try await house.engine.items.synchronise(link.id, .push, by: TestHouse.person)
        }
        #expect(await house.field("System.Title", of: epic) == "A")
        try await house.engine.integrations.setPaused(false, house.integration)
        try await house.running {
            try await house.eventually("both arrived") {
                let arrived = await house.field("System.Title", of: epic) == "Waiting"
                return try await house.item(of: epic)?[.tags] == .set(of: ["meanwhile"]) && arrived
            }
        }
    }

    @Test("what a person wrote is never written over without being kept (A1, A2)")
    func manyRounds() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "0"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        try await house.running {
            for round in 1...15 {
                async let remote: Void = house.edit(epic, ["System.Title": .string("theirs \(round)")])
                async let local: Void = house.change(item.id, [.name: .text("ours \(round)")])
                _ = try await (remote, local)
                try await Task.sleep(for: .milliseconds(20))
            }
            try await house.settled()
        }
        let history = try await house.store.read { try $0.history(of: item.id) }.map(\.change.new)
        for round in 1...15 { #expect(history.contains(.text("ours \(round)"))) }
        let link = try #require(try await house.link(of: epic))
        let title = await house.field("System.Title", of: epic)?.string
        let name = try await house.item(of: epic)?.name
        #expect(title == name || link.conflicts == [.name])
    }

    @Test("a state without a counterpart blocks the stage with a remedy, and nothing else")
    func unmapped() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "A"])
        try await house.pullAll()
        let now = house.clock.now
        try await house.store.write { transaction in
            guard let integration = try transaction.integration(house.integration),
                var set = try transaction.mappingSet(integration.mappingSet)
            else { return }
            for entity in set.mapping.entities.indices {
                for field in set.mapping.entities[entity].fields.indices where set.mapping.entities[entity].fields[field].field == .stage {
                    set.mapping.entities[entity].fields[field].valueMap.pairs.removeAll { $0.azureDevOps == "Resolved" }
                }
            }
            try transaction.save(set, at: now)
        }
        await house.edit(epic, ["System.State": "Resolved", "System.Title": "B"])
        try await house.running { try await house.eventually("the title came") { try await house.item(of: epic)?.name == "B" } }
        let obstacle = try #require(try await house.link(of: epic)?.fields[.stage]?.obstacle)
        #expect(obstacle.message.contains("Resolved") && obstacle.remedy.contains("mapping"))
    }

    @Test("hooks are made once, however many find them missing")
    func hooksOnce() async throws {
        let house = try await TestHouse.build { _ in }
        try await house.store.write { transaction in
            for var hook in try transaction.hooks(of: house.integration) {
                hook.remoteID = nil
                try transaction.update(hook)
            }
            _ = try transaction.change(house.integration) { $0.hookState = .pending }
        }
        let before = await house.atAzureDevOps("GET", "")["subscriptions"]?.int ?? 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await house.engine.integrations.establishHooks(of: house.integration) } }
            try await group.waitForAll()
        }
        #expect(await house.atAzureDevOps("GET", "")["subscriptions"]?.int == before + 5)
    }
}
