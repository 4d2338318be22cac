import Portfolio

/// One node of the reduced tree of formatted text (`security-operations.md` 5.4): the only form in which rich text is compared,
/// shown or written. There is no kind for anything that could run.
public indirect enum RichTextNode: Hashable, Sendable {
    case text(String)
    case lineBreak
    case rule
    case paragraph([RichTextNode])
    case heading(level: Int, [RichTextNode])
    case list(ordered: Bool, [RichTextNode])
    case listItem([RichTextNode])
    case quote([RichTextNode])
    case codeBlock([RichTextNode])
    case strong([RichTextNode])
    case emphasis([RichTextNode])
    case underline([RichTextNode])
    case strike([RichTextNode])
    case subscripted([RichTextNode])
    case superscripted([RichTextNode])
    case code([RichTextNode])
    /// `target` is an `https`, `http` or `mailto` address.
    case link(target: String, [RichTextNode])
    /// A person, by the id that Azure DevOps gave.
    case mention(id: String, [RichTextNode])
    /// `source` is an `https` or `http` address; the page decides whether and how to show it.
    case image(source: String, alternative: String)
    case table([RichTextNode])
    case tableRow([RichTextNode])
    case tableCell(isHeader: Bool, columns: Int, rows: Int, [RichTextNode])
}

/// Formatted text as a tree.
public struct RichTextTree: Hashable, Sendable {
    public var nodes: [RichTextNode]

    public init(nodes: [RichTextNode]) { self.nodes = nodes }

    /// The tree of what was written in either format.
    public init(_ text: RichText) {
        switch text.format {
        case .html: self.init(html: text.source)
        case .markdown: self.init(markdown: text.source)
        }
    }

    /// Markdown is shown as it is written, line by line: we never rewrite it, so we need not understand all of it.
    public init(markdown source: String) {
        let paragraphs = source.split(separator: "\n\n", omittingEmptySubsequences: true)
        nodes = paragraphs.map { paragraph in
            var inline: [RichTextNode] = []
            for (index, line) in paragraph.split(separator: "\n").enumerated() {
                if index > 0 { inline.append(.lineBreak) }
                inline.append(.text(String(line)))
            }
            return .paragraph(inline)
        }
    }

    public var isEmpty: Bool { nodes.isEmpty }
}

extension RichTextTree {
    /// The words without their formatting, blocks on lines of their own.
    public var plainText: String {
        var text = ""
        for node in nodes { node.appendPlainText(to: &text) }
        while text.last == "\n" { text.removeLast() }
        return text
    }
}

extension RichTextNode {
    var children: [RichTextNode] {
        switch self {
        case .text, .lineBreak, .rule, .image: []
        case .paragraph(let nodes), .heading(_, let nodes), .list(_, let nodes), .listItem(let nodes), .quote(let nodes),
            .codeBlock(let nodes), .strong(let nodes), .emphasis(let nodes), .underline(let nodes), .strike(let nodes),
            .subscripted(let nodes), .superscripted(let nodes), .code(let nodes), .link(_, let nodes), .mention(_, let nodes),
            .table(let nodes), .tableRow(let nodes), .tableCell(_, _, _, let nodes):
            nodes
        }
    }

    fileprivate func appendPlainText(to text: inout String) {
        switch self {
        case .text(let words): text += words
        case .lineBreak: text += "\n"
        case .image(_, let alternative): text += alternative
        default:
            for child in children { child.appendPlainText(to: &text) }
        }
        switch self {
        case .paragraph([]): text += "\n"
        case .paragraph, .heading, .listItem, .quote, .codeBlock, .tableRow: if !text.hasSuffix("\n") { text += "\n" }
        case .tableCell: text += "\t"
        default: break
        }
    }
}
