import FieldSync
import Portfolio
import Store

extension LocalPart {
    /// Whether a person, and not a rule or a tool that answers every write of ours at once, has changed the work item since.
    func isEditOfSomebody(_ snapshot: RemoteSnapshot, _ link: Link) -> Bool {
        guard snapshot.revision > link.seenRevision, snapshot.changedBy?.id != request.ownerID else { return false }
        guard let writtenAt = link.writtenAt else { return true }
        return writtenAt.adding(.seconds(60)) < request.now
    }

    /// Forgets the writes that are known to have happened or can happen no more, and returns the others.
    ///
    /// A write lands only on the revision that it expects: once there is a newer one, it has landed or never will. Where nothing has
    /// changed, it can still arrive until its deadline, and a reading may lag behind for a while.
    func forgetSettled(
        _ attempts: [Attempt], _ link: Link, _ snapshot: RemoteSnapshot, _ context: MappingContext
    ) throws -> [Attempt] {
        var unsettled: [Attempt] = []
        // Somebody else has made the work item meanwhile: what another creation may have made is found by its marker.
        for attempt in attempts where attempt.kind == .create && attempt.deadline < request.readAt { try transaction.forget(attempt.id) }
        for attempt in attempts where attempt.kind == .patch {
            let isOver = (attempt.expectedRevision ?? 0) < snapshot.revision
            let hasLanded = attempt.pairs.allSatisfy { link.fields[$0.key]?.remote == $0.value.remote }
            if isOver || hasLanded || attempt.deadline.adding(PlanningRequest.visibility) < request.readAt {
                try keepOverwritten(by: attempt, of: link, context)
                try transaction.forget(attempt.id)
            } else {
                unsettled.append(attempt)
            }
        }
        return unsettled
    }

    /// Keeps what somebody had typed and an unheard write has replaced; where its fate is not known, whatever is not there any more (A1).
    private func keepOverwritten(by attempt: Attempt, of link: Link, _ context: MappingContext) throws {
        let fate = request.fates[attempt.id]
        guard fate != .refuted else { return }
        for (key, value) in attempt.overwritten.sorted(by: { $0.key < $1.key }) {
            if fate == nil, context.rules[key] != nil, link.fields[key]?.remote == value { continue }
            try transaction.keepOverwritten(value, of: key, on: link, by: attempt.pairs[key]?.local, at: request.now)
        }
    }

    /// Whether a write of unknown fate turns out to have gone out: only what did is counted (A12).
    func hasLanded(_ plan: LinkPlan, _ entry: ReconcileBatch.Entry) -> Bool {
        !plan.landed.isEmpty
            || entry.attempts.contains { attempt in
                if case .landed? = request.fates[attempt.id] { true } else { false }
            }
    }

    /// Receipts for writes whose answer was lost.
    func noteLanded(
        _ plan: LinkPlan, _ entry: ReconcileBatch.Entry, _ link: Link, _ snapshot: RemoteSnapshot, _ trigger: Trigger
    ) throws {
        func note(_ key: FieldKey, _ attempt: Attempt, _ value: RemoteValue?) throws {
            let overwritten = attempt.overwritten[key]
            try transaction.file(
                receipt(
                    link, trigger, overwritten == nil ? .pushed : .overwroteAzureDevOps, field: key, before: overwritten?.shortText,
                    after: value?.shortText, revision: attempt.expectedRevision.map { $0 + 1 } ?? snapshot.revision,
                    detail: "The answer was lost; reading has shown that the value arrived."))
        }
        for attempt in entry.attempts {
            guard case .landed(let pairs)? = request.fates[attempt.id] else { continue }
            for (key, pair) in pairs.sorted(by: { $0.key < $1.key }) { try note(key, attempt, pair.remote) }
        }
        for key in plan.landed {
            let value = plan.fields[key]?.remote
            guard let attempt = entry.attempts.first(where: { $0.kind == .patch && $0.pairs[key]?.remote == value }) else { continue }
            try note(key, attempt, value)
        }
    }

    /// What both sides were known to agree on, with the writes that have landed unheard.
    func agreeing(_ entry: ReconcileBatch.Entry) -> Link {
        var link = entry.link
        for attempt in entry.attempts.sorted(by: { ($0.expectedRevision ?? 0) < ($1.expectedRevision ?? 0) }) {
            guard case .landed(let pairs)? = request.fates[attempt.id] else { continue }
            for (key, pair) in pairs { link.fields[key, default: LinkField()].agreed = pair }
        }
        return link
    }
}

extension StoreTransaction {
    /// Remembers a write in the same transaction in which it was planned.
    func begin(
        _ pushes: [FieldKey: LinkPlan.Push], of link: Identifier<Link>, expecting revision: Int64, at now: Instant, serviceTime: Instant?
    ) throws -> Attempt {
        try begin(
            .patch, of: link, expecting: revision, pairs: pushes.mapValues(\.pair), before: pushes.compactMapValues(\.overwritten),
            overwriting: Set(pushes.filter(\.value.overwritesEdit).keys), at: now, serviceTime: serviceTime,
            deadline: now.adding(PlanningRequest.deadline))
    }
}

extension Attempt {
    /// Whether somebody may still be sending it.
    func isOnTheWire(at now: Instant) -> Bool { state == .sent && deadline > now }

    /// Whether a revision may be what it has made, and whoever sent it is about to hear so.
    func mayBe(behind snapshot: RemoteSnapshot, at now: Instant) -> Bool {
        kind == .patch && isOnTheWire(at: now) && (expectedRevision ?? 0) < snapshot.revision
    }
}
