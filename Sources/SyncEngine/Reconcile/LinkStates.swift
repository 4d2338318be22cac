import AzureDevOps
import FieldSync
import Portfolio
import Store

/// What a link becomes when its work item is deleted, moved or retyped: shown, never followed (A18, A19, A20).
struct LinkStates: Sendable {
    let store: Store
    let clock: any EngineClock
    let random: any EngineRandom

    /// Half a minute of them, unless hooks ring meanwhile; the clock has to agree.
    private static let looksBeforeGone = 5

    /// A work item was missing from a reading: only the answer for this very id decides.
    func resolveMissing(_ link: Link, _ integration: Integration, by client: AzureDevOpsClient) async throws -> RemoteSnapshot? {
        guard let id = link.workItem else { return nil }
        let askedAt = clock.now
        do throws(AzureDevOpsError) {
            return RemoteSnapshot(try await client.workItem(id))
        } catch {
            guard case .workItemMissing = error else { throw LaneStop(reading: RemoteFailure(error)) }
        }
        let isDeleted: Bool
        do throws(AzureDevOpsError) {
            isDeleted = try await client.isInRecycleBin(id, project: integration.projectID)
        } catch {
            isDeleted = false
        }
        // Gone without a trace may be a reading that lags behind, or a token that has just lost a right: only a row of looks says so (A19).
        let seenAt = link.syncedAt ?? Instant(milliseconds: 0)
        if !isDeleted, link.failures < Self.looksBeforeGone || askedAt < seenAt.adding(PlanningRequest.visibility) {
            let problem = LinkProblem(
                message: "Azure DevOps does not show work item #\(id).", remedy: "Nothing to do: it is looked for again within a minute.")
            try await RemotePart(store: store, clock: clock, random: random).postpone(link.id, problem, after: nil)
            return nil
        }
        let problem =
            isDeleted
            ? LinkProblem(
                message: "Work item #\(id) was deleted in Azure DevOps.",
                remedy: "Restore it from the recycle bin there, or unlink the item. Nothing was deleted in Kiplot.", code: "TF401232")
            : LinkProblem(
                message: "Work item #\(id) is gone, or the access token may not read it any more.",
                remedy: "Check the rights of the token's owner; or unlink the item. Nothing was deleted in Kiplot.", code: "TF401232")
        try await leave(link, .remoteDeleted, problem)
        return nil
    }

    /// Whether a work item still belongs to the integration; if not, the link leaves its scope.
    func checkScope(_ link: Link, _ snapshot: RemoteSnapshot, projectName: String, mapping: MappingSet, kind: ItemKind?) async throws
        -> Bool
    {
        if snapshot.project.lowercased() != projectName.lowercased() {
            try await leave(
                link, .outOfScope, seen: snapshot,
                LinkProblem(
                    message: "Work item #\(snapshot.id) was moved to the project \(snapshot.project).",
                    remedy: "Move it back, or unlink the item. Nothing is written meanwhile."))
            return false
        }
        guard let entity = mapping.entity(forWorkItemType: snapshot.type), kind == nil || entity.kind == kind else {
            try await leave(
                link, .outOfScope, seen: snapshot,
                LinkProblem(
                    message: "Work item #\(snapshot.id) is now a \(snapshot.type), which is not mapped to this kind of item.",
                    remedy: "Change its type back, add the type to the mapping, or unlink the item. Nothing is written meanwhile."))
            return false
        }
        return true
    }

    /// - Parameters:
    ///   - link: as it was when the work item was asked for.
    ///   - snapshot: what was read; `nil` when there was nothing to read.
    private func leave(_ link: Link, _ state: Link.State, seen snapshot: RemoteSnapshot? = nil, _ problem: LinkProblem) async throws {
        let now = clock.now
        try await store.write { transaction in
            guard var fresh = try transaction.link(link.id), fresh.state.isLive else { return }
            guard fresh.isUntouched(since: link) else { return try transaction.lookAgain(at: fresh, now) }
            if fresh.state != state {
                try transaction.file(
                    Receipt(
                        link: fresh, field: nil, action: .stateChanged, at: now, actor: "Azure DevOps", cause: fresh.cause,
                        detail: problem.message))
            }
            if let snapshot { fresh.note(snapshot) }
            fresh.state = state
            fresh.problem = problem
            fresh.settled = max(fresh.settled, link.dirty)
            try transaction.update(fresh)
        }
    }
}

extension Link {
    var isOutside: Bool { state == .outOfScope || state == .remoteDeleted }

    /// Whether nobody has ended a look at the work item since the link stood like this. If somebody has, which of two readings is the older
    /// one cannot be told where revisions do not tell: for a work item that is gone, or back.
    func isUntouched(since earlier: Link) -> Bool {
        state == earlier.state && settled == earlier.settled && seenRevision == earlier.seenRevision
    }
}

extension StoreTransaction {
    /// Has the work item read once more, because two looks at it have overtaken each other.
    func lookAgain(at link: Link, _ now: Instant) throws {
        var link = link
        link.dirty += 1
        link.notBefore = now
        try update(link)
    }
}
