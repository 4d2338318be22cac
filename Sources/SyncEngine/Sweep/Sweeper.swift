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
    let publicURL: String

    /// Feeds may lag behind: every hour one pass reads again what the last such pass had found new.
    static let overlapInterval = Duration.seconds(3_600)
    /// Without a place in the feed, reading begins this long before the feed was last read, by Azure DevOps' own clock.
    private static let overlap = Duration.seconds(900)
    /// The same where that clock is not known: ours may be wrong.
    private static let clockDoubt = Duration.seconds(86_400)
    static let auditInterval = Duration.seconds(7 * 86_400)

    /// How long until the next sweep: seldom while hooks work, often while they do not.
    static func interval(while hooks: Integration.HookState) -> Duration { hooks == .active ? .seconds(900) : .seconds(60) }

    /// Reads both feeds to their end.
    /// - Parameter withOverlap: begins at the place of the last pass that overlapped, instead of at the last place.
    func sweep(_ id: Identifier<Integration>, withOverlap: Bool) async throws {
        let connection = try await connections.connection(to: id, priority: .sweep)
        var readUpTo: Instant?
        for feed in Feed.allCases {
            let startedAt = try await readToEnd(feed, connection, withOverlap: withOverlap)
            if feed == .revisions { readUpTo = startedAt }
        }
        try await CandidateReview(store: store, clock: clock, connection: connection, publicURL: publicURL).review()
        try await conclude(connection.integration, readUpTo: readUpTo)
    }

    private func readToEnd(_ feed: Feed, _ connection: Connection, withOverlap: Bool) async throws -> Instant? {
        do {
            return try await read(feed, connection, withOverlap: withOverlap)
        } catch is PlaceRefused where connection.integration[keyPath: feed.token] != nil {
            // Places expire: without one, reading begins at a time.
            var fresh = connection
            fresh.integration = try await store.write { transaction in
                try transaction.change(connection.integration.id) {
                    $0[keyPath: feed.token] = nil
                    $0[keyPath: feed.overlapToken] = nil
                }
            }
            return try await read(feed, fresh, withOverlap: false)
        }
    }

    /// - Returns: when the reading began, by Azure DevOps' clock.
    private func read(_ feed: Feed, _ connection: Connection, withOverlap: Bool) async throws -> Instant? {
        let integration = connection.integration
        let place = integration[keyPath: feed.token]
        var next = start(withOverlap ? integration[keyPath: feed.overlapToken] ?? place : place, integration)
        var startedAt: Instant?
        while true {
            let page = try await page(of: feed, since: next, integration, connection.client)
            startedAt = startedAt ?? page.answeredAt
            let now = clock.now
            try await store.write { transaction in
                for hint in page.hints {
                    try transaction.markDirty(
                        workItem: hint.workItem, in: integration.id, revision: hint.revision, isCandidate: hint.isCandidate,
                        priority: .sweep, cause: .sweep, at: now)
                }
                _ = try transaction.change(integration.id) {
                    $0[keyPath: feed.token] = page.token ?? $0[keyPath: feed.token]
                    if page.isLast, withOverlap { $0[keyPath: feed.overlapToken] = place }
                }
            }
            guard !page.isLast, let token = page.token else { return startedAt }
            next = .token(token)
            try Task.checkCancellation()
        }
    }

    private func page(
        of feed: Feed, since start: AzureDevOpsClient.FeedStart, _ integration: Integration, _ client: AzureDevOpsClient
    ) async throws -> Feed.Page {
        do throws(AzureDevOpsError) {
            return try await feed.page(since: start, project: integration.projectID, by: client)
        } catch {
            let failure = RemoteFailure(error)
            if case .refused = failure, case .token = start { throw PlaceRefused() }
            throw LaneStop(reading: failure)
        }
    }

    /// Azure DevOps does not accept the place from which the feed was to be read on.
    private struct PlaceRefused: Error {}

    private func start(_ token: String?, _ integration: Integration) -> AzureDevOpsClient.FeedStart {
        if let token { return .token(token) }
        let time = integration.feedTime.map { $0.adding(.zero - Self.overlap) } ?? clock.now.adding(.zero - Self.clockDoubt)
        return .time(time.description)
    }

    /// - Parameters:
    ///   - start: the integration as it was when the sweep began. Hooks that were made since, or a pause that has ended, need another one.
    ///   - time: up to when *both* feeds were read: each would begin there without its place.
    private func conclude(_ start: Integration, readUpTo time: Instant?) async throws {
        let (now, id) = (clock.now, start.id)
        try await store.write { transaction in
            _ = try transaction.change(id) { integration in
                integration.lastSweepAt = now
                integration.feedTime = time ?? integration.feedTime
                if integration.epoch == start.epoch, integration.hookState == start.hookState { integration.needsSweep = false }
            }
            try transaction.forgetEvents(before: now.adding(.seconds(-7 * 86_400)))
            try transaction.forgetStrangers(of: id, before: now.adding(.zero - Self.overlapInterval))
            try startAuditIfDue(id, transaction, at: now)
        }
    }

    /// Once a week everything is compared, whatever the feeds say, and what does not agree is brought into step.
    private func startAuditIfDue(_ id: Identifier<Integration>, _ transaction: StoreTransaction, at now: Instant) throws {
        let last = try transaction.lastAudit(of: id)
        // A portfolio that has just been connected has just been read.
        guard let last else { return try transaction.noteFirstAudit(of: id, at: now) }
        let healedAt = try transaction.lastHealing(of: id) ?? last.startedAt
        guard last.state == .finished, healedAt.adding(Self.auditInterval) <= now else { return }
        try transaction.startAudit(of: id, heals: true, by: "Kiplot", at: now)
    }
}
