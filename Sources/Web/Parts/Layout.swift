import Markup
import Portfolio
import Store

/// Which entry of the sidebar is lit.
enum Section: String, Sendable {
    case home, initiatives, outcomes, roadmap, board, planning, teams, integrations, bulk, activity, attention, configuration, people,
        profile
    case none
}

/// What a page needs besides what every page has: names of style sheets and scripts of `Sources/WebAssets/web`.
enum PagePart: String, Sendable {
    case roadmap, board, list, item, integrations, home, planning
}

extension Visit {
    /// A whole page. `live` names what the page shows, so that it follows every change of it by itself.
    /// - Parameter parts: style sheets and scripts of its own; a page transfers nothing that it does not use.
    func layout(
        _ title: String, section: Section = .none, live: [String] = [], parts: [PagePart] = [], @NodeBuilder content: () -> [Node]
    ) async throws -> Reply {
        let children = content()
        guard let person else { return .page(bare(title) { children }) }
        let waiting = try await store.read { try $0.attentionCount() }
        return .page(
            shell(title, parts) {
                element("a", [.class("skip"), .href("#main")]) { "Skip to the content" }
                sidebar(section, person, waiting)
                main(
                    .id("main"), .class("page-\(section.rawValue)"), Attribute("tabindex", "-1"), .data("live", live.joined(separator: " "))
                ) {
                    children
                }
                div(.id("toast"), Attribute("role", "status"), Attribute("aria-live", "polite"))
            })
    }

    func bare(_ title: String, @NodeBuilder content: () -> [Node]) -> Node {
        let children = content()
        return shell(title, []) { main(.id("main"), .class("bare")) { children } }
    }

    private func shell(_ title: String, _ parts: [PagePart], @NodeBuilder content: () -> [Node]) -> Node {
        element("html", [Attribute("lang", "en"), Attribute("data-theme", theme)]) {
            element("head", []) {
                meta(Attribute("charset", "utf-8"))
                meta(.name("viewport"), Attribute("content", "width=device-width, initial-scale=1"))
                if let session { meta(.name("csrf"), Attribute("content", session.csrfToken)) }
                element("title", []) { "\(title) · Kiplot" }
                element("link", [Attribute("rel", "icon"), .href("/assets/icon.svg")])
                for name in ["kiplot"] + parts.map(\.rawValue) {
                    element("link", [Attribute("rel", "stylesheet"), .href("/assets/\(name).css")])
                }
                for name in ["kiplot", "palette"] + parts.map(\.rawValue) {
                    element("script", [Attribute("type", "module"), Attribute("src", "/assets/\(name).js")])
                }
            }
            element("body", [], content: content)
        }
    }

    /// `light` or `dark` when the person has chosen one; otherwise the device decides.
    private var theme: String? {
        let chosen = cookie("kiplot-theme")
        return chosen == "light" || chosen == "dark" ? chosen : nil
    }

    private func sidebar(_ current: Section, _ person: Person, _ waiting: Int) -> Node {
        func entry(_ section: Section, _ words: String, _ path: String, _ drawing: Icon, count: Int = 0) -> Node {
            li {
                a(.href(path), Attribute("aria-current", section == current ? "page" : nil)) {
                    icon(drawing)
                    span { words }
                    if count > 0 { span(.class("count"), .label("\(count) waiting")) { String(count) } }
                }
            }
        }
        return nav(.class("sidebar"), .label("Main")) {
            div(.class("sidebar-head")) {
                a(.class("brand"), .href("/")) {
                    span(.class("brand-mark")) { icon(.logo, 16) }
                    "Kiplot"
                }
                element("details", [.class("menu"), .id("menu")]) {
                    element("summary", [.label("Menu")]) { icon(.menu, 20) }
                }
            }
            div(.class("sidebar-body")) {
                a(.class("find"), .href("/search"), .data("palette", may(.editEveryItem) ? "create" : "")) {
                    icon(.search, 16)
                    span { "Search" }
                    element("kbd", []) { "Ctrl K" }
                }
                ul {
                    entry(.home, "Home", "/", .home)
                    entry(.initiatives, "Initiatives", "/initiatives", .initiative)
                    entry(.outcomes, "Outcomes", "/outcomes", .outcome)
                    entry(.roadmap, "Roadmap", "/roadmap", .roadmap)
                    entry(.board, "Board", "/board/initiatives", .board)
                    entry(.planning, "Outcome planning", "/planning", .planning)
                    entry(.teams, "Teams", "/teams", .team)
                }
                h2 { "Azure DevOps" }
                ul {
                    if person.role.may(.viewIntegrations) { entry(.integrations, "Integrations", "/integrations", .plug) }
                    if person.role.may(.runBulk) { entry(.bulk, "Bulk sync", "/bulk", .bulk) }
                    entry(.attention, "Attention", "/attention", .attention, count: waiting)
                    if person.role.may(.viewIntegrations) { entry(.activity, "Activity", "/activity", .activity) }
                }
                if person.role.may(.configurePortfolio) {
                    h2 { "Administration" }
                    ul {
                        entry(.configuration, "Configuration", "/configuration", .settings)
                        entry(.people, "People", "/people", .people)
                    }
                }
                div(.class("who")) {
                    avatar(person.name)
                    div {
                        a(.href("/profile")) { person.name }
                        span(.class("muted")) { person.role.title }
                    }
                    post("/sign-out") { button(.class("quiet")) { "Sign out" } }
                }
            }
        }
    }

    /// A form of ours: it carries the token of the session.
    func post(_ action: String, _ attributes: Attribute..., @NodeBuilder content: () -> [Node]) -> Node {
        element("form", [Attribute("method", "post"), .action(action)] + attributes) {
            if let session { input(.type("hidden"), .name("_csrf"), .value(session.csrfToken)) }
            content()
        }
    }

    func refusalPage(message: String, remedy: String) -> Node {
        bare("Not possible") {
            section(.class("card narrow")) {
                h1 { message }
                p { remedy }
                p { a(.href("/")) { "Back to the portfolio" } }
            }
        }
    }
}

/// A message with its remedy, in a box.
func notice(_ kind: String, _ message: String, _ remedy: String = "") -> Node {
    div(.class("notice \(kind)"), Attribute("role", kind == "error" ? "alert" : "note")) {
        strong { message }
        if !remedy.isEmpty { " \(remedy)" }
    }
}

func labelled(_ words: String, _ id: String, hint: String? = nil, @NodeBuilder control: () -> [Node]) -> Node {
    div(.class("field")) {
        label(Attribute("for", id)) { words }
        control()
        if let hint { span(.class("hint"), .id("\(id)-hint")) { hint } }
    }
}

func choices(_ name: String, id: String, _ options: [(value: String, words: String)], selected: String, _ more: Attribute...) -> Node {
    element("select", [.name(name), .id(id)] + more) {
        for choice in options {
            option(.value(choice.value), .flag("selected", choice.value == selected)) { choice.words }
        }
    }
}

func heading(_ title: String, @NodeBuilder actions: () -> [Node] = { [] }) -> Node {
    header(.class("page-head")) {
        h1 { title }
        div(.class("actions"), content: actions)
    }
}

/// The initials of a person, on a colour that is always the same for one name.
func avatar(_ name: String) -> Node {
    let initials = name.split(separator: " ").prefix(2).compactMap(\.first).map { String($0).uppercased() }.joined()
    let colour = name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % 8
    return span(.class("avatar tint-\(colour)"), Attribute("title", name), Attribute("aria-hidden", "true")) { initials }
}

extension Instant {
    /// `26 Nov 2026, 18:04 UTC`; the script turns it into the reader's own zone, and the exact moment stands in the element.
    var node: Node {
        element("time", [Attribute("datetime", description)]) {
            "\(day?.words ?? "") \(description.dropFirst(11).prefix(5)) UTC"
        }
    }
}
