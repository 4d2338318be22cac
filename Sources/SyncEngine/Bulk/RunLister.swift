import AzureDevOps
import FieldSync
import Portfolio
import Store

/// Freezes what a run covers, initiatives before outcomes, so that parents are there when their children come.
struct RunLister: Sendable {
    let store: Store

    func list(_ run: Run, _ work: Reconciler.Work) async throws {
        try await store.write { try $0.clearEntries(of: run.id) }
        var position = 0
        func write(_ entries: [(item: Identifier<Item>?, workItem: Int64?)]) async throws {
            for chunk in entries.chunks(of: 1_000) {
                let numbered = chunk.enumerated().map {
                    RunEntry(position: position + $0.offset, item: $0.element.item, workItem: $0.element.workItem)
                }
                position += chunk.count
                try await store.write { try $0.list(numbered, of: run.id, isComplete: false) }
            }
        }
        let linked = try await linkedItems(run)
        try await write(linked.map { (item: $0.item, workItem: $0.workItem) })
        let known = Set(linked.compactMap(\.workItem))
        if run.direction != .push, run.createsItems, run.selection == nil {
            for entity in work.mapping.mapping.entities.sorted(by: { $0.kind == .initiative && $1.kind != .initiative }) {
                let found = try await workItems(of: entity.workItemType, work).filter { !known.contains($0) }
                try await write(found.map { (item: nil, workItem: $0) })
            }
        }
        if run.direction != .pull, run.createsWorkItems {
            try await write(try await unlinkedItems(run, work, Set(linked.map(\.item))).map { (item: $0, workItem: nil) })
        }
        try await store.write { try $0.list([], of: run.id, isComplete: true) }
    }

    private func linkedItems(_ run: Run) async throws -> [(item: Identifier<Item>, workItem: Int64?)] {
        let selection = run.selection.map { Set($0) }
        var found: [(item: Identifier<Item>, workItem: Int64?)] = []
        var last: Identifier<Link>?
        while true {
            let after = last
            let page = try await store.read { try $0.links(in: run.integration, after: after, limit: 1_000) }
            for link in page where selection?.contains(link.item) ?? true { found.append((link.item, link.workItem)) }
            guard page.count == 1_000, let end = page.last else { return found }
            last = end.id
        }
    }

    private func workItems(of type: String, _ work: Reconciler.Work) async throws -> [Int64] {
        try await reading {
            try await work.client.ids(where: "[System.WorkItemType] = \(quotedForWIQL(type))", in: work.integration.projectID)
        }
    }

    private func unlinkedItems(_ run: Run, _ work: Reconciler.Work, _ linked: Set<Identifier<Item>>) async throws -> [Identifier<Item>] {
        var found: [Identifier<Item>] = []
        for kind in ItemKind.allCases where work.mapping.mapping[kind] != nil {
            let query = ItemQuery(kind: kind)
            let selection = run.selection.map { Set($0) }
            found += try await store.read { try $0.itemIDs(matching: query) }.filter {
                !linked.contains($0) && (selection?.contains($0) ?? true)
            }
        }
        return found
    }
}
