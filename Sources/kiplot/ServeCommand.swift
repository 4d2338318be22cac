import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals
import Web

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Runs the server.")

    @OptionGroup var options: DatabaseOptions
    @Option(help: "The address to listen on. (KIPLOT_HOST; default 127.0.0.1)") var host: String?
    @Option(help: "The port to listen on. (KIPLOT_PORT; default 8080)") var port: Int?

    func run() async throws {
        let settings = try Settings(options, host: host, port: port)
        guard let lock = try DatabaseLock.take(for: settings.databasePath) else {
            throw CommandProblem("Another Kiplot server works on \(settings.databasePath).", "Stop it first, or choose another --database.")
        }
        defer { lock.release() }
        let publicURL = settings.publicURL ?? "http://\(settings.host):\(settings.port)"
        let proving = try Proving(environment: ProcessInfo.processInfo.environment)
        try await House.using(settings, publicURL: publicURL, proving: proving) { try await serve($0, settings, publicURL) }
    }

    private func serve(_ house: House, _ settings: Settings, _ publicURL: String) async throws {
        let site = Site(store: house.store, engine: house.engine, publicURL: publicURL, logger: house.logger)
        let setup = try await Accounts(site: site).setupLink()
        let server = WebServer(site: site, host: settings.host, port: settings.port) { port in
            print("Kiplot at \(publicURL) (listening on \(settings.host):\(port))")
            if let setup { print("Create the administrator, once, within a day: \(setup)") }
            fflush(nil)
        }
        do {
            try await ServiceGroup(
                configuration: .init(
                    services: [.init(service: EngineService(engine: house.engine)), .init(service: server)],
                    gracefulShutdownSignals: [.sigterm, .sigint],
                    logger: house.logger)
            ).run()
        } catch {
            throw CommandProblem("The server stopped: \(error).", "If the port is taken, choose another with --port.")
        }
    }
}
