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
        } + strayLinks(`case`)
    }

    private func isForgotten(_ one: Agreement.Disagreement, _ case: Case) -> Bool { !one.isWaiting && one.seenRevision >= one.revision }

    /// Links whose state does not tell what became of their work item.
    private func strayLinks(_ case: Case) -> [String] {
        `case`.links.filter { $0.state.isLive && $0.workItem != nil }.compactMap { link in
            guard let workItem = link.workItem, link.problem == nil || link.state != .active else { return nil }
            let isThere = `case`.world.isLiving(workItem)
            let isInside =
                isThere && `case`.world.projectName(of: workItem) == Setting.project
                && `case`.world.type(of: workItem) == link.expectedType(`case`)
            switch link.state {
            // What was moved away tells no project's feed (F15): only a hook or the weekly audit finds that.
            case .active where isThere && `case`.world.projectName(of: workItem) != Setting.project: return nil
            case .active:
                return isInside ? nil : "the link to #\(workItem) is active, but the work item is \(isThere ? "elsewhere" : "gone")"
            case .remoteDeleted: return isThere ? "the link to #\(workItem) says that it is deleted, but it is there" : nil
            case .outOfScope: return isInside ? "the link to #\(workItem) says that it left, but it is here" : nil
            default: return nil
            }
        }
    }
}

extension Link {
    fileprivate func expectedType(_ case: Case) -> String {
        let kind = try? `case`.play.database.readNow { try $0.row("SELECT kind FROM item WHERE id = $1", [.integer(item.number)])?.text(0) }
        return kind == "initiative" ? "Epic" : "Feature"
    }
}

/// A25: no change arrives unheard: a link that waits for nothing has seen what there is, and acted on it.
struct NoLostWakeUp: Checker {
    let invariant = "A25"

    func check(_ case: Case) throws -> [String] {
        try Agreement(`case`.play).disagreements().filter { !$0.isWaiting && $0.seenRevision >= $0.revision }.map {
            "\($0.field.name) of item \($0.item) is \($0.here) and of #\($0.workItem) \($0.there), and nobody looks at it any more"
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
        for workItem in `case`.world.workItemNumbers {
            for url in `case`.world.hyperlinks(of: workItem) {
                if let marker = url.split(separator: "/").last { carriers[String(marker), default: []].append(workItem) }
            }
        }
        var found: [String] = []
        for link in `case`.links {
            let all = carriers[link.marker] ?? []
            if all.count > 1 { found.append("\(all.count) work items carry the marker of item \(link.item): \(all)") }
            if let one = all.first, link.state.isLive, link.workItem == nil, link.problem == nil, link.dirty == link.settled {
                found.append("#\(one) was created for item \(link.item), but the link does not know it")
            }
        }
        return found
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
                if !wasGone {
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

/// Q1: whatever has to be done is done, or says why not.
struct NothingDisappears: Checker {
    let invariant = "Q1"

    func check(_ case: Case) throws -> [String] {
        `case`.links.filter { $0.state == .active && $0.problem == nil && $0.dirty != $0.settled }.map {
            "link \($0.id) still waits (dirty \($0.dirty), settled \($0.settled)) although nothing stands in its way"
        }
    }
}
