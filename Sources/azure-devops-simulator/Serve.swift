import ArgumentParser
import AzureDevOpsSimulator
import AzureDevOpsSimulatorHTTP
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Keeps an organisation and answers for it.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "An Azure DevOps to try things on: work items, service hooks, faults.",
        discussion: """
            The organisation stands at http://127.0.0.1:PORT/ANY-NAME and takes the personal access token that you give it. Open
            http://127.0.0.1:PORT/ in a browser to work on its board. Faults and inspection are under /_simulator/.
            """)

    @Option(help: "The port to listen on; 0 takes a free one.") var port = 8090
    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "A personal access token that the organisation accepts; may be given several times.") var pat: [String] = []
    @Option(help: "The name of a project; may be given several times.") var project: [String] = []
    @Option(help: "The process of the projects: agile, scrum, cmmi or basic.") var process = "agile"
    @Option(name: .customLong("work-items"), help: "How many work items to make up in each project.") var workItems = 0
    @Option(help: "What they look like: company (every type, with a history) or plan (epics and features).") var shape = "company"
    @Option(help: "The seed of everything that is made up.") var seed: UInt64 = 1
    @Option(help: "Milliseconds that every answer takes longer.") var latency: Int64 = 0
    @Option(help: "A file that keeps the organisation over restarts.") var state: String?

    func validate() throws {
        guard ProcessTemplate(rawValue: process) != nil else {
            throw ValidationError("There is no process “\(process)”. Choose agile, scrum, cmmi or basic.")
        }
        guard World.GeneratedShape(rawValue: shape) != nil else {
            throw ValidationError("There is no shape “\(shape)”. Choose company or plan.")
        }
        guard (0...65_535).contains(port) else { throw ValidationError("The port must be between 0 and 65535.") }
    }

    func run() async throws {
        var beginning = Beginning(
            projects: project.isEmpty ? ["Contoso"] : project, process: ProcessTemplate(rawValue: process) ?? .agile, workItems: workItems,
            shape: .init(rawValue: shape) ?? .company, seed: seed, at: Int64(Date().timeIntervalSince1970 * 1_000))
        var journal: Journal?
        if let state {
            do {
                journal = try Journal(path: state, beginning: beginning)
            } catch {
                throw ValidationError(error.message)
            }
        }
        if let kept = journal?.beginning {
            if !kept.isLike(beginning) { print("\(state ?? "") began with other projects or work items: they stay as they are there.") }
            beginning = kept
        }
        var world = beginning.world(base: "http://\(host):\(port)/contoso")
        for token in pat { world.addToken(token) }
        var options = SimulatorServer.Options()
        options.host = host
        options.port = port
        options.latency = latency
        let host = host
        let server = SimulatorServer(simulation: Simulation(world: world, journal: journal), options: options) { port in
            print("Azure DevOps, simulated, at http://\(host):\(port)/contoso; its board at http://\(host):\(port)/")
            // A script that waits for this line must see it at once.
            fflush(nil)
        }
        var logger = Logger(label: "azure-devops-simulator")
        logger.logLevel = .error
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}
