import AzureDevOps
import FieldSync
import Portfolio
import Store

/// Freezes what a run covers, initiatives before outcomes, so that parents are there when their children come.
struct RunLister: Sendable {
    let store: Store
    let sweeper: Sweeper

    func list(_ run: Run, _ work: Reconciler.Work) async throws {
        var own = 0
        // A work item whose type changes while this is read is found under both types.
        var listed: Set<Int64> = []
        func write(_ found: [LinkedItem]) async throws {
            for chunk in found.filter({ $0.workItem.map { listed.insert($0).inserted } ?? true }).chunks(of: 1_000) {
                let before = own
                own = try await store.write { try $0.list(chunk, of: run.id, after: before) }
            }
        }
        let linked = try await covered(run)
        try await write(linked.notInStep)
        if run.direction != .push, run.createsItems, run.selection == nil {
            for entity in work.mapping.mapping.entities.sorted(by: { $0.kind == .initiative && $1.kind != .initiative }) {
                let found = try await workItems(of: entity.workItemType, work)
                let known = try await store.read { try $0.linkedWorkItems(in: run.integration) }
                try await write(found.filter { !known.contains($0) }.map { LinkedItem(item: nil, workItem: $0) })
            }
        }
        if run.direction != .pull, run.createsWorkItems {
            try await write(try await unlinkedItems(run, work).map { LinkedItem(item: $0, workItem: nil) })
        }
        try await store.write { try $0.completeList(of: run.id, inStep: linked.inStep) }
    }

    /// The linked items that a run has to look at, and how many others it covers.
    ///
    /// What people have chosen is looked at, whatever is known of it. Of everything, only what is not known to be in step: the feeds tell
    /// what nobody else has. Where they cannot be read, nothing is known.
    private func covered(_ run: Run) async throws -> (notInStep: [LinkedItem], inStep: Int) {
        if run.selection != nil { return (try await linkedItems(run), 0) }
        guard try await store.read({ try $0.liveLinkCount(in: run.integration) }) > 0 else { return ([], 0) }
        do {
            try await sweeper.sweep(run.integration, withOverlap: false)
        } catch is LaneStop {
            return (try await linkedItems(run), 0)
        }
        return try await store.read { transaction in
            let open = try transaction.linksNotInStep(in: run.integration)
            return (open, try transaction.liveLinkCount(in: run.integration) - open.count)
        }
    }

    private func linkedItems(_ run: Run) async throws -> [LinkedItem] {
        let selection = run.selection.map { Set($0) }
        var found: [LinkedItem] = []
        var last: Identifier<Link>?
        while true {
            let after = last
            let page = try await store.read { try $0.links(in: run.integration, after: after, limit: 1_000) }
            for link in page where selection?.contains(link.item) ?? true {
                found.append(LinkedItem(item: link.item, workItem: link.workItem))
            }
            guard page.count == 1_000, let end = page.last else { return found }
            last = end.id
        }
    }

    private func workItems(of type: String, _ work: Reconciler.Work) async throws -> [Int64] {
        try await reading {
            try await work.client.ids(where: "[System.WorkItemType] = \(quotedForWIQL(type))", in: work.integration.projectID)
        }
    }

    private func unlinkedItems(_ run: Run, _ work: Reconciler.Work) async throws -> [Identifier<Item>] {
        var found: [Identifier<Item>] = []
        let selection = run.selection.map { Set($0) }
        let linked = try await store.read { try $0.linkedItems(in: run.integration) }
        for kind in ItemKind.allCases where work.mapping.mapping[kind] != nil {
            let query = ItemQuery(kind: kind)
            found += try await store.read { try $0.itemIDs(matching: query) }.filter {
                !linked.contains($0) && (selection?.contains($0) ?? true)
            }
        }
        return found
    }
}
