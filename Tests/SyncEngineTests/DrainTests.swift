import JSON
import Portfolio
import Store
import SyncEngine
import Testing

@Suite("Working off dirty links")
struct DrainTests {
    @Test("an edit whose answer does not come holds up no other")
    func slowAnswer() async throws {
        let house = try await TestHouse.build()
        let slow = try await house.addWorkItem("Epic", ["System.Title": "Slow"])
        let other = try await house.addWorkItem("Epic", ["System.Title": "Other"])
        try await house.pullAll()
        let transport = HeldTransport(SimulatedTransport(house.simulation), answerTo: "workitems/\(slow)")
        let isHeld = transport.holdNext()
        try await house.running(try house.anotherEngine(transport)) {
            try await house.change(#require(try await house.item(of: slow)).id, [.name: .text("Slow 2")])
            for await _ in isHeld { break }
            defer { transport.letGo() }
            try await house.change(#require(try await house.item(of: other)).id, [.name: .text("Other 2")])
            try await house.eventually("the other one arrives") { await house.field("System.Title", of: other) == "Other 2" }
            let link = try #require(try await house.link(of: slow))
            #expect(link.dirty != link.settled, "the first one still waits for its answer")
            transport.letGo()
            try await house.settled()
        }
        #expect(await house.field("System.Title", of: slow) == "Slow 2")
        #expect(try await house.link(of: slow)?.health == .inSync)
    }
}
