extension RichTextTree {
    /// The one form of trees that mean the same: neighbouring texts are joined, loose text stands in paragraphs, blocks do not stand
    /// in paragraphs, blanks at the edges of blocks are gone, empty blocks at the end too.
    static func tidied(_ nodes: [RichTextNode]) -> [RichTextNode] {
        var blocks: [RichTextNode] = []
        var loose: [RichTextNode] = []
        func flush() {
            let inline = trimmed(loose)
            if !inline.isEmpty { blocks.append(.paragraph(inline == [.lineBreak] ? [] : inline)) }
            loose = []
        }
        for node in nodes {
            switch node {
            case .paragraph(let children):
                flush()
                if children.contains(where: \.isBlock) {
                    blocks += tidied(children)
                } else {
                    let inline = trimmed(children)
                    blocks.append(.paragraph(inline == [.lineBreak] ? [] : inline))
                }
            case _ where node.isBlock:
                flush()
                let block = node.tidied
                if !block.isHollow { blocks.append(block) }
            default: loose.append(node)
            }
        }
        flush()
        while blocks.last == .paragraph([]) { blocks.removeLast() }
        while blocks.first == .paragraph([]) { blocks.removeFirst() }
        return blocks
    }

    /// Inline content with joined texts and without blanks at its edges.
    static func trimmed(_ nodes: [RichTextNode]) -> [RichTextNode] {
        var result = joined(nodes)
        if case .text(let first) = result.first {
            let rest = String(first.drop { $0 == " " })
            if rest.isEmpty { result.removeFirst() } else { result[0] = .text(rest) }
        }
        while case .text(let last) = result.last {
            var rest = last
            while rest.last == " " { rest.removeLast() }
            if rest.isEmpty {
                result.removeLast()
            } else {
                result[result.count - 1] = .text(rest)
                break
            }
        }
        return result
    }

    /// Inline content in which no two texts stand side by side, nor two blanks, at any depth; blocks that stand in it are tidy.
    private static func joined(_ nodes: [RichTextNode]) -> [RichTextNode] {
        var result: [RichTextNode] = []
        var words = ""
        func endText() {
            if !words.isEmpty { result.append(.text(collapsed(words))) }
            words = ""
        }
        for node in nodes {
            if case .text(let text) = node {
                words += text
                continue
            }
            let content = node.children
            let node = node.holding(content.contains(where: \.isBlock) ? tidied(content) : joined(content))
            if node.isHollow { continue }
            endText()
            result.append(node)
        }
        endText()
        return result
    }

    /// White space in HTML is one blank; only a no-break space stays.
    static func collapsed(_ text: String) -> String {
        var result = ""
        var lastWasSpace = false
        for character in text.unicodeScalars {
            let isSpace = character.value == 0x20 || (0x09...0x0D).contains(character.value)
            if isSpace, lastWasSpace { continue }
            result.unicodeScalars.append(isSpace ? " " : character)
            lastWasSpace = isSpace
        }
        return result
    }
}

extension RichTextNode {
    var isBlock: Bool {
        switch self {
        case .paragraph, .heading, .list, .quote, .codeBlock, .table, .rule, .listItem, .tableRow, .tableCell: true
        default: false
        }
    }

    /// Whether it has to hold something and does not: reading it again would give nothing.
    fileprivate var isHollow: Bool {
        switch self {
        case .list(_, let nodes), .quote(let nodes), .table(let nodes), .strong(let nodes), .emphasis(let nodes), .underline(let nodes),
            .strike(let nodes), .subscripted(let nodes), .superscripted(let nodes), .code(let nodes):
            nodes.isEmpty
        case .codeBlock(let nodes): nodes == [.text("")]
        default: false
        }
    }

    /// The same inline node around other content.
    fileprivate func holding(_ nodes: [RichTextNode]) -> RichTextNode {
        switch self {
        case .strong: .strong(nodes)
        case .emphasis: .emphasis(nodes)
        case .underline: .underline(nodes)
        case .strike: .strike(nodes)
        case .subscripted: .subscripted(nodes)
        case .superscripted: .superscripted(nodes)
        case .code: .code(nodes)
        case .link(let target, _): .link(target: target, nodes)
        case .mention(let id, _): .mention(id: id, nodes)
        default: self
        }
    }

    /// The same block with tidy content. Items and cells of one paragraph hold its words directly, as Azure DevOps writes them.
    fileprivate var tidied: RichTextNode {
        func flow(_ nodes: [RichTextNode]) -> [RichTextNode] {
            let blocks = RichTextTree.tidied(nodes)
            if blocks.count == 1, case .paragraph(let inline) = blocks[0] { return inline }
            return blocks
        }
        switch self {
        case .heading(let level, let nodes): return .heading(level: level, RichTextTree.trimmed(nodes.flatMap(\.inlineContent)))
        case .list(let ordered, let nodes):
            return .list(
                ordered: ordered,
                nodes.compactMap { node in
                    if case .listItem(let children) = node { return .listItem(flow(children)) }
                    if case .text(let text) = node, text.allSatisfy({ $0 == " " }) { return nil }
                    return .listItem(flow([node]))
                })
        case .listItem(let nodes): return .list(ordered: false, [.listItem(flow(nodes))])
        case .quote(let nodes): return .quote(RichTextTree.tidied(nodes))
        case .codeBlock(let nodes): return .codeBlock([.text(RichTextTree(nodes: nodes).plainText)])
        case .table(let nodes): return .table(nodes.flatMap(\.rows).map { .tableRow($0.compactMap { $0.tidiedCell(flow) }) })
        case .tableRow, .tableCell: return .table(rows.map { .tableRow($0.compactMap { $0.tidiedCell(flow) }) })
        default: return self
        }
    }

    /// The node without any block around or in it.
    private var inlineContent: [RichTextNode] {
        let content = children.flatMap(\.inlineContent)
        return isBlock ? content : [holding(content)]
    }

    /// What stands in each row under this node.
    private var rows: [[RichTextNode]] {
        switch self {
        case .tableRow(let nodes): [nodes]
        case .tableCell: [[self]]
        default: children.flatMap(\.rows)
        }
    }

    /// `nil` for what is no cell.
    private func tidiedCell(_ flow: ([RichTextNode]) -> [RichTextNode]) -> RichTextNode? {
        guard case .tableCell(let isHeader, let columns, let rows, let nodes) = self else { return nil }
        return .tableCell(isHeader: isHeader, columns: columns, rows: rows, flow(nodes))
    }
}
