import FieldSync
import Markup
import Portfolio
import Store

/// Receipts as people read them: by day, and within a day by what was done to one item at one time.
struct ActivityList: Sendable {
    let receipts: [Receipt]
    private let items: [Identifier<Item>: Item]
    private let projects: [Identifier<Integration>: String]
    private let catalogue: FieldCatalogue

    init(_ receipts: [Receipt], _ transaction: StoreTransaction) throws {
        self.receipts = receipts
        let found = try transaction.items(ids: Array(Set(receipts.map(\.item))))
        items = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        projects = Dictionary(try transaction.integrations().map { ($0.id, $0.projectName) }, uniquingKeysWith: { first, _ in first })
        catalogue = try transaction.workspace().catalogue
    }

    /// Receipts that belong together: one item, one cause, one person, within a minute.
    private struct Deed {
        var first: Receipt
        var receipts: [Receipt]

        func takes(_ receipt: Receipt) -> Bool {
            receipt.item == first.item && receipt.cause == first.cause && receipt.actor == first.actor && receipt.run == first.run
                && abs(first.at.milliseconds - receipt.at.milliseconds) < 60_000
        }
    }

    private var deeds: [Deed] {
        var deeds: [Deed] = []
        for receipt in receipts {
            // Deeds of several items are told one into the other; only the last few can still grow.
            if let index = deeds.indices.suffix(12).last(where: { deeds[$0].takes(receipt) }) {
                deeds[index].receipts.append(receipt)
            } else {
                deeds.append(Deed(first: receipt, receipts: [receipt]))
            }
        }
        return deeds
    }

    var node: Node { list(deeds) }

    /// The same under a heading for each day.
    @NodeBuilder var days: [Node] {
        let byDay = Dictionary(grouping: deeds, by: { $0.first.at.day ?? CalendarDate(daysSinceEpoch: 0)! })
        for day in byDay.keys.sorted(by: >) {
            section(.class("day")) {
                h2 { element("time", [Attribute("datetime", day.description)]) { day.words } }
                list(byDay[day] ?? [])
            }
        }
    }

    private func list(_ deeds: [Deed]) -> Node { ol(.class("timeline")) { for deed in deeds { line(deed) } } }

    private func line(_ deed: Deed) -> Node {
        let first = deed.first
        let isTrouble = deed.receipts.contains { $0.action.isTrouble }
        return li(.class(isTrouble ? "bad" : first.action.tone)) {
            div(.class("deed")) {
                if let item = items[first.item] {
                    a(.href("/items/\(first.item)")) {
                        span(.class("muted")) { item.key }
                        " \(item.name)"
                    }
                } else {
                    span { "An item that was deleted" }
                }
                span(.class("when")) { first.at.node }
            }
            if deed.receipts.count == 1 {
                p { sentence(first) }
            } else {
                p { summary(deed) }
                details {
                    Markup.summary { "\(deed.receipts.count) changes" }
                    ul(.class("plain changes")) { for receipt in deed.receipts { li { sentence(receipt) } } }
                }
            }
            p(.class("muted")) {
                "\(first.actor) · \(first.cause.title)"
                if projects.count > 1, let project = projects[first.integration] { " · \(project)" }
                if let run = first.run {
                    " · "
                    a(.href("/runs/\(run)")) { "run \(run)" }
                }
            }
        }
    }

    /// `Read Name, Stage; wrote Effort`.
    private func summary(_ deed: Deed) -> String {
        var order: [Receipt.Action] = []
        for receipt in deed.receipts where !order.contains(receipt.action) { order.append(receipt.action) }
        return order.map { action in
            let fields = deed.receipts.filter { $0.action == action }.compactMap(\.field).map { catalogue[$0]?.label ?? $0.name }
            return fields.isEmpty ? action.title : "\(action.title): \(fields.joined(separator: ", "))"
        }.joined(separator: "; ")
    }

    /// One receipt in a sentence, with both values and the reason.
    func sentence(_ receipt: Receipt) -> [Node] {
        let before = receipt.before.flatMap { $0.isEmpty ? nil : "“\($0.prefix(60))”" }
        let after = receipt.after.flatMap { $0.isEmpty ? nil : "“\($0.prefix(60))”" }
        var words = receipt.action.title
        if let field = receipt.field { words += ": \(catalogue[field]?.label ?? field.name)" }
        switch (receipt.action, before, after) {
        case (.heldConflict, _, _): words += ", \(before ?? "nothing") here, \(after ?? "nothing") there"
        case (_, let before?, let after?): words += ", \(before) → \(after)"
        case (_, let before?, nil) where receipt.field != nil: words += ", \(before) emptied"
        case (_, nil, let after?): words += receipt.field == nil ? " \(receipt.after ?? "")" : ", \(after)"
        default: break
        }
        var nodes: [Node] = [.text(words)]
        if let detail = receipt.detail { nodes.append(span(.class("muted")) { " · \(detail)" }) }
        return nodes
    }
}

extension Receipt.Action {
    /// Whether somebody has to look at it.
    var isTrouble: Bool { self == .blocked || self == .failed || self == .heldConflict }

    /// The colour of its dot on a timeline; the words beside it say the same.
    fileprivate var tone: String {
        switch self {
        case .pulled, .imported: "read"
        case .pushed, .created, .overwroteAzureDevOps: "written"
        case .settled, .merged: "good"
        case .heldConflict, .blocked, .failed: "bad"
        case .linked, .unlinked, .stateChanged: ""
        }
    }
}
