import AzureDevOps
import FieldSync
import JSON
import Portfolio
import Store

/// The crash-safe creation of work items (`sync-protocol.md` 2.7): the marker is stored before anything is sent, and a lost answer is
/// found again by it, so that an item never gets two work items.
struct WorkItemCreator: Sendable {
    let reconciler: Reconciler
    let work: Reconciler.Work

    private var store: Store { reconciler.store }
    private var clock: any EngineClock { reconciler.clock }

    func create(_ links: [Link], as choice: TriggerChoice) async throws -> [LinkOutcome] {
        var outcomes: [LinkOutcome] = []
        for link in links { outcomes.append(try await create(link, choice.trigger(for: link))) }
        return outcomes
    }

    private func create(_ link: Link, _ trigger: Trigger) async throws -> LinkOutcome {
        let open = try await store.read { try $0.attempts(of: [link.id])[link.id]?.filter { $0.kind == .create } ?? [] }
        if let attempt = open.last {
            do {
                if let outcome = try await lookUp(attempt, link, trigger) { return outcome }
            } catch let stop as LaneStop where stop.mayConcernOne {
                // One that cannot be looked for holds up no other.
                try await reconciler.remotePart.postpone(link.id, stop.problem, after: nil)
                return LinkOutcome(link: link.id, item: link.item, problem: stop.problem)
            }
        }
        var left: Set<FieldKey> = []
        for _ in 0..<4 {
            guard let (attempt, draft, epoch) = try await begin(link, trigger, leaving: left) else {
                let fresh = try await store.read { try $0.link(link.id) }
                return LinkOutcome(link: link.id, item: link.item, problem: fresh?.problem)
            }
            let fenced = work.client.fenced { await reconciler.remotePart.mayStillSend(attempt, epoch: epoch, by: work.client) }
            let answer = await Result(calling: { () async throws(AzureDevOpsError) in
                try await fenced.create(draft.type, in: work.integration.projectID, draft.patch)
            })
            switch answer {
            case .success(let created):
                let snapshot = RemoteSnapshot(created)
                return try await bind(link, attempt, snapshot, as: snapshot, trigger, left: left, epoch: epoch)
            case .failure(let error):
                guard let named = try await failed(error, link, attempt, draft) else {
                    let fresh = try await store.read { try $0.link(link.id) }
                    return LinkOutcome(link: link.id, item: link.item, problem: fresh?.problem ?? LinkProblem(error))
                }
                left.formUnion(named)
            }
        }
        return try await give(
            up: link,
            LinkProblem(
                message: "Azure DevOps refuses the new work item.", remedy: "Change the item or the mapping, then press Create again."))
    }

    /// What a failed creation means. Returns the fields to leave out of another try: a new work item may not start with every value,
    /// and what is left out is written right afterwards. `nil` when there is no other try.
    private func failed(_ error: AzureDevOpsError, _ link: Link, _ attempt: Attempt, _ draft: Draft) async throws -> Set<FieldKey>? {
        switch RemoteFailure(error) {
        // A status of 5xx may come after the work was done.
        case .unknownOutcome(let problem), .outOfOrder(let problem): return try await lost(problem, link, attempt)
        case .stale: try await store.write { try $0.forget(attempt.id) }
        case .refused(let code, let reason, let fields):
            try await store.write { try $0.forget(attempt.id) }
            let named = draft.fields.filter { key, name in key != .name && fields.keys.contains { $0.lowercased() == name.lowercased() } }
            guard named.isEmpty else { return Set(named.keys) }
            let remedy = "Change the item or the mapping, then press Create again."
            _ = try await give(up: link, LinkProblem(message: reason, remedy: remedy, code: code))
        case .later(let problem, let after):
            try await store.write { try $0.forget(attempt.id) }
            try await reconciler.remotePart.postpone(link.id, problem, after: after)
            throw LaneStop.later(problem, after: after)
        case .credential(let problem):
            try await store.write { try $0.forget(attempt.id) }
            throw LaneStop.credential(problem)
        default:
            try await store.write { try $0.forget(attempt.id) }
            _ = try await give(up: link, LinkProblem(error))
        }
        return nil
    }

    /// The work item may exist or not: it is looked for once it can be found.
    private func lost(_ problem: LinkProblem, _ link: Link, _ attempt: Attempt) async throws -> Set<FieldKey>? {
        try await store.write { try $0.markUnknown(attempt.id) }
        try await reconciler.remotePart.postpone(link.id, problem, after: PlanningRequest.deadline + PlanningRequest.visibility)
        return nil
    }

    private struct Draft: Sendable {
        var type: String
        var patch: WorkItemPatch
        /// What goes out, by Azure DevOps field.
        var fields: [FieldKey: String]
    }

    /// P1 and P2: plans the first values and remembers the attempt with them.
    private func begin(
        _ link: Link, _ trigger: Trigger, leaving left: Set<FieldKey>
    ) async throws -> (attempt: Attempt, draft: Draft, epoch: Int64)? {
        let work = work
        let now = clock.now
        let marker = "\(reconciler.publicURL)/l/\(link.marker)"
        return try await store.write { transaction -> (attempt: Attempt, draft: Draft, epoch: Int64)? in
            guard var link = try transaction.link(link.id), link.state == .creating, let item = try transaction.item(link.item) else {
                return nil
            }
            // Another process may have begun since this one looked.
            guard try transaction.attempts(of: [link.id]).isEmpty else { return nil }
            let batch = try transaction.reconcileBatch([link], of: work.integration.id)
            guard batch.integration.state == .active, let context = batch.context(for: item.kind, schema: work.schema) else {
                link.problem = LinkProblem(
                    message: "\(item.kind.plural) are not mapped in this integration.",
                    remedy: "Add the pair to the mapping, then press Create again.")
                link.settled = link.dirty
                try transaction.update(link)
                return nil
            }
            let entity = context.entity
            var patch = WorkItemPatch()
            var pairs: [FieldKey: AgreedPair] = [:]
            var fields: [FieldKey: String] = [:]
            for (key, rule) in context.rules.sorted(by: { $0.key < $1.key }) where rule.mapping.direction.writes && !left.contains(key) {
                guard let value = try? rule.translation.azureDevOps(from: item[key]) else { continue }
                let name = rule.mapping.azureDevOpsField
                patch.set(name, to: CanonicalForm.json(writing: value, type: rule.remoteType))
                if case .richText(let text) = value, text.format == .markdown { patch.setMarkdown(name) }
                pairs[key] = AgreedPair(local: item[key], remote: value)
                fields[key] = name
            }
            // Without a title nothing can be created, whatever the direction of the name.
            if fields[.name] == nil { patch.set("System.Title", to: .string(item.name)) }
            patch.add(WorkItem.Relation(kind: WorkItem.Relation.hyperlink, url: marker, comment: "Kiplot \(item.key)"))
            if entity.parentDirection?.writes == true, case .item(let parent) = item[.parent],
                let workItem = try transaction.liveLink(of: parent, in: link.integration)?.workItem
            {
                patch.add(WorkItem.Relation(kind: WorkItem.Relation.parent, url: "\(RemotePart.workItems)/\(workItem)"))
                pairs[.parent] = AgreedPair(local: item[.parent], remote: .number(Double(workItem)))
            }
            let attempt = try transaction.begin(
                .create, of: link.id, expecting: nil, pairs: pairs, at: now, deadline: now.adding(PlanningRequest.deadline))
            return (attempt, Draft(type: entity.workItemType, patch: patch, fields: fields), batch.integration.epoch)
        }
    }

    /// P4: the work item is known.
    /// - Parameters:
    ///   - present: the work item as it is.
    ///   - created: as Azure DevOps has made it of what we sent; somebody may have changed it since.
    ///   - epoch: that of the sending; `nil` when the work item was found by reading, which binds under any.
    private func bind(
        _ link: Link, _ attempt: Attempt, _ present: RemoteSnapshot, as created: RemoteSnapshot, _ trigger: Trigger, left: Set<FieldKey>,
        epoch: Int64? = nil, detail: String? = nil
    ) async throws -> LinkOutcome {
        let now = clock.now
        let work = work
        return try await store.write { transaction in
            guard var link = try transaction.link(link.id) else { return LinkOutcome(link: link.id, item: link.item) }
            let batch = try transaction.reconcileBatch([link], of: work.integration.id)
            guard link.workItem == nil, epoch == nil || epoch == batch.integration.epoch, link.state == .creating else {
                // Paused, unlinked or bound meanwhile: the marker tells the rest to whoever looks next.
                if link.workItem == nil {
                    try transaction.markUnknown(attempt.id)
                } else {
                    try transaction.forget(attempt.id)
                    if link.workItem != present.id { try transaction.note(duplicate: present.id, of: link, at: now) }
                }
                return LinkOutcome(link: link.id, item: link.item, workItem: link.workItem)
            }
            if let other = try transaction.liveLink(ofWorkItem: created.id, in: link.integration) {
                // Which item it belongs to is for people to say; until then it stays known whose it was made for.
                try transaction.markUnknown(attempt.id)
                let problem = LinkProblem(workItem: created.id, belongsTo: try transaction.item(other.item))
                link.problem = problem
                link.settled = link.dirty
                try transaction.update(link)
                return LinkOutcome(link: link.id, item: link.item, problem: problem)
            }
            link.workItem = created.id
            link.state = .active
            link.hear(of: try transaction.heardRevision(of: created.id, in: link.integration), at: now)
            link.note(present)
            link.syncedAt = now
            link.writtenAt = now
            if let item = try transaction.item(link.item), let context = batch.context(for: item.kind, schema: work.schema) {
                let pairs = epoch == nil ? Self.recognised(attempt, item, in: created, context) : attempt.pairs
                for (key, pair) in pairs {
                    let value = created.value(of: key, in: context)
                    link.fields[key] = LinkField(
                        agreed: AgreedPair(local: pair.local, remote: value), remote: present.value(of: key, in: context),
                        target: context.rules[key]?.mapping.azureDevOpsField)
                    link.fields[key]?.syncedAt = now
                }
                for key in left {
                    let value = created.value(of: key, in: context)
                    link.fields[key] = LinkField(
                        agreed: AgreedPair(local: nil, remote: value), remote: value,
                        target: context.rules[key]?.mapping.azureDevOpsField)
                }
            }
            // One more look settles what was left out and what the project's rules have added.
            link.dirty += 1
            link.notBefore = now
            try transaction.forget(attempt.id)
            try transaction.update(link)
            try transaction.file(
                Receipt(
                    link: link, field: nil, action: .created, after: "#\(created.id)", revision: created.revision, at: now,
                    actor: trigger.actor.name, cause: trigger.cause, run: trigger.run, detail: detail))
            for outcome in try transaction.outcomes(of: link.item) {
                try transaction.markDirty(linksOf: outcome.id, except: nil, cause: .link, at: now)
            }
            var result = LinkOutcome(link: link.id, item: link.item, workItem: created.id)
            result.created = true
            result.pushed = attempt.pairs.keys.sorted()
            return result
        }
    }

    /// What was sent, of a work item that was found by its marker: it may have been made by an earlier attempt than the last one, and a
    /// restored backup tells of none; then it is whatever still means the same here. The rest is no agreement.
    private static func recognised(
        _ attempt: Attempt, _ item: Item, in created: RemoteSnapshot, _ context: MappingContext
    ) -> [FieldKey: AgreedPair] {
        guard attempt.pairs.isEmpty else {
            return attempt.pairs.filter { key, pair in created.value(of: key, in: context).mayHaveBeen(pair.remote) }
        }
        return context.rules.filter(\.value.mapping.direction.writes).compactMapValues { rule in
            guard let sent = try? rule.translation.azureDevOps(from: item[rule.mapping.field]),
                sent == created.value(of: rule.mapping.field, in: context)
            else { return nil }
            return AgreedPair(local: item[rule.mapping.field], remote: sent)
        }
    }

    /// P5: finds out whether a creation whose answer was lost has happened. `nil` when it has not, and a new attempt may begin.
    private func lookUp(_ attempt: Attempt, _ link: Link, _ trigger: Trigger) async throws -> LinkOutcome? {
        let earliest = attempt.deadline.adding(PlanningRequest.visibility)
        guard clock.now >= earliest else {
            let problem = LinkProblem(
                message: "Azure DevOps did not answer whether it has created the work item.",
                remedy: "Nothing to do: it is looked for within a minute, and created only if it is not there.")
            let wait = earliest.duration(since: clock.now)
            try await reconciler.remotePart.postpone(link.id, problem, after: wait)
            return LinkOutcome(link: link.id, item: link.item, problem: problem)
        }
        let found = try await marked(link, within: Self.days(since: attempt.sentAt, clock.now))
        let taken = try await store.read { try $0.liveLinks(ofWorkItems: found.map(\.id), in: link.integration) }
        let free = found.filter { taken[$0.id] == nil }
        guard let first = free.first ?? found.first else {
            try await store.write { try $0.forget(attempt.id) }
            return nil
        }
        let outcome = try await bind(
            link, attempt, first, as: try await asCreated(first), trigger, left: [], detail: "Found by its marker after a lost answer.")
        let review = CandidateReview(store: store, clock: clock, connection: work.connection, publicURL: reconciler.publicURL)
        let (others, now) = (free.dropFirst(), clock.now)
        if !others.isEmpty {
            try await store.write { transaction in for other in others { try review.compare(other, transaction, at: now) } }
        }
        return outcome
    }

    /// A work item as its first revision left it, which is ours.
    private func asCreated(_ present: RemoteSnapshot) async throws -> RemoteSnapshot {
        guard present.revision > 1 else { return present }
        return RemoteSnapshot(try await reading { try await work.client.revision(1, of: present.id) })
    }

    /// Work items that carry the marker of a link, the lowest id first.
    /// - Parameter days: how many, by the service's own calendar: our clock may be wrong.
    private func marked(_ link: Link, within days: Int64) async throws -> [RemoteSnapshot] {
        let condition = "[System.HyperLinkCount] > 0 AND [System.CreatedDate] >= @Today - \(days)"
        var found: [RemoteSnapshot] = []
        for chunk in try await work.workItemsOfOurs(where: condition).sorted().chunks(of: AzureDevOpsClient.largestBatch) {
            found += try await reading { try await work.client.workItems(chunk) }.map { RemoteSnapshot($0) }
        }
        return found.filter { $0.markers(of: reconciler.publicURL).contains(link.marker) }.sorted { $0.id < $1.id }
    }

    /// The days since a moment, and two more for what clocks and time zones may differ.
    private static func days(since moment: Instant, _ now: Instant) -> Int64 {
        max(0, now.duration(since: moment).milliseconds / 86_400_000) + 2
    }

    private func give(up link: Link, _ problem: LinkProblem) async throws -> LinkOutcome {
        try await reconciler.remotePart.block(link.id, problem, generation: link.dirty)
        return LinkOutcome(link: link.id, item: link.item, problem: problem)
    }
}

extension LinkProblem {
    /// The work item that was made for an item, and that a person has linked to another one before its answer arrived.
    fileprivate init(workItem: Int64, belongsTo other: Item?) {
        let name = other.map { "\($0.key) “\($0.name)”" } ?? "another item"
        self.init(
            message: "#\(workItem) was created for this item, and is linked to \(name).",
            remedy: "Unlink it there and press Create again; or unlink this item, and create another work item for it.")
    }
}
