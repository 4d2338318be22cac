import FieldSync
import Portfolio
import Store

extension LocalPart {
    /// Remembers a write in the same transaction in which it was planned.
    func begin(
        _ pushes: [FieldKey: LinkPlan.Push], _ link: inout Link, _ snapshot: RemoteSnapshot, _ trigger: Trigger
    ) throws -> Attempt {
        if !trigger.isPressed, trigger.run == nil { link.automaticWrites += 1 }
        return try transaction.begin(
            .patch, of: link.id, expecting: snapshot.revision, pairs: pushes.mapValues(\.pair),
            overwriting: pushes.compactMapValues { $0.overwritesEdit ? $0.overwritten : nil }, at: request.now,
            deadline: request.now.adding(PlanningRequest.deadline))
    }

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
    func forgetSettled(_ attempts: [Attempt], _ fields: [FieldKey: LinkField], _ snapshot: RemoteSnapshot) throws -> [Attempt] {
        var unsettled: [Attempt] = []
        for attempt in attempts where attempt.kind == .patch {
            let isOver = (attempt.expectedRevision ?? 0) < snapshot.revision
            let hasLanded = attempt.pairs.allSatisfy { fields[$0.key]?.remote == $0.value.remote }
            if isOver || hasLanded || attempt.deadline.adding(PlanningRequest.visibility) < request.readAt {
                try transaction.forget(attempt.id)
            } else {
                unsettled.append(attempt)
            }
        }
        return unsettled
    }

    /// Receipts for writes whose answer was lost.
    func noteLanded(
        _ plan: LinkPlan, _ entry: ReconcileBatch.Entry, _ link: Link, _ snapshot: RemoteSnapshot, _ trigger: Trigger
    ) throws {
        for key in plan.landed {
            let remote = plan.fields[key]?.remote
            guard let attempt = entry.attempts.first(where: { $0.kind == .patch && $0.pairs[key]?.remote == remote }) else { continue }
            let overwritten = attempt.overwritten[key]
            if let overwritten {
                try transaction.keepOverwritten(overwritten, of: key, on: link, by: attempt.pairs[key]?.local, at: request.now)
            }
            try transaction.file(
                receipt(
                    link, trigger, overwritten == nil ? .pushed : .overwroteAzureDevOps, field: key, before: overwritten?.shortText,
                    after: remote?.shortText, revision: snapshot.revision,
                    detail: "The answer was lost; reading has shown that the value arrived."))
        }
    }
}

extension Attempt {
    /// Whether somebody may still be sending it.
    func isOnTheWire(at now: Instant) -> Bool { state == .sent && deadline > now }
}
