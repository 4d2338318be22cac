import AsyncHTTPClient
import AzureDevOpsSimulator
import AzureDevOpsSimulatorHTTP
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// The same calls over HTTP: client and server on one machine, in one process.
struct HTTPMeasurement {
    let world: World
    private let connections = 8

    /// - Parameter report: name, calls and time of each row.
    func run(_ report: @escaping @Sendable (String, Int, Duration) -> Void) async throws {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var options = SimulatorServer.Options()
        options.port = 0
        let server = SimulatorServer(simulation: Simulation(world: world), options: options) { continuation.yield($0) }
        let services = ServiceGroup(services: [server], logger: Logger(label: "measure"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            for await port in ports {
                try await measureAll("http://127.0.0.1:\(port)/contoso", report)
                break
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    private func measureAll(_ base: String, _ report: (String, Int, Duration) -> Void) async throws {
        let fields = #""System.Id","System.Rev","System.Title","System.State","System.AssignedTo","System.ChangedDate""#
        try await measure("over HTTP, \(connections) connections: read one work item", 8_000, report) { number in
            (.GET, "\(base)/_apis/wit/workitems/\(number * 7 % 100_000 + 1)?api-version=7.1", "", "application/json")
        }
        try await measure("over HTTP, \(connections) connections: read 200 work items, six fields", 800, report) { number in
            let ids = (0..<200).map { String((number * 200 + $0) % 100_000 + 1) }.joined(separator: ",")
            return (
                .POST, "\(base)/_apis/wit/workitemsbatch?api-version=7.1", #"{"ids":[\#(ids)],"fields":[\#(fields)]}"#, "application/json"
            )
        }
        try await measure("over HTTP, \(connections) connections: change a title (PATCH)", 8_000, report) { number in
            let body = #"[{"op":"add","path":"/fields/System.Title","value":"Over HTTP \#(number)"}]"#
            return (.PATCH, "\(base)/_apis/wit/workitems/\(number + 1)?api-version=7.1", body, "application/json-patch+json")
        }
    }

    private func measure(
        _ name: String, _ times: Int, _ report: (String, Int, Duration) -> Void,
        _ make: @escaping @Sendable (Int) -> (method: HTTPMethod, url: String, body: String, type: String)
    ) async throws {
        let client = HTTPClient.shared
        let connections = connections
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<connections {
                group.addTask {
                    for number in stride(from: connection, to: times, by: connections) {
                        let call = make(number)
                        var request = HTTPClientRequest(url: call.url)
                        request.method = call.method
                        request.headers = ["Authorization": "Basic OnBhdA==", "Content-Type": call.type]
                        if !call.body.isEmpty { request.body = .bytes(ByteBuffer(string: call.body)) }
                        let answer = try await client.execute(request, timeout: .seconds(30))
                        _ = try await answer.body.collect(upTo: 64 << 20)
                        guard answer.status.code == 200 else { throw Refused(url: call.url, status: Int(answer.status.code)) }
                    }
                }
            }
            try await group.waitForAll()
        }
        report(name, times, ContinuousClock.now - start)
    }

    struct Refused: Error, CustomStringConvertible {
        var url: String
        var status: Int
        var description: String { "\(url) answered \(status)." }
    }
}
