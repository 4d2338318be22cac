import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Portfolio
import Store

/// A1: what somebody typed in Azure DevOps is overwritten only where it was agreed, or is kept.
struct NoLostRemoteEdit: Checker {
    let invariant = "A1"

    func check(_ case: Case) throws -> [String] {
        var lost: [String] = []
        for workItem in `case`.world.workItemNumbers {
            let revisions = `case`.revisions(of: workItem)
            let links = `case`.links(to: workItem)
            guard !links.isEmpty else { continue }
            for (old, new) in zip(revisions, revisions.dropFirst()) where `case`.isOurs(new, of: workItem) {
                for (field, (name, _)) in Agreement.remoteNames where old.fields[name] != new.fields[name] && field != .tags {
                    // Tags are merged: what both sides end with is judged by A3.
                    // Overwritten in passing by a rule of the process, which follows from a state that we set.
                    guard wasWritten(field, to: new.number, of: workItem, `case`) else { continue }
                    let candidates = [false, true].map { `case`.canonical(old.fields[name], field, isMarkdown: $0) }
                    guard candidates[0] != nil else { continue }
                    let isKnown = links.contains { link in
                        `case`.agreements(of: link.id.number).contains { seen in
                            seen.fields[field].map { $0.hasAgreed && candidates.contains($0.agreedRemote) } ?? false
                        }
                            || `case`.evidence.conflicts.contains {
                                $0.link == link.id.number && $0.field == field && candidates.contains($0.remote)
                            }
                            // Still remembered with the write whose fate is not known.
                            || `case`.openAttempts.contains { $0.link == link.id && candidates.contains($0.overwritten[field]) }
                    }
                    if !isKnown {
                        lost.append(
                            "revision \(new.number) of #\(workItem) overwrites \(field.name) “\(old.fields[name]?.text ?? "")”, which nobody kept"
                        )
                    }
                }
            }
        }
        return lost
    }

    private func wasWritten(_ field: FieldKey, to revision: Int64, of workItem: Int64, _ case: Case) -> Bool {
        guard let name = Agreement.remoteNames[field]?.name else { return false }
        return `case`.evidence.calls.contains { call in
            call.workItem == workItem && call.isPatch && call.revisionAfter == revision && call.revisionBefore != revision
                && (call.body.array ?? []).contains { $0["path"]?.string == "/fields/\(name)" }
        }
    }
}

/// A2: what somebody typed in Kiplot is replaced only where it was agreed, or where the rule of the field says so and the history keeps it.
struct NoLostLocalEdit: Checker {
    let invariant = "A2"

    func check(_ case: Case) throws -> [String] {
        var lost: [String] = []
        let changes = `case`.changes
        // Every confirmed edit is in the history.
        for edit in `case`.evidence.localEdits
        where !changes.contains(where: { $0.item == edit.item.number && $0.field == edit.field && $0.new == edit.value && !$0.isOurs }) {
            if edit.field == .name, changes.allSatisfy({ $0.item != edit.item.number || $0.field != .name }) { continue }
            lost.append("item \(edit.item): the confirmed edit of \(edit.field.name) to \(edit.value?.json.text ?? "nothing") is nowhere")
        }
        var last: [String: Case.Change] = [:]
        for change in changes {
            let key = "\(change.item).\(change.field.name)"
            defer { last[key] = change }
            // What was typed into a field that is only read may be replaced by nothing.
            if change.isOurs, change.new == nil, change.field == .effort, last[key]?.isOurs ?? true, wasGone(at: change.at, `case`) {
                lost.append("item \(change.item): effort was emptied because the process had lost the field")
            }
            guard change.isOurs, let typed = last[key], !typed.isOurs else { continue }
            if change.old != typed.new {
                lost.append("item \(change.item): \(change.field.name) was replaced at another version than it had")
            }
            if !mayReplace(typed, by: change, `case`) {
                lost.append(
                    "item \(change.item): \(change.field.name) \(typed.new?.json.text ?? "nothing"), typed here and never agreed, was replaced by \(change.new?.json.text ?? "nothing")"
                )
            }
        }
        return lost
    }

    private func wasGone(at moment: Int64, _ case: Case) -> Bool {
        // A moved clock dates what it writes wrongly.
        guard `case`.evidence.disturbances.isEmpty else { return false }
        // What was read before it came back may be recorded a little later.
        return `case`.evidence.fieldGoneSpans.contains { $0.from <= moment && moment <= ($0.to ?? .max) + 1_000 }
    }

    private func mayReplace(_ typed: Case.Change, by change: Case.Change, _ case: Case) -> Bool {
        let links = `case`.links.filter { $0.item.number == change.item }
        return links.contains { link in
            // It was written, heard or unheard, before it was replaced: then it was agreed.
            if let workItem = link.workItem, wasWritten(change.field, to: workItem, between: typed.at - 3_700_000, and: change.at, `case`) {
                return true
            }
            let agreements = `case`.agreements(of: link.id.number)
            // The agreement that stood when it was typed, and every later one.
            let first = agreements.lastIndex { $0.at <= typed.at - 3_700_000 } ?? 0
            return agreements.dropFirst(first).contains { $0.fields[change.field]?.agreedLocal == typed.new }
                || `case`.evidence.conflicts.contains { $0.link == link.id.number && $0.field == change.field && $0.local == typed.new }
                || `case`.receipts.contains {
                    $0.link == link.id.number && $0.field == change.field && $0.action == "pulled" && $0.detail != nil
                        && ($0.cause == "bulk" || allowsReplacing(change.field, `case`))
                }
                || (change.field == .tags && containsAll(typed.new, change.new))
        }
    }

    private func wasWritten(_ field: FieldKey, to workItem: Int64, between start: Int64, and end: Int64, _ case: Case) -> Bool {
        guard let name = Agreement.remoteNames[field]?.name else { return false }
        return `case`.evidence.calls.contains { call in
            call.workItem == workItem && call.isPatch && call.appliedStatus == 200 && call.revisionAfter != call.revisionBefore
                && (start...max(start, end + 3_700_000)).contains(call.appliedAt ?? 0)
                && (call.body.array ?? []).contains { $0["path"]?.string == "/fields/\(name)" }
        }
    }

    private func allowsReplacing(_ field: FieldKey, _ case: Case) -> Bool {
        let options = `case`.play.options
        switch field {
        case .description where options.descriptionDirection == .read: return true
        case .effort where options.effortDirection == .read: return true
        default: return options.policy == .azureDevOpsWins || options.policy == .newest
        }
    }

    /// Merged tags hold all that was typed, but for what the other side took out.
    private func containsAll(_ typed: FieldValue?, _ merged: FieldValue?) -> Bool {
        guard case .choices(let merged)? = merged else { return true }
        guard case .choices(let typed)? = typed else { return true }
        return !merged.isEmpty || typed.isEmpty
    }
}

/// A5: a conflict only where a person here and somebody there both changed the field.
struct NoFalseConflict: Checker {
    let invariant = "A5"

    func check(_ case: Case) throws -> [String] {
        var unfounded: [String] = []
        for conflict in `case`.evidence.conflicts where !conflict.isOverwriting {
            guard let link = `case`.links.first(where: { $0.id.number == conflict.link }), let workItem = link.workItem,
                let name = Agreement.remoteNames[conflict.field]?.name, hadAgreement(conflict, `case`)
            else { continue }
            let revisions = `case`.revisions(of: workItem)
            guard let position = revisions.lastIndex(where: { $0.number <= conflict.revision }) else { continue }
            // Which revision has set the value that stands there.
            var index = position
            while index > 0, revisions[index - 1].fields[name] == revisions[position].fields[name] { index -= 1 }
            if `case`.isOurs(revisions[index], of: workItem), wasOurs(revisions[index].number, workItem, name, `case`) {
                unfounded.append(
                    "the conflict over \(conflict.field.name) of #\(workItem) is with our own revision \(revisions[index].number)")
            }
        }
        return unfounded
    }

    private func hadAgreement(_ conflict: Evidence.ConflictRow, _ case: Case) -> Bool {
        // A field that was taken out of the mapping, or mapped to another one, has no agreement any more.
        `case`.agreements(of: conflict.link).last { $0.at < conflict.at }?.fields[conflict.field]?.hasAgreed == true
    }

    /// Whether that revision set the field because we had asked for it, not because of a rule.
    private func wasOurs(_ revision: Int64, _ workItem: Int64, _ name: String, _ case: Case) -> Bool {
        `case`.evidence.calls.contains { call in
            call.workItem == workItem && call.isPatch && call.revisionAfter == revision && call.revisionBefore != revision
                && (call.body.array ?? []).contains { $0["path"]?.string == "/fields/\(name)" }
        }
    }
}

/// A6: both values of a conflict are kept, and settling it writes the chosen one, once.
struct ConflictKeepsBoth: Checker {
    let invariant = "A6"

    func check(_ case: Case) throws -> [String] {
        try `case`.play.database.readNow { transaction in
            let kept = try transaction.row("SELECT count(*) FROM conflict")?.integer(0) ?? 0
            let opened = Set(`case`.evidence.conflicts.filter { !$0.isOverwriting }.map { "\($0.link).\($0.field.name)" })
            return kept < Int64(opened.count) ? ["\(opened.count) fields were in conflict, only \(kept) conflicts are kept"] : []
        }
    }
}

/// A13: whatever Azure DevOps makes of what we write, it does not come back as somebody's edit.
struct NormalisationFixpoint: Checker {
    let invariant = "A13"

    func check(_ case: Case) throws -> [String] {
        var found: [String] = []
        for receipt in `case`.receipts where receipt.action == "pulled" {
            guard let field = receipt.field, let name = Agreement.remoteNames[field]?.name, let revision = receipt.revision,
                let workItem = `case`.links.first(where: { $0.id.number == receipt.link })?.workItem,
                // What another link has written is somebody else's to this one.
                `case`.links(to: workItem).count == 1
            else { continue }
            let revisions = `case`.revisions(of: workItem)
            guard let position = revisions.lastIndex(where: { $0.number <= revision }) else { continue }
            var index = position
            while index > 0, revisions[index - 1].fields[name] == revisions[position].fields[name] { index -= 1 }
            let wrote = `case`.evidence.calls.first { call in
                call.workItem == workItem && call.isPatch && call.heard && call.revisionAfter == revisions[index].number
                    && call.revisionBefore != call.revisionAfter
                    && (call.body.array ?? []).contains { $0["path"]?.string == "/fields/\(name)" }
            }
            if wrote != nil, receipt.cause != "readButton",
                receipt.cause != "conflictResolution"
            {
                found.append(
                    "\(field.name) of #\(workItem), which we wrote ourselves in revision \(revisions[index].number), was read back as an edit"
                )
            }
        }
        return found
    }
}
