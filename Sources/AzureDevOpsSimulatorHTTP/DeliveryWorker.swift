import AsyncHTTPClient
import AzureDevOpsSimulator
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// Carries the deliveries of service hooks out, each in its own task, so that a slow receiver holds up only itself.
struct DeliveryWorker: Service {
    let simulation: Simulation
    let client: HTTPClient

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                for delivery in await simulation.takeDeliveries() {
                    group.addTask { await deliver(delivery) }
                }
                let wait = min(await simulation.timeToNextDelivery() ?? 50, 50)
                guard (try? await Task.sleep(for: .milliseconds(max(2, wait)))) != nil else { break }
            }
            group.cancelAll()
        }
    }

    private func deliver(_ delivery: HookDelivery) async {
        var request = HTTPClientRequest(url: delivery.url)
        request.method = .POST
        for (name, value) in delivery.headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: delivery.body))
        let response = try? await client.execute(request, timeout: .seconds(30))
        await simulation.finish(delivery, status: response.map { Int($0.status.code) })
    }
}
