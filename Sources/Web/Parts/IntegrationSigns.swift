import FieldSync
import Markup
import Portfolio
import Store

/// How an instance or a project stands, in colour and in words.
func healthChip(_ instance: Instance) -> Node {
    switch instance.health {
    case .healthy: span(.class("chip good")) { "Connected" }
    case .unchecked: span(.class("chip")) { "Not checked yet" }
    case .credentialRejected: span(.class("chip bad")) { "Token rejected" }
    case .unreachable: span(.class("chip bad")) { "Not reachable" }
    }
}

func stateChip(_ integration: Integration) -> Node {
    switch integration.state {
    case .active: span(.class("chip good")) { "Active" }
    case .paused: span(.class("chip outside")) { "Paused" }
    case .deleting, .deleted: span(.class("chip")) { "Being deleted" }
    }
}

func hookChip(_ integration: Integration) -> Node {
    switch integration.hookState {
    case .active: span(.class("chip good")) { "Instant" }
    case .manual: span(.class("chip outside")) { "By hand" }
    case .failing: span(.class("chip bad")) { "Stopped" }
    case .pending, .none: span(.class("chip pending")) { "Being made" }
    }
}

/// When a token ends, and a warning a fortnight before.
func expiryChip(_ credential: Credential, today: CalendarDate?) -> Node {
    guard let date = credential.expiresOn, let today else {
        return credential.rejectedAt == nil ? .nothing : span(.class("chip bad")) { "Rejected by Azure DevOps" }
    }
    let days = date.daysSinceEpoch - today.daysSinceEpoch
    return switch days {
    case ..<0: span(.class("chip bad")) { "Token expired on \(date.words)" }
    case 0: span(.class("chip bad")) { "Token expires today" }
    case 1...14: span(.class("chip outside")) { "Token expires in \(days) day\(days == 1 ? "" : "s")" }
    default: span(.class("chip plain")) { "Token until \(date.words)" }
    }
}

/// A share as a small bar with its figure beside it.
func shareMeter(_ share: Double?) -> Node {
    guard let share else { return span(.class("muted")) { "–" } }
    return span(.class("measure")) {
        meter(share * 100)
        span { AgreementPages.percent(share) }
    }
}

/// A number with a word below it; several of them make a line of figures.
func figure(_ words: String, _ number: String, _ kind: String = "", href: String? = nil) -> Node {
    let content: [Node] = [strong { number }, span { words }]
    guard let href else { return div(.class("figure \(kind)")) { content } }
    return a(.class("figure \(kind)"), .href(href)) { content }
}

/// What Kiplot does between the two, for those who have not seen it yet: an item and a work item, and what travels both ways.
func connectionPicture() -> Node {
    func card(_ x: Int, _ head: String, _ title: String, _ foot: String, _ name: String) -> [Node] {
        [
            rect(
                .class("paper"), Attribute("x", String(x)), Attribute("y", "18"), Attribute("width", "150"), Attribute("height", "104"),
                Attribute("rx", "10")),
            rect(
                .class("band \(name)"), Attribute("x", String(x)), Attribute("y", "18"), Attribute("width", "5"),
                Attribute("height", "104"),
                Attribute("rx", "2")),
            words(x + 18, 42, head, "small"), words(x + 18, 66, title, "title"),
            rect(
                .class("bar"), Attribute("x", String(x + 18)), Attribute("y", "78"), Attribute("width", "112"), Attribute("height", "7"),
                Attribute("rx", "3")),
            rect(
                .class("bar \(name)"), Attribute("x", String(x + 18)), Attribute("y", "78"), Attribute("width", "64"),
                Attribute("height", "7"), Attribute("rx", "3")),
            words(x + 18, 108, foot, "small"),
        ]
    }
    func words(_ x: Int, _ y: Int, _ text: String, _ name: String) -> Node {
        element("text", [Attribute("x", String(x)), Attribute("y", String(y)), .class(name)]) { text }
    }
    func path(_ d: String, _ name: String) -> Node { element("path", [Attribute("d", d), .class(name)]) }
    return svg(
        .class("picture"), Attribute("viewBox", "0 0 480 140"), Attribute("role", "img"),
        .label("An initiative in Kiplot and an epic in Azure DevOps, with changes travelling both ways")
    ) {
        card(8, "Kiplot · Initiative", "Launch the portal", "Delivery · Q1", "ours")
        card(322, "Azure DevOps · Epic", "Launch the portal", "Active · #42", "theirs")
        path("M172 56h126M290 49l9 7-9 7", "arrow")
        path("M308 90H182M190 83l-9 7 9 7", "arrow")
        words(240, 46, "stage, dates, owner", "between")
        words(240, 112, "state, effort, tags", "between")
    }
}
