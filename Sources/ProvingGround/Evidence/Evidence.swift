import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Portfolio

/// Everything that happened in a play and could be seen from outside the engine: what people did, what went over the wire, what was
/// committed. The checkers judge by this and by the two final states, never by the engine's own opinion.
public final class Evidence {
    /// One call of Azure DevOps.
    struct Call {
        var number: Int
        var node: Int
        var sentAt: Int64
        /// When the caller stopped waiting.
        var endedAt: Int64?
        var method: String
        var path: String
        var body: JSONValue
        var workItem: Int64?
        var status: Int?
        /// Whether it reached Azure DevOps, and what it said then.
        var appliedAt: Int64?
        var appliedStatus: Int?
        var revisionBefore: Int64?
        var revisionAfter: Int64?
        var wasMarkdown = false
        var heard = false

        /// The work items that it asks for.
        var readWorkItems: [Int64] {
            if path.hasSuffix("/wit/workitemsbatch") { return (body["ids"]?.array ?? []).compactMap(\.integer) }
            guard method == "GET", path.contains("/wit/workitems/") else { return [] }
            return path.split(separator: "/").last.flatMap { Int64($0) }.map { [$0] } ?? []
        }

        /// Only asked for, not carried out.
        var isValidation = false

        var isPatch: Bool { method == "PATCH" && path.contains("/wit/workitems/") && !isValidation }
        var isCreation: Bool { method == "POST" && path.contains("/wit/workitems/$") }
    }

    /// When a mapped field was deleted in Azure DevOps, and when it came back.
    var fieldGoneSpans: [(from: Int64, to: Int64?)] = []

    /// Something that a person did in Kiplot and that was confirmed.
    struct LocalEdit {
        var item: Identifier<Item>
        var field: FieldKey
        var value: FieldValue?
        var at: Int64
    }

    /// Something that a person or a tool did in Azure DevOps.
    struct RemoteEdit {
        var workItem: Int64
        var revision: Int64
        var at: Int64
    }

    /// What a link's row held after a commit.
    struct LinkRow {
        var at: Int64
        var node: Int
        var state: String
        var seenRevision: Int64
        var dirty: Int64
        var settled: Int64
        var fields: String
        /// When the last reconcile recorded what it had done.
        var syncedAt: Int64?
        /// Of the integration, at that commit.
        var isActive: Bool
        var epoch: Int64
    }

    struct AttemptRow {
        var id: Int64
        var link: Int64
        var isCreation: Bool
        var expectedRevision: Int64?
        var beganAt: Int64
        var epoch: Int64
    }

    struct ConflictRow {
        var link: Int64
        var item: Int64
        var field: FieldKey
        var local: FieldValue?
        var remote: RemoteValue?
        var revision: Int64
        var at: Int64
        var isOverwriting: Bool
    }

    struct EpochChange {
        var at: Int64
        var epoch: Int64
    }

    struct Settlement {
        var link: Int64
        var item: Identifier<Item>
        var field: FieldKey
        var chosen: FieldValue?
        var at: Int64
    }

    var calls: [Call] = []
    var localEdits: [LocalEdit] = []
    var remoteEdits: [RemoteEdit] = []
    var linkRows: [Int64: [LinkRow]] = [:]
    /// When each link got how many reasons to be looked at, and whether the last of them was that somebody had typed something here.
    var marks: [Int64: [(at: Int64, dirty: Int64, isEdit: Bool)]] = [:]
    var attempts: [Int64: AttemptRow] = [:]
    var conflicts: [ConflictRow] = []
    var epochs: [EpochChange] = []
    var settlements: [Settlement] = []
    /// Deliveries that were answered 200: public name of the hook, and the event.
    var acknowledged: [(hook: String, event: String)] = []
    var violations: [Violation] = []
    /// Moments at which a process was frozen or its clock was moved: promises that rest on time do not hold across them.
    var disturbances: [Int64] = []
    var occurrences: [Fault: Int] = [:]
    /// Work items that were deleted, moved or retyped at some moment, with from when to when.
    var excursions: [Int64: [(from: Int64, to: Int64?, kind: String)]] = [:]
    var story: [String] = []
    var reads = 0
    var commits = 0
    let keepsStory: Bool
    /// Whether the story tells every call, too.
    var tellsCalls = false
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var epoch: Int64 = 0
    var isActive = true
    var isAudited = false
    var liveness: Int64 = .max

    init(keepsStory: Bool) { self.keepsStory = keepsStory }

    func note(_ fault: Fault) { occurrences[fault, default: 0] += 1 }

    /// Adds a text to the fingerprint of the play.
    func stamp(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
    }

    func tell(_ moment: Int64, _ line: @autoclosure () -> String) {
        guard keepsStory else { return }
        story.append("\(Self.clock(moment))  \(line())")
    }

    static func clock(_ moment: Int64) -> String {
        let rest = moment % 86_400_000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let milliseconds = rest % 1_000
        let fraction = milliseconds < 10 ? "00\(milliseconds)" : milliseconds < 100 ? "0\(milliseconds)" : "\(milliseconds)"
        return "\(two(rest / 3_600_000)):\(two(rest / 60_000 % 60)):\(two(rest / 1_000 % 60)).\(fraction)"
    }
}

/// Something that must never happen, and did.
public struct Violation: Hashable, Sendable {
    /// The invariant (`sync-protocol.md` 2.8).
    public var invariant: String
    public var what: String

    public init(_ invariant: String, _ what: String) {
        self.invariant = invariant
        self.what = what
    }
}
