import Markup
import Portfolio
import Store

/// What others have changed, grouped by item and by who changed it.
struct HomeFeed {
    let page: HomePage
    let since: Instant

    func node(_ visit: Visit) -> Node {
        section(.class("card feed"), .id("feed"), .data("part", "")) {
            header(.class("card-head")) {
                div {
                    h2 { "Since you last looked" }
                    p(.class("sub")) { since.node }
                }
                if !page.news.isEmpty {
                    visit.post("/home/seen", .class("inline"), .data("auto", "submit")) { button { "Mark as seen" } }
                }
            }
            if page.news.isEmpty {
                p(.class("calm")) {
                    icon(.check, 18)
                    "Nothing new. Changes by others, here or in Azure DevOps, gather here until you mark them as seen."
                }
            }
            ul(.class("plain news")) { for changes in page.news { entry(changes) } }
            if page.newsTotal > page.news.count {
                p(.class("sub")) {
                    "And \(page.newsTotal - page.news.count) more: "
                    a(.href("/initiatives?sort=updated&dir=desc")) { "initiatives" }
                    " and "
                    a(.href("/outcomes?sort=updated&dir=desc")) { "outcomes" }
                    " by their last change."
                }
            }
        }
    }

    /// The changes of one person on one item, field by field.
    private struct Hand {
        var name: String
        var isAzureDevOps: Bool
        var at: Instant
        var fields: [FieldKey] = []
    }

    private func entry(_ changes: ItemChanges) -> Node {
        let item = changes.item
        let isNew = changes.entries.contains { $0.change.field == .name && $0.change.old == nil }
        let hands = hands(changes.entries)
        return li(.class(isNew ? "brief" : "")) {
            span(.class("kind"), Attribute("title", item.kind.title)) { icon(item.kind == .initiative ? .initiative : .outcome, 16) }
            div {
                p(.class("news-head")) {
                    a(.class("name"), .href("/items/\(item.id)")) { item.name }
                    code { item.key }
                    if isNew { span(.class("chip plain new")) { "New" } }
                    if item.isArchived { span(.class("chip plain")) { "Archived" } }
                }
                for hand in isNew ? Array(hands.suffix(1)) : hands { line(hand, changes.entries, isNew: isNew) }
            }
        }
    }

    private func hands(_ entries: [HistoryEntry]) -> [Hand] {
        var hands: [Hand] = []
        for change in entries.map(\.change) {
            let (name, isAzureDevOps): (String, Bool) =
                switch change.actor {
                case .person(_, let name): (name, false)
                case .azureDevOps(let name): (name, true)
                case .kiplot: ("Kiplot", false)
                }
            if let index = hands.firstIndex(where: { $0.name == name && $0.isAzureDevOps == isAzureDevOps }) {
                if !hands[index].fields.contains(change.field) { hands[index].fields.append(change.field) }
            } else {
                hands.append(Hand(name: name, isAzureDevOps: isAzureDevOps, at: change.at, fields: [change.field]))
            }
        }
        return hands
    }

    private func line(_ hand: Hand, _ entries: [HistoryEntry], isNew: Bool) -> Node {
        div(.class("hand")) {
            p(.class("sub")) {
                avatar(hand.name)
                span(.class("who-name")) { hand.name }
                if hand.isAzureDevOps { span(.class("chip plain there")) { "Azure DevOps" } }
                hand.at.node
            }
            if !isNew {
                ul(.class("plain")) {
                    for field in hand.fields.prefix(4) { change(field, entries) }
                    if hand.fields.count > 4 { li(.class("sub")) { "and \(hand.fields.count - 4) other fields" } }
                }
            }
        }
    }

    /// From the oldest value to the newest: what lay between them nobody has to read.
    private func change(_ field: FieldKey, _ entries: [HistoryEntry]) -> Node {
        let all = entries.map(\.change).filter { $0.field == field }
        let (old, new) = (all.last?.old, all.first?.new)
        let label = page.workspace.catalogue[field]?.label ?? (field.name == "archived" ? "Archived" : field.name)
        return li {
            span(.class("field-name")) { label }
            if case .richText = new ?? old {
                span(.class("muted")) { "rewritten" }
            } else {
                if let old { span(.class("was")) { words(old) } }
                if old != nil { span(.class("muted"), .label("became")) { "→" } }
                if let new { span { words(new) } } else { span(.class("muted")) { "empty" } }
            }
        }
    }

    private func words(_ value: FieldValue) -> String {
        if case .item(let id) = value { return page.names[id] ?? "an initiative that was deleted" }
        return page.workspace.words(value, limit: 80)
    }
}
