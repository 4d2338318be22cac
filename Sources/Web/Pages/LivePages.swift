import Portfolio
import Store

/// What makes pages live, and the files that they are made of.
enum LivePages {
    static let routes: [Route] = [
        Route("GET", "/live", .having(.viewPortfolio), live),
        Route("GET", "/assets/:name", .everybody, asset),
    ]

    /// Tells which topics every commit has touched; the page decides whether it shows one of them.
    @Sendable
    private static func live(_ visit: Visit) async throws -> Reply {
        let topics = visit.store.changes.topics()
        let (events, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(64))
        let task = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await touched in topics {
                        continuation.yield("data: \(touched.map(name).sorted().joined(separator: " "))\n\n")
                    }
                }
                // A proxy that hears nothing closes the connection; so does a browser that is gone.
                group.addTask {
                    while (try? await Task.sleep(for: .seconds(20))) != nil { continuation.yield(": still here\n\n") }
                }
                await group.next()
                group.cancelAll()
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        continuation.yield("retry: 1000\n\n")
        return Reply(
            status: 200, headers: [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"), ("X-Accel-Buffering", "no")],
            body: .events(events))
    }

    private static func name(_ topic: Topic) -> String {
        switch topic {
        case .item(let id): "item:\(id)"
        case .items(let kind): "items:\(kind.rawValue)"
        case .configuration: "configuration"
        case .instance(let id): "instance:\(id)"
        case .integration(let id), .activity(let id): "integration:\(id)"
        case .work(let id): "work:\(id)"
        case .run(let id): "run:\(id)"
        case .attention: "attention"
        case .everything: "everything"
        }
    }

    @Sendable
    private static func asset(_ visit: Visit) async throws -> Reply {
        guard let name = visit.parameters["name"], let asset = Assets.all[name] else { throw Refusal.notFound }
        let headers = [("Content-Type", asset.contentType), ("Cache-Control", "no-cache"), ("ETag", asset.entityTag)]
        guard visit.headers["if-none-match"] != asset.entityTag else { return Reply(status: 304, headers: headers, body: .bytes([])) }
        if visit.acceptsGzip, let compressed = asset.compressed {
            return Reply(
                status: 200, headers: headers + [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")], body: .bytes(compressed))
        }
        return Reply(status: 200, headers: headers, body: .bytes(asset.bytes))
    }
}
