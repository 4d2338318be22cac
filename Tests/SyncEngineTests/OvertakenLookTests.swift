import AzureDevOps
import AzureDevOpsSimulator
import JSON
import Portfolio
import Store
import SyncEngine
import Synchronization
import Testing

/// Holds back the next answer of one kind, until it is let go: a process that was frozen while others went on.
final class HeldTransport: Transport {
    private enum State {
        case open
        case holdsNext(AsyncStream<Void>.Continuation)
        case holding(CheckedContinuation<Void, Never>)
    }

    private let inner: SimulatedTransport
    /// What the address of the call contains whose answer is held.
    private let address: String
    private let state = Mutex(State.open)

    init(_ inner: SimulatedTransport, answerTo address: String) {
        self.inner = inner
        self.address = address
    }

    /// Returns a stream that tells when an answer is held.
    func holdNext() -> AsyncStream<Void> {
        let (isHeld, continuation) = AsyncStream.makeStream(of: Void.self)
        state.withLock { $0 = .holdsNext(continuation) }
        return isHeld
    }

    func letGo() {
        let held = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .open }
            if case .holding(let continuation) = state { return continuation }
            return nil
        }
        held?.resume()
    }

    func send(_ request: ServiceRequest) async throws(TransportError) -> ServiceResponse {
        let response = try await inner.send(request)
        guard request.url.lowercased().contains(address) else { return response }
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state -> AsyncStream<Void>.Continuation? in
                guard case .holdsNext(let isHeld) = state else { return nil }
                state = .holding(continuation)
                return isHeld
            }
            guard let isHeld else { return continuation.resume() }
            isHeld.yield()
        }
        return response
    }
}

/// A replica that shows, from a moment on, what it showed last.
private final class LaggingTransport: Transport {
    private let inner: SimulatedTransport
    private let state = Mutex((isBehind: false, last: ServiceResponse?.none))

    init(_ inner: SimulatedTransport) { self.inner = inner }

    func fallBehind() { state.withLock { $0.isBehind = true } }

    func send(_ request: ServiceRequest) async throws(TransportError) -> ServiceResponse {
        guard request.url.contains("workitemsbatch") else { return try await inner.send(request) }
        if let old = state.withLock({ $0.isBehind ? $0.last : nil }) { return old }
        let response = try await inner.send(request)
        state.withLock { $0.last = response }
        return response
    }
}

/// Two processes look at one work item, and the slower one has read an older state of it.
@Suite("Looks that overtake each other")
struct OvertakenLookTests {
    @Test("a work item that was read before it left is not taken for one that has come back", arguments: [true, false])
    func left(isDeleted: Bool) async throws {
        let house = try await TestHouse.build { $0.addProject(name: "Elsewhere", process: .agile, at: 1_760_000_000_000) }
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let link = try #require(try await house.link(of: epic))
        try await reading(link.id, of: house, holding: "workitemsbatch") {
            if isDeleted {
                await house.atAzureDevOps("DELETE", "work-items/\(epic)")
            } else {
                let other = "Elsewhere"
                await house.edit(
                    epic,
                    ["System.TeamProject": .string(other), "System.AreaPath": .string(other), "System.IterationPath": .string(other)])
            }
            _ = try await house.engine.items.synchronise(link.id, .pull, by: TestHouse.person)
        }
        #expect(try await house.link(of: epic)?.state == (isDeleted ? .remoteDeleted : .outOfScope))
        try await house.running { try await house.settled() }
        #expect(try await house.link(of: epic)?.state == (isDeleted ? .remoteDeleted : .outOfScope))
    }

    @Test("a work item that was missing before it was restored is not taken for one that is gone")
    func restored() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let link = try #require(try await house.link(of: epic))
        await house.atAzureDevOps("DELETE", "work-items/\(epic)")
        try await reading(link.id, of: house, holding: "recyclebin") {
            await house.atAzureDevOps("POST", "work-items/\(epic)/restore")
            _ = try await house.engine.items.synchronise(link.id, .pull, by: TestHouse.person)
        }
        try await house.running { try await house.settled() }
        #expect(try await house.link(of: epic)?.state == .active)
    }

    @Test("a replica that is behind is not believed, however often it is asked within minutes (A25, A26)")
    func behind() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let link = try #require(try await house.link(of: epic))
        let replica = LaggingTransport(SimulatedTransport(house.simulation))
        let other = try house.anotherEngine(replica)
        _ = try await other.items.synchronise(link.id, .pull, by: TestHouse.person)
        replica.fallBehind()
        await house.edit(epic, ["System.Title": "Portal 2"])
        let now = house.clock.now
        try await house.store.write { transaction in
            try transaction.markDirty(
                workItem: epic, in: house.integration, revision: 2, isCandidate: false, priority: .hook, cause: .webhook, at: now)
        }
        for _ in 0..<20 { _ = try? await other.items.synchronise(link.id, .pull, by: TestHouse.person) }
        let waiting = try #require(try await house.link(of: epic))
        #expect(waiting.dirty != waiting.settled && waiting.seenRevision == 1)
        // An organisation that was restored from a backup never shows what was heard of: at some time it is believed.
        house.clock.advance(.seconds(301))
        _ = try? await other.items.synchronise(link.id, .pull, by: TestHouse.person)
        #expect(try await house.link(of: epic)?.heardRevision == 1)
    }

    @Test("a write that waited goes out only while it is remembered, and nobody else sends to the same work item (A16)")
    func waitedWrite() async throws {
        let house = try await TestHouse.build()
        let epic = try await house.addWorkItem("Epic", ["System.Title": "Portal"])
        try await house.pullAll()
        let link = try #require(try await house.link(of: epic)).id
        let start = house.clock.now
        func moment(_ seconds: Int) -> Instant { start.adding(.seconds(seconds)) }
        func begin(at seconds: Int) async throws -> Identifier<Attempt> {
            let (at, deadline) = (moment(seconds), moment(seconds + 32))
            return try await house.store.write { try $0.begin(.patch, of: link, expecting: 1, pairs: [:], at: at, deadline: deadline).id }
        }
        let epoch = try #require(try await house.store.read { try $0.integration(house.integration)?.epoch })
        func maySend(_ attempt: Identifier<Attempt>, at seconds: Int) async throws -> [Bool] {
            let (at, deadline) = (moment(seconds), moment(seconds + 32))
            return try await house.store.write { transaction in
                [
                    try transaction.maySend(attempt, underEpoch: epoch, at: at),
                    try transaction.renew(attempt, at: at, serviceTime: nil, deadline: deadline),
                ]
            }
        }
        let (waiting, other) = (try await begin(at: 0), try await begin(at: 40))
        #expect(try await maySend(waiting, at: 45) == [false, false], "another process is sending")
        #expect(try await maySend(other, at: 45) == [true, true])
        #expect(try await maySend(waiting, at: 90) == [true, true], "what the other sent cannot arrive any more")
        try await house.store.write { try $0.forget(waiting) }
        #expect(try await maySend(waiting, at: 91) == [false, false], "somebody has settled it")
    }

    /// Has another process press Read on a link, and does something while the answer that decides is held back.
    private func reading(
        _ link: Identifier<Link>, of house: TestHouse, holding address: String, _ meanwhile: @escaping @Sendable () async throws -> Void
    ) async throws {
        let transport = HeldTransport(SimulatedTransport(house.simulation), answerTo: address)
        let slow = try house.anotherEngine(transport)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var isHeld = transport.holdNext().makeAsyncIterator()
            group.addTask { _ = try await slow.items.synchronise(link, .pull, by: TestHouse.person) }
            await isHeld.next()
            try await meanwhile()
            transport.letGo()
            try await group.waitForAll()
        }
    }
}
