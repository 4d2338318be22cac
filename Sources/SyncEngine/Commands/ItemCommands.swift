import AzureDevOps
import Database
import FieldSync
import JSON
import Portfolio
import Store

/// A work item that a search has found.
public struct FoundWorkItem: Hashable, Sendable {
    public var id: Int64
    public var type: String
    public var title: String
    public var state: String
    /// The item that is linked to it already.
    public var linkedTo: Identifier<Item>?
}

/// What a person does on one item: Read, Write, Link, Create, Unlink.
public struct ItemCommands: Sendable {
    let store: Store
    let reconciler: Reconciler
    let health: Health
    let clock: any EngineClock

    /// Presses Read or Write: manual fields take part, and what was refused before is tried again.
    public func synchronise(_ link: Identifier<Link>, _ movement: Movement, by actor: Actor) async throws -> LinkOutcome {
        let trigger = Trigger(
            cause: movement == .pull ? .readButton : .writeButton, actor: actor, movements: [movement], includesManualFields: true)
        return try await press(link, trigger)
    }

    func press(_ id: Identifier<Link>, _ trigger: Trigger) async throws -> LinkOutcome {
        guard let link = try await store.read({ try $0.link(id) }), link.state.isLive else { throw StoreError.notFound("The link") }
        do {
            let outcomes = try await reconciler.locks.holding([id]) {
                try await reconciler.reconcile([id], in: link.integration, as: .fixed(trigger), priority: .interactive)
            }
            return outcomes.first ?? LinkOutcome(link: id, item: link.item, workItem: link.workItem)
        } catch let stop as LaneStop {
            try await health.note(stop, of: link.integration)
            throw ConnectionProblem(message: stop.problem.message, remedy: stop.problem.remedy)
        }
    }

    /// Links an item to a work item that exists.
    /// - Parameter source: whose values count where the two differ; `nil` asks, by holding conflicts.
    public func link(
        _ item: Identifier<Item>, to workItem: Int64, in integration: Identifier<Integration>, source: InitialSource?, by actor: Actor
    ) async throws -> LinkOutcome {
        let opened = try await open(integration)
        let found: WorkItem
        do throws(AzureDevOpsError) {
            found = try await opened.client.workItem(workItem)
        } catch {
            throw ConnectionProblem(error)
        }
        let snapshot = RemoteSnapshot(found)
        let work = try await reconciler.knowingName(opened, of: [snapshot])
        guard work.includes(snapshot) else {
            throw ConnectionProblem(
                message: "#\(workItem) belongs to the project \(snapshot.project), not to \(work.integration.projectName).",
                remedy: "Choose a work item of this project, or add an integration for the other one.")
        }
        let now = clock.now
        let marker = reconciler.random.hexadecimal(bytes: 16)
        let mapping = work.mapping.mapping
        let link = try await store.write { transaction in
            guard let item = try transaction.item(item) else { throw StoreError.notFound("The item") }
            guard let entity = mapping[item.kind], entity.workItemType.lowercased() == snapshot.type.lowercased() else {
                throw ConnectionProblem(
                    message:
                        "#\(workItem) is a \(snapshot.type); \(item.kind.plural) are mapped to \(mapping[item.kind]?.workItemType ?? "nothing").",
                    remedy: "Choose a work item of that type, or change the mapping.")
            }
            try refuseIfLinked(item.id, workItem, integration, transaction)
            try refuseIfMadeForAnother(snapshot, integration, transaction)
            let link = try transaction.connect(
                NewLink(integration: integration, item: item.id, workItem: workItem, workItemType: snapshot.type, marker: marker, at: now))
            try transaction.file(
                Receipt(link: link, field: nil, action: .linked, after: "#\(workItem)", at: now, actor: actor.name, cause: .link))
            return link
        }
        return try await press(
            link.id, Trigger(cause: .link, actor: actor, includesManualFields: source != nil, initialSource: source))
    }

    private func refuseIfLinked(
        _ item: Identifier<Item>, _ workItem: Int64?, _ integration: Identifier<Integration>, _ transaction: StoreTransaction
    ) throws {
        if let present = try transaction.liveLink(of: item, in: integration) {
            throw ConnectionProblem(
                message: "The item is linked to \(present.workItem.map { "#\($0)" } ?? "a work item that is being created") already.",
                remedy: "Unlink it first.")
        }
        if let workItem, let other = try transaction.liveLink(ofWorkItem: workItem, in: integration),
            let linked = try transaction.item(other.item)
        {
            throw ConnectionProblem(
                message: "#\(workItem) is linked to \(linked.key) “\(linked.name)” already.", remedy: "Unlink it there first.")
        }
    }

    /// The answer to a creation may be lost, and the work item is there: it is found by its marker within a minute.
    private func refuseIfMadeForAnother(
        _ snapshot: RemoteSnapshot, _ integration: Identifier<Integration>, _ transaction: StoreTransaction
    ) throws {
        for link in try transaction.links(named: snapshot.markers(of: reconciler.publicURL), in: integration) where link.state == .creating
        {
            guard let item = try transaction.item(link.item) else { continue }
            throw ConnectionProblem(
                message: "#\(snapshot.id) has just been created for \(item.key) “\(item.name)”, and is linked to it within a minute.",
                remedy: "Choose another work item; or unlink \(item.key) first.")
        }
    }

    /// Creates a work item for an item. Whatever crashes, there will be one (A10).
    public func createWorkItem(for item: Identifier<Item>, in integration: Identifier<Integration>, by actor: Actor) async throws
        -> LinkOutcome
    {
        let now = clock.now
        let marker = reconciler.random.hexadecimal(bytes: 16)
        let link = try await store.write { transaction in
            guard let item = try transaction.item(item), let found = try transaction.integration(integration),
                let mapping = try transaction.mappingSet(found.mappingSet)?.mapping
            else { throw StoreError.notFound("The item") }
            if let present = try transaction.liveLink(of: item.id, in: integration), present.state == .creating { return present }
            try refuseIfLinked(item.id, nil, integration, transaction)
            guard let entity = mapping[item.kind] else {
                throw ConnectionProblem(
                    message: "\(item.kind.plural) are not mapped in \(found.projectName).", remedy: "Add the pair to the mapping.")
            }
            return try transaction.connect(
                NewLink(integration: integration, item: item.id, workItem: nil, workItemType: entity.workItemType, marker: marker, at: now))
        }
        return try await press(link.id, Trigger(cause: .creation, actor: actor, includesManualFields: true))
    }

    /// Cuts the link. Both sides keep all they have; linking the two again takes up what the link remembers.
    public func unlink(_ id: Identifier<Link>, by actor: Actor) async throws {
        let now = clock.now
        try await reconciler.locks.holding([id]) {
            try await store.write { transaction in
                guard var link = try transaction.link(id), link.state.isLive else { throw StoreError.notFound("The link") }
                link.state = .disconnected
                link.problem = nil
                try transaction.update(link)
                for conflict in link.conflicts {
                    try transaction.settleConflict(of: conflict, on: id, as: .agreed, by: actor.name, at: now)
                }
                try transaction.file(
                    Receipt(
                        link: link, field: nil, action: .unlinked, before: link.workItem.map { "#\($0)" }, at: now, actor: actor.name,
                        cause: .link))
            }
        }
    }

    /// Work items by number or by words of the title, the newest first.
    public func search(_ text: String, for kind: ItemKind, in integration: Identifier<Integration>) async throws -> [FoundWorkItem] {
        let work = try await open(integration)
        guard let entity = work.mapping.mapping[kind] else {
            throw ConnectionProblem(message: "\(kind.plural) are not mapped.", remedy: "Add the pair to the mapping.")
        }
        let words = text.trimmed
        var condition = "[System.TeamProject] = @project AND [System.WorkItemType] = \(quotedForWIQL(entity.workItemType))"
        if let number = Int64(words.hasPrefix("#") ? String(words.dropFirst()) : words) {
            condition += " AND [System.Id] = \(number)"
        } else if !words.isEmpty {
            condition += " AND [System.Title] CONTAINS \(quotedForWIQL(words))"
        }
        let wiql = "SELECT [System.Id] FROM WorkItems WHERE \(condition) ORDER BY [System.ChangedDate] DESC"
        let found: [WorkItem]
        do throws(AzureDevOpsError) {
            let ids = try await work.client.query(wiql, project: work.integration.projectID, top: 20)
            found = try await work.client.workItems(ids)
        } catch {
            throw ConnectionProblem(error)
        }
        return try await store.read { transaction in
            try found.map { item in
                FoundWorkItem(
                    id: item.id, type: item.type, title: item.title, state: item.state,
                    linkedTo: try transaction.liveLink(ofWorkItem: item.id, in: integration)?.item)
            }
        }
    }

    func open(_ integration: Identifier<Integration>) async throws -> Reconciler.Work {
        do {
            return try await reconciler.open(integration, priority: .interactive)
        } catch let stop as LaneStop {
            throw ConnectionProblem(message: stop.problem.message, remedy: stop.problem.remedy)
        }
    }
}
