import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// How an item stands with Azure DevOps, field by field, and what was done and why.
extension ItemPages {
    /// Who set the present value of each field, and through what.
    private typealias Setters = [FieldKey: Change]

    @Sendable
    static func integration(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        let id = page.item.id
        let keys = Set(page.links.flatMap { fields(of: $0) })
        let setters: Setters = try await visit.store.read { transaction in
            var setters: Setters = [:]
            for key in keys { setters[key] = try transaction.lastChange(of: key, on: id) }
            return setters
        }
        return try await framed(visit, page, .integration) {
            div(.id("integration"), .data("part", "")) {
                for view in page.links { link(visit, page, view, setters) }
                if page.links.isEmpty { notLinked(page) }
            }
            receipts(page)
        }
    }

    private static func fields(of view: ItemPage.LinkView) -> [FieldKey] {
        (view.entity?.enabledFields.map(\.field) ?? []) + (view.entity?.parentDirection == nil ? [] : [.parent])
    }

    private static func notLinked(_ page: ItemPage) -> Node {
        section(.class("card empty")) {
            icon(.plug)
            h2 { "Not in step with anything yet" }
            p {
                page.free.isEmpty
                    ? "No project is connected. An administrator connects one under Integrations; then an item can be linked here."
                    : "Create a work item from this \(page.item.kind.title.lowercased()), or link the one that exists, by the buttons above."
            }
        }
    }

    // MARK: One link

    private static func link(_ visit: Visit, _ page: ItemPage, _ view: ItemPage.LinkView, _ setters: Setters) -> Node {
        section(.class("link")) {
            div(.class("card")) {
                div(.class("card-head")) {
                    h2 { "\(view.integration.projectName) · \(view.link.workItemType)" }
                    linkChip(view.link)
                    if let address = view.address, let id = view.link.workItem {
                        a(
                            .class("aside-link"), .href(address), Attribute("rel", "noopener noreferrer"), Attribute("target", "_blank")
                        ) {
                            "Open #\(id) in Azure DevOps "
                            icon(.external, 13)
                        }
                    }
                }
                if let problem = view.link.problem { notice("error", problem.message, problem.remedy) }
                if view.integration.state == .paused { notice("warning", "Synchronisation is paused.", "An administrator can resume it.") }
                figures(view)
            }
            if view.entity == nil {
                notice(
                    "warning", "The mapping has no pair for \(page.item.kind.plural).", "An administrator can add it in the mapping editor."
                )
            } else {
                div(.class("scroll")) { pairs(page, view, setters) }
            }
        }
    }

    private static func figures(_ view: ItemPage.LinkView) -> Node {
        func figure(_ words: String, @NodeBuilder _ value: () -> [Node]) -> Node {
            div {
                dt { words }
                dd(content: value)
            }
        }
        let agreed = view.link.fields.values.filter { $0.agreed != nil }.count
        return dl(.class("figures small")) {
            figure("Revision") { view.link.seenRevision > 0 ? String(view.link.seenRevision) : "not read yet" }
            if let at = view.link.remoteChangedAt {
                figure("Changed there") {
                    at.node
                    if let name = view.link.remoteChangedBy { " by \(name)" }
                }
            }
            figure("Synchronised") { if let at = view.link.syncedAt { at.node } else { "not yet" } }
            figure("Agreed") { "\(agreed) of \(fields(of: view).count) fields" }
        }
    }

    private static func pairs(_ page: ItemPage, _ view: ItemPage.LinkView, _ setters: Setters) -> Node {
        table(.class("list pairs")) {
            thead { tr { for words in ["Field", "In Kiplot", "In Azure DevOps", "Set by", "State"] { th { words } } } }
            tbody { for key in fields(of: view) { pair(page, view, key, setters[key]) } }
        }
    }

    private static func pair(_ page: ItemPage, _ view: ItemPage.LinkView, _ key: FieldKey, _ setter: Change?) -> Node {
        let mapping = view.mapping(key)
        let field = view.link.fields[key]
        let mode = mapping?.mode.resolved(default: view.integration.defaultMode) ?? view.integration.defaultMode
        let (local, remote) = (page.words(page.item[key]), field?.remote?.words ?? "")
        return tr(.data("field", key.name)) {
            th(Attribute("scope", "row")) {
                page.label(key)
                div(.class("sub way")) {
                    if let direction = mapping?.direction ?? (key == .parent ? view.entity?.parentDirection : nil) {
                        icon(direction == .both ? .both : direction == .read ? .read : .write, 13)
                        "\(direction.words) · \(mode.title.lowercased())"
                    }
                }
            }
            td { value(local) }
            td { value(remote) }
            td(.class("sub setter")) {
                if let setter {
                    "\(setter.actor.name) · \(setter.cause.title)"
                    br()
                    setter.at.node
                } else {
                    "–"
                }
            }
            td(.class("stands")) { standing(page, key, view, field) }
        }
    }

    private static func value(_ words: String) -> Node {
        words.isEmpty ? span(.class("muted")) { "empty" } : span(.class("clamped"), Attribute("title", words)) { words }
    }

    private static func standing(_ page: ItemPage, _ key: FieldKey, _ view: ItemPage.LinkView, _ field: LinkField?) -> [Node] {
        guard let field else { return [span(.class("muted")) { "Not looked at yet" }] }
        var nodes: [Node] = []
        if let obstacle = field.obstacle {
            nodes.append(span(.class("mark bad")) { "Blocked" })
            nodes.append(
                p(.class("sub")) {
                    obstacle.message
                    " "
                    strong { obstacle.remedy }
                })
            if page.mayEdit, page.lock(key) == nil {
                nodes.append(p(.class("sub")) { a(.href("/items/\(page.item.id)#\(elementID(key))")) { "Change the value" } })
            }
        } else if field.isInConflict {
            nodes.append(span(.class("mark bad")) { "Conflict" })
            nodes.append(p(.class("sub")) { a(.href("#conflicts")) { "Choose a value" } })
        } else if field.isWaiting {
            nodes.append(span(.class("mark waiting")) { "Differs" })
            nodes.append(p(.class("sub")) { "Waits for Read or Write, above." })
        } else if field.agreed == nil {
            nodes.append(span(.class("mark waiting")) { "Not agreed yet" })
        } else {
            nodes.append(span(.class("mark good")) { view.link.dirty == view.link.settled ? "In step" : "Being looked at" })
        }
        if let at = field.syncedAt {
            nodes.append(
                div(.class("sub")) {
                    "since "
                    at.node
                })
        }
        return nodes
    }

    // MARK: Conflicts

    /// What waits for a decision, above every tab.
    static func conflicts(_ visit: Visit, _ page: ItemPage) -> Node {
        let may = page.mayEdit && visit.may(.synchroniseItems)
        let open = page.links.flatMap(\.conflicts)
        return div(.id("conflicts"), .data("part", "")) {
            for conflict in open { conflictView(visit, page, conflict, may) }
        }
    }

    private static func conflictView(_ visit: Visit, _ page: ItemPage, _ conflict: Conflict, _ may: Bool) -> Node {
        let action = "/items/\(page.item.id)/conflicts/\(conflict.id)"
        func side(_ title: String, _ value: String, _ name: String?, _ at: Instant?, _ choice: String) -> Node {
            div(.class("side")) {
                strong { title }
                p(.class("held")) { value.isEmpty ? "(empty)" : value }
                p(.class("muted")) {
                    name ?? "somebody"
                    if let at {
                        ", "
                        at.node
                    }
                }
                if may {
                    visit.post(action, .data("auto", "submit")) {
                        input(.type("hidden"), .name("seen"), .value(conflict.fingerprint))
                        input(.type("hidden"), .name("choice"), .value(choice))
                        button(.label("Keep this, from \(title)")) { "Keep this" }
                    }
                }
            }
        }
        return section(.class("conflict"), .data("conflict", conflict.field.name)) {
            h2 { "Both sides changed \(page.label(conflict.field))" }
            div(.class("sides")) {
                side("Kiplot", page.words(conflict.local, limit: 4_000), conflict.localBy, conflict.localAt, "kiplot")
                side("Azure DevOps", conflict.remote?.held ?? "", conflict.remoteBy, conflict.remoteAt, "azureDevOps")
            }
            if may, let definition = page.workspace.catalogue[conflict.field] {
                details {
                    element("summary", []) { "Type another value" }
                    visit.post(action, .data("auto", "submit")) {
                        input(.type("hidden"), .name("seen"), .value(conflict.fingerprint))
                        label(.class("sr"), Attribute("for", "conflict-\(conflict.id)")) { "Another value for \(definition.label)" }
                        FieldInput.control(
                            definition, conflict.local, id: "conflict-\(conflict.id)", page.workspace, kind: page.item.kind,
                            initiatives: page.initiatives)
                        button { "Use this value" }
                    }
                }
            }
        }
    }

    // MARK: What was done

    private static func receipts(_ page: ItemPage) -> Node {
        guard !page.receipts.isEmpty else { return .nothing }
        return section(.class("card"), .id("receipts"), .data("part", "")) {
            h2 { "What was done, and why" }
            ul(.class("plain receipts")) {
                for receipt in page.receipts {
                    li {
                        span(.class("muted")) { receipt.at.node }
                        span {
                            strong { "\(receipt.action.title)\(receipt.field.map { ": \(page.label($0))" } ?? "")" }
                            if let before = receipt.before, !before.isEmpty { " from “\(before.prefix(60))”" }
                            if let after = receipt.after, !after.isEmpty { " to “\(after.prefix(60))”" }
                            span(.class("muted")) {
                                " · \(receipt.actor) · \(receipt.cause.title)\(receipt.revision.map { " · revision \($0)" } ?? "")"
                            }
                            if let detail = receipt.detail { p(.class("muted")) { detail } }
                        }
                    }
                }
            }
        }
    }
}

extension RemoteValue {
    /// The whole of it, as far as a person reads to choose.
    var held: String {
        guard case .richText(let text) = self else { return words }
        return String(RichTextTree(text).plainText.prefix(4_000))
    }

    /// What Azure DevOps holds, in words; a midnight in UTC is a day there.
    fileprivate var words: String {
        guard case .instant(let instant) = self, let day = instant.day else { return shortText }
        return instant == Instant(startOf: day) ? day.words : "\(day.words) \(instant.description.dropFirst(11).prefix(5)) UTC"
    }
}

extension Direction {
    /// The arrow in two words, for a table.
    fileprivate var words: String {
        switch self {
        case .read: "Reads"
        case .write: "Writes"
        case .both: "Both ways"
        }
    }
}
