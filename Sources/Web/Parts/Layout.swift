import Markup
import Portfolio
import Store

/// Which entry of the sidebar is lit.
enum Section: String, Sendable {
    case initiatives, outcomes, roadmap, board, integrations, bulk, activity, attention, configuration, people, profile, none
}

extension Visit {
    /// A whole page. `live` names what the page shows, so that it follows every change of it by itself.
    func layout(_ title: String, section: Section = .none, live: [String] = [], @NodeBuilder content: () -> [Node]) async throws -> Reply {
        let children = content()
        guard let person else { return .page(bare(title) { children }) }
        let waiting = try await store.read { try $0.openConflicts(limit: 100).count }
        return .page(
            shell(title) {
                element("a", [.class("skip"), .href("#main")]) { "Skip to the content" }
                sidebar(section, person, waiting)
                main(.id("main"), .data("live", live.joined(separator: " "))) { children }
                div(.id("toast"), Attribute("role", "status"), Attribute("aria-live", "polite"))
            })
    }

    func bare(_ title: String, @NodeBuilder content: () -> [Node]) -> Node {
        let children = content()
        return shell(title) { main(.id("main"), .class("bare")) { children } }
    }

    private func shell(_ title: String, @NodeBuilder content: () -> [Node]) -> Node {
        element("html", [Attribute("lang", "en")]) {
            element("head", []) {
                meta(Attribute("charset", "utf-8"))
                meta(.name("viewport"), Attribute("content", "width=device-width, initial-scale=1"))
                if let session { meta(.name("csrf"), Attribute("content", session.csrfToken)) }
                element("title", []) { "\(title) · Kiplot" }
                element("link", [Attribute("rel", "stylesheet"), .href("/assets/kiplot.css")])
                element("link", [Attribute("rel", "icon"), .href("/assets/icon.svg")])
                element("script", [Attribute("src", "/assets/kiplot.js"), .flag("defer")])
            }
            element("body", [], content: content)
        }
    }

    private func sidebar(_ current: Section, _ person: Person, _ waiting: Int) -> Node {
        func entry(_ section: Section, _ words: String, _ path: String, count: Int = 0) -> Node {
            li {
                a(.href(path), Attribute("aria-current", section == current ? "page" : nil)) {
                    words
                    if count > 0 { span(.class("count"), .label("\(count) waiting")) { String(count) } }
                }
            }
        }
        return nav(.class("sidebar"), .label("Main")) {
            a(.class("brand"), .href("/")) { "Kiplot" }
            ul {
                entry(.initiatives, "Initiatives", "/initiatives")
                entry(.outcomes, "Outcomes", "/outcomes")
                entry(.board, "Board", "/board/initiatives")
                entry(.roadmap, "Roadmap", "/roadmap")
            }
            h2 { "Azure DevOps" }
            ul {
                if person.role.may(.viewIntegrations) { entry(.integrations, "Integrations", "/integrations") }
                if person.role.may(.runBulk) { entry(.bulk, "Bulk sync", "/bulk") }
                entry(.attention, "Attention", "/attention", count: waiting)
                if person.role.may(.viewIntegrations) { entry(.activity, "Activity", "/activity") }
            }
            if person.role.may(.configurePortfolio) {
                h2 { "Administration" }
                ul {
                    entry(.configuration, "Configuration", "/configuration")
                    entry(.people, "People", "/people")
                }
            }
            div(.class("who")) {
                a(.href("/profile")) { person.name }
                span(.class("muted")) { person.role.title }
                post("/sign-out") { button(.class("quiet")) { "Sign out" } }
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

extension Instant {
    /// `2026-11-23 18:04` in UTC; the exact moment stands in the element.
    var node: Node {
        element("time", [Attribute("datetime", description)]) { "\(description.prefix(10)) \(description.dropFirst(11).prefix(5))" }
    }
}
