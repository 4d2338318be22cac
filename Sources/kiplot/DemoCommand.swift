import ArgumentParser
import AzureDevOps
import AzureDevOpsSimulator
import AzureDevOpsSimulatorHTTP
import FieldSync
import Foundation
import Logging
import Portfolio
import ServiceLifecycle
import Store
import SyncEngine
import UnixSignals
import Web

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Runs Kiplot and a simulated Azure DevOps, connected, with a sample portfolio.")

    @Option(help: "The port of Kiplot.") var port = 8080
    @Option(name: .customLong("azure-devops-port"), help: "The port of the simulated Azure DevOps.") var azureDevOpsPort = 8090
    @Option(name: .customLong("work-items"), help: "How many work items to make up.") var workItems = 40
    @Option(help: "A folder for the data; it starts afresh each time.") var directory: String?
    @Flag(help: "Do not connect the two: the set-up is left to you.") var unconnected = false

    static let token = "demo-token"
    static let email = "demo@kiplot.example"
    static let password = "kiplot demonstration"

    func run() async throws {
        let folder = directory ?? FileManager.default.temporaryDirectory.appendingPathComponent("kiplot-demo").path
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let arguments = ["--database", "sqlite:\(folder)/kiplot.sqlite", "--allow-host", "127.0.0.1:\(azureDevOpsPort)"]
        let settings = try Settings(DatabaseOptions.parse(arguments), host: "127.0.0.1", port: port)
        let kiplot = "http://127.0.0.1:\(port)"
        let organisation = "http://127.0.0.1:\(azureDevOpsPort)/contoso"
        try await House.using(settings, publicURL: kiplot) { try await demonstrate($0, kiplot, organisation) }
    }

    private func demonstrate(_ house: House, _ kiplot: String, _ organisation: String) async throws {
        let site = Site(store: house.store, engine: house.engine, publicURL: kiplot, logger: house.logger)
        var options = SimulatorServer.Options()
        options.port = azureDevOpsPort
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let simulator = SimulatorServer(simulation: Simulation(world: DemoWorld.world(workItems: workItems)), options: options) { _ in
            start.yield()
        }
        let portfolio = SamplePortfolio(site: site, organisation: organisation, started: started, isConnected: !unconnected) {
            print(
                """

                Kiplot         \(kiplot)   sign in as \(Self.email) with the password “\(Self.password)”
                Azure DevOps   \(organisation.dropLast("contoso".count))   (simulated; organisation \(organisation), token \(Self.token))

                Edit in one window and watch the other. Ctrl-C stops both.
                """)
            fflush(nil)
        }
        let server = WebServer(site: site, host: "127.0.0.1", port: port)
        do {
            try await ServiceGroup(
                configuration: .init(
                    services: [
                        .init(service: EngineService(engine: house.engine)), .init(service: server), .init(service: simulator),
                        .init(service: portfolio),
                    ],
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: house.logger)
            ).run()
        } catch {
            throw CommandProblem(
                "The demonstration stopped: \(error).", "If a port is taken, choose others with --port and --azure-devops-port.")
        }
    }
}

/// The organisation of the demonstration.
enum DemoWorld {
    static func world(workItems: Int) -> World {
        var world = World(seed: 11)
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        world.addToken(DemoCommand.token)
        let project = world.addProject(name: "Contoso", process: .agile, at: now)
        world.addProject(name: "Fabrikam", process: .scrum, at: now)
        world.addField(
            FieldDefinition(referenceName: "Custom.RAG", name: "RAG", kind: .string, allowedValues: ["Green", "Amber", "Red"]),
            to: ["Epic", "Feature"])
        world.generate(workItems, .plan, in: project, seed: 11, at: now, base: "http://127.0.0.1:8090/contoso")
        return world
    }
}

/// People, a connected project, its epics and features pulled, and some initiatives that only Kiplot knows.
struct SamplePortfolio: Service {
    let site: Site
    let organisation: String
    /// Tells when the simulated organisation answers.
    let started: AsyncStream<Void>
    let isConnected: Bool
    let onReady: @Sendable () -> Void

    func run() async throws {
        for await _ in started.cancelOnGracefulShutdown() {
            try await build()
            onReady()
        }
    }

    private func build() async throws {
        let store = site.store
        let now = site.engine.clock.now
        let administrator = try await store.write { transaction in
            let person = try transaction.addPerson(name: "Demo Administrator", email: DemoCommand.email, role: .administrator)
            for (name, email, role) in [
                ("Dana Developer", "dana@contoso.com", Role.member), ("Priya Nair", "priya@contoso.com", .fullAccess),
                ("Tom Becker", "tom@contoso.com", .member), ("Lucía Romero", "lucia@contoso.com", .viewOnly),
            ] { try transaction.addPerson(name: name, email: email, role: role) }
            let unit = try transaction.addBusinessUnit(name: "Digital", parent: nil)
            for team in ["Portal", "Platform", "Mobile"] { try transaction.addTeam(name: team, businessUnit: unit.id) }
            return person
        }
        try await Accounts(site: site).setPassword(DemoCommand.password, of: administrator.id)
        guard isConnected else { return }
        try await connect()
        try await store.write { transaction in
            let origin = EditOrigin(actor: .person(administrator.id, name: administrator.name), cause: .creation, at: now)
            let today = now.day.map { Instant(startOf: $0) } ?? now
            for (name, start, length, light) in [
                ("Enter the Nordic market", 20, 160, RAG.amber), ("Replace the data warehouse", -30, 210, .green),
                ("Carbon reporting", 60, 120, .red),
            ] {
                var values: [FieldKey: FieldValue] = [.name: .text(name), .owner: .person(administrator.id), .rag: .rag(light)]
                values[.start] = today.adding(.seconds(start * 86_400)).day.map { .date($0) }
                values[.end] = today.adding(.seconds((start + length) * 86_400)).day.map { .date($0) }
                _ = try transaction.create(.initiative, values: values, origin: origin)
            }
            if let day = now.day { try SamplePlanning.add(to: transaction, today: day, origin: origin) }
        }
    }

    private func connect() async throws {
        let engine = site.engine
        let outcome = try await engine.instances.add(
            InstanceForm(name: "Contoso", url: organisation, token: Secret(DemoCommand.token)))
        guard let instance = outcome.instance else {
            throw CommandProblem("The simulated Azure DevOps could not be connected: \(outcome.report.firstFailure ?? "")", "Start again.")
        }
        let connected = try await engine.integrations.add(IntegrationForm(instance: instance, project: "Contoso"))
        guard let integration = connected.integration else {
            throw CommandProblem("The project could not be connected: \(connected.report.firstFailure ?? "")", "Start again.")
        }
        let topics = engine.store.changes.topics()
        let run = try await engine.runs.start(.pull, in: integration, createsItems: true, by: "Demo Administrator")
        for await _ in topics {
            if try await engine.store.read({ try $0.run(run.id)?.state }) != .running { return }
        }
    }
}
