import AzureDevOps
import FieldSync
import JSON
import Portfolio
import Store

/// Reads work items that have no item yet: the mapped fields only, and more only of those few that need it.
struct ImportReader: Sendable {
    let work: Reconciler.Work

    private static let callsAtOnce = 4
    /// What planning, receipts and the search for markers want to know, whatever is mapped.
    private static let always = [
        "System.WorkItemType", "System.TeamProject", "System.Title", "System.State", "System.ChangedDate", "System.ChangedBy",
        "System.CreatedBy", "System.Parent", hyperlinks,
    ]
    private static let hyperlinks = "System.HyperLinkCount"

    /// At most 200; those that are gone are left out. Throws `LaneStop` when Azure DevOps cannot be used.
    func read(_ ids: [Int64]) async throws -> [Int64: RemoteSnapshot] {
        let items = try await reading { try await work.client.workItems(ids, fields: fields) }
        var found = Dictionary(items.map { ($0.id, RemoteSnapshot($0)) }, uniquingKeysWith: { first, _ in first })
        // One of the hyperlinks may be a marker of ours.
        let marked = items.filter { ($0[Self.hyperlinks]?.integer ?? 0) > 0 }.map(\.id)
        for item in try await reading({ try await work.client.workItems(marked) }) { found[item.id] = RemoteSnapshot(item) }
        let mapped = MappedTypes(work.mapping.mapping, work.schema)
        let doubtful = found.filter { entry in
            var snapshot = entry.value
            return !snapshot.completeFormats(knowing: [:], mapped[snapshot.type])
        }.keys.sorted()
        let alone = try await doubtful.atOnce(Self.callsAtOnce) { id in (id, try await readByItself(id)) }
        if let stop = alone.stop { throw stop }
        for (id, snapshot) in alone.results { found[id] = snapshot }
        return found
    }

    private var fields: [String] {
        var names = Set(Self.always)
        for entity in work.mapping.mapping.entities {
            guard let type = work.schema[entity.workItemType] else { continue }
            names.formUnion(entity.enabledFields.compactMap { type[$0.azureDevOpsField]?.referenceName })
        }
        return names.sorted()
    }

    private func readByItself(_ id: Int64) async throws -> RemoteSnapshot? {
        switch await Result(calling: { () async throws(AzureDevOpsError) in try await work.client.workItem(id) }) {
        case .success(let item): return RemoteSnapshot(item)
        case .failure(.workItemMissing): return nil
        case .failure(let failure): throw LaneStop(reading: RemoteFailure(failure))
        }
    }
}
