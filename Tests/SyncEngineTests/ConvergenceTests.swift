import AzureDevOps
import AzureDevOpsSimulator
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine
import Testing

@Suite("Sweeps, audits and what they find")
struct ConvergenceTests {
    @Test("a place in the feed that is not accepted any more is given up, and nothing that happened meanwhile is missed")
    func placeRefused() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let refused = try await house.store.write { transaction in
            try transaction.change(house.integration) {
                $0.revisionsToken = "no place"
                $0.linksToken = "no place"
                $0.needsSweep = true
            }
        }
        #expect(refused.revisionsToken == "no place")
        await house.edit(epic, ["System.Title": "Portal 2"])
        try await house.running {
            try await house.eventually("the sweep saw it") { try await house.item(of: epic)?.name == "Portal 2" }
            try await house.eventually("there is a place again") {
                let integration = try await house.store.read { try $0.integration(house.integration) }
                return integration?.revisionsToken != "no place" && integration?.linksToken != "no place"
                    && integration?.needsSweep == false
            }
        }
    }

    @Test("an audit tells what does not agree and changes nothing; told to heal, it brings it into step", arguments: [false, true])
    func audit(heals: Bool) async throws {
        let house = try await TestHouse.build()
        let agreeing = try await house.addWorkItem("Epic", ["System.Title": "Same"])
        let gone = try await house.addWorkItem("Epic", ["System.Title": "Gone"])
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        // The feeds are behind: only an audit finds what happens from now on.
        await house.atAzureDevOps("POST", "lags", ["feeds": 86_400_000])
        await house.edit(epic, ["System.Title": "Portal 2"])
        await house.atAzureDevOps("DELETE", "work-items/\(gone)")
        let audit = try await house.engine.audits.start(in: house.integration, heals: heals, by: "Ada")
        try await house.running {
            try await house.eventually("the audit is over") { try await house.audit(audit.id)?.state == .finished }
            if heals {
                try await house.eventually("in step") { try await house.item(of: epic)?.name == "Portal 2" }
                try await house.eventually("deleted") { try await house.link(of: gone)?.state == .remoteDeleted }
            }
        }
        let found = try #require(try await house.audit(audit.id))
        let disagreements = try await house.store.read { try $0.disagreements(of: audit.id) }
        #expect(found.links == 3 && found.differing == 1 && found.astray == 1)
        let title = try #require(disagreements.first { $0.kind == .differing })
        #expect(title.workItem == epic && title.field == .name && title.local == "Portal" && title.remote == "Portal 2")
        #expect(disagreements.first { $0.kind == .astray }?.workItem == gone)
        #expect(!disagreements.contains { $0.workItem == agreeing })
        if !heals { #expect(try await house.item(of: epic)?.name == "Portal") }
    }

    @Test(
        "a second work item of ours with the same marker is told as a duplicate, kept, and forgotten when it is deleted")
    func duplicates() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let link = try #require(try await house.link(of: epic))
        let late = try await house.createAsKiplot("Portal, late", marker: link.marker)
        try await house.runAudit()
        let found = try await house.store.read { try $0.duplicates(in: house.integration) }
        #expect(found.map(\.workItem) == [late] && found.first?.linked == epic && found.first?.link == link.id)
        try await house.runAudit()
        #expect(try await house.store.read { try $0.duplicates(in: house.integration) }.count == 1, "told once")
        #expect(await house.field("System.Title", of: late) == "Portal, late", "nothing is deleted by itself")
        try await house.store.write { try $0.accept(duplicate: late, of: link.id, by: "Ada") }
        try await house.runAudit()
        #expect(try await house.store.read { try $0.duplicates(in: house.integration) }.isEmpty, "Ada wants both")
        try await house.store.write { try $0.accept(duplicate: late, of: link.id, by: nil) }
        #expect(try await house.store.read { try $0.duplicates(in: house.integration) }.count == 1)
        await house.atAzureDevOps("DELETE", "work-items/\(late)")
        try await house.runAudit()
        #expect(try await house.store.read { try $0.duplicates(in: house.integration) }.isEmpty)
    }

    @Test("a second work item that somebody wants to keep becomes an item of its own by a pull, with a link of its own")
    func acceptedDuplicate() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let link = try #require(try await house.link(of: epic))
        let late = try await house.createAsKiplot("Portal, late", marker: link.marker)
        try await house.runAudit()
        try await house.store.write { try $0.accept(duplicate: late, of: link.id, by: "Ada") }
        try await house.pullAll()
        let other = try #require(try await house.link(of: late))
        #expect(other.item != link.item && other.marker != link.marker)
        #expect(try await house.item(of: late)?.name == "Portal, late")
        #expect(try await house.link(of: epic)?.id == link.id)
    }

    @Test("a work item that is moved to another project leaves the scope, is not written to, and comes back")
    func moved() async throws {
        let house = try await TestHouse.build { $0.addProject(name: "Elsewhere", process: .agile, at: 1_760_000_000_000) }
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.edit(epic, ["System.TeamProject": "Elsewhere", "System.AreaPath": "Elsewhere", "System.IterationPath": "Elsewhere"])
        let audit = try await house.engine.audits.start(in: house.integration, heals: true, by: "Ada")
        try await house.running {
            try await house.eventually("the audit is over") { try await house.audit(audit.id)?.state == .finished }
            try await house.eventually("out of scope") { try await house.link(of: epic)?.state == .outOfScope }
            try await house.change(item.id, [.name: .text("Not written")])
            try await house.settled()
        }
        #expect(await house.field("System.Title", of: epic) == "Portal")
        #expect(try await house.link(of: epic)?.problem?.message.contains("Elsewhere") == true)
        await house.edit(epic, ["System.TeamProject": "Contoso", "System.AreaPath": "Contoso", "System.IterationPath": "Contoso"])
        try await house.running {
            try await house.eventually("back, and written") { await house.field("System.Title", of: epic) == "Not written" }
        }
    }

    @Test("a write that landed unheard and was then written over by a person is no conflict: the person's value is newer")
    func landedAndWrittenOver() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        await house.atAzureDevOps("POST", "faults", ["kind": "loseAnswer", "method": "PATCH"])
        try await house.running {
            try await house.change(item.id, [.name: .text("Ours")])
            try await house.eventually("it landed") { await house.field("System.Title", of: epic) == "Ours" }
        }
        await house.edit(epic, ["System.Title": "Theirs"])
        try await house.markForReading(epic)
        try await house.running {
            try await house.eventually("theirs came") { try await house.item(of: epic)?.name == "Theirs" }
            try await house.settled()
        }
        #expect(await house.field("System.Title", of: epic) == "Theirs")
        #expect(try await house.store.read { try $0.openConflicts() }.isEmpty)
    }

    @Test("a write that did not land, and whose revision a person took, is a conflict over that field and nothing else")
    func refutedAndTaken() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal", "System.Tags": "a"])
        try await house.pullAll()
        let item = try #require(try await house.item(of: epic))
        // Sent, and lost on the way there.
        await house.atAzureDevOps("POST", "faults", ["kind": "cut", "method": "PATCH", "count": 1_000])
        try await house.running {
            try await house.change(item.id, [.name: .text("Ours"), .tags: .set(of: ["a", "b"])])
            try await house.eventually("it failed") { try await house.link(of: epic)?.failures ?? 0 > 0 }
        }
        await house.edit(epic, ["System.Title": "Theirs"])
        await house.atAzureDevOps("DELETE", "faults")
        try await house.markForReading(epic)
        try await house.running {
            try await house.eventually("the conflict is told") { try await house.store.read { try $0.openConflicts() }.count == 1 }
            try await house.eventually("the tags went on") { await house.field("System.Tags", of: epic) == "a; b" }
        }
        let conflict = try #require(try await house.store.read { try $0.openConflicts() }.first)
        #expect(conflict.field == .name && conflict.local == .text("Ours") && conflict.remote == .text("Theirs"))
        #expect(await house.field("System.Title", of: epic) == "Theirs")
    }
}

extension TestHouse {
    fileprivate func audit(_ id: Identifier<Audit>) async throws -> Audit? { try await store.read { try $0.audit(id) } }

    fileprivate func runAudit() async throws {
        let audit = try await engine.audits.start(in: integration, by: "Ada")
        try await running { try await eventually("the audit is over") { try await self.audit(audit.id)?.state == .finished } }
    }

    /// A work item that was made with our token, as by an answer that came too late.
    fileprivate func createAsKiplot(_ title: String, marker: String) async throws -> Int64 {
        var patch = WorkItemPatch()
        patch.set("System.Title", to: .string(title))
        patch.add(WorkItem.Relation(kind: "Hyperlink", url: "http://127.0.0.1:8080/l/\(marker)"))
        let policy = AddressPolicy(allowedHosts: [AddressPolicy.AllowedHost("127.0.0.1:8090")].compactMap { $0 })
        let client = AzureDevOpsClient(
            organisation: try OrganisationURL("http://127.0.0.1:8090/contoso", policy: policy), personalAccessToken: Secret("secret"),
            transport: SimulatedTransport(simulation), pacer: RequestPacer())
        return try await client.create("Epic", in: "Contoso", patch).id
    }

    /// As a hook would.
    fileprivate func markForReading(_ workItem: Int64) async throws {
        let now = clock.now
        try await store.write { transaction in
            try transaction.markDirty(
                workItem: workItem, in: integration, revision: nil, isCandidate: false, priority: .hook, cause: .webhook, at: now)
        }
    }
}
