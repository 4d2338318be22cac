import FieldSync
import Markup
import Portfolio
import Store

/// What stands above every tab of an item: where it is, how it is called, how it stands, and what can be done with it.
extension ItemPages {
    static func head(_ visit: Visit, _ page: ItemPage) -> Node {
        header(.class("item-head"), .id("head")) {
            crumbs(page)
            div(.class("item-title")) {
                name(visit, page)
                actions(visit, page)
            }
            facts(visit, page)
        }
    }

    private static func crumbs(_ page: ItemPage) -> Node {
        let item = page.item
        return p(.class("crumbs"), .id("crumbs"), .data("part", "")) {
            a(.href(ItemListPages.path(item.kind))) { item.kind.plural }
            span(.class("between"), Attribute("aria-hidden", "true")) { "/" }
            if let parent = page.parent {
                a(.class("parent"), .href("/items/\(parent.id)")) { parent.name }
                span(.class("between"), Attribute("aria-hidden", "true")) { "/" }
            }
            code { item.key }
            if item.isArchived { span(.class("badge")) { "Archived" } }
        }
    }

    /// The name is the heading; who may change it types over it.
    private static func name(_ visit: Visit, _ page: ItemPage) -> Node {
        let item = page.item
        guard page.mayEdit, page.lock(.name) == nil else {
            return div(.class("name"), .id("field-f-name"), .data("part", "")) {
                h1 { item.name }
                fieldMarks(page, .name)
            }
        }
        return .group([
            h1(.class("sr"), .id("title"), .data("part", "")) { item.name },
            div(.class("name"), .id("field-f-name"), .data("part", "")) {
                visit.post("/items/\(item.id)/fields/name", .data("auto", "")) {
                    input(.type("hidden"), .name("version"), .value(String(item.version(of: .name))))
                    textarea(
                        .name("value"), .id("f-name"), .class("title"), .label("Name"), Attribute("rows", "1"),
                        Attribute("maxlength", "255"), Attribute("spellcheck", "false"), .flag("required")
                    ) { item.name }
                    button(.class("save")) { "Save" }
                }
                fieldMarks(page, .name)
                fieldState(page, .name)
            },
        ])
    }

    /// Stage, owner, light and dates at a glance; the first three are changed here.
    private static func facts(_ visit: Visit, _ page: ItemPage) -> Node {
        let workspace = page.workspace
        var category = "idea"
        if case .stage(let id) = page.item[.stage], let stage = workspace.stage(id) { category = stage.category.rawValue }
        let owner = workspace.words(page.item[.owner])
        return div(.class("facts")) {
            span(.id("chips"), .class("chips"), .data("part", "")) {
                for view in page.links {
                    if let address = view.address {
                        a(.href(address), .class("chip-link"), Attribute("rel", "noopener noreferrer"), Attribute("target", "_blank")) {
                            linkChip(view.link)
                            span(.class("sr")) { "Open the work item in Azure DevOps" }
                        }
                    } else {
                        linkChip(view.link)
                    }
                }
                if page.links.isEmpty { linkChip(nil) }
            }
            fact(visit, page, .stage, [span(.class("stage \(category)"), Attribute("aria-hidden", "true"))])
            fact(visit, page, .owner, owner.isEmpty ? [] : [avatar(owner)])
            fact(visit, page, .rag, [span(.class("light \(page.item.light?.rawValue ?? "none")"), Attribute("aria-hidden", "true"))])
            dates(page)
        }
    }

    private static func fact(_ visit: Visit, _ page: ItemPage, _ key: FieldKey, _ mark: [Node]) -> Node {
        guard let definition = page.workspace.catalogue[key] else { return .nothing }
        let isEditable = page.mayEdit && page.lock(key) == nil
        let words = page.words(page.item[key])
        return div(.class("fact fact-\(key.name)"), .id("field-f-\(key.name)"), .data("part", "")) {
            span(.class("fact-line")) {
                mark
                if isEditable {
                    label(.class("sr"), Attribute("for", "f-\(key.name)")) { definition.label }
                    fieldForm(visit, page, definition)
                } else {
                    span(.class("sr")) { "\(definition.label): " }
                    span { words.isEmpty ? "No \(key == .rag ? "RAG" : definition.label.lowercased())" : words }
                }
                fieldMarks(page, key)
            }
            fieldState(page, key)
        }
    }

    private static func dates(_ page: ItemPage) -> Node {
        func words(_ key: FieldKey) -> String? { if case .date(let date) = page.item[key] { date.words } else { nil } }
        let words: String =
            switch (words(.start), words(.end)) {
            case (let start?, let end?): "\(start) – \(end)"
            case (let start?, nil): "From \(start)"
            case (nil, let end?): "Until \(end)"
            case (nil, nil): "Not planned"
            }
        return span(.class("fact fact-dates"), .id("dates"), .data("part", "")) {
            icon(.planning, 15)
            span { words }
        }
    }

    static func tabs(_ page: ItemPage, _ current: ItemTab) -> Node {
        var shown: [ItemTab] = [.information, .outcomes, .updates, .integration, .history]
        if page.item.kind == .outcome { shown.removeAll { $0 == .outcomes || $0 == .updates } }
        if current == .share { shown.append(.share) }
        return nav(.class("tabs"), .label("Parts of \(page.item.key)"), .id("tabs"), .data("part", "")) {
            for tab in shown {
                a(.href(tab.path(of: page.item.id)), Attribute("aria-current", tab == current ? "page" : nil)) {
                    tab.title
                    if tab == .outcomes, !page.outcomes.isEmpty { span(.class("number")) { String(page.outcomes.count) } }
                    if tab == .integration, page.needsAttention { span(.class("dot"), .label("needs attention")) {} }
                }
            }
        }
    }

    private static func actions(_ visit: Visit, _ page: ItemPage) -> Node {
        let may = page.mayEdit && visit.may(.synchroniseItems)
        return div(.class("actions"), .id("actions"), .data("part", "")) {
            if may {
                for view in page.links { movements(visit, page, view) }
                if page.links.isEmpty { connecting(visit, page) }
            }
            more(visit, page, may)
        }
    }

    private static func movements(_ visit: Visit, _ page: ItemPage, _ view: ItemPage.LinkView) -> [Node] {
        let base = "/items/\(page.item.id)/links/\(view.link.id)"
        let suffix = page.links.count > 1 ? " \(view.integration.projectName)" : ""
        var shown: [Node] = []
        if view.travels(\.reads) {
            shown.append(
                visit.post("\(base)/read", .data("auto", "submit")) {
                    button(Attribute("title", "Bring what Azure DevOps holds into Kiplot")) {
                        icon(.read, 16)
                        "Read\(suffix)"
                    }
                })
        }
        if view.travels(\.writes) {
            shown.append(
                visit.post("\(base)/write", .data("auto", "submit")) {
                    button(Attribute("title", "Bring what Kiplot holds into Azure DevOps")) {
                        icon(.write, 16)
                        "Write\(suffix)"
                    }
                })
        }
        return shown
    }

    /// How an item without a work item gets one. With several projects a menu asks for which.
    private static func connecting(_ visit: Visit, _ page: ItemPage) -> [Node] {
        guard page.free.count > 1 else { return page.free.flatMap { ways(visit, page, $0, isMenu: false) } }
        return [
            element("details", [.class("popover right")]) {
                element("summary", []) {
                    icon(.link, 16)
                    "Connect to Azure DevOps"
                    icon(.down, 14)
                }
                div(.class("panel")) { for integration in page.free { ways(visit, page, integration, isMenu: true) } }
            }
        ]
    }

    private static func ways(_ visit: Visit, _ page: ItemPage, _ integration: Integration, isMenu: Bool) -> [Node] {
        let place = isMenu ? " in \(integration.projectName)" : ""
        return [
            a(.class(isMenu ? "" : "button"), .href("/items/\(page.item.id)/link/\(integration.id)")) {
                icon(.link, 16)
                "Link to existing\(place)…"
            },
            visit.post("/items/\(page.item.id)/create/\(integration.id)", .data("auto", "submit")) {
                button(.class(isMenu ? "" : "primary")) {
                    icon(.plus, 16)
                    "Create work item\(place)"
                }
            },
        ]
    }

    private static func more(_ visit: Visit, _ page: ItemPage, _ may: Bool) -> Node {
        let id = page.item.id
        return element("details", [.class("popover right"), .id("more")]) {
            element("summary", []) {
                "More"
                icon(.down, 14)
            }
            div(.class("panel")) {
                button(.type("button"), .class("scripted-only"), .data("copy", "/items/\(id)")) {
                    icon(.copy, 16)
                    "Copy link"
                }
                if visit.may(.editEveryItem) {
                    a(.href(ItemTab.share.path(of: id))) {
                        icon(.people, 16)
                        "Share…"
                    }
                }
                if may { connectionEntries(visit, page) }
                if visit.may(.editEveryItem) {
                    hr()
                    visit.post("/items/\(id)/\(page.item.isArchived ? "unarchive" : "archive")", .data("auto", "submit")) {
                        button {
                            icon(.archive, 16)
                            page.item.isArchived ? "Bring back" : "Archive"
                        }
                    }
                    a(.class("danger"), .href("/items/\(id)/delete")) {
                        icon(.trash, 16)
                        "Delete…"
                    }
                }
            }
        }
    }

    private static func connectionEntries(_ visit: Visit, _ page: ItemPage) -> [Node] {
        guard !page.links.isEmpty else { return [] }
        var entries: [Node] = [hr()]
        for integration in page.free { entries += ways(visit, page, integration, isMenu: true) }
        for view in page.links {
            entries.append(
                visit.post(
                    "/items/\(page.item.id)/links/\(view.link.id)/unlink", .data("auto", "submit"),
                    .data("confirm", "Unlink \(page.item.key)? Both sides keep what they have.")
                ) {
                    button {
                        icon(.close, 16)
                        "Unlink\(page.links.count > 1 ? " \(view.integration.projectName)" : "")"
                    }
                })
        }
        return entries
    }
}
