import ArgumentParser
import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1

/// Delivers web hooks as Azure DevOps does, many at once: as fast as they are taken, or at a given rate whether or not they are.
struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries", abstract: "Delivers web hooks and tells how many were accepted a second, and how long each took.")

    @Option(help: "The address of the hook.") var url: String
    @Option(help: "The authorization header that the hook wants.") var authorization: String
    @Option(help: "A file with one delivery; its id and its work item are replaced.") var body: String
    @Option(help: "How many.") var count = 10_000
    @Option(help: "How many work items they are about, numbered from 1.") var workItems = 10_000
    @Option(help: "How many are on the wire at once; with a rate, at most.") var connections = 64
    @Option(help: "How many a second; 0 for as many as are taken.") var rate = 0

    func run() async throws {
        let template = try Template(JSONValue(parsing: Array(Data(contentsOf: URL(filePath: body)))))
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let start = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            for connection in 0..<connections {
                group.addTask { try await deliver(from: connection, start, template, client) }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        let seconds = (ContinuousClock.now - start).seconds
        try await client.shutdown()
        func quantile(_ share: Double) -> JSONValue { .figure(times[min(times.count - 1, Int(Double(times.count) * share))] * 1_000) }
        let figures: JSONValue = [
            "accepted": .integer(Int64(times.count)), "seconds": .figure(seconds), "perSecond": .figure(Double(times.count) / seconds),
            "p50": quantile(0.5), "p99": quantile(0.99), "worst": quantile(1),
        ]
        print(figures.text)
    }

    /// Every so-manieth delivery. With a rate each has its moment, and the time that it takes counts from there: a receiver that is slow
    /// cannot hide behind deliveries that it made wait.
    private func deliver(
        from connection: Int, _ start: ContinuousClock.Instant, _ template: Template, _ client: HTTPClient
    ) async throws -> [Double] {
        var times: [Double] = []
        for number in stride(from: connection, to: count, by: connections) {
            var begun = ContinuousClock.now
            if rate > 0 {
                begun = start + .seconds(1) * number / rate
                try await Task.sleep(until: begun, tolerance: .zero, clock: .continuous)
            }
            var call = HTTPClientRequest(url: url)
            call.method = .POST
            call.headers = ["Authorization": authorization, "Content-Type": "application/json"]
            call.body = .bytes(template.delivery(number, of: workItems))
            let answer = try await client.execute(call, timeout: .seconds(30))
            _ = try await answer.body.collect(upTo: 1 << 20)
            guard answer.status == .ok else { throw Unmeasurable(description: "A delivery was answered \(answer.status.code).") }
            times.append((ContinuousClock.now - begun).seconds)
        }
        return times
    }
}

/// A delivery in three pieces, between which its id and its work item stand: printing it anew each time would take the receiver's time.
private struct Template {
    private let pieces: [String]

    init(_ sample: JSONValue) throws {
        let mark = "\u{1F516}"
        var delivery = JSONObject([("id", .string(mark))])
        for member in sample.object ?? JSONObject() where member.name != "id" { delivery[member.name] = member.value }
        var resource = sample["resource"]?.object ?? JSONObject()
        resource["workItemId"] = .string(mark)
        delivery["resource"] = .object(resource)
        pieces = JSONValue.object(delivery).text.components(separatedBy: "\"\(mark)\"")
        guard pieces.count == 3 else { throw Unmeasurable(description: "The sample is no delivery of a work item.") }
    }

    func delivery(_ number: Int, of workItems: Int) -> ByteBuffer {
        ByteBuffer(string: "\(pieces[0])\"\(UUID().uuidString.lowercased())\"\(pieces[1])\(number % workItems + 1)\(pieces[2])")
    }
}
