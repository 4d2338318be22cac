import AzureDevOpsSimulator
import FieldSync
import JSON
import Portfolio
import Store

/// A15: every write names the revision that it was planned from.
struct TestOnEveryWrite: Checker {
    let invariant = "A15"

    func check(_ case: Case) throws -> [String] {
        `case`.evidence.calls.filter(\.isPatch).compactMap { call in
            let first = call.body[0]
            return first?["op"]?.string == "test" && first?["path"]?.string == "/rev"
                ? nil : "\(`case`.play.describe(call.number)) tests no revision"
        }
    }
}

/// A7: what is only read is never written.
struct DirectionIsLaw: Checker {
    let invariant = "A7"

    func check(_ case: Case) throws -> [String] {
        let options = `case`.play.options
        var found: [String] = []
        for (field, direction) in [(FieldKey.description, options.descriptionDirection), (.effort, options.effortDirection)] {
            guard let name = Agreement.remoteNames[field]?.name else { continue }
            if direction == .read {
                for call in `case`.evidence.calls where call.isPatch || call.isCreation {
                    if (call.body.array ?? []).contains(where: { $0["path"]?.string == "/fields/\(name)" }) {
                        found.append("\(`case`.play.describe(call.number)) writes \(field.name), which is only read")
                    }
                }
            }
            if direction == .write {
                for change in `case`.changes
                where change.isOurs && change.field == field && change.at > Setting.start + 400_000 && !isImported(change, `case`) {
                    found.append("item \(change.item): \(field.name), which is only written, was read")
                }
            }
        }
        return found
    }

    private func isImported(_ change: Case.Change, _ case: Case) -> Bool { change.old == nil && change.cause == "bulk" }
}

/// A8: a manual field moves only when somebody presses a button or runs a bulk sync.
struct ManualIsLaw: Checker {
    let invariant = "A8"

    func check(_ case: Case) throws -> [String] {
        guard `case`.play.options.tagsAreManual else { return [] }
        return `case`.receipts.filter { receipt in
            receipt.field == .tags && ["pulled", "pushed", "overwroteAzureDevOps"].contains(receipt.action)
                && ["edit", "webhook", "sweep", "rule"].contains(receipt.cause) && receipt.detail == nil
        }.map { "tags are manual, but were \($0.action) because of \($0.cause)" }
    }
}

/// A11: nothing is written that is there already.
struct NoEcho: Checker {
    let invariant = "A11"

    func check(_ case: Case) throws -> [String] {
        `case`.evidence.calls.filter { call in
            guard call.isPatch, call.appliedStatus == 200, call.appliedAt != nil, let workItem = call.workItem,
                let before = `case`.revisions(of: workItem).first(where: { $0.number == call.revisionBefore })
            else { return false }
            let fields = (call.body.array ?? []).filter { $0["path"]?.string?.hasPrefix("/fields/") ?? false }
            guard !fields.isEmpty, fields.count == (call.body.array ?? []).count - 1 else { return false }
            return fields.allSatisfy { operation in
                let name = String(operation["path"]?.string?.dropFirst(8) ?? "")
                guard let field = Agreement.remoteNames.first(where: { $0.value.name == name })?.key else { return false }
                let written = `case`.canonical(operation["value"], field, isMarkdown: call.wasMarkdown)
                return written == `case`.canonical(before.fields[name], field, isMarkdown: call.wasMarkdown)
            }
        }.map { "\(`case`.play.describe($0.number)) writes what is there already" }
    }
}

/// A12: without an edit of a person, writing ends; and near the end of a work item's revisions nothing is written by itself.
struct LoopBreaker: Checker {
    let invariant = "A12"

    func check(_ case: Case) throws -> [String] {
        var found: [String] = []
        for workItem in `case`.world.workItemNumbers {
            let items = Set(`case`.links(to: workItem).map(\.item))
            let edits = `case`.evidence.localEdits.filter { items.contains($0.item) }.map(\.at)
            var inARow = 0
            var lastOurs: Int64 = 0
            for revision in `case`.revisions(of: workItem) {
                let isOurs = `case`.isOurs(revision, of: workItem)
                if !isOurs || edits.contains(where: { $0 > lastOurs && $0 <= revision.at }) { inARow = 0 }
                guard isOurs else { continue }
                inARow += 1
                lastOurs = revision.at
                // Buttons, bulk runs and settled conflicts write as well.
                if inARow > 12 { found.append("\(inARow) revisions of #\(workItem) in a row are ours") }
            }
        }
        return found + pastReserve(`case`)
    }

    /// 1,000 revisions are left to people.
    private func pastReserve(_ case: Case) -> [String] {
        `case`.receipts.filter { receipt in
            // Of a write whose answer was lost nobody knows any more who had asked for it.
            guard receipt.action == "pushed", receipt.detail == nil, let revision = receipt.revision, revision > 9_000,
                ["edit", "webhook", "sweep", "rule"].contains(receipt.cause),
                let workItem = `case`.links.first(where: { $0.id.number == receipt.link })?.workItem
            else { return false }
            return `case`.revisions(of: workItem).last { $0.number < revision }.map { $0.number >= 9_000 } ?? false
        }.map { "\($0.field?.name ?? "") was written by itself, as revision \($0.revision ?? 0)" }
    }
}

/// A16: one write at a time for each work item, across all processes.
struct OneWriteInFlight: Checker {
    let invariant = "A16"

    func check(_ case: Case) throws -> [String] {
        // A frozen process or a moved clock may outlive its lease; then A1 and A2 still hold.
        guard `case`.evidence.disturbances.isEmpty else { return [] }
        var found: [String] = []
        let writes = `case`.evidence.calls.filter(\.isPatch)
        for (index, call) in writes.enumerated() {
            for other in writes[(index + 1)...] where other.workItem == call.workItem && other.sentAt < (call.endedAt ?? call.sentAt) {
                if call.node != other.node || other.sentAt > call.sentAt {
                    found.append("\(`case`.play.describe(other.number)) started while \(`case`.play.describe(call.number)) was on the wire")
                }
            }
        }
        return found
    }
}

/// A18: nothing is deleted because something else was.
struct DeletesNeverCascade: Checker {
    let invariant = "A18"

    func check(_ case: Case) throws -> [String] {
        `case`.evidence.calls.filter { $0.method == "DELETE" && $0.path.contains("/wit/") }.map {
            "\(`case`.play.describe($0.number)) deletes"
        }
    }
}

/// A20: a work item that left the project or the type is left alone.
struct Scope: Checker {
    let invariant = "A20"

    func check(_ case: Case) throws -> [String] {
        var found: [String] = []
        for call in `case`.evidence.calls where call.isPatch && call.appliedStatus == 200 {
            guard let workItem = call.workItem, let appliedAt = call.appliedAt, call.revisionBefore != call.revisionAfter,
                let before = `case`.revisions(of: workItem).first(where: { $0.number == call.revisionBefore })
            else { continue }
            let project = before.fields["System.TeamProject"]?.string
            let type = before.fields["System.WorkItemType"]?.string
            let expected = Set(`case`.links(to: workItem).map { `case`.expectedType(of: $0) })
            if project == Setting.otherProject || !expected.contains(type ?? "") {
                found.append(
                    "\(`case`.play.describe(call.number)) at \(Evidence.clock(appliedAt)) writes to a \(type ?? "") in \(project ?? "")")
            }
        }
        return found
    }
}

/// A22: HTML is never written over Markdown, nor the reverse.
struct FormatSafety: Checker {
    let invariant = "A22"

    func check(_ case: Case) throws -> [String] {
        `case`.evidence.calls.filter { call in
            guard call.isPatch, call.appliedStatus == 200, call.revisionBefore != call.revisionAfter, let workItem = call.workItem else {
                return false
            }
            let operations = call.body.array ?? []
            let written = operations.first { $0["path"]?.string == "/fields/System.Description" }?["value"]?.string ?? ""
            let stood = `case`.revisions(of: workItem).first { $0.number == call.revisionBefore }?.fields["System.Description"]?.string
            // Nothing is of no format.
            guard !written.isEmpty, call.wasMarkdown || stood != nil else { return false }
            let saysMarkdown = operations.contains {
                $0["path"]?.string == "/multilineFieldsFormat/System.Description" && $0["value"]?.string?.lowercased() == "markdown"
            }
            return saysMarkdown != call.wasMarkdown
        }.map { "\(`case`.play.describe($0.number)) writes \($0.wasMarkdown ? "HTML over Markdown" : "Markdown over HTML")" }
    }
}

/// A30: nothing that was planned before a pause, a removal or another credential goes out after it, nor is its result taken.
struct Fence: Checker {
    let invariant = "A30"

    func check(_ case: Case) throws -> [String] {
        let evidence = `case`.evidence
        guard !evidence.epochs.isEmpty else { return [] }
        var found: [String] = []
        for call in evidence.calls where call.isPatch {
            let links = Set(`case`.links.filter { $0.workItem == call.workItem }.map(\.id.number))
            guard let expected = call.body[0]?["value"]?.integer,
                let attempt = evidence.attempts.values.filter({
                    links.contains($0.link) && $0.expectedRevision == expected && $0.beganAt <= call.sentAt
                }).max(by: { $0.id < $1.id })
            else { continue }
            if let change = evidence.epochs.first(where: { $0.epoch > attempt.epoch && $0.at < call.sentAt }) {
                found.append(
                    "\(`case`.play.describe(call.number)) was sent at \(Evidence.clock(call.sentAt)), planned before \(Evidence.clock(change.at))"
                )
            }
        }
        for (link, rows) in evidence.linkRows {
            for (before, row) in zip(rows, rows.dropFirst())
            where !row.isActive && row.seenRevision != before.seenRevision && row.state == "active" && before.state == "active" {
                found.append("link \(link) took a result at \(Evidence.clock(row.at)) while the integration was paused")
            }
        }
        return found
    }
}
