import AzureDevOps
import Crypto
import Database
import JSON
import Portfolio
import Store

/// Takes deliveries of service hooks (`sync-protocol.md` 2.6): a hint and nothing more. What is answered 200 is on disk.
public struct HookIntake: Sendable {
    /// Chosen so that Azure DevOps does what we need (FACTS.md 21): 503 is tried again, 410 ends the subscription.
    public enum Answer: Int, Sendable {
        case accepted = 200
        case wrongSecret = 401
        case gone = 410
        case notNow = 503
    }

    /// The guidance of Azure DevOps for the size of a delivery.
    public static let largestBody = 2 << 20
    /// The name under which every hook of ours presents its secret.
    public static let userName = "kiplot"

    private let store: Store
    private let clock: any EngineClock

    public init(store: Store, clock: any EngineClock) {
        self.store = store
        self.clock = clock
    }

    /// - Parameters:
    ///   - authorization: the header as it came.
    ///   - body: `nil` when it was larger than `largestBody` and was not kept.
    public func receive(hook publicID: String, authorization: String?, body: [UInt8]?) async -> Answer {
        do {
            let known = try await store.read { transaction in
                try transaction.hook(publicID: publicID).map { ($0, try transaction.integration($0.integration)) }
            }
            guard let (hook, integration) = known, isOurs(authorization, hook) else { return .wrongSecret }
            guard let integration, integration.state != .deleted, hook.status != .disabled else { return .gone }
            try await accept(body, hook)
            return .accepted
        } catch {
            return .notNow
        }
    }

    private func accept(_ body: [UInt8]?, _ hook: Hook) async throws {
        let now = clock.now
        guard let body else {
            try await store.write { try $0.keepUnreadable([], reason: "The delivery is larger than 2 MiB.", of: hook, at: now) }
            return
        }
        let event: WorkItemEvent
        do {
            event = try WorkItemEvent(delivered: body, limits: JSONLimits(bytes: Self.largestBody, depth: 64))
        } catch {
            let reason = (error as? WorkItemEvent.ReadingError)?.message ?? (error as? JSONError)?.description ?? "It cannot be read."
            try await store.write { try $0.keepUnreadable(Array(body.prefix(64 << 10)), reason: reason, of: hook, at: now) }
            return
        }
        try await store.write { transaction in
            guard
                try transaction.receive(
                    event: event.eventID, of: hook, workItem: event.workItem, revision: event.revision, at: now)
            else { return }
            // Links change without a revision, and a deletion has no newer one to compare with (FACTS.md 1.1).
            let isAboutRevision = event.kind == .updated && !event.changesLinks
            try transaction.markDirty(
                workItem: event.workItem, in: hook.integration, revision: isAboutRevision ? event.revision : nil, priority: .hook,
                cause: .webhook, at: now)
        }
    }

    /// Compares digests in constant time; the user name is part of the secret.
    private func isOurs(_ authorization: String?, _ hook: Hook) -> Bool {
        guard let authorization, authorization.lowercased().hasPrefix("basic "), authorization.utf8.count < 1_000 else { return false }
        let given = SHA256.hash(data: Array(authorization.dropFirst(6).utf8))
        return zip(given, hook.secretDigest).reduce(hook.secretDigest.count == 32 ? UInt8(0) : 1) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension HookIntake {
    /// What the header of a delivery holds after “Basic ”, hashed: this is what the store keeps.
    public static func digest(ofSecret secret: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(base64(Array("\(userName):\(secret)".utf8)).utf8)))
    }
}
