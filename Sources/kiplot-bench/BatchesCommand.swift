import ArgumentParser
import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOHTTP1

/// The floor of a pull: the same batches, one after the other on one connection, and nothing is done with what comes.
struct BatchesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batches", abstract: "Reads work items in batches by a bare loop that throws the bodies away.")

    @Option(help: "The organisation's address.") var organisation: String
    @Option(help: "A personal access token.") var pat: String
    @Option(help: "The body of one batch as the product sent it; its ids are replaced.") var body: String
    @Option(help: "The number of the first work item.") var first = 1
    @Option(help: "How many work items follow it, itself counted.") var count: Int

    private static let batch = 200

    func run() async throws {
        guard var request = try JSONValue(parsing: Array(body.utf8)).object else { throw ValidationError("The body is no JSON object.") }
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let authorization = "Basic " + Data(":\(pat)".utf8).base64EncodedString()
        let start = ContinuousClock.now
        var calls = 0
        var bytes = 0
        for begin in stride(from: first, to: first + count, by: Self.batch) {
            request["ids"] = .array((begin..<min(first + count, begin + Self.batch)).map { .integer(Int64($0)) })
            var call = HTTPClientRequest(url: "\(organisation)/_apis/wit/workitemsbatch?api-version=7.1")
            call.method = .POST
            call.headers = ["Authorization": authorization, "Content-Type": "application/json"]
            call.body = .bytes(ByteBuffer(bytes: JSONValue.object(request).bytes))
            let answer = try await client.execute(call, timeout: .seconds(60))
            guard answer.status == .ok else { throw Unmeasurable(description: "A batch was answered \(answer.status.code).") }
            for try await part in answer.body { bytes += part.readableBytes }
            calls += 1
        }
        let seconds = (ContinuousClock.now - start).seconds
        try await client.shutdown()
        let figures: JSONValue = ["calls": .integer(Int64(calls)), "bytes": .integer(Int64(bytes)), "seconds": .figure(seconds)]
        print(figures.text)
    }
}
