import AzureDevOps
import FieldSync
import Portfolio
import Store

/// What reading has shown of a write whose answer was lost.
enum AttemptFate: Hashable, Sendable {
    /// It has landed; the pairs hold what Azure DevOps has made of our values.
    case landed([FieldKey: AgreedPair])
    /// Another revision stands where it would have: it has not landed and cannot any more.
    case refuted
}

/// Finds out what became of unheard writes (`sync-protocol.md` 2.6, A28).
///
/// A write lands on the revision that it expects, or never: so the next revision tells, whatever has happened since and whatever Azure
/// DevOps has made of our values.
struct AttemptFates: Sendable {
    let work: Reconciler.Work

    /// Also tells the links whose history could not be read now: nothing can be planned for them.
    func fates(
        of open: [Identifier<Link>: [Attempt]], _ found: [Identifier<Link>: RemoteSnapshot]
    ) async throws -> (fates: [Identifier<Attempt>: AttemptFate], unreadable: [Identifier<Link>: LinkProblem]) {
        guard let owner = work.connection.ownerID else { return ([:], [:]) }
        var unreadable: [Identifier<Link>: LinkProblem] = [:]
        var fates: [Identifier<Attempt>: AttemptFate] = [:]
        for (id, attempts) in open.sorted(by: { $0.key < $1.key }) {
            guard let snapshot = found[id], let type = work.schema[snapshot.type],
                let entity = work.mapping.mapping.entity(forWorkItemType: snapshot.type)
            else { continue }
            let fields = MappedFields(entity, type)
            let writes = Dictionary(grouping: attempts.filter { $0.kind == .patch }) { $0.expectedRevision ?? 0 }
            for (expected, attempts) in writes.sorted(by: { $0.key < $1.key }) where expected < snapshot.revision {
                let next: RemoteSnapshot
                do {
                    guard let found = try await revision(expected + 1, of: snapshot, work.client) else { continue }
                    next = found
                } catch let stop as LaneStop where stop.mayConcernOne {
                    unreadable[id] = stop.problem
                    continue
                }
                let judged = attempts.compactMap { Judgement($0, next, fields) }
                let candidates = next.changedBy?.id == owner ? judged.filter(\.isPossible) : []
                // What several have written alike, any of them has.
                let isTold = candidates.allSatisfy { $0.attempt.pairs == candidates[0].attempt.pairs }
                let winner = candidates.last { $0.isExact } ?? (isTold ? candidates.last : nil)
                // Which of several it was cannot be told when a rule has changed what was written: the values alone have to.
                if winner == nil, !candidates.isEmpty { continue }
                for one in judged { fates[one.attempt.id] = one.attempt.id == winner?.attempt.id ? .landed(one.pairs) : .refuted }
            }
        }
        return (fates, unreadable)
    }

    private func revision(_ number: Int64, of snapshot: RemoteSnapshot, _ client: AzureDevOpsClient) async throws -> RemoteSnapshot? {
        if snapshot.revision == number { return snapshot }
        let answer = await Result(calling: { () async throws(AzureDevOpsError) in try await client.revision(number, of: snapshot.id) })
        switch answer {
        case .success(let item): return RemoteSnapshot(item)
        // History that cannot be read tells nothing: then the values alone have to.
        case .failure(.workItemMissing), .failure(.notFound): return nil
        case .failure(let error): throw LaneStop(reading: RemoteFailure(error))
        }
    }
}

/// How a revision looks like what a write would have made.
private struct Judgement: Sendable {
    let attempt: Attempt
    /// What was written, with what the revision holds.
    var pairs: [FieldKey: AgreedPair] = [:]
    /// Every field holds what was written.
    var isExact = true
    /// Nothing speaks against it. A rule may have changed our values on the way in, but hardly all of them beyond recognition; and another
    /// tool that writes under the same name would have left some of our fields as they stood, or come at another time.
    var isPossible: Bool

    /// How long after its sending a request may reach the service: the client gives up before, but what is on the wire may be slow.
    private static let longestWay = Duration.seconds(100)

    /// - Returns: `nil` for a write of nothing that makes a revision.
    init?(_ attempt: Attempt, _ revision: RemoteSnapshot, _ fields: MappedFields) {
        self.attempt = attempt
        isPossible = true
        var isRecognised = false
        for (key, pair) in attempt.pairs {
            guard let field = fields[key] else {
                // What nothing shows at the moment is taken for what was sent. The parent makes no revision.
                if key != .parent {
                    pairs[key] = pair
                    isExact = false
                    isRecognised = true
                }
                continue
            }
            let value = revision.value(of: field, like: pair.remote)
            pairs[key] = AgreedPair(local: pair.local, remote: value)
            isRecognised = isRecognised || value.mayHaveBeen(pair.remote)
            guard value != pair.remote else { continue }
            isExact = false
            if value == attempt.before[key] { isPossible = false }
        }
        guard !pairs.isEmpty else { return nil }
        isPossible = isPossible && isRecognised
        if !isExact, let sentAt = attempt.serviceTime, let changedAt = revision.changedAt {
            // The clock of the service tells whole seconds.
            isPossible = isPossible && changedAt >= sentAt.adding(.seconds(-2)) && changedAt <= sentAt.adding(Self.longestWay)
        }
    }
}

extension RemoteValue? {
    /// Letters from which on a line may have been cut; the limits of Azure DevOps are above it.
    private static var longLine: Int { 100 }

    /// Whether Azure DevOps may have made it of what was written. Of a line of text it changes blanks, punctuation and case, and the end of one
    /// that is too long; what it may make of a formatted text nobody knows.
    func mayHaveBeen(_ written: RemoteValue?) -> Bool {
        switch (self, written) {
        case (.text(let text)?, .text(let written)?):
            let (letters, given) = (text.letters, written.letters)
            return letters == given || (letters.count > Self.longLine && given.hasPrefix(letters))
        case (.richText?, .richText?): return true
        default: return self == written
        }
    }
}

extension String {
    fileprivate var letters: String { lowercased().filter { $0.isLetter || $0.isNumber } }
}

/// The fields of a work item type that a mapping covers, as far as reading them goes. The parent is none.
struct MappedFields: Sendable {
    struct Field: Sendable {
        var name: String
        var type: RemoteFieldType
    }

    private let fields: [FieldKey: Field]

    init(_ entity: EntityMapping, _ type: WorkItemTypeSchema) {
        fields = Dictionary(
            entity.enabledFields.compactMap { mapping in
                type[mapping.azureDevOpsField].map { (mapping.field, Field(name: mapping.azureDevOpsField, type: $0.type)) }
            }, uniquingKeysWith: { first, _ in first })
    }

    subscript(key: FieldKey) -> Field? { fields[key] }

    /// The long texts, in the order of their keys.
    var texts: [(key: FieldKey, name: String)] {
        fields.filter { $0.value.type == .html }.map { ($0.key, $0.value.name) }.sorted { $0.key < $1.key }
    }
}

/// The same of all types that are mapped, looked up once for many work items.
struct MappedTypes: Sendable {
    private let types: [String: MappedFields]

    init(_ mapping: MappingSet, _ schema: ProjectSchema) {
        types = Dictionary(
            mapping.entities.compactMap { entity in
                schema[entity.workItemType].map { (entity.workItemType.lowercased(), MappedFields(entity, $0)) }
            }, uniquingKeysWith: { first, _ in first })
    }

    subscript(type: String) -> MappedFields? { types[type.lowercased()] }
}

extension RemoteSnapshot {
    /// The canonical value of a field.
    /// - Parameter other: gives the format of a long text where this reading does not tell.
    func value(of field: MappedFields.Field, like other: RemoteValue?) -> RemoteValue? {
        var format = formats[field.name] ?? .html
        if !tellsFormats, case .richText(let text)? = other { format = text.format }
        return CanonicalForm.remoteValue(of: fields[field.name], type: field.type, format: format)
    }
}
