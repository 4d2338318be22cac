import AzureDevOps
import FieldSync
import Portfolio
import Store

/// Edits that go out without a reading before them: a round trip less, and a call less. What the link remembers takes the place of the
/// reading, and the revision that the write tests says whether it was still true (`sync-protocol.md` 2.6); if not, everything goes the
/// usual way.
extension Reconciler {
    /// Plans those among some links that wait for nothing but edits, where nothing else follows from them than writing; the others have to
    /// be read.
    func planUnread(_ links: [Link], _ work: Work, _ choice: TriggerChoice) async throws -> [PlannedLink] {
        guard case .automatic = choice else { return [] }
        let edited = links.filter(\.isEdited).map(\.id)
        guard !edited.isEmpty else { return [] }
        let (id, schema, now) = (work.integration.id, work.schema, clock.now)
        let serviceTime = work.client.serviceTime.map { Instant($0) }
        return try await store.write { transaction in
            let batch: ReconcileBatch
            do {
                batch = try transaction.reconcileBatch(edited.compactMap { try transaction.link($0) }, of: id)
            } catch is StoreError {
                // The integration is gone: the usual way says so.
                return []
            }
            guard batch.integration.state == .active, schema.isCurrent(for: batch.mapping, in: batch.integration) else { return [] }
            let contexts = batch.contexts(schema: schema)
            return try batch.entries.compactMap { entry in
                guard let context = contexts[entry.item.kind], var planned = entry.plannedUnread(context, batch.integration.epoch) else {
                    return nil
                }
                planned.attempt = try transaction.begin(
                    planned.pushes, of: entry.link.id, expecting: planned.snapshot.revision, at: now, serviceTime: serviceTime)
                return planned
            }
        }
    }
}

extension ReconcileBatch.Entry {
    /// - Returns: `nil` when the work item has to be read.
    fileprivate func plannedUnread(_ context: MappingContext, _ epoch: Int64) -> PlannedLink? {
        guard attempts.isEmpty, link.isEdited, link.remembers(context), item[.parent] == link.fields[.parent]?.agreed?.local,
            let snapshot = RemoteSnapshot(rememberedBy: link)
        else { return nil }
        let trigger = Trigger.automatic(link)
        let plan = LinkPlanner(context: context, trigger: trigger).plan(link, item: item, remote: .memory, attempts: [:])
        guard plan.goesOutUnread(of: link) else { return nil }
        return PlannedLink(
            link: link, item: item, snapshot: snapshot, context: context, trigger: trigger, pushes: plan.pushes, isUnread: true,
            // Of several reasons to look at the link one may be more than an edit: then it is read right afterwards.
            generation: link.dirty == link.settled + 1 ? link.dirty : link.settled, epoch: epoch,
            outcome: LinkOutcome(link: link.id, item: item.id, workItem: link.workItem))
    }
}

extension LinkPlan {
    /// Whether it may be carried out without a reading: all that follows from it is to write what somebody has typed here. A text with a
    /// format is no such thing, for only a reading tells the format of the one that stands there (A22).
    func goesOutUnread(of link: Link) -> Bool {
        !pushes.isEmpty && pulls.isEmpty && conflicts.isEmpty && !leavesSomething && fields == link.fields
            && pushes.values.allSatisfy { push in
                if case .richText = push.pair.remote ?? push.overwritten { false } else { !push.overwritesEdit }
            }
    }
}

extension Link {
    /// Whether the latest reason to look at it is an edit, and nothing speaks against trusting what it remembers: no failure, no writes
    /// that came to nothing, no end of revisions in sight, nothing heard of since.
    fileprivate var isEdited: Bool {
        state == .active && workItem != nil && cause.isByPerson && dirty > settled && failures == 0 && problem == nil
            && heardRevision <= seenRevision && seenRevision < LocalPart.revisionNotice && automaticWrites < LocalPart.automaticWriteLimit
    }

    /// Whether all that it knows of the mapped fields belongs to the newest revision that it has seen.
    fileprivate func remembers(_ context: MappingContext) -> Bool {
        workItemType.lowercased() == context.entity.workItemType.lowercased()
            && context.rules.allSatisfy { key, rule in
                guard let field = fields[key] else { return false }
                return field.readIn == seenRevision && field.target?.lowercased() == rule.mapping.azureDevOpsField.lowercased()
            }
    }
}

extension RemoteSnapshot {
    /// What a link knows of its work item; its fields stay with the link.
    fileprivate init?(rememberedBy link: Link) {
        guard let id = link.workItem else { return nil }
        self.init(
            id: id, revision: link.seenRevision, type: link.workItemType, project: "", title: "", state: link.remoteState ?? "",
            fields: [:], formats: [:], parent: link.seenParent, parentRelation: nil, hyperlinks: [], changedAt: nil, changedBy: nil,
            createdBy: nil, webURL: nil)
    }
}
