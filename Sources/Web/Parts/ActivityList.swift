import Markup
import Portfolio
import Store

/// Receipts as lines.
enum ActivityList {
    static func line(_ receipt: Receipt) -> Node {
        li {
            receipt.at.node
            " "
            a(.href("/items/\(receipt.item)")) { "item \(receipt.item)" }
            " \(receipt.action.title)"
            if let field = receipt.field { " \(field.name)" }
            if let before = receipt.before, !before.isEmpty { " from “\(before.prefix(60))”" }
            if let after = receipt.after, !after.isEmpty { " to “\(after.prefix(60))”" }
            span(.class("muted")) { " \(receipt.actor) · \(receipt.cause.title)" }
            if let detail = receipt.detail { span(.class("muted")) { " · \(detail)" } }
        }
    }
}
