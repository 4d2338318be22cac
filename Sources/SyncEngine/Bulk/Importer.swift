import FieldSync
import Portfolio
import Store

/// Makes items of work items that have none: item and link in one transaction, so that neither is ever without the other.
struct Importer {
    let transaction: StoreTransaction
    let work: Reconciler.Work
    let run: Run
    let review: CandidateReview
    let random: any EngineRandom
    let now: Instant

    func entry(for entry: RunEntry, _ snapshot: RemoteSnapshot) throws -> RunEntry {
        var result = entry
        if let link = try transaction.liveLink(ofWorkItem: snapshot.id, in: run.integration) {
            result.item = link.item
            result.outcome = .unchanged
            return result
        }
        if let link = try markedLink(snapshot) {
            result.item = link.item
            result.outcome = .changed
            result.reason = "Found the item by its marker, and linked it again."
            return result
        }
        if let other = try review.compare(snapshot, transaction, at: now), let item = try transaction.item(other.item) {
            result.outcome = .skipped
            result.reason =
                "It is a second work item for \(item.key): #\(other.workItem ?? 0) is linked. Delete the one that is not wanted."
            return result
        }
        guard let entity = work.mapping.mapping.entity(forWorkItemType: snapshot.type), let type = work.schema[entity.workItemType] else {
            result.outcome = .skipped
            result.reason = "The type \(snapshot.type) is not mapped."
            return result
        }
        guard work.includes(snapshot) else {
            result.outcome = .skipped
            result.reason = "It was moved to the project \(snapshot.project)."
            return result
        }
        if run.isDryRun {
            result.outcome = .created
            result.reason = "Would create \(entity.kind.title) “\(snapshot.title)”."
            return result
        }
        let item = try make(entity, type, snapshot)
        result.item = item.id
        result.outcome = .created
        return result
    }

    /// An item whose creation was not heard of, or that belonged to this work item before.
    private func markedLink(_ snapshot: RemoteSnapshot) throws -> Link? {
        for marker in snapshot.markers(of: review.publicURL) {
            guard let link = try transaction.link(marker: marker), link.integration == run.integration,
                try transaction.item(link.item) != nil
            else { continue }
            if link.state == .creating {
                guard !run.isDryRun else { return link }
                // The creation looks for the work item by itself; it is only told to look now.
                try transaction.markDirty(linksOf: link.item, except: nil, cause: .bulk, at: now)
                return link
            }
            guard link.state == .disconnected, try transaction.liveLink(of: link.item, in: run.integration) == nil else { continue }
            guard !run.isDryRun else { return link }
            // The link is taken up again if it was to this work item; else it gets a name of its own.
            return try transaction.connect(
                NewLink(
                    integration: run.integration, item: link.item, workItem: snapshot.id, workItemType: snapshot.type,
                    marker: random.hexadecimal(bytes: 16), priority: .bulk, cause: .bulk, at: now))
        }
        return nil
    }

    private func make(_ entity: EntityMapping, _ type: WorkItemTypeSchema, _ snapshot: RemoteSnapshot) throws -> Item {
        let batch = try transaction.reconcileBatch([], of: run.integration)
        let context = batch.context(entity, type)
        let trigger = Trigger(
            cause: .bulk, movements: [.pull], includesManualFields: true, initialSource: .azureDevOps, run: run.id, priority: .bulk)
        let blank = Item(
            id: Identifier(0), kind: entity.kind, number: 0, values: [:], createdAt: now, createdBy: "", updatedAt: now, updatedBy: "")
        let draft = Link(
            id: Identifier(0), integration: run.integration, item: blank.id, workItem: snapshot.id, workItemType: snapshot.type,
            state: .active,
            marker: "", notBefore: now)
        let parents =
            entity.kind == .outcome
            ? try transaction.parentDirectory(items: [], workItems: Set([snapshot.parent].compactMap { $0 }), in: run.integration) : nil
        var plan = LinkPlanner(context: context, trigger: trigger).plan(
            draft, item: blank, remote: snapshot, attempts: [:], parents: parents)
        let values = try usable(&plan, entity.kind, snapshot, context)
        let author: Actor = .azureDevOps(name: snapshot.changedBy?.displayName ?? "Azure DevOps")
        let item = try transaction.create(entity.kind, values: values, origin: EditOrigin(actor: author, cause: .bulk, at: now))
        try connect(item, snapshot, plan, entity)
        return item
    }

    /// The values that the portfolio's rules allow; the others become obstacles and hold up nothing.
    private func usable(
        _ plan: inout LinkPlan, _ kind: ItemKind, _ snapshot: RemoteSnapshot, _ context: MappingContext
    ) throws -> [FieldKey: FieldValue] {
        let rules = ItemRules(catalogue: try transaction.workspace().catalogue)
        var values: [FieldKey: FieldValue] = [:]
        for (key, pull) in plan.pulls.sorted(by: { $0.key < $1.key }) {
            do {
                try rules.check(pull.pair.local, for: key, of: kind)
                values[key] = pull.pair.local
                var field = plan.fields[key] ?? LinkField()
                field.agreed = pull.pair
                field.syncedAt = now
                plan.fields[key] = field
            } catch {
                refuse(key, error, &plan, context)
            }
        }
        do {
            try rules.check(values)
        } catch {
            values[.end] = nil
            plan.fields[.end]?.agreed = nil
            refuse(.end, error, &plan, context)
        }
        if values[.name] == nil {
            values[.name] = .text(snapshot.title.isEmpty ? "Work item \(snapshot.id)" : String(snapshot.title.prefix(255)))
        }
        return values
    }

    private func refuse(_ key: FieldKey, _ violation: ItemRuleViolation, _ plan: inout LinkPlan, _ context: MappingContext) {
        var field = plan.fields[key] ?? LinkField()
        field.obstacle = FieldObstacle(
            .refusedByKiplot(reason: violation.message),
            fingerprint: LinkPlanner.fingerprint(local: nil, remote: field.remote, mappingVersion: context.mappingVersion))
        plan.fields[key] = field
    }

    private func connect(_ item: Item, _ snapshot: RemoteSnapshot, _ plan: LinkPlan, _ entity: EntityMapping) throws {
        var link = try transaction.connect(
            NewLink(
                integration: run.integration, item: item.id, workItem: snapshot.id, workItemType: snapshot.type,
                marker: random.hexadecimal(bytes: 16), priority: .bulk, cause: .bulk, at: now))
        link.fields = plan.fields
        link.note(snapshot)
        link.syncedAt = now
        // A change of the mapping has told the links that there were; this one comes after it.
        let mapping = try transaction.integration(run.integration).flatMap { try transaction.mappingSet($0.mappingSet) }
        let isCurrent = mapping?.id == work.mapping.id && mapping?.version == work.mapping.version
        if isCurrent, !link.knowsNewer(than: snapshot) { link.settled = link.dirty }
        try transaction.update(link)
        try transaction.file(
            Receipt(
                link: link, field: nil, action: .imported, after: "#\(snapshot.id)", revision: snapshot.revision, at: now,
                actor: run.startedBy,
                cause: .bulk,
                run: run.id))
        if entity.kind == .initiative { try transaction.markChildrenDirty(ofWorkItem: snapshot.id, in: run.integration, at: now) }
    }
}
