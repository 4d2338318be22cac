import FieldSync
import Portfolio
import Store

/// Makes items of work items that have none: item and link in one transaction, so that neither is ever without the other. What the work
/// items of a chunk have in common is looked up once.
struct Importer {
    let transaction: StoreTransaction
    let work: Reconciler.Work
    let run: Run
    let review: CandidateReview
    let random: any EngineRandom
    let now: Instant
    let snapshots: [Int64: RemoteSnapshot]

    /// How the entries end, in no particular order.
    /// - Throws: `StoreError`, `ItemRuleViolation` when something about one of them is odd; then nothing may be kept.
    func entries(_ entries: [RunEntry]) throws -> [RunEntry] {
        let linked = try transaction.liveLinks(ofWorkItems: entries.compactMap(\.workItem), in: run.integration)
        var results: [RunEntry] = []
        var wanted: [ItemKind: [Import]] = [:]
        for entry in entries {
            guard let snapshot = entry.workItem.flatMap({ snapshots[$0] }) else {
                results.append(entry.ended(.skipped, "The work item is gone since the run began."))
                continue
            }
            switch try verdict(on: snapshot, linked[snapshot.id]) {
            case .ended(let outcome, let reason, let item):
                var result = entry.ended(outcome, reason)
                result.item = item
                results.append(result)
            case .wanted(let entity, let type):
                wanted[entity.kind, default: []].append(Import(entry: entry, snapshot: snapshot, entity: entity, type: type))
            }
        }
        // Parents are there when their children come.
        for kind in [ItemKind.initiative, .outcome] { results += try make(kind, wanted[kind] ?? []) }
        return results
    }

    private struct Import {
        var entry: RunEntry
        var snapshot: RemoteSnapshot
        var entity: EntityMapping
        var type: WorkItemTypeSchema
    }

    private enum Verdict {
        case ended(RunEntry.Outcome, String?, Identifier<Item>?)
        case wanted(EntityMapping, WorkItemTypeSchema)
    }

    private func verdict(on snapshot: RemoteSnapshot, _ link: Link?) throws -> Verdict {
        if let link { return .ended(.unchanged, nil, link.item) }
        if let link = try markedLink(snapshot) { return .ended(.changed, "Found the item by its marker, and linked it again.", link.item) }
        if let other = try review.compare(snapshot, transaction, at: now), let item = try transaction.item(other.item) {
            let reason = "It is a second work item for \(item.key): #\(other.workItem ?? 0) is linked. Delete the one that is not wanted."
            return .ended(.skipped, reason, nil)
        }
        guard let entity = work.mapping.mapping.entity(forWorkItemType: snapshot.type), let type = work.schema[entity.workItemType] else {
            return .ended(.skipped, "The type \(snapshot.type) is not mapped.", nil)
        }
        guard work.includes(snapshot) else { return .ended(.skipped, "It was moved to the project \(snapshot.project).", nil) }
        if run.isDryRun { return .ended(.created, "Would create \(entity.kind.title) “\(snapshot.title)”.", nil) }
        return .wanted(entity, type)
    }

    /// An item whose creation was not heard of, or that belonged to this work item before.
    private func markedLink(_ snapshot: RemoteSnapshot) throws -> Link? {
        for link in try transaction.links(named: snapshot.markers(of: review.publicURL), in: run.integration)
        where try transaction.item(link.item) != nil {
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
}

extension Importer {
    private func make(_ kind: ItemKind, _ imports: [Import]) throws -> [RunEntry] {
        guard !imports.isEmpty else { return [] }
        let batch = try transaction.reconcileBatch([], of: run.integration)
        let rules = ItemRules(catalogue: batch.workspace.catalogue)
        let parents =
            kind == .outcome
            ? try transaction.parentDirectory(items: [], workItems: Set(imports.compactMap(\.snapshot.parent)), in: run.integration) : nil
        var contexts: [String: MappingContext] = [:]
        var plans: [LinkPlan] = []
        var new: [NewItem] = []
        for one in imports {
            let context = contexts[one.entity.workItemType] ?? batch.context(one.entity, one.type)
            contexts[one.entity.workItemType] = context
            var plan = plan(one, kind, context, parents)
            let values = usable(&plan, kind, one.snapshot, context, rules)
            let author: Actor = .azureDevOps(name: one.snapshot.changedBy?.displayName ?? "Azure DevOps")
            new.append(NewItem(values: values, origin: EditOrigin(actor: author, cause: .bulk, at: now)))
            plans.append(plan)
        }
        let items = try transaction.create(kind, new)
        let isCurrent =
            batch.mapping.id == work.mapping.id && batch.mapping.version == work.mapping.version
            && work.schema.isCurrent(for: batch.mapping, in: batch.integration)
        try connect(items, imports, plans, isCurrent: isCurrent)
        return zip(imports, items).map { one, item in
            var result = one.entry.ended(.created, nil)
            result.item = item.id
            return result
        }
    }

    private func plan(_ one: Import, _ kind: ItemKind, _ context: MappingContext, _ parents: ParentDirectory?) -> LinkPlan {
        let trigger = Trigger(
            cause: .bulk, movements: [.pull], includesManualFields: true, initialSource: .azureDevOps, run: run.id, priority: .bulk)
        let blank = Item(
            id: Identifier(0), kind: kind, number: 0, values: [:], createdAt: now, createdBy: "", updatedAt: now, updatedBy: "")
        return LinkPlanner(context: context, trigger: trigger).plan(
            link(to: one.snapshot, of: blank.id), item: blank, remote: .reading(one.snapshot), attempts: [:], parents: parents)
    }

    private func link(to snapshot: RemoteSnapshot, of item: Identifier<Item>) -> Link {
        Link(
            id: Identifier(0), integration: run.integration, item: item, workItem: snapshot.id, workItemType: snapshot.type, state: .active,
            marker: "", notBefore: now, priority: .bulk, cause: .bulk)
    }

    /// The values that the portfolio's rules allow; the others become obstacles and hold up nothing.
    private func usable(
        _ plan: inout LinkPlan, _ kind: ItemKind, _ snapshot: RemoteSnapshot, _ context: MappingContext, _ rules: ItemRules
    ) -> [FieldKey: FieldValue] {
        var values: [FieldKey: FieldValue] = [:]
        for (key, pull) in plan.pulls.sorted(by: { $0.key < $1.key }) {
            do {
                try rules.check(pull.pair.local, for: key, of: kind)
                values[key] = pull.pair.local
                plan.fields[key, default: LinkField()].agreed = pull.pair
                plan.fields[key]?.syncedAt = now
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

    /// - Parameter isCurrent: whether the mapping and its fields are still those that were planned by: a change of them has told the links
    ///   that there were, and these come after it.
    private func connect(_ items: [Item], _ imports: [Import], _ plans: [LinkPlan], isCurrent: Bool) throws {
        let heard = try transaction.heardRevisions(of: imports.map(\.snapshot.id), in: run.integration)
        for ((item, one), plan) in zip(zip(items, imports), plans) {
            var link = link(to: one.snapshot, of: item.id)
            link.marker = random.hexadecimal(bytes: 16)
            link.hear(of: heard[one.snapshot.id] ?? 0, at: now)
            link.fields = plan.fields
            link.note(one.snapshot)
            link.syncedAt = now
            if isCurrent, !link.knowsNewer(than: one.snapshot, at: now) { link.settled = link.dirty }
            link = try transaction.add(link)
            try transaction.file(
                Receipt(
                    link: link, field: nil, action: .imported, after: "#\(one.snapshot.id)", revision: one.snapshot.revision, at: now,
                    actor: run.startedBy, cause: .bulk, run: run.id))
        }
        guard items.first?.kind == .initiative else { return }
        try transaction.markChildrenDirty(ofWorkItems: imports.map(\.snapshot.id), in: run.integration, at: now)
    }
}
