import AzureDevOps
import FieldSync
import Portfolio
import Store

/// Finds what no hook told, from the feeds of revisions and of links (`sync-protocol.md` 2.6). Hints and the place in the feed are
/// stored together, so that nothing between them is ever skipped (A26).
struct Sweeper: Sendable {
    let store: Store
    let connections: Connections
    let clock: any EngineClock

    /// Feeds may lag behind: every hour one pass begins this long before the last.
    static let overlap = Duration.seconds(900)
    static let overlapInterval = Duration.seconds(3_600)
    static let auditInterval = Duration.seconds(7 * 86_400)

    /// How long until the next sweep: seldom while hooks work, often while they do not.
    static func interval(while hooks: Integration.HookState) -> Duration { hooks == .active ? .seconds(900) : .seconds(60) }

    /// Reads both feeds to their end.
    /// - Parameter withOverlap: begins before the last pass instead of at the stored place.
    func sweep(_ id: Identifier<Integration>, withOverlap: Bool) async throws {
        let connection = try await connections.connection(to: id, priority: .sweep)
        let integration = connection.integration
        let from = (integration.lastSweepAt ?? clock.now).adding(Duration.seconds(-Sweeper.overlap.components.seconds)).description
        try await sweepRevisions(
            integration, connection.client, start: start(withOverlap ? nil : integration.revisionsToken, from))
        try await sweepLinks(integration, connection.client, start: start(withOverlap ? nil : integration.linksToken, from))
        let now = clock.now
        try await store.write { transaction in
            _ = try transaction.change(id) { integration in
                integration.lastSweepAt = now
                integration.needsSweep = false
            }
            try transaction.forgetEvents(before: now.adding(.seconds(-7 * 86_400)))
            try auditIfDue(integration, transaction, at: now)
        }
    }

    private func start(_ token: String?, _ time: String) -> AzureDevOpsClient.FeedStart { token.map { .token($0) } ?? .time(time) }

    private func sweepRevisions(
        _ integration: Integration, _ client: AzureDevOpsClient, start: AzureDevOpsClient.FeedStart
    ) async throws {
        var next = start
        while true {
            let page = try await reading { () async throws(AzureDevOpsError) in
                try await client.revisions(since: next, project: integration.projectID)
            }
            let now = clock.now
            try await store.write { transaction in
                for entry in page.entries {
                    try transaction.markDirty(
                        workItem: entry.id, in: integration.id, revision: entry.revision, priority: .sweep, cause: .sweep, at: now)
                }
                _ = try transaction.change(integration.id) { $0.revisionsToken = page.continuationToken ?? $0.revisionsToken }
            }
            guard !page.isLast, let token = page.continuationToken else { return }
            next = .token(token)
            try Task.checkCancellation()
        }
    }

    private func sweepLinks(_ integration: Integration, _ client: AzureDevOpsClient, start: AzureDevOpsClient.FeedStart) async throws {
        var next = start
        while true {
            let page = try await reading { () async throws(AzureDevOpsError) in
                try await client.links(since: next, project: integration.projectID)
            }
            let now = clock.now
            try await store.write { transaction in
                for entry in page.entries where entry.kind.hasPrefix("System.LinkTypes.Hierarchy") {
                    // Only the lower end has a parent to look at.
                    try transaction.markDirty(
                        workItem: entry.target, in: integration.id, revision: nil, priority: .sweep, cause: .sweep, at: now)
                }
                _ = try transaction.change(integration.id) { $0.linksToken = page.continuationToken ?? $0.linksToken }
            }
            guard !page.isLast, let token = page.continuationToken else { return }
            next = .token(token)
            try Task.checkCancellation()
        }
    }

    /// Once a week every link is looked at, whatever the feeds say.
    private func auditIfDue(_ integration: Integration, _ transaction: StoreTransaction, at now: Instant) throws {
        let name = "audit.\(integration.id)"
        let last = try transaction.setting(name).flatMap { Int64($0) }.map { Instant(milliseconds: $0) }
        if let last, last.adding(Self.auditInterval) > now { return }
        try transaction.set(name, to: String(now.milliseconds))
        guard last != nil else { return }
        try transaction.markAllDirty(in: integration.id, priority: .sweep, cause: .sweep, at: now)
    }
}
