import AzureDevOpsSimulator
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine
import Testing

@Suite("Edits that go out without a reading before them")
struct UnreadEditTests {
    /// An initiative and an outcome under it, pulled; what was asked of Azure DevOps until then is forgotten.
    private static func house() async throws -> (house: TestHouse, epic: Int64, feature: Int64) {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        let feature = try await house.addWorkItem(
            "Feature", ["System.Title": "Search", "System.Description": "<div>old</div>"], parent: epic)
        try await house.pullAll()
        await house.atAzureDevOps("DELETE", "requests")
        return (house, epic, feature)
    }

    private static func calls(of workItem: Int64, in house: TestHouse) async -> [String] {
        (await house.atAzureDevOps("GET", "requests").array ?? []).compactMap { request in
            let path = request["path"]?.string ?? ""
            guard path.hasSuffix("workitems/\(workItem)") || path.hasSuffix("workitemsbatch") else { return nil }
            return "\(request["method"]?.string ?? "") \(request["status"]?.integer ?? 0)"
        }
    }

    private static func hasSwept(_ house: TestHouse, since start: Instant) async throws -> Bool {
        let integration = try #require(try await house.store.read { try $0.integration(house.integration) })
        return integration.lastSweepAt.map { $0 >= start } ?? false
    }

    private static func change(_ workItem: Int64, _ changes: [FieldKey: FieldValue?], in house: TestHouse) async throws {
        let item = try #require(try await house.item(of: workItem))
        try await house.change(item.id, changes)
    }

    @Test("an edit is one call, and so is the next one")
    func oneCall() async throws {
        let (house, epic, _) = try await Self.house()
        for title in ["New portal", "Newer portal"] {
            try await Self.change(epic, [.name: .text(title)], in: house)
            try await house.running { try await house.settled() }
            #expect(await house.field("System.Title", of: epic)?.string == title)
            let link = try #require(try await house.link(of: epic))
            #expect(link.health == .inSync && link.seenRevision == link.fields[.end]?.readIn, "what was not written is known to stand")
        }
        #expect(await Self.calls(of: epic, in: house) == ["PATCH 200", "PATCH 200"])
    }

    @Test("what somebody has changed there meanwhile is found by the revision, read, and kept", arguments: ["System.Title", "System.Tags"])
    func stale(field: String) async throws {
        let (house, epic, _) = try await Self.house()
        let start = house.clock.now
        try await house.running {
            try await house.eventually("the first sweep is over") { try await Self.hasSwept(house, since: start) }
            await house.edit(epic, [field: "theirs"])
            try await Self.change(epic, [.name: .text("Ours")], in: house)
            try await house.settled()
        }
        let calls = await Self.calls(of: epic, in: house)
        #expect(calls.prefix(2) == ["PATCH 412", "GET 200"], "\(calls)")
        if field == "System.Title" {
            #expect(try await house.link(of: epic)?.health == .conflict)
            #expect(await house.field("System.Title", of: epic) == "theirs")
        } else {
            #expect(try await house.item(of: epic)?[.tags] == .set(of: ["theirs"]))
            #expect(await house.field("System.Title", of: epic) == "Ours")
        }
    }

    @Test("a formatted text is never written unread: only a reading tells the format of the one that stands there")
    func formattedText() async throws {
        let (house, _, feature) = try await Self.house()
        try await Self.change(feature, [.description: .richText(.html("<div>new</div>"))], in: house)
        try await house.running { try await house.settled() }
        #expect(await house.field("System.Description", of: feature) == "<div>new</div>")
        #expect(await Self.calls(of: feature, in: house).last == "PATCH 200")
        #expect(await Self.calls(of: feature, in: house).count > 1)
    }

    @Test("another parent makes no revision: the answer to the write shows it, and it is read")
    func parent() async throws {
        let (house, _, feature) = try await Self.house()
        let other = try await house.addWorkItem("Epic", ["System.Title": "Shop"])
        try await house.pullAll()
        await house.atAzureDevOps("PATCH", "work-items/\(feature)", ["parent": .integer(other)])
        try await Self.change(feature, [.name: .text("Find")], in: house)
        try await house.running { try await house.settled() }
        #expect(try await house.item(of: feature)?[.parent] == house.item(of: other).map { .item($0.id) })
        #expect(await house.field("System.Title", of: feature) == "Find")
    }

    @Test("a reason to look that is no edit is not called done by writing an edit")
    func anotherReason() async throws {
        let (house, _, feature) = try await Self.house()
        let now = house.clock.now
        _ = try await house.store.write {
            try $0.markDirty(workItem: feature, in: house.integration, revision: nil, priority: .hook, cause: .webhook, at: now)
        }
        try await Self.change(feature, [.name: .text("Find")], in: house)
        try await house.running { try await house.settled() }
        let calls = await Self.calls(of: feature, in: house)
        #expect(calls.first == "PATCH 200" && calls.count > 1, "written at once, and read afterwards: \(calls)")
    }

    @Test("a work item that is gone is looked for, and nothing is lost")
    func gone() async throws {
        let (house, epic, _) = try await Self.house()
        await house.atAzureDevOps("DELETE", "work-items/\(epic)")
        try await Self.change(epic, [.name: .text("Ours")], in: house)
        try await house.running { try await house.settled() }
        #expect(try await house.link(of: epic)?.state == .remoteDeleted)
        await house.atAzureDevOps("POST", "work-items/\(epic)/restore")
        try await house.running {
            try await house.eventually("the edit arrived") { await house.field("System.Title", of: epic) == "Ours" }
        }
    }
}
