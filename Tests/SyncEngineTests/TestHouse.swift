import AzureDevOps
import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Logging
import Portfolio
import Store
import SyncEngine
import Synchronization

/// The organisation without a network: calls go straight into the world.
final class SimulatedTransport: Transport {
    private let simulation: Simulation

    init(_ simulation: Simulation) { self.simulation = simulation }

    func send(_ request: ServiceRequest) async throws(TransportError) -> ServiceResponse {
        let base = "http://127.0.0.1:8090/contoso"
        let parts = request.url.dropFirst(base.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        func decoded(_ text: Substring) -> String { text.replacing("+", with: " ").removingPercentEscapes }
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[decoded(sides[0]).lowercased()] = sides.count > 1 ? decoded(sides[1]) : ""
        }
        let answer = await simulation.handle(
            ServiceCall(
                method: request.method.rawValue, path: parts[0].split(separator: "/").map(decoded), query: query,
                headers: Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first }),
                body: request.body ?? [], base: base))
        if answer.isLost { throw .answerLost(reason: "the connection broke") }
        return ServiceResponse(status: answer.status, headers: answer.headers, body: answer.body)
    }
}

extension Substring {
    fileprivate var removingPercentEscapes: String {
        var bytes: [UInt8] = []
        var iterator = utf8.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%"), let high = iterator.next(), let low = iterator.next(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            {
                bytes.append(value)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A clock that a test turns: it starts at a real moment, because the organisation's clock is real, and sleeps in real time.
final class TestClock: EngineClock {
    private let ahead = Mutex<Int64>(0)

    var now: Instant { SystemClock().now.adding(.milliseconds(ahead.withLock { $0 })) }
    var elapsed: Duration { .milliseconds(now.milliseconds) }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: min(duration, .milliseconds(20))) }
    func advance(_ duration: Duration) { ahead.withLock { $0 += duration.milliseconds } }
}

/// A whole house: a database, an organisation with one project, and the engine between them, connected with the recommended mapping.
struct TestHouse {
    static let person = Actor.person(Identifier(1), name: "Ada")

    let store: Store
    let simulation: Simulation
    let engine: SyncEngine
    let clock: TestClock
    let integration: Identifier<Integration>

    static func build(on database: (any Database)? = nil, _ prepare: (inout World) -> Void = { _ in }) async throws -> TestHouse {
        var world = World(seed: 7)
        world.addToken("secret")
        world.addProject(name: "Contoso", process: .agile, at: 1_760_000_000_000)
        prepare(&world)
        let simulation = Simulation(world: world)
        let ownDatabase = try await SQLiteDatabase.inMemory()
        let store = try await Store.open(database ?? ownDatabase)
        let clock = TestClock()
        let engine = try engine(on: store, SimulatedTransport(simulation), clock)
        let instance = try await engine.instances.add(
            InstanceForm(name: "Contoso", url: "http://127.0.0.1:8090/contoso", token: Secret("secret")))
        guard let id = instance.instance else { throw HouseProblem.notConnected("\(instance.report)") }
        let outcome = try await engine.integrations.add(IntegrationForm(instance: id, project: "Contoso"))
        guard let integration = outcome.integration else { throw HouseProblem.notConnected("\(outcome.report)") }
        return TestHouse(store: store, simulation: simulation, engine: engine, clock: clock, integration: integration)
    }

    private static func engine(on store: Store, _ transport: any Transport, _ clock: TestClock) throws -> SyncEngine {
        let policy = AddressPolicy(allowedHosts: [AddressPolicy.AllowedHost("127.0.0.1:8090")].compactMap { $0 })
        return SyncEngine(
            store: store, vault: try Vault(key: Array(repeating: 7, count: 32)), transport: transport,
            configuration: SyncEngine.Configuration(publicURL: "http://127.0.0.1:8080", policy: policy), clock: clock,
            logger: Logger(label: "test"))
    }

    /// Another process on the same database.
    func anotherEngine(_ transport: any Transport) throws -> SyncEngine { try Self.engine(on: store, transport, clock) }

    enum HouseProblem: Error {
        case notConnected(String)
        case didNotSettle(String)
    }

    /// Runs the engine while `body` acts.
    /// - Parameter other: another process on the same database, in place of the house's own.
    func running<Result: Sendable>(_ other: SyncEngine? = nil, _ body: @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await (other ?? engine).run() }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Waits until something is true, for at most ten seconds of real time.
    func eventually(_ what: String, _ condition: @Sendable () async throws -> Bool) async throws {
        for _ in 0..<2_000 {
            if try await condition() { return }
            clock.advance(.milliseconds(100))
            try await Task.sleep(for: .milliseconds(5))
        }
        throw HouseProblem.didNotSettle(what)
    }

    func settled() async throws {
        try await eventually("every link settled") {
            try await store.read { transaction in
                try transaction.linkCounts(of: integration).waiting == 0 && transaction.runningRuns().isEmpty
            }
        }
    }

    /// Something done on the Azure DevOps side by a person.
    @discardableResult
    func atAzureDevOps(_ method: String, _ path: String, _ body: JSONValue = .null) async -> JSONValue {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let answer = await simulation.control(
            ServiceCall(
                method: method, path: parts[0].split(separator: "/").map(String.init), query: [:], headers: [:], body: body.bytes,
                base: "http://127.0.0.1:8090/contoso"))
        return (try? JSONValue(parsing: answer.body, limits: .answer)) ?? .null
    }

    func addWorkItem(_ type: String, _ fields: JSONValue, parent: Int64? = nil) async throws -> Int64 {
        let answer = await atAzureDevOps(
            "POST", "work-items",
            ["project": "Contoso", "type": .string(type), "fields": fields, "parent": parent.map { .integer($0) } ?? .null])
        guard let id = answer["id"]?.integer else { throw HouseProblem.notConnected(answer.text) }
        return id
    }

    func edit(_ workItem: Int64, _ fields: JSONValue) async { await atAzureDevOps("PATCH", "work-items/\(workItem)", ["fields": fields]) }

    func field(_ name: String, of workItem: Int64) async -> JSONValue? {
        await atAzureDevOps("GET", "work-items/\(workItem)")["workItem"]?["fields"]?[name]
    }

    func revision(of workItem: Int64) async -> Int64? { await atAzureDevOps("GET", "work-items/\(workItem)")["workItem"]?["rev"]?.integer }

    /// Pulls everything into the portfolio and waits.
    func pullAll() async throws {
        _ = try await engine.runs.start(.pull, in: integration, createsItems: true, by: "Ada")
        try await running { try await settled() }
    }

    func item(of workItem: Int64) async throws -> Item? {
        try await store.read { transaction in
            try transaction.liveLink(ofWorkItem: workItem, in: integration).flatMap { try transaction.item($0.item) }
        }
    }

    func link(of workItem: Int64) async throws -> Link? {
        try await store.read { try $0.liveLink(ofWorkItem: workItem, in: integration) }
    }

    func change(_ item: Identifier<Item>, _ changes: [FieldKey: FieldValue?]) async throws {
        let now = clock.now
        try await store.write { transaction in
            _ = try transaction.edit(item, changes: changes, origin: EditOrigin(actor: Self.person, cause: .edit, at: now))
        }
    }
}
