import AzureDevOps
import FieldSync
import Portfolio
import Store

/// What became of one write.
enum WriteResult: Sendable {
    case written(LinkOutcome)
    /// The work item changed since it was read: read again and plan anew.
    case stale
    /// Named fields were refused; the others may go out.
    case refused([FieldKey: Obstacle])
    /// Something was refused, and it is not known what.
    case refusedSomething(Obstacle)
    case missing
    /// The link waits, with a reason.
    case postponed(LinkProblem)
}

/// The remote part of reconciling: one PATCH that starts with `test /rev`, and the record of what Azure DevOps returned.
struct RemotePart: Sendable {
    let store: Store
    let clock: any EngineClock
    let random: any EngineRandom

    func write(_ planned: PlannedLink, by client: AzureDevOpsClient) async throws -> WriteResult {
        guard let attempt = planned.attempt else { return .written(planned.outcome) }
        let fenced = client.fenced { await mayStillSend(attempt, epoch: planned.epoch, by: client) }
        let answer = await Result(calling: { () async throws(AzureDevOpsError) in
            try await fenced.update(planned.snapshot.id, patch(for: planned))
        })
        switch answer {
        case .success(let item): return .written(try await recorded(planned, attempt, RemoteSnapshot(item)))
        case .failure(let failure): return try await failed(RemoteFailure(failure), planned, attempt)
        }
    }

    /// The fence (A30): after a pause, a removal or another credential nothing that was planned before goes out. A write that had to wait
    /// for its turn is on the wire from now on, not from when it was planned.
    func mayStillSend(_ attempt: Attempt, epoch: Int64, by client: AzureDevOpsClient) async -> Bool {
        let now = clock.now
        let isCurrent = try? await store.read { try $0.maySend(attempt.id, underEpoch: epoch, at: now) }
        guard isCurrent == true else { return false }
        return await isRenewed(attempt, by: client)
    }

    /// Moves the deadline of a write that has waited. `false` when it cannot be stored: then nothing may be sent.
    private func isRenewed(_ attempt: Attempt, by client: AzureDevOpsClient) async -> Bool {
        let now = clock.now
        guard now > attempt.sentAt.adding(.seconds(1)) else { return true }
        let serviceTime = client.serviceTime.map { Instant($0) }
        let isRenewed = try? await store.write {
            try $0.renew(attempt.id, at: now, serviceTime: serviceTime, deadline: now.adding(PlanningRequest.deadline))
        }
        return isRenewed ?? false
    }

    /// All fields of a link travel together, guarded by the revision that they were planned from (A15, A17).
    private func patch(for planned: PlannedLink) -> WorkItemPatch {
        var patch = WorkItemPatch(expecting: planned.snapshot.revision)
        for (key, push) in planned.pushes.sorted(by: { $0.key < $1.key }) {
            if key == .parent {
                if let index = planned.snapshot.parentRelation { patch.removeRelation(at: index) }
                if case .number(let parent) = push.pair.remote {
                    patch.add(WorkItem.Relation(kind: WorkItem.Relation.parent, url: "\(Self.workItems)/\(Int64(parent))"))
                }
            } else if let rule = planned.context.rules[key] {
                let name = rule.mapping.azureDevOpsField
                patch.set(name, to: CanonicalForm.json(writing: push.pair.remote, type: rule.remoteType))
                if case .richText(let text) = push.pair.remote, text.format == .markdown { patch.setMarkdown(name) }
            }
        }
        return patch
    }

    /// Azure DevOps looks at the last segment only (FACTS.md 2).
    static let workItems = "https://dev.azure.com/_apis/wit/workItems"

    private func recorded(_ planned: PlannedLink, _ attempt: Attempt, _ returned: RemoteSnapshot) async throws -> LinkOutcome {
        let now = clock.now
        return try await store.write { transaction in
            var outcome = planned.outcome
            guard var link = try transaction.link(planned.link.id), link.state.isLive,
                try transaction.integration(link.integration)?.epoch == planned.epoch
            else {
                // Paused, deleted or given another credential meanwhile: reading settles it later.
                try transaction.markUnknown(attempt.id)
                return outcome
            }
            guard returned.revision >= link.seenRevision else {
                // Another process has read on while this answer was on its way, and knows what it says (A14).
                try transaction.forget(attempt.id)
                return outcome
            }
            for (key, push) in planned.pushes {
                let value = returned.value(of: key, in: planned.context)
                var field = link.fields[key] ?? LinkField()
                field.agreed = AgreedPair(local: push.pair.local, remote: value)
                field.remote = value
                field.readIn = returned.revision
                field.obstacle = nil
                field.isInConflict = false
                field.settlement = nil
                field.syncedAt = now
                link.fields[key] = field
                if push.overwritesEdit, let overwritten = push.overwritten {
                    try transaction.keepOverwritten(overwritten, of: key, on: link, by: push.pair.local, at: now)
                }
                try transaction.file(
                    Receipt(
                        link: link, field: key, action: push.overwritesEdit ? .overwroteAzureDevOps : .pushed,
                        before: push.overwritten?.shortText, after: value?.shortText, revision: returned.revision, at: now,
                        actor: planned.trigger.actor.name, cause: planned.trigger.cause, run: planned.trigger.run))
            }
            let movedOtherwise = link.noteUnwritten(planned, returned)
            link.note(returned)
            link.syncedAt = now
            link.writtenAt = now
            if planned.trigger.isByItself { link.automaticWrites += 1 }
            if planned.trigger.coversEverything, !planned.isPartial { link.settled = max(link.settled, planned.generation) }
            if movedOtherwise {
                link.dirty += 1
                link.notBefore = now
            }
            // Older writes expected a revision that is past.
            for old in try transaction.attempts(of: [link.id])[link.id] ?? []
            where old.id == attempt.id || (old.kind == .patch && (old.expectedRevision ?? 0) < returned.revision) {
                try transaction.forget(old.id)
            }
            try transaction.update(link)
            outcome.pushed = planned.pushes.keys.sorted()
            return outcome
        }
    }

    private func failed(_ failure: RemoteFailure, _ planned: PlannedLink, _ attempt: Attempt) async throws -> WriteResult {
        switch failure {
        case .outOfOrder(let problem):
            // Something may have been applied before it broke.
            try await store.write { try $0.markUnknown(attempt.id) }
            try await postpone(planned.link.id, problem, after: nil)
            throw LaneStop.later(problem, after: nil)
        case .stale,
            .permanent where planned.isUnread:
            try await store.write { try $0.forget(attempt.id) }
            return .stale
        case .refused(let code, let reason, let fields):
            try await store.write { try $0.forget(attempt.id) }
            var named: [FieldKey: Obstacle] = [:]
            for (key, _) in planned.pushes {
                guard let name = planned.context.rules[key]?.mapping.azureDevOpsField.lowercased(),
                    let words = fields.first(where: { $0.key.lowercased() == name })
                else { continue }
                named[key] = .refusedByAzureDevOps(code: code, reason: words.value.isEmpty ? reason : words.value)
            }
            if named.isEmpty, planned.pushes.count == 1, let key = planned.pushes.keys.first {
                named[key] = .refusedByAzureDevOps(code: code, reason: reason)
            }
            return named.isEmpty ? .refusedSomething(.refusedByAzureDevOps(code: code, reason: reason)) : .refused(named)
        case .missing:
            try await store.write { try $0.forget(attempt.id) }
            return .missing
        case .credential(let problem):
            try await store.write { try $0.forget(attempt.id) }
            throw LaneStop.credential(problem)
        case .later(let problem, let after):
            try await store.write { try $0.forget(attempt.id) }
            try await postpone(planned.link.id, problem, after: after)
            throw LaneStop.later(problem, after: after)
        case .permanent(let problem):
            try await store.write { try $0.forget(attempt.id) }
            try await block(planned.link.id, problem, generation: planned.generation)
            return .postponed(problem)
        case .unknownOutcome(let problem):
            try await store.write { try $0.markUnknown(attempt.id) }
            try await postpone(planned.link.id, problem, after: nil)
            return .postponed(problem)
        }
    }

    /// Tries again later, and says why once it has failed for a while.
    func postpone(_ id: Identifier<Link>, _ problem: LinkProblem, after: Duration?) async throws {
        let now = clock.now
        try await store.write { [random] transaction in
            guard var link = try transaction.link(id) else { return }
            link.failures += 1
            link.notBefore = now.adding(after ?? Backoff.delay(after: link.failures, random: random))
            if link.failures >= 3 { link.problem = problem }
            if link.dirty == link.settled { link.dirty += 1 }
            try transaction.update(link)
        }
    }

    /// Waits for a change or a button.
    func block(_ id: Identifier<Link>, _ problem: LinkProblem, generation: Int64) async throws {
        try await store.write { transaction in
            guard var link = try transaction.link(id) else { return }
            link.problem = problem
            link.settled = max(link.settled, generation)
            try transaction.update(link)
        }
    }

    /// Remembers which fields were refused, so that they are not sent again until something about them changes.
    func block(_ fields: [FieldKey: Obstacle], of planned: PlannedLink) async throws {
        let now = clock.now
        try await store.write { transaction in
            guard var link = try transaction.link(planned.link.id) else { return }
            for (key, obstacle) in fields {
                var field = link.fields[key] ?? LinkField()
                field.obstacle = FieldObstacle(
                    obstacle,
                    fingerprint: LinkPlanner.fingerprint(
                        local: planned.item[key], remote: field.remote, mappingVersion: planned.context.mappingVersion))
                link.fields[key] = field
                try transaction.file(
                    Receipt(
                        link: link, field: key, action: .blocked, before: field.remote?.shortText,
                        after: planned.pushes[key]?.pair.remote?.shortText,
                        revision: planned.snapshot.revision, at: now, actor: planned.trigger.actor.name, cause: planned.trigger.cause,
                        run: planned.trigger.run, detail: "\(obstacle.message) \(obstacle.remedy)"))
            }
            try transaction.update(link)
        }
    }
}

extension Link {
    /// Notes what an answer shows of the fields that were not written.
    /// - Returns: whether one of them has moved: a rule of the project may change it in the same revision, and parents change without one.
    ///   It has to be read as well.
    fileprivate mutating func noteUnwritten(_ planned: PlannedLink, _ returned: RemoteSnapshot) -> Bool {
        var hasMoved = planned.pushes[.parent] == nil && returned.parent != seenParent
        for key in planned.context.rules.keys where planned.pushes[key] == nil {
            guard returned.value(of: key, in: planned.context) == fields[key]?.remote else {
                hasMoved = true
                continue
            }
            fields[key]?.readIn = returned.revision
        }
        return hasMoved
    }
}

extension RemoteSnapshot {
    /// The canonical value of a mapped field, or the parent.
    func value(of key: FieldKey, in context: MappingContext) -> RemoteValue? {
        if key == .parent { return parent.map { .number(Double($0)) } }
        guard let rule = context.rules[key] else { return nil }
        let name = rule.mapping.azureDevOpsField
        return CanonicalForm.remoteValue(of: fields[name], type: rule.remoteType, format: formats[name] ?? .html)
    }
}
