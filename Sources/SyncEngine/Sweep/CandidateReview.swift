import AzureDevOps
import FieldSync
import Portfolio
import Store

/// Looks at work items that no link knows and that have hyperlinks: one may carry the marker of a creation whose answer was lost, or be
/// a second one for the same item (`sync-protocol.md` 2.7, P6).
struct CandidateReview: Sendable {
    let store: Store
    let clock: any EngineClock
    let connection: Connection
    let publicURL: String

    /// The most that one sweep looks at; the rest has time.
    private static let most = 2_000

    func review() async throws {
        let integration = connection.integration.id
        let candidates = try await store.read { try $0.candidates(in: integration, limit: Self.most) }
        for chunk in candidates.chunks(of: AzureDevOpsClient.largestBatch) {
            let found = try await reading { try await connection.client.workItems(chunk.map(\.workItem)) }.map { RemoteSnapshot($0) }
            let now = clock.now
            try await store.write { transaction in
                for snapshot in found { try compare(snapshot, transaction, at: now) }
                for candidate in chunk { try transaction.markLookedAt(candidate.workItem, in: integration) }
            }
        }
    }

    /// Compares a work item with the link whose marker it carries, if any.
    /// - Returns: the link that is tied to another work item with the same marker.
    @discardableResult
    func compare(_ snapshot: RemoteSnapshot, _ transaction: StoreTransaction, at now: Instant) throws -> Link? {
        for link in try transaction.links(named: snapshot.markers(of: publicURL), in: connection.integration.id)
        where link.state.isLive && link.workItem != snapshot.id {
            guard let linked = link.workItem else {
                // The creation looks for the work item by itself; it is only told to look now.
                try transaction.markDirty(linksOf: link.item, except: nil, cause: .sweep, at: now)
                continue
            }
            guard isMade(by: connection.ownerID, snapshot), try !transaction.isAccepted(duplicate: snapshot.id, of: link.id) else {
                continue
            }
            if try transaction.note(duplicate: snapshot.id, of: link, at: now) {
                try transaction.file(
                    Receipt(
                        link: link, field: nil, action: .failed, after: "#\(snapshot.id)", revision: snapshot.revision, at: now,
                        actor: "Kiplot", cause: .sweep,
                        detail: "#\(snapshot.id) carries the same marker as #\(linked), which is linked. Delete the one that is not wanted."
                    ))
            }
            return link
        }
        return nil
    }

    /// A copy that a person has made of a work item has its hyperlinks, too, and is a work item of its own.
    private func isMade(by owner: String?, _ snapshot: RemoteSnapshot) -> Bool { owner == nil || snapshot.createdBy?.id == owner }
}

extension StoreTransaction {
    /// The links of an integration whose markers a work item carries.
    func links(named markers: [String], in integration: Identifier<Integration>) throws -> [Link] {
        try markers.compactMap { try link(marker: $0) }.filter { $0.integration == integration }
    }
}

extension RemoteSnapshot {
    /// The names of links that this work item's hyperlinks carry.
    func markers(of publicURL: String) -> [String] {
        let prefix = "\(publicURL)/l/"
        return hyperlinks.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
}
