import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// The web interface, the API and the intake of hooks, on one port.
public struct WebServer: Service {
    private let site: Site
    private let host: String
    private let port: Int
    private let onRunning: @Sendable (Int) async -> Void

    /// - Parameter onRunning: told the port, once the server listens.
    public init(site: Site, host: String, port: Int, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) {
        self.site = site
        self.host = host
        self.port = port
        self.onRunning = onRunning
    }

    public func run() async throws {
        let application = Application(
            responder: SiteResponder(site: site, routes: Routes.all),
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: site.logger)
        try await application.run()
    }
}
