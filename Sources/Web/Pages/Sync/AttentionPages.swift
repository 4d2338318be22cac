import FieldSync
import JSON
import Markup
import Portfolio
import Store
import SyncEngine

/// What waits for a person, grouped by its cause, each group with what mends it.
enum AttentionPages {
    static let routes: [Route] =
        [
            Route("GET", "/attention", .having(.viewPortfolio), attention),
            Route("POST", "/attention/conflicts", .having(.synchroniseItems), settleAll),
            Route("POST", "/attention/retry", .having(.synchroniseItems), retry),
            Route("POST", "/attention/again", .having(.synchroniseItems), lookAgain),
            Route("POST", "/attention/unlink", .having(.synchroniseItems), unlink),
            Route("POST", "/attention/duplicate", .having(.synchroniseItems), useDuplicate),
            Route("POST", "/attention/duplicate/accept", .having(.synchroniseItems), acceptDuplicate),
        ] + ActivityPages.routes

    @Sendable
    private static func attention(_ visit: Visit) async throws -> Reply {
        let person = try visit.visitor()
        let view = try await visit.store.read { try AttentionView(for: person, $0) }
        return try await visit.layout("Attention", section: .attention, live: ["attention", "item:*"], parts: [.integrations]) {
            header(.class("page-head")) {
                div {
                    h1 { "Attention" }
                    p(.class("lead"), .id("attention-count"), .data("part", "")) {
                        view.count == 0
                            ? "Nothing waits for you." : "\(view.count) \(view.count == 1 ? "thing waits" : "things wait") for a person."
                    }
                }
            }
            div(.id("attention"), .data("part", "")) {
                if view.count == 0 { allWell }
                for instance in view.instances { instanceGroup(visit, instance) }
                for (index, group) in view.groups.enumerated() { groupNode(visit, view, group, index) }
                if !view.duplicates.isEmpty { duplicateGroup(visit, view) }
            }
        }
    }

    /// Nothing waits: what would stand here, and what it would be good for.
    private static var allWell: Node {
        section(.class("card teaching")) {
            span(.class("well")) { icon(.check, 28) }
            h2 { "All in step" }
            p { "When something needs a person, it comes here by itself:" }
            ul {
                li { "conflicts: both sides changed a field, and you choose which value counts" }
                li { "values that cannot travel, grouped by cause, with the button that mends all of them" }
                li { "access tokens that were rejected, and work items that are gone" }
            }
        }
    }

    private static func instanceGroup(_ visit: Visit, _ instance: Instance) -> Node {
        let isRejected = instance.health == .credentialRejected
        return section(.class("group")) {
            div(.class("group-head")) {
                div {
                    h2 { isRejected ? "\(instance.name): Azure DevOps rejects the access token" : "\(instance.name) cannot be used" }
                    p(.class("muted")) { "\(instance.healthDetail ?? "") What waits for it goes on by itself afterwards." }
                }
                if visit.may(.configureIntegrations) {
                    div(.class("actions")) {
                        a(.class("button"), .href("/instances/\(instance.id)\(isRejected ? "#credentials" : "")")) {
                            isRejected ? "Replace the token…" : "Open the instance"
                        }
                    }
                } else {
                    p(.class("muted")) { "An administrator can mend it." }
                }
            }
        }
    }

    private static func groupNode(_ visit: Visit, _ view: AttentionView, _ group: AttentionGroup, _ index: Int) -> Node {
        let isConflict = group.fix == .choose
        let number = group.cases.count
        return section(.class("group\(isConflict ? " conflicts" : "")"), .id("group-\(index)")) {
            div(.class("group-head")) {
                div {
                    h2 { "\(number) \(number == 1 ? "item" : "items"): \(group.title)" }
                    p(.class("muted")) { "\(group.remedy)\(group.project.isEmpty ? "" : " · \(group.project)")" }
                }
                div(.class("actions")) { actions(visit, group) }
            }
            details(.flag("open", number <= 3)) {
                summary { number == 1 ? "The item" : "All \(number)" }
                ol(.class("cases")) {
                    for entry in group.cases.prefix(100) { caseNode(visit, view, entry, in: group) }
                    if number > 100 { li { span(.class("muted")) { "and \(number - 100) more of the same cause" } } }
                }
            }
        }
    }

    @NodeBuilder
    private static func actions(_ visit: Visit, _ group: AttentionGroup) -> [Node] {
        let mine = group.cases.filter(\.mayDecide)
        switch group.fix {
        case .choose:
            if mine.count > 1 {
                for (winner, words) in [("kiplot", "Keep Kiplot for all"), ("azureDevOps", "Keep Azure DevOps for all")] {
                    visit.post(
                        "/attention/conflicts", .class("inline"), .data("auto", "submit"),
                        .data("confirm", "\(words) \(mine.count)? The other values stay in the history.")
                    ) {
                        input(.type("hidden"), .name("choice"), .value(winner))
                        for conflict in mine.compactMap(\.conflict) {
                            input(.type("hidden"), .name("conflict"), .value("\(conflict.id):\(conflict.fingerprint)"))
                        }
                        button { words }
                    }
                }
            }
        case .mapping(let place):
            if visit.may(.configureIntegrations) {
                a(.class("button"), .href(place)) { "Add it to the mapping…" }
            } else {
                span(.class("muted")) { "An administrator can add it to the mapping." }
            }
        case .people:
            if visit.may(.managePeople) { a(.class("button"), .href("/people")) { "Open the people…" } }
            retryForm(visit, mine, quiet: true)
        case .retry: retryForm(visit, mine, quiet: false)
        case .lookAgain, .lookAgainOrUnlink:
            if !mine.isEmpty {
                linkForm(visit, "/attention/again", mine, mine.count == 1 ? "Look again" : "Look at all again")
                if group.fix == .lookAgainOrUnlink {
                    linkForm(
                        visit, "/attention/unlink", mine, mine.count == 1 ? "Unlink" : "Unlink all",
                        confirm: "Unlink \(mine.count)? Both sides keep what they have.")
                }
            }
        }
    }

    @NodeBuilder
    private static func retryForm(_ visit: Visit, _ cases: [AttentionCase], quiet: Bool) -> [Node] {
        if !cases.isEmpty {
            visit.post("/attention/retry", .class("inline"), .data("auto", "submit")) {
                for entry in cases {
                    input(.type("hidden"), .name("field"), .value("\(entry.link.id):\(entry.field?.name ?? "")"))
                }
                button(.class(quiet ? "quiet" : "")) { cases.count == 1 ? "Try again" : "Try all again" }
            }
        }
    }

    private static func linkForm(
        _ visit: Visit, _ action: String, _ cases: [AttentionCase], _ words: String, confirm: String? = nil
    ) -> Node {
        visit.post(action, .class("inline"), .data("auto", "submit"), .data("confirm", confirm)) {
            for entry in cases { input(.type("hidden"), .name("link"), .value("\(entry.link.id)")) }
            button(.class(confirm == nil ? "" : "quiet")) { words }
        }
    }

    private static func caseNode(_ visit: Visit, _ view: AttentionView, _ entry: AttentionCase, in group: AttentionGroup) -> Node {
        li {
            div {
                a(.href("/items/\(entry.link.item)#azure-devops")) { entry.item.map { "\($0.key) \($0.name)" } ?? "an item" }
                if let number = entry.link.workItem {
                    " · "
                    if let address = entry.address {
                        a(.href(address), Attribute("target", "_blank"), Attribute("rel", "noopener noreferrer")) { "#\(number)" }
                    } else {
                        "#\(number)"
                    }
                }
            }
            if let conflict = entry.conflict {
                versus(visit, view.workspace, entry, conflict)
            } else if !group.title.hasSuffix(entry.message) {
                // What the heading says is not said again for each.
                span(.class("muted")) { entry.message }
            }
        }
    }

    /// Both values of a conflict beside each other, with who and when.
    private static func versus(_ visit: Visit, _ workspace: Workspace, _ entry: AttentionCase, _ conflict: Conflict) -> Node {
        let key = entry.item?.key ?? "the item"
        func side(_ title: String, _ value: String, _ name: String?, _ at: Instant?, _ choice: String) -> Node {
            div(.class("side")) {
                strong { title }
                p { value.isEmpty ? "(empty)" : String(value.prefix(200)) }
                p(.class("muted")) {
                    name ?? "somebody"
                    if let at {
                        ", "
                        at.node
                    }
                }
                if entry.mayDecide {
                    visit.post("/items/\(conflict.item)/conflicts/\(conflict.id)", .data("auto", "submit")) {
                        input(.type("hidden"), .name("seen"), .value(conflict.fingerprint))
                        input(.type("hidden"), .name("choice"), .value(choice))
                        button(.label("Keep \(title) for \(key)")) { "Keep \(title)" }
                    }
                }
            }
        }
        return div(.class("versus")) {
            side("Kiplot", workspace.words(conflict.local), conflict.localBy, conflict.localAt, "kiplot")
            side("Azure DevOps", conflict.remote?.shortText ?? "", conflict.remoteBy, conflict.remoteAt, "azureDevOps")
        }
    }

    private static func duplicateFields(_ duplicate: Duplicate) -> [Node] {
        [
            input(.type("hidden"), .name("link"), .value("\(duplicate.link)")),
            input(.type("hidden"), .name("workItem"), .value("\(duplicate.workItem)")),
        ]
    }

    private static func duplicateGroup(_ visit: Visit, _ view: AttentionView) -> Node {
        let number = view.duplicates.count
        return section(.class("group"), .id("duplicates")) {
            div(.class("group-head")) {
                div {
                    h2 { "\(number) \(number == 1 ? "item has" : "items have") a second work item" }
                    p(.class("muted")) {
                        "Made when an answer of Azure DevOps was lost, or copied by somebody. Nothing is deleted by itself: delete the one that is not wanted in Azure DevOps; the next comparison takes it off this list."
                    }
                }
            }
            ol(.class("cases")) {
                for row in view.duplicates {
                    li {
                        div {
                            a(.href("/items/\(row.duplicate.item)")) { row.item.map { "\($0.key) \($0.name)" } ?? "item" }
                            ": #\(row.duplicate.linked ?? 0) is linked, #\(row.duplicate.workItem) carries the same marker"
                        }
                        if row.mayDecide {
                            div(.class("actions")) {
                                visit.post(
                                    "/attention/duplicate", .class("inline"), .data("auto", "submit"),
                                    .data("confirm", "Link #\(row.duplicate.workItem) instead of #\(row.duplicate.linked ?? 0)?")
                                ) {
                                    duplicateFields(row.duplicate)
                                    button { "Link #\(row.duplicate.workItem) instead" }
                                }
                                visit.post("/attention/duplicate/accept", .class("inline"), .data("auto", "submit")) {
                                    duplicateFields(row.duplicate)
                                    button(.class("quiet"), Attribute("title", "A bulk pull makes an item of the second one")) {
                                        "Keep both"
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
