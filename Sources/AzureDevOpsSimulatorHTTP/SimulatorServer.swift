import AsyncHTTPClient
import AzureDevOpsSimulator
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import ServiceLifecycle

/// The organisation over HTTP: `http://127.0.0.1:{port}/{organisation}`, any name will do. `/` is a small board for people.
public struct SimulatorServer: Service {
    public struct Options: Sendable {
        public var host = "127.0.0.1"
        public var port = 8090
        /// Milliseconds that every answer takes longer.
        public var latency: Int64 = 0

        public init() {}
    }

    private let simulation: Simulation
    private let options: Options
    private let onRunning: @Sendable (Int) async -> Void

    /// - Parameter onRunning: told the port, once the server listens.
    public init(simulation: Simulation, options: Options = Options(), onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) {
        self.simulation = simulation
        self.options = options
        self.onRunning = onRunning
    }

    public func run() async throws {
        var logger = Logger(label: "azure-devops-simulator")
        logger.logLevel = .warning
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let application = Application(
            responder: SimulatorResponder(simulation: simulation, latency: options.latency),
            configuration: .init(address: .hostname(options.host, port: options.port), serverName: "Microsoft-IIS/10.0"),
            services: [DeliveryWorker(simulation: simulation, client: client)],
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? options.port) }, logger: logger)
        do {
            try await application.run()
        } catch {
            try? await client.shutdown()
            throw error
        }
        try? await client.shutdown()
    }
}

struct SimulatorResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let simulation: Simulation
    let latency: Int64

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let segments = request.uri.path.split(separator: "/").map { String($0).removingPercentEncoding ?? String($0) }
        guard let first = segments.first else { return page() }
        if first == "_simulator", segments.count == 2, segments[1] == "events" { return await events() }
        let body = try await request.body.collect(upTo: 130 << 20)
        let call = ServiceCall(
            method: request.method.rawValue, path: Array(segments.dropFirst()), query: ServiceCall.query(request.uri.query),
            headers: headers(request.headers), body: Array(buffer: body), base: "http://\(request.head.authority ?? "127.0.0.1")/\(first)")
        let answer = first == "_simulator" ? await simulation.control(call) : await simulation.handle(call)
        let delay = latency + answer.delay
        if delay > 0, first != "_simulator" { try await Task.sleep(for: .milliseconds(delay)) }
        return response(answer)
    }

    private func headers(_ fields: HTTPFields) -> [String: String] {
        Dictionary(fields.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { first, second in "\(first), \(second)" })
    }

    private func response(_ answer: ServiceAnswer) -> Response {
        var fields = HTTPFields()
        for (name, value) in answer.headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        let status = HTTPResponse.Status(code: answer.status)
        guard !answer.isLost else {
            // Promise a body and break off: the client cannot tell whether the call was carried out.
            return Response(status: status, headers: fields, body: ResponseBody(contentLength: 100) { _ in throw ConnectionCut() })
        }
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private func page() -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: BoardPage.html)))
    }

    /// Server-sent events: one for every change.
    private func events() async -> Response {
        let changes = await simulation.changes()
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: ": here\n\n"))
                for await change in changes.cancelOnGracefulShutdown() {
                    try await writer.write(ByteBuffer(string: "data: \(change)\n\n"))
                }
                try await writer.finish(nil)
            })
    }
}

private struct ConnectionCut: Error {}
