import Portfolio
import Store
import WebAssets

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
        guard let name = visit.parameters["name"], let bytes = Assets.bytes(of: name) else { throw Refusal.notFound }
        let type = name.hasSuffix(".css") ? "text/css" : name.hasSuffix(".js") ? "text/javascript" : "image/svg+xml"
        return Reply(
            status: 200, headers: [("Content-Type", "\(type); charset=utf-8"), ("Cache-Control", "no-cache")], body: .bytes(bytes))
    }
}

enum Assets {
    static func bytes(of name: String) -> [UInt8]? {
        withUnsafePointer(to: web_assets) { start in
            start.withMemoryRebound(to: web_asset.self, capacity: Int(web_assets_count)) { assets in
                for index in 0..<Int(web_assets_count) where String(cString: assets[index].name) == name {
                    return Array(UnsafeBufferPointer(start: assets[index].bytes, count: assets[index].length))
                }
                return nil
            }
        }
    }
}
