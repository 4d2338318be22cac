import ServiceLifecycle
import SyncEngine

/// The engine as one of the server's services: it ends with them.
struct EngineService: Service {
    let engine: SyncEngine

    func run() async throws { try await cancelWhenGracefulShutdown { try await engine.run() } }
}
