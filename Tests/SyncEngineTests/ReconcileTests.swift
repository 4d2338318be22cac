import AzureDevOps
import AzureDevOpsSimulator
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine
import Testing

@Suite("Both sides in step")
struct ReconcileTests {
    @Test("a pull makes items of work items, with their parents")
    func pull() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal", "System.AssignedTo": "dana@contoso.com"])
        let feature = try await house.addWorkItem(
            "Feature", ["System.Title": "Search", "Microsoft.VSTS.Scheduling.TargetDate": "2027-03-01T00:00:00Z"], parent: epic)
        try await house.pullAll()
        let initiative = try #require(try await house.item(of: epic))
        let outcome = try #require(try await house.item(of: feature))
        #expect(initiative.name == "Portal" && initiative.kind == .initiative)
        #expect(outcome[.parent] == .item(initiative.id))
        #expect(outcome[.end] == .date(try #require(CalendarDate("2027-03-01"))))
        let owner = try await house.store.read { try $0.person(email: "dana@contoso.com") }
        #expect(initiative[.owner] == owner.map { .person($0.id) })
        #expect(await house.revision(of: epic) == 1, "a pull writes nothing")
    }

    @Test("an edit in Kiplot is one revision at Azure DevOps, and comes back as no edit")
    func push() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        try await house.running {
            try await house.change(item.id, [.name: .text("New portal"), .start: .date(try #require(CalendarDate("2027-01-04")))])
            try await house.settled()
        }
        #expect(await house.field("System.Title", of: epic) == "New portal")
        #expect(await house.field("Microsoft.VSTS.Scheduling.StartDate", of: epic) == "2027-01-04T00:00:00Z")
        #expect(await house.revision(of: epic) == 2)
        #expect(try await house.item(of: epic)?.version(of: .name) == 1)
    }

    @Test("without any hook, a sweep brings what was edited at Azure DevOps")
    func sweep() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        await house.edit(epic, ["System.Title": "Portal 2", "System.Tags": "b; a"])
        try await house.running {
            try await house.eventually("the sweep saw it") { try await house.item(of: epic)?.name == "Portal 2" }
        }
        #expect(try await house.item(of: epic)?[.tags] == .set(of: ["a", "b"]))
        #expect(await house.revision(of: epic) == 2)
    }

    @Test("edits of both sides to different values are held, shown with authors, and settled once", arguments: [true, false])
    func conflict(keepsKiplot: Bool) async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.edit(epic, ["System.Title": "Theirs", "System.Tags": "x"])
        try await house.change(item.id, [.name: .text("Ours")])
        try await house.running { try await house.settled() }
        let conflict = try #require(try await house.store.read { try $0.openConflicts() }.first)
        #expect(conflict.local == .text("Ours") && conflict.remote == .text("Theirs"))
        #expect(conflict.localBy == "Ada" && conflict.remoteBy == "Dana Developer")
        #expect(await house.field("System.Title", of: epic) == "Theirs")
        #expect(try await house.item(of: epic)?[.tags] == .set(of: ["x"]), "other fields travel on")
        _ = try await house.engine.items.settle(conflict.id, by: keepsKiplot ? .kiplot : .azureDevOps, actor: TestHouse.person)
        let wanted = keepsKiplot ? "Ours" : "Theirs"
        #expect(await house.field("System.Title", of: epic)?.string == wanted)
        #expect(try await house.item(of: epic)?.name == wanted)
        #expect(try await house.store.read { try $0.openConflicts() }.isEmpty)
        try await house.running { try await house.settled() }
        #expect(try await house.link(of: epic)?.health == .inSync)
        // What gave way is kept, and comes back as an edit.
        #expect(try await house.engine.items.use(keepsKiplot ? .azureDevOps : .kiplot, of: conflict.id, by: TestHouse.person))
        #expect(try await house.engine.items.use(keepsKiplot ? .azureDevOps : .kiplot, of: conflict.id, by: TestHouse.person) == false)
        let other = keepsKiplot ? "Theirs" : "Ours"
        #expect(try await house.item(of: epic)?.name == other)
        try await house.running { try await house.settled() }
        #expect(await house.field("System.Title", of: epic)?.string == other)
    }

    @Test("a conflict that is settled while the integration is paused is carried out when it goes on")
    func settledWhilePaused() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.edit(epic, ["System.Title": "Theirs"])
        try await house.change(item.id, [.name: .text("Ours")])
        try await house.running { try await house.settled() }
        let conflict = try #require(try await house.store.read { try $0.openConflicts() }.first)
        try await house.engine.integrations.setPaused(true, house.integration)
        _ = try? await house.engine.items.settle(conflict.id, by: .kiplot, actor: TestHouse.person)
        #expect(await house.field("System.Title", of: epic) == "Theirs")
        try await house.engine.integrations.setPaused(false, house.integration)
        try await house.running { try await house.settled() }
        #expect(await house.field("System.Title", of: epic) == "Ours")
    }

    @Test("a field that a rule refuses is blocked with the reason and holds up no other field")
    func refusal() async throws {
        let house = try await TestHouse.build { $0.addRule(type: "Epic", state: "Closed", requires: "Microsoft.VSTS.Common.BusinessValue") }
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        let done = try #require(try await house.store.read { try $0.stages() }.first { $0.name == "Done" })
        try await house.running {
            try await house.change(item.id, [.name: .text("Closed portal"), .stage: .stage(done.id)])
            try await house.settled()
        }
        #expect(await house.field("System.Title", of: epic) == "Closed portal")
        #expect(await house.field("System.State", of: epic) == "New")
        let obstacle = try #require(try await house.link(of: epic)?.fields[.stage]?.obstacle)
        #expect(obstacle.code == "TF401320")
    }

    @Test("a lost answer to a write is found out by reading, and nothing is written twice")
    func lostAnswer() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.atAzureDevOps("POST", "faults", ["kind": "loseAnswer", "method": "PATCH"])
        try await house.running {
            try await house.change(item.id, [.name: .text("Once")])
            try await house.settled()
        }
        #expect(await house.field("System.Title", of: epic) == "Once")
        #expect(await house.revision(of: epic) == 2)
        #expect(try await house.store.read { try $0.openConflicts() }.isEmpty)
    }

    @Test("an item gets one work item, whatever is lost", arguments: ["loseAnswer", "cut", "frontDoor", "none"])
    func create(fault: String) async throws {
        let house = try await TestHouse.build()
        let now = house.clock.now
        let item = try await house.store.write { transaction in
            try transaction.create(
                .initiative, values: [.name: .text("Fresh")], origin: EditOrigin(actor: TestHouse.person, cause: .edit, at: now))
        }
        if fault != "none" {
            await house.atAzureDevOps("POST", "faults", ["kind": .string(fault), "method": "POST", "path": "workitems/$Epic"])
        }
        _ = try? await house.engine.items.createWorkItem(for: item.id, in: house.integration, by: TestHouse.person)
        try await house.running { try await house.settled() }
        #expect(await house.atAzureDevOps("GET", "")["workItems"] == 1)
        let link = try #require(try await house.store.read { try $0.liveLink(of: item.id, in: house.integration) })
        #expect(link.state == .active && link.workItem == 1)
        #expect(await house.field("System.Title", of: 1) == "Fresh")
    }

    @Test("a work item whose creation was not answered is linked to no other item; where it is all the same, that holds up nothing")
    func takenByAnother() async throws {
        let house = try await TestHouse.build()
        let now = house.clock.now
        let origin = EditOrigin(actor: TestHouse.person, cause: .edit, at: now)
        let (item, other) = try await house.store.write { transaction in
            (
                try transaction.create(.initiative, values: [.name: .text("Fresh")], origin: origin),
                try transaction.create(.initiative, values: [.name: .text("Other")], origin: origin)
            )
        }
        await house.atAzureDevOps("POST", "faults", ["kind": "loseAnswer", "method": "POST", "path": "workitems/$Epic"])
        _ = try? await house.engine.items.createWorkItem(for: item.id, in: house.integration, by: TestHouse.person)
        let refusal = await #expect(throws: ConnectionProblem.self) {
            _ = try await house.engine.items.link(other.id, to: 1, in: house.integration, source: .kiplot, by: TestHouse.person)
        }
        #expect(refusal?.message.contains("has just been created for") == true)
        try await house.store.write { transaction in
            _ = try transaction.connect(
                NewLink(integration: house.integration, item: other.id, workItem: 1, workItemType: "Epic", marker: "another", at: now))
        }
        try await house.running { try await house.settled() }
        let waiting = try #require(try await house.store.read { try $0.liveLink(of: item.id, in: house.integration) })
        #expect(waiting.state == .creating && waiting.problem?.message.contains("is linked to \(other.key)") == true)
        #expect(try await house.item(of: 1)?.id == other.id)

        let taken = try #require(try await house.link(of: 1))
        try await house.engine.items.unlink(taken.id, by: TestHouse.person)
        _ = try await house.engine.items.createWorkItem(for: item.id, in: house.integration, by: TestHouse.person)
        #expect(try await house.item(of: 1)?.id == item.id)
        #expect(await house.atAzureDevOps("GET", "")["workItems"] == 1)
    }

    @Test("a deleted work item deletes nothing here, and comes back when it is restored")
    func deletion() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        await house.atAzureDevOps("DELETE", "work-items/\(epic)")
        try await house.running {
            try await house.eventually("deleted") { try await house.link(of: epic)?.state == .remoteDeleted }
        }
        #expect(try await house.item(of: epic)?.name == "Portal")
        await house.atAzureDevOps("POST", "work-items/\(epic)/restore")
        try await house.running { try await house.eventually("restored") { try await house.link(of: epic)?.state == .active } }
    }

    @Test("a rejected token stops the work, is shown, and work goes on when it is replaced")
    func credential() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.atAzureDevOps("POST", "tokens", ["token": "secret", "state": "expired"])
        await house.atAzureDevOps("POST", "tokens", ["token": "other"])
        try await house.running {
            try await house.change(item.id, [.name: .text("During the outage")])
            try await house.eventually("red") { try await house.store.read { try $0.instances() }.first?.health == .credentialRejected }
            let credential = try #require(try await house.store.read { try $0.instances() }.first?.credential)
            let report = try await house.engine.instances.replaceToken(of: credential, by: Secret("other"), expiresOn: nil)
            #expect(report.isUsable)
            try await house.settled()
        }
        #expect(await house.field("System.Title", of: epic) == "During the outage")
    }

    @Test("manual fields wait for a button; Read and Write move only their way")
    func manual() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        try await house.engine.integrations.setDefaultMode(.manual, house.integration)
        let item = try #require(try await house.item(of: epic))
        await house.edit(epic, ["System.Tags": "theirs"])
        try await house.running {
            try await house.change(item.id, [.name: .text("Mine")])
            try await house.settled()
        }
        #expect(await house.field("System.Title", of: epic) == "Portal")
        let link = try #require(try await house.link(of: epic))
        let read = try await house.engine.items.synchronise(link.id, .pull, by: TestHouse.person)
        #expect(read.pulled == [.tags] && read.pushed.isEmpty)
        let written = try await house.engine.items.synchronise(link.id, .push, by: TestHouse.person)
        #expect(written.pushed == [.name])
        #expect(await house.field("System.Title", of: epic) == "Mine")
    }

    @Test("a removed integration leaves everything in place, and finds it again")
    func reconnect() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        #expect(await house.atAzureDevOps("GET", "")["subscriptions"] == 5)
        #expect(try await house.engine.integrations.delete(house.integration) == [])
        #expect(await house.atAzureDevOps("GET", "")["subscriptions"] == 0)
        #expect(try await house.item(of: epic) == nil)
        let instance = try #require(try await house.store.read { try $0.instances() }.first)
        _ = try await house.engine.integrations.add(IntegrationForm(instance: instance.id, project: "Contoso"))
        #expect(try await house.item(of: epic)?.name == "Portal")
    }
}
