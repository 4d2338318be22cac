import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine

/// What both sides really hold in the end, compared without asking the engine.
struct Agreement {
    private let play: Play

    init(_ play: Play) { self.play = play }

    struct Disagreement {
        var link: Identifier<Link>
        var item: Identifier<Item>
        var workItem: Int64
        var field: FieldKey
        var here: String
        var there: String
        /// Whether something still waits for the engine: then it is late, else it has been forgotten.
        var isWaiting: Bool
        /// What the link has seen, and what there is.
        var seenRevision: Int64
        var revision: Int64
    }

    static let remoteNames: [FieldKey: (name: String, type: RemoteFieldType)] = [
        .name: ("System.Title", .string), .description: ("System.Description", .html),
        .effort: ("Microsoft.VSTS.Scheduling.Effort", .double), .tags: ("System.Tags", .tags), .stage: ("System.State", .string),
    ]

    /// Fields that differ without a reason that a person can see: no conflict, no obstacle, no button to press, no direction against it.
    func disagreements() throws -> [Disagreement] {
        let world = play.world
        return try play.database.readNow { transaction in
            let store = StoreTransaction(transaction)
            guard let integration = try store.integration(play.integration), let set = try store.mappingSet(integration.mappingSet) else {
                return []
            }
            var found: [Disagreement] = []
            for link in try store.links(in: play.integration, after: nil, limit: 10_000) {
                guard let item = try store.item(link.item), let workItem = link.workItem, link.state == .active, link.problem == nil,
                    world.isLiving(workItem), let entity = set.mapping[item.kind],
                    let fields = world.newestFields(of: workItem)
                else { continue }
                for mapping in entity.enabledFields {
                    guard let (name, type) = Self.remoteNames[mapping.field] else { continue }
                    let known = link.fields[mapping.field]
                    if known?.isInConflict == true || known?.obstacle != nil || known?.isWaiting == true { continue }
                    let format: RichText.Format = world.isMarkdown(name, of: workItem) ? .markdown : .html
                    let remote = CanonicalForm.remoteValue(of: fields[name], type: type, format: format)
                    guard !Self.agree(item[mapping.field], remote, known?.agreed, mapping) else { continue }
                    found.append(
                        Disagreement(
                            link: link.id, item: item.id, workItem: workItem, field: mapping.field,
                            here: item[mapping.field]?.json.text ?? "nothing", there: remote?.json.text ?? "nothing",
                            isWaiting: link.dirty != link.settled, seenRevision: link.seenRevision,
                            revision: world.newestRevision(of: workItem) ?? 0))
                }
                if let other = try parent(of: item, link, workItem, entity, store) { found.append(other) }
            }
            return found
        }
    }

    /// The parent, where both ends are linked; links make no revisions, so it is compared by itself.
    private func parent(
        of item: Item, _ link: Link, _ workItem: Int64, _ entity: EntityMapping, _ store: StoreTransaction
    ) throws -> Disagreement? {
        guard entity.parentDirection == .both, link.fields[.parent]?.isInConflict != true, link.fields[.parent]?.obstacle == nil else {
            return nil
        }
        var here: Int64?
        if case .item(let parent)? = item[.parent] {
            // Under a work item that is deleted nothing can be hung.
            guard let tie = try store.liveLink(of: parent, in: play.integration), tie.state != .remoteDeleted, let linked = tie.workItem
            else { return nil }
            here = linked
        }
        let there = play.world.parent(of: workItem)
        if let there {
            // What is not linked to an initiative is no parent for an outcome.
            guard let link = try store.liveLink(ofWorkItem: there, in: play.integration), try store.item(link.item)?.kind == .initiative
            else { return nil }
        }
        guard here != there else { return nil }
        return Disagreement(
            link: link.id, item: item.id, workItem: workItem, field: .parent, here: here.map { "#\($0)" } ?? "nothing",
            there: there.map { "#\($0)" } ?? "nothing", isWaiting: link.dirty != link.settled, seenRevision: link.seenRevision,
            revision: play.world.newestRevision(of: workItem) ?? 0)
    }

    /// Links whose state does not tell what became of their work item.
    func strays() throws -> [String] {
        let world = play.world
        return try play.database.readNow { transaction in
            let store = StoreTransaction(transaction)
            return try store.links(in: play.integration, after: nil, limit: 10_000).compactMap { link in
                guard let workItem = link.workItem, let kind = try store.item(link.item)?.kind, link.problem == nil || link.state != .active
                else { return nil }
                let isThere = world.isLiving(workItem)
                let isInside =
                    isThere && world.projectID(of: workItem) == play.projectID
                    && world.type(of: workItem) == (kind == .initiative ? "Epic" : "Feature")
                switch link.state {
                case .active:
                    return isInside ? nil : "the link to #\(workItem) is active, but the work item is \(isThere ? "elsewhere" : "gone")"
                case .remoteDeleted: return isThere ? "the link to #\(workItem) says that it is deleted, but it is there" : nil
                case .outOfScope: return isInside ? "the link to #\(workItem) says that it left, but it is here" : nil
                default: return nil
                }
            }
        }
    }

    private static func agree(_ local: FieldValue?, _ remote: RemoteValue?, _ agreed: AgreedPair?, _ mapping: FieldMapping) -> Bool {
        // A field that is only written and has no value here leaves Azure DevOps' alone.
        if mapping.direction == .write, local == nil, agreed?.local == nil { return true }
        switch (local, remote) {
        case (nil, nil): return true
        case (.text(let here)?, .text(let there)?): return here == there || isAgreed(local, remote, agreed)
        case (.number(let here)?, .number(let there)?): return here == there
        case (.richText(let here)?, .richText(let there)?):
            return here.format != there.format || Self.letters(here.source) == Self.letters(there.source)
                || isAgreed(local, remote, agreed)
        case (.choices(let here)?, .tags(let there)?):
            return Set(here.map { $0.lowercased() }) == Set(there.labels.map { $0.lowercased() })
        case (.stage?, .text?): return isAgreed(local, remote, agreed)
        default: return false
        }
    }

    /// Where Azure DevOps rewrites what is written, both sides agree without looking the same: the pair says what stood for what.
    private static func isAgreed(_ local: FieldValue?, _ remote: RemoteValue?, _ agreed: AgreedPair?) -> Bool {
        agreed?.local == local && agreed?.remote == remote
    }

    static func letters(_ html: String) -> String {
        var isInTag = false
        return String(
            html.filter { character in
                if character == "<" { isInTag = true }
                defer { if character == ">" { isInTag = false } }
                return !isInTag && character != ">" && !character.isWhitespace
            })
    }
}
