import AzureDevOps
import FieldSync
import Portfolio
import Store

/// Looks through every work item of the mapped types for markers that another one carries already, and forgets duplicates that are no
/// more (`sync-protocol.md` 2.7, P6).
struct DuplicateSearch: Sendable {
    let store: Store
    let clock: any EngineClock
    let publicURL: String

    func search(_ work: Reconciler.Work) async throws {
        let integration = work.integration.id
        let types = work.mapping.mapping.entities.map { quotedForWIQL($0.workItemType) }.joined(separator: ", ")
        guard !types.isEmpty else { return }
        let ids = try await work.workItemsOfOurs(where: "[System.WorkItemType] IN (\(types)) AND [System.HyperLinkCount] > 0")
        let strangers = try await store.read { transaction in
            try ids.filter { try transaction.liveLink(ofWorkItem: $0, in: integration) == nil }
        }
        let known = try await store.read { try $0.duplicates(in: integration) }
        let review = CandidateReview(store: store, clock: clock, connection: work.connection, publicURL: publicURL)
        var present: Set<Int64> = []
        for chunk in Array(Set(strangers + known.map(\.workItem))).sorted().chunks(of: AzureDevOpsClient.largestBatch) {
            let found = try await reading { try await work.client.workItems(chunk) }.map { RemoteSnapshot($0) }
            let now = clock.now
            try await store.write { transaction in
                for snapshot in found { try review.compare(snapshot, transaction, at: now) }
            }
            present.formUnion(found.filter { !$0.markers(of: publicURL).isEmpty }.map(\.id))
        }
        let gone = known.filter { !present.contains($0.workItem) }
        guard !gone.isEmpty else { return }
        try await store.write { transaction in for one in gone { try transaction.forget(duplicate: one.workItem, of: one.link) } }
    }
}
