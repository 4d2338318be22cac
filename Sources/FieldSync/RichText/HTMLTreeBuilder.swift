extension RichTextTree {
    /// Reads HTML. Anything goes in; only the node kinds that we know come out.
    public init(html source: String) {
        var builder = HTMLTreeBuilder()
        var tokenizer = HTMLTokenizer(source)
        while let token = tokenizer.next() { builder.take(token) }
        nodes = builder.finish()
    }
}

/// Builds the reduced tree with one stack: at most `deepest` levels (what is deeper is flattened) and `mostNodes` nodes, each tag
/// makes at most one node, and end tags without a beginning are ignored. So no input makes it slow or large.
private struct HTMLTreeBuilder {
    private static let deepest = 100
    private static let mostNodes = 50_000
    private static let droppedWithContent: Set<String> = [
        "script", "style", "svg", "math", "template", "noscript", "iframe", "object", "embed", "applet", "form", "input", "button",
        "select",
        "option", "textarea", "title", "head", "meta", "base", "frame", "frameset", "audio", "video", "canvas", "xmp", "plaintext",
        "noembed",
        "noframes",
    ]

    private struct Open {
        var name: String
        var attributes: [String: String]
        var children: [RichTextNode] = []
    }

    private var stack = [Open(name: "", attributes: [:])]
    private var nodeCount = 0
    /// The element that is being dropped, and how often it was opened inside itself.
    private var dropping: (name: String, depth: Int)?
    private var isPreformatted: Bool { stack.contains { $0.name == "pre" } }

    mutating func take(_ token: HTMLToken) {
        if let dropped = dropping {
            switch token {
            case .open(dropped.name, _, false): dropping?.depth += 1
            case .close(dropped.name): dropping = dropped.depth > 1 ? (dropped.name, dropped.depth - 1) : nil
            default: break
            }
            return
        }
        switch token {
        case .text(let text): take(text: text)
        case .open(let name, let attributes, let closesItself): open(name, attributes, closesItself)
        case .close(let name): close(name)
        }
    }

    mutating func finish() -> [RichTextNode] {
        while stack.count > 1 { closeLast() }
        return RichTextTree.tidied(stack[0].children)
    }

    private mutating func take(text: String) {
        guard !text.isEmpty, nodeCount < Self.mostNodes else { return }
        let words = isPreformatted ? CanonicalForm.withLineEnds("\n", text) : RichTextTree.collapsed(text)
        nodeCount += 1
        stack[stack.count - 1].children.append(.text(words))
    }

    private mutating func open(_ name: String, _ attributes: [String: String], _ closesItself: Bool) {
        if Self.droppedWithContent.contains(name) {
            let isVoid = ["input", "embed", "meta", "base", "frame"].contains(name)
            if !closesItself, !isVoid { dropping = (name, 1) }
            return
        }
        guard nodeCount < Self.mostNodes else { return }
        nodeCount += 1
        switch name {
        case "br": append(.lineBreak)
        case "hr": append(.rule)
        case "img":
            if let source = attributes["src"].flatMap(safeAddress), !source.hasPrefix("mailto:") {
                append(.image(source: source, alternative: attributes["alt"] ?? ""))
            }
        default:
            guard kind(name) != .ignored else { return }
            closeImplied(by: name)
            guard stack.count < Self.deepest, !closesItself else { return }
            stack.append(Open(name: name, attributes: attributes))
        }
    }

    private mutating func append(_ node: RichTextNode) { stack[stack.count - 1].children.append(node) }

    /// A new item ends the last one, a new row the last row, a block ends a paragraph.
    private mutating func closeImplied(by name: String) {
        let ended: Set<String> =
            switch name {
            case "li": ["li"]
            case "tr": ["td", "th", "tr"]
            case "td", "th": ["td", "th"]
            case _ where kind(name) == .block: ["p"]
            default: []
            }
        let limits: Set<String> = ["ul", "ol", "table", "blockquote", "td", "th"]
        while let last = stack.last, stack.count > 1 {
            if ended.contains(last.name) {
                closeLast()
            } else if !limits.contains(last.name), ended.contains(stack[stack.count - 2].name) {
                closeLast()
            } else {
                return
            }
        }
    }

    private mutating func close(_ name: String) {
        guard let index = stack.lastIndex(where: { $0.name == name }), index > 0 else { return }
        while stack.count > index { closeLast() }
    }

    private mutating func closeLast() {
        let last = stack.removeLast()
        stack[stack.count - 1].children.append(contentsOf: nodes(for: last))
    }

    private enum Kind { case block, inline, structure, ignored }

    private func kind(_ name: String) -> Kind {
        switch name {
        case "p", "div", "section", "article", "header", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre",
            "table", "dl", "dt", "dd", "address", "center", "figure":
            .block
        case "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "sub", "sup", "code", "tt", "kbd", "samp", "a", "span", "font",
            "mark", "small", "big", "cite", "q", "label":
            .inline
        case "li", "tr", "td", "th", "tbody", "thead", "tfoot", "caption": .structure
        default: .ignored
        }
    }

    private func nodes(for element: Open) -> [RichTextNode] {
        let children = element.children
        func inline(_ make: ([RichTextNode]) -> RichTextNode) -> [RichTextNode] { children.isEmpty ? [] : [make(children)] }
        if element.name.hasPrefix("h"), let level = Int(element.name.dropFirst()) { return [.heading(level: level, children)] }
        switch element.name {
        case "p", "div", "section", "article", "header", "footer", "dl", "dt", "dd", "address", "center", "figure":
            return [.paragraph(children)]
        case "ul", "ol": return inline { .list(ordered: element.name == "ol", $0) }
        case "li": return [.listItem(children)]
        case "blockquote": return inline { .quote($0) }
        case "pre": return inline { .codeBlock($0) }
        case "b", "strong": return inline { .strong($0) }
        case "i", "em", "cite": return inline { .emphasis($0) }
        case "u", "ins": return inline { .underline($0) }
        case "s", "strike", "del": return inline { .strike($0) }
        case "sub": return inline { .subscripted($0) }
        case "sup": return inline { .superscripted($0) }
        case "code", "tt", "kbd", "samp": return inline { .code($0) }
        case "a": return link(element)
        case "table": return inline { .table($0) }
        case "tr": return [.tableRow(children)]
        case "td", "th":
            func span(_ name: String) -> Int { min(100, max(1, element.attributes[name].flatMap { Int($0) } ?? 1)) }
            return [.tableCell(isHeader: element.name == "th", columns: span("colspan"), rows: span("rowspan"), children)]
        default: return children
        }
    }

    /// FACTS.md 12: `<a href="#" data-vss-mention="version:2.0,{guid}">@Name</a>`.
    private func link(_ element: Open) -> [RichTextNode] {
        if let mention = element.attributes["data-vss-mention"], let id = mention.split(separator: ",").last {
            let name = id.filter { $0.isHexDigit || $0 == "-" }
            return [.mention(id: String(name.prefix(64)), element.children)]
        }
        guard let target = element.attributes["href"].flatMap(safeAddress) else { return element.children }
        return [.link(target: target, element.children)]
    }

    /// Addresses that lead somewhere and run nothing. Control characters and blanks, which browsers skip, are removed before looking.
    private func safeAddress(_ text: String) -> String? {
        let cleaned = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7F }))
        let folded = cleaned.lowercased()
        guard folded.hasPrefix("https://") || folded.hasPrefix("http://") || folded.hasPrefix("mailto:") else { return nil }
        return cleaned.count <= 2_000 ? cleaned : nil
    }
}
