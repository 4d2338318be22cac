import AzureDevOpsSimulator
import Database
import FieldSync
import Portfolio
import Store

/// A3: once nothing goes wrong any more, both sides come to agree, or say why not.
struct Convergence: Checker {
    let invariant = "A3"

    func check(_ case: Case) throws -> [String] {
        try Agreement(`case`.play).disagreements().filter { $0.isWaiting || !isForgotten($0, `case`) }.map {
            "\($0.field.name) of item \($0.item) is \($0.here), and of #\($0.workItem) \($0.there)"
        } + Agreement(`case`.play).strays() + late(`case`)
    }

    /// On a good day a hook is followed within a minute.
    private func late(_ case: Case) -> [String] {
        guard `case`.play.options.isCalm else { return [] }
        var late: [String] = []
        for edit in `case`.evidence.remoteEdits {
            for link in `case`.links(to: edit.workItem) where link.state == .active {
                let rows = `case`.evidence.linkRows[link.id.number] ?? []
                // A link that was made later has nothing to follow.
                guard let first = rows.first, first.at < edit.at else { continue }
                if !rows.contains(where: { $0.at <= edit.at + 60_000 && $0.seenRevision >= edit.revision }) {
                    late.append(
                        "revision \(edit.revision) of #\(edit.workItem), made at \(Evidence.clock(edit.at)), was not followed within a minute"
                    )
                }
            }
        }
        return late
    }

    private func isForgotten(_ one: Agreement.Disagreement, _ case: Case) -> Bool { !one.isWaiting && one.seenRevision >= one.revision }
}

/// A25: no change arrives unheard: a link that waits for nothing has seen what there is, and acted on it.
struct NoLostWakeUp: Checker {
    let invariant = "A25"

    func check(_ case: Case) throws -> [String] {
        try Agreement(`case`.play).disagreements().filter { !$0.isWaiting && $0.seenRevision >= $0.revision }.map {
            "\($0.field.name) of item \($0.item) is \($0.here) and of #\($0.workItem) \($0.there), and nobody looks at it any more"
        }
            // What came while a reconcile was under way was called done with it.
            + `case`.settledUnseen.filter(\.hasResult).map {
                "link \($0.link) was marked again while #\($0.workItem) was worked on, and settled with it at \(Evidence.clock($0.at))"
            }
    }
}

/// A9: never two live links for one item or one work item.
struct OneLinkPerPair: Checker {
    let invariant = "A9"

    func check(_ case: Case) throws -> [String] {
        let live = `case`.links.filter(\.state.isLive)
        var found: [String] = []
        if Set(live.map(\.item)).count != live.count { found.append("an item has two live links") }
        let workItems = live.compactMap(\.workItem)
        if Set(workItems).count != workItems.count { found.append("a work item has two live links") }
        return found
    }
}

/// A10: an item gets one work item, whatever is lost on the way.
struct CreatedOnce: Checker {
    let invariant = "A10"

    func check(_ case: Case) throws -> [String] {
        var carriers: [String: [Int64]] = [:]
        for workItem in `case`.world.workItemNumbers where `case`.world.isLiving(workItem) {
            for url in `case`.world.hyperlinks(of: workItem) {
                if let marker = url.split(separator: "/").last { carriers[String(marker), default: []].append(workItem) }
            }
        }
        var found: [String] = []
        let known = try `case`.play.database.readNow { try StoreTransaction($0).duplicates() }
        for link in `case`.links where link.state.isLive {
            // One that was in the recycle bin while it was looked for may come back, and a clock that jumps ends the waiting for an answer too
            // early: such a one must at least be shown as what it is.
            // And a person may have made something else of it.
            let all = (carriers[link.marker] ?? []).filter { workItem in
                !(known.contains { $0.workItem == workItem && $0.link == link.id } && isExcused(carriers[link.marker] ?? [], `case`))
                    && !`case`.links(to: workItem).contains { $0.state.isLive && $0.id != link.id }
            }
            if all.count > 1 { found.append("\(all.count) work items carry the marker of item \(link.item): \(all)") }
            if let one = all.first, link.state.isLive, link.workItem == nil, link.problem == nil, link.dirty == link.settled {
                found.append("#\(one) was created for item \(link.item), but the link does not know it")
            }
        }
        return found
    }

    private func isExcused(_ carriers: [Int64], _ case: Case) -> Bool {
        !`case`.evidence.disturbances.isEmpty || carriers.contains { `case`.evidence.excursions[$0] != nil }
    }
}

/// A14: what was seen never becomes unseen.
struct MonotoneRevision: Checker {
    let invariant = "A14"

    func check(_ case: Case) throws -> [String] {
        `case`.evidence.linkRows.flatMap { link, rows in
            zip(rows, rows.dropFirst()).filter { $0.seenRevision > $1.seenRevision }.map {
                "link \(link) fell from revision \($0.seenRevision) to \($1.seenRevision)"
            }
        }
    }
}

/// A19: only the answer for this very work item says that it is gone.
struct AbsenceIsNotDeletion: Checker {
    let invariant = "A19"

    func check(_ case: Case) throws -> [String] {
        var found: [String] = []
        for link in `case`.links {
            guard let workItem = link.workItem, let rows = `case`.evidence.linkRows[link.id.number] else { continue }
            for (before, row) in zip(rows, rows.dropFirst()) where before.state != "remoteDeleted" && row.state == "remoteDeleted" {
                let excursions = `case`.evidence.excursions[workItem] ?? []
                let wasGone = excursions.contains {
                    $0.kind != "moved away" && $0.kind != "retyped" && $0.from <= row.at && ($0.to ?? row.at) + 60_000 >= row.at
                }
                // Half a minute of looking is no half a minute while the clock jumps.
                let isDisturbed = `case`.evidence.disturbances.contains { (row.at - 60_000...row.at).contains($0) }
                if !wasGone, !isDisturbed {
                    found.append("link \(link.id) says at \(Evidence.clock(row.at)) that #\(workItem) is gone, but it never was")
                }
            }
        }
        return found
    }
}

/// A27: a delivery that was answered 200 is on disk.
struct AcknowledgedMeansDurable: Checker {
    let invariant = "A27"

    func check(_ case: Case) throws -> [String] {
        let kept = try `case`.play.database.readNow {
            try $0.rows("SELECT hook.public_id, hook_event.event_id FROM hook_event JOIN hook ON hook.id = hook_event.hook_id")
        }
        let names = Set(kept.map { "\($0.text(0) ?? "")/\($0.text(1) ?? "")" })
        return `case`.evidence.acknowledged.filter { !names.contains("\($0.hook)/\($0.event)") }.map {
            "the event \($0.event) was answered 200 and is nowhere"
        }
    }
}

/// A28: no write stays without an end.
struct UnknownIsResolved: Checker {
    let invariant = "A28"

    func check(_ case: Case) throws -> [String] {
        let open = try `case`.play.database.readNow {
            try $0.rows(
                """
                SELECT attempt.id, attempt.link_id FROM attempt JOIN link ON link.id = attempt.link_id
                WHERE link.is_live = TRUE AND link.state IN ('active', 'creating') AND link.problem IS NULL
                """)
        }
        return open.map { "attempt \($0.integer(0) ?? 0) of link \($0.integer(1) ?? 0) never came to an end" }
    }
}

/// Q1: whatever has to be done is done, or says why not; and nobody calls done what was not looked at.
struct NothingDisappears: Checker {
    let invariant = "Q1"

    func check(_ case: Case) throws -> [String] {
        try waiting(`case`) + unfinished(`case`) + unseen(`case`)
    }

    /// Claimed, and called done before anything had been done.
    private func unseen(_ case: Case) -> [String] {
        `case`.settledUnseen.filter { !$0.hasResult }.map {
            "link \($0.link) was settled at \(Evidence.clock($0.at)), but nobody had looked at #\($0.workItem) since it was marked"
        }
    }

    private func waiting(_ case: Case) -> [String] {
        `case`.links.filter { $0.state == .active && $0.problem == nil && $0.dirty != $0.settled }.map {
            "link \($0.id) still waits (dirty \($0.dirty), settled \($0.settled)) although nothing stands in its way"
        }
    }

    private func unfinished(_ case: Case) throws -> [String] {
        try `case`.play.database.readNow { transaction in
            let store = StoreTransaction(transaction)
            let audit = try store.runningAudit(of: `case`.play.integration)
            return try store.runningRuns().map { "the bulk run \($0.id) never ends: \($0.detail ?? "nothing stands in its way")" }
                + (audit == nil ? [] : ["the audit never ends"])
        }
    }
}
