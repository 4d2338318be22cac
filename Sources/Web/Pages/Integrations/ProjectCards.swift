import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// The cards of a project's page.
enum ProjectCards {
    typealias View = IntegrationPages.View

    private static let states: [(health: Link.Health, words: String)] = [
        (.inSync, "In step"), (.pending, "Waiting"), (.conflict, "In conflict"), (.failed, "Needs attention"), (.outside, "Outside"),
    ]

    /// Linked items by how they stand: a bar, the states as filters, and the items.
    static func links(_ visit: Visit, _ view: View) -> Node {
        let path = "/integrations/\(view.integration.id)"
        return section(.class("card"), .id("state"), .data("part", "")) {
            h2 { "Linked items" }
            bar(view.counts)
            nav(.class("legend"), .label("Linked items by state")) {
                a(.href(path), Attribute("aria-current", view.health == nil ? "page" : nil)) {
                    strong { String(view.counts.total) }
                    " in all"
                }
                for (health, words) in states where view.counts[health] > 0 || view.health == health {
                    a(
                        .href("\(path)?state=\(health.rawValue)"), .class(health.rawValue),
                        Attribute("aria-current", view.health == health ? "page" : nil)
                    ) {
                        strong { String(view.counts[health]) }
                        " \(words)"
                    }
                }
            }
            if view.counts.total == 0 {
                p(.class("muted")) { "Nothing is linked yet. A pull makes an item for each epic and feature, and links them." }
            } else if view.links.isEmpty {
                p(.class("muted")) { "No more links in this state." }
            } else {
                linkTable(view)
                if view.links.count == IntegrationPages.linksOnPage, let last = view.links.last {
                    p {
                        a(.href("\(path)?state=\(view.health?.rawValue ?? "")&after=\(last.link.id)#state")) { "More →" }
                    }
                }
            }
        }
    }

    private static func bar(_ counts: LinkHealthCounts) -> Node {
        let all = Double(max(1, counts.total))
        var start = 0.0
        var parts: [Node] = []
        for (health, _) in states where counts[health] > 0 {
            let width = Double(counts[health]) / all * 100
            parts.append(
                rect(
                    .class(health.rawValue), Attribute("x", String(start)), Attribute("width", String(max(0.6, width))),
                    Attribute("height", "10")))
            start += width
        }
        return svg(
            .class("state-bar"), Attribute("viewBox", "0 0 100 10"), Attribute("preserveAspectRatio", "none"),
            Attribute("aria-hidden", "true")
        ) { parts }
    }

    private static func linkTable(_ view: View) -> Node {
        table(.class("list stacked")) {
            thead { tr { for words in ["Item", "Work item", "State", "Changed there"] { th { words } } } }
            tbody {
                for row in view.links {
                    tr {
                        td(.class("name")) {
                            a(.href("/items/\(row.link.item)#azure-devops")) {
                                row.item.map { "\($0.key) \($0.name)" } ?? "an item that was deleted"
                            }
                        }
                        td(.class("whole"), .data("label", "Work item")) {
                            row.link.workItem.map { "\(row.link.workItemType) #\($0)" } ?? "being created"
                        }
                        td(.data("label", "State")) {
                            span(.class("chip \(tone(row.link.health))")) { row.link.healthWords }
                            if let problem = row.link.problem { p(.class("muted")) { problem.message } }
                        }
                        td(.data("label", "Changed there")) { row.link.remoteChangedAt.map { [$0.node] } ?? [.text("–")] }
                    }
                }
            }
        }
    }

    private static func tone(_ health: Link.Health) -> String {
        switch health {
        case .inSync: "good"
        case .pending: "pending"
        case .conflict, .failed: "bad"
        case .outside, .disconnected: "outside"
        }
    }

    static func agreement(_ view: View) -> Node {
        section(.class("card"), .id("agreement"), .data("part", "")) {
            h2 { "Agreement" }
            if let audit = view.audit, audit.links > 0 {
                AgreementPages.score(audit)
            } else {
                p(.class("muted")) { "Not compared yet. A comparison reads every linked work item and changes nothing." }
            }
            p { a(.class("button"), .href("/integrations/\(view.integration.id)/agreement")) { "See what agrees…" } }
        }
    }

    static func lately(_ view: View) -> Node {
        section(.class("card"), .id("recent"), .data("part", "")) {
            h2 { "Lately" }
            if view.activity.receipts.isEmpty { p(.class("muted")) { "Nothing has travelled yet." } }
            view.activity.node
            if !view.activity.receipts.isEmpty {
                p { a(.href("/activity?integration=\(view.integration.id)")) { "All activity of \(view.integration.projectName) →" } }
            }
        }
    }

    static func settings(_ visit: Visit, _ view: View) -> Node {
        let id = view.integration.id
        let mode = view.integration.defaultMode
        return section(.class("card"), .id("settings"), .data("part", "")) {
            h2 { "Synchronisation" }
            p(.class("signs")) {
                stateChip(view.integration)
                if let credential = view.credential { expiryChip(credential, today: visit.now.day) }
            }
            if visit.may(.configureIntegrations) {
                visit.post("/integrations/\(id)/mode", .class("row"), .data("auto", "")) {
                    choices(
                        "mode", id: "mode", SyncMode.allCases.map { ($0.rawValue, $0.title) }, selected: mode.rawValue,
                        .label("Default mode"))
                    button(.class("save")) { "Save the mode" }
                }
            }
            p(.class("muted")) {
                mode == .automatic
                    ? "Changes travel at once, both ways; fields can differ in the mapping."
                    : "Nothing moves until somebody presses Read or Write, or runs a bulk sync."
            }
            dl {
                dt { "Acts as" }
                dd { view.credential?.ownerName ?? "somebody" }
                dt { "Last sweep" }
                dd { view.integration.lastSweepAt.map { [$0.node] } ?? [.text("not yet")] }
            }
            if visit.may(.configureIntegrations) { token(visit, view) }
        }
    }

    private static func token(_ visit: Visit, _ view: View) -> Node {
        details {
            summary { view.integration.credential == nil ? "Uses the token of the instance" : "Has a token of its own" }
            visit.post("/integrations/\(view.integration.id)/token") {
                labelled("Personal access token of this project", "token", hint: "Empty: the token of the instance.") {
                    input(.type("password"), .name("token"), .id("token"), Attribute("autocomplete", "off"))
                }
                button { "Save the token" }
            }
        }
    }

    static func mapping(_ visit: Visit, _ view: View) -> Node {
        section(.class("card"), .id("mapping")) {
            h2 { "Mapping" }
            if let mapping = view.mapping {
                p {
                    a(.href("/mappings/\(mapping.id)?integration=\(view.integration.id)")) { mapping.name }
                    span(.class("muted")) { mapping.isShared ? " · shared" : " · of this project" }
                }
                ul(.class("plain pairs")) {
                    for entity in mapping.mapping.entities {
                        li {
                            strong { "\(entity.kind.title) ↔ \(entity.workItemType)" }
                            span(.class("muted")) { "\(entity.enabledFields.count) fields" }
                        }
                    }
                }
                if mapping.mapping.entities.isEmpty {
                    notice("warning", "Nothing is mapped, so nothing can travel.", "Open the mapping and take the recommended one.")
                }
                if !view.others.isEmpty {
                    p(.class("muted")) {
                        "Shared with \(view.others.map(\.projectName).joined(separator: ", ")): a change reaches them too."
                    }
                }
            }
            if visit.may(.configureIntegrations) {
                details {
                    summary { "Use another set" }
                    visit.post("/integrations/\(view.integration.id)/mapping") {
                        labelled("Mapping set", "set") {
                            choices("set", id: "set", view.sets.map { ("\($0.id)", $0.name) }, selected: "\(view.integration.mappingSet)")
                        }
                        labelled("How", "as") {
                            choices("as", id: "as", [("shared", "share it"), ("copy", "take a copy")], selected: "shared")
                        }
                        button { "Use this set" }
                    }
                }
            }
        }
    }

    /// The state of the hooks, what it means, what mends it, and what they have told last.
    static func hooks(_ visit: Visit, _ view: View, _ instructions: [HookInstruction]) -> Node {
        let integration = view.integration
        return section(.class("card"), .id("hooks"), .data("part", "")) {
            h2 { "Service hooks" }
            switch integration.hookState {
            case .active: notice("good", "Azure DevOps tells us of changes at once.", "A sweep every 15 minutes finds what no hook told.")
            case .manual:
                notice("warning", "Automatic reads by hook are not active yet; a sweep looks every minute.", integration.hookDetail ?? "")
            case .failing: notice("warning", "Azure DevOps had stopped our hooks.", integration.hookDetail ?? "They are made anew.")
            case .pending, .none: notice("warning", "The hooks are being created.", integration.hookDetail ?? "")
            }
            if visit.may(.configureIntegrations), integration.hookState != .active {
                visit.post("/integrations/\(integration.id)/hooks", .data("working", "Making the hooks…")) {
                    button {
                        icon(.refresh, 16)
                        "Repair the hooks"
                    }
                    workingNotice("Making the hooks…")
                }
                byHand(instructions)
            }
            if view.events.isEmpty {
                p(.class("muted")) { "No event has come yet." }
            } else {
                ol(.class("timeline small")) {
                    for row in view.events {
                        li(.class("read")) {
                            div(.class("deed")) {
                                if let item = row.item {
                                    a(.href("/items/\(item.id)")) { "#\(row.event.workItem ?? 0) \(item.name)" }
                                } else {
                                    span { row.event.workItem.map { "#\($0), not linked" } ?? "an event without a work item" }
                                }
                                span(.class("when")) { row.event.at.node }
                            }
                            p(.class("muted")) {
                                words(ofEvent: row.event.type) + (row.event.revision.map { " · revision \($0)" } ?? "")
                            }
                        }
                    }
                }
            }
        }
    }

    private static func words(ofEvent type: String) -> String {
        switch type {
        case "workitem.created": "Created"
        case "workitem.updated": "Changed"
        case "workitem.deleted": "Deleted"
        case "workitem.restored": "Restored"
        case "workitem.commented": "Commented"
        default: type
        }
    }

    private static func byHand(_ instructions: [HookInstruction]) -> Node {
        details(.flag("open", !instructions.isEmpty)) {
            summary { "Enter them by hand" }
            p(.class("muted")) {
                "In Azure DevOps: Project settings › Service hooks › Web Hooks, one for each event, with the basic authentication below."
            }
            div(.class("scroll")) {
                table(.class("list")) {
                    thead { tr { for words in ["Event", "URL", "User name", "Password"] { th { words } } } }
                    tbody {
                        for hook in instructions {
                            tr {
                                td { hook.event }
                                td { code { hook.url } }
                                td { code { hook.userName } }
                                td { code { hook.secret } }
                            }
                        }
                    }
                }
            }
        }
    }

    static func runs(_ visit: Visit, _ view: View) -> Node {
        guard !view.runs.isEmpty else { return .nothing }
        return section(.class("card"), .id("last-runs"), .data("part", "")) {
            h2 { "Bulk runs" }
            ul(.class("plain pairs")) {
                for run in view.runs {
                    li {
                        if visit.may(.runBulk) {
                            a(.href("/runs/\(run.id)")) { "\(run.isDryRun ? "Preview" : "Run") \(run.id): \(run.direction.title)" }
                        } else {
                            span { "\(run.direction.title)" }
                        }
                        span(.class("muted")) { "\(run.done) of \(run.total)" }
                    }
                }
            }
        }
    }
}
