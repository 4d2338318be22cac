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
