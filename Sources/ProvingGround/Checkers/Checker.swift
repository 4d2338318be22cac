import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Portfolio
import Store

/// One invariant, judged over everything that was seen of a play. A checker knows nothing of how the engine works.
protocol Checker: Sendable {
    /// Its name in `sync-protocol.md` 2.8.
    var invariant: String { get }
    func check(_ case: Case) throws -> [String]
}

extension Checker {
    func violations(_ case: Case) throws -> [Violation] { try check(`case`).map { Violation(invariant, $0) } }
}

/// What the checkers judge: the evidence, the truth at Azure DevOps and the final state of the database.
final class Case {
    let play: Play
    let links: [Link]
    private var remoteHistories: [Int64: [World.PastRevision]] = [:]
    private var rowFields: [Int64: [(at: Int64, fields: [FieldKey: LinkFieldSeen])]] = [:]

    /// What a link's row said of one field.
    struct LinkFieldSeen {
        var agreedLocal: FieldValue?
        var agreedRemote: RemoteValue?
        var hasAgreed: Bool
    }

    var evidence: Evidence { play.evidence }
    var world: World { play.world }

    init(_ play: Play) throws {
        self.play = play
        links = try play.database.readNow { transaction in
            let store = StoreTransaction(transaction)
            return try transaction.rows("SELECT id FROM link ORDER BY id").compactMap { row in
                try row.integer(0).flatMap { try store.link(Identifier($0)) }
            }
        }
    }

    func revisions(of workItem: Int64) -> [World.PastRevision] {
        if let known = remoteHistories[workItem] { return known }
        let read = play.world.pastRevisions(of: workItem)
        remoteHistories[workItem] = read
        return read
    }

    /// Every agreement that a link ever recorded, in order.
    func agreements(of link: Int64) -> [(at: Int64, fields: [FieldKey: LinkFieldSeen])] {
        if let known = rowFields[link] { return known }
        var last = ""
        var read: [(at: Int64, fields: [FieldKey: LinkFieldSeen])] = []
        for row in evidence.linkRows[link] ?? [] where row.fields != last {
            last = row.fields
            read.append((row.at, Self.fields(row.fields)))
        }
        rowFields[link] = read
        return read
    }

    private static func fields(_ text: String) -> [FieldKey: LinkFieldSeen] {
        LinkFieldsCodec.fields(text).mapValues {
            LinkFieldSeen(agreedLocal: $0.agreed?.local, agreedRemote: $0.agreed?.remote, hasAgreed: $0.agreed != nil)
        }
    }

    func canonical(_ value: JSONValue?, _ field: FieldKey, isMarkdown: Bool) -> RemoteValue? {
        guard let (_, type) = Agreement.remoteNames[field] else { return nil }
        return CanonicalForm.remoteValue(of: value, type: type, format: isMarkdown ? .markdown : .html)
    }

    lazy var openAttempts: [Attempt] = {
        let ids = links.map(\.id)
        let attempts = try? play.database.readNow { try StoreTransaction($0).attempts(of: ids) }
        return (attempts ?? [:]).values.flatMap { $0 }
    }()

    /// Revisions that our own calls have made, by work item. The author does not tell: another tool may write under our name.
    lazy var ourRevisions: [Int64: Set<Int64>] = {
        var ours: [Int64: Set<Int64>] = [:]
        for call in evidence.calls where call.isPatch || call.isCreation {
            guard let workItem = call.workItem, let revision = call.revisionAfter, revision != call.revisionBefore else { continue }
            ours[workItem, default: []].insert(revision)
        }
        return ours
    }()

    private lazy var kinds: [Int64: String] = {
        let rows = try? play.database.readNow { try $0.rows("SELECT id, kind FROM item") }
        return Dictionary((rows ?? []).map { ($0.integer(0) ?? 0, $0.text(1) ?? "") }, uniquingKeysWith: { first, _ in first })
    }()

    /// The type that the work item of a link has to have.
    func expectedType(of link: Link) -> String { kinds[link.item.number] == "initiative" ? "Epic" : "Feature" }

    func isOurs(_ revision: World.PastRevision, of workItem: Int64) -> Bool { ourRevisions[workItem]?.contains(revision.number) ?? false }

    /// When what a link remembered was good enough to write an edit from: the write has said so, by the revision that it tested.
    private func plansThatHeld(of link: Link) -> [Int64] {
        evidence.attempts.values.filter { attempt in
            attempt.link == link.id.number && !attempt.isCreation
                && evidence.calls.contains { call in
                    call.isPatch && call.heard && call.status == 200 && call.workItem == link.workItem && call.sentAt >= attempt.beganAt
                        && call.body[0]?["value"]?.integer == attempt.expectedRevision
                }
        }.map(\.beganAt)
    }

    /// A commit that called a link done although its work item had not been read since it was last marked, nor written from memory where all
    /// that had marked it were edits.
    struct SettledUnseen {
        var link: Identifier<Link>
        var workItem: Int64
        var at: Int64
        /// Whether it recorded something that had been done.
        var hasResult: Bool
    }

    lazy var settledUnseen: [SettledUnseen] = {
        var readings: [Int64: [Int64]] = [:]
        for call in evidence.calls where call.heard {
            for id in call.readWorkItems { readings[id, default: []].append(call.sentAt) }
        }
        var found: [SettledUnseen] = []
        for link in links {
            guard let workItem = link.workItem, let rows = evidence.linkRows[link.id.number] else { continue }
            for (before, row) in zip(rows, rows.dropFirst())
            where row.settled > before.settled && row.state == "active" && before.state == "active" {
                let marks = (evidence.marks[link.id.number] ?? []).filter { $0.dirty > before.settled }
                let markedAt = marks.first { $0.dirty >= row.settled }?.at ?? before.at
                if (readings[workItem] ?? []).contains(where: { $0 <= row.at && $0 >= markedAt }) { continue }
                let isEdited = marks.filter { $0.dirty <= row.settled }.allSatisfy(\.isEdit)
                if isEdited, plansThatHeld(of: link).contains(where: { $0 <= row.at && $0 >= markedAt }) { continue }
                found.append(
                    SettledUnseen(link: link.id, workItem: workItem, at: row.at, hasResult: row.syncedAt != before.syncedAt))
            }
        }
        return found
    }()

    /// Links that ever pointed at a work item.
    func links(to workItem: Int64) -> [Link] { links.filter { $0.workItem == workItem } }

    /// Rows of an item's history, in order.
    struct Change {
        var item: Int64
        var field: FieldKey
        var old: FieldValue?
        var new: FieldValue?
        var at: Int64
        var isOurs: Bool
        var cause: String
    }

    lazy var changes: [Change] = {
        let rows = try? play.database.readNow {
            try $0.rows("SELECT item_id, field, old, new, at, actor_kind, cause FROM history ORDER BY id")
        }
        return (rows ?? []).compactMap { row in
            guard let item = row.integer(0), let field = row.text(1) else { return nil }
            func value(_ column: Int) -> FieldValue? {
                row.text(column).flatMap { try? JSONValue(parsing: $0) }.flatMap { FieldValue(json: $0) }
            }
            return Change(
                item: item, field: FieldKey(field), old: value(2), new: value(3), at: row.integer(4) ?? 0,
                isOurs: row.text(5) == "azureDevOps", cause: row.text(6) ?? "")
        }
    }()

    struct ReceiptSeen {
        var link: Int64
        var field: FieldKey?
        var action: String
        var revision: Int64?
        var cause: String
        var detail: String?
    }

    lazy var receipts: [ReceiptSeen] = {
        let rows = try? play.database.readNow {
            try $0.rows("SELECT link_id, field, action, revision, cause, detail FROM receipt ORDER BY id")
        }
        return (rows ?? []).map { row in
            ReceiptSeen(
                link: row.integer(0) ?? 0, field: row.text(1).map { FieldKey($0) }, action: row.text(2) ?? "", revision: row.integer(3),
                cause: row.text(4) ?? "", detail: row.text(5))
        }
    }()
}

/// All checkers, in the order of their invariants. A26, A29 and A4 look on while the play goes on.
enum Checkers {
    static let all: [any Checker] = [
        NoLostRemoteEdit(), NoLostLocalEdit(), Convergence(), NoFalseConflict(), ConflictKeepsBoth(), DirectionIsLaw(), ManualIsLaw(),
        OneLinkPerPair(), CreatedOnce(), NoEcho(), LoopBreaker(), NormalisationFixpoint(), MonotoneRevision(), TestOnEveryWrite(),
        OneWriteInFlight(), DeletesNeverCascade(), AbsenceIsNotDeletion(), Scope(), FormatSafety(), NoLostWakeUp(),
        AcknowledgedMeansDurable(), UnknownIsResolved(), Fence(), NothingDisappears(),
    ]
}
