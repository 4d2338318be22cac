import FieldSync
import Markup
import Portfolio

/// Rich text as nodes of the page: rebuilt from our own tree, never a string of somebody's HTML (`security-operations.md` 5.4).
/// What the editor sends back of them reads as the same tree, so that looking and saving loses nothing.
func nodes(of text: RichText) -> [Node] { RichTextTree(text).nodes.map(node) }

private func node(_ node: RichTextNode) -> Node {
    func wrapped(_ name: String, _ children: [RichTextNode], _ attributes: [Attribute] = []) -> Node {
        .element(name: name, attributes: attributes, children: children.map(Web.node))
    }
    return switch node {
    case .text(let words): .text(words)
    case .lineBreak: br()
    case .rule: hr()
    case .paragraph(let children): wrapped("p", children)
    case .heading(let level, let children): wrapped("h\(level)", children)
    case .list(let ordered, let children): wrapped(ordered ? "ol" : "ul", children)
    case .listItem(let children): wrapped("li", children)
    case .quote(let children): wrapped("blockquote", children)
    case .codeBlock(let children): wrapped("pre", children)
    case .strong(let children): wrapped("strong", children)
    case .emphasis(let children): wrapped("em", children)
    case .underline(let children): wrapped("u", children)
    case .strike(let children): wrapped("s", children)
    case .subscripted(let children): wrapped("sub", children)
    case .superscripted(let children): wrapped("sup", children)
    case .code(let children): wrapped("code", children)
    case .link(let target, let children): wrapped("a", children, [.href(target), Attribute("rel", "noopener noreferrer")])
    case .mention(let id, let children): wrapped("a", children, [.href("#"), .data("vss-mention", "version:2.0,\(id)")])
    // Pictures need Azure DevOps' sign-in; their place is kept so that an edit does not lose them.
    case .image(let source, let alternative):
        .element(
            name: "img", attributes: [.data("source", source), Attribute("alt", alternative), .class("picture")], children: [])
    case .table(let children): wrapped("table", children)
    case .tableRow(let children): wrapped("tr", children)
    case .tableCell(let isHeader, let columns, let rows, let children):
        wrapped(
            isHeader ? "th" : "td", children,
            [Attribute("colspan", columns > 1 ? String(columns) : nil), Attribute("rowspan", rows > 1 ? String(rows) : nil)])
    }
}
