import Markup
import Portfolio
import Store

/// Receipts as lines, with the items and fields by their names.
struct ActivityList: Sendable {
    let receipts: [Receipt]
    private let items: [Identifier<Item>: String]
    private let catalogue: FieldCatalogue

    init(_ receipts: [Receipt], _ transaction: StoreTransaction) throws {
        self.receipts = receipts
        let found = try transaction.items(ids: Array(Set(receipts.map(\.item))))
        items = Dictionary(found.map { ($0.id, "\($0.key) \($0.name)") }, uniquingKeysWith: { first, _ in first })
        catalogue = try transaction.workspace().catalogue
    }

    var node: Node { ul(.class("plain receipts")) { for receipt in receipts { line(receipt) } } }

    private func line(_ receipt: Receipt) -> Node {
        li {
            receipt.at.node
            " "
            if let name = items[receipt.item] { a(.href("/items/\(receipt.item)")) { name } } else { "an item that was deleted" }
            ": \(receipt.action.title)"
            if let field = receipt.field { ", \(catalogue[field]?.label ?? field.name)" }
            change(receipt)
            span(.class("muted")) { " \(receipt.actor) · \(receipt.cause.title)" }
            if let detail = receipt.detail { span(.class("muted")) { " · \(detail)" } }
        }
    }

    private func change(_ receipt: Receipt) -> [Node] {
        let before = receipt.before.map { "“\($0.prefix(60))”" }
        let after = receipt.after.map { "“\($0.prefix(60))”" }
        return switch (receipt.action, before, after) {
        case (.heldConflict, _, _): [.text(" \(before ?? "nothing") here, \(after ?? "nothing") there")]
        case (_, let before?, let after?) where before != "“”": [.text(" from \(before) to \(after)")]
        case (_, _, let after?): [.text(" \(after)")]
        default: []
        }
    }
}
