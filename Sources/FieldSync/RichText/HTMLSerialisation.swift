extension RichTextTree {
    /// The canonical HTML of the tree: reading it again gives the same tree.
    public var html: String {
        var html = ""
        for node in nodes { node.append(to: &html) }
        return html
    }
}

extension RichTextNode {
    fileprivate func append(to html: inout String) {
        switch self {
        case .text(let text): html += escaped(text)
        case .lineBreak: html += "<br>"
        case .rule: html += "<hr>"
        case .paragraph(let nodes) where nodes.isEmpty: html += "<div><br></div>"
        case .paragraph(let nodes): element("div", nodes, to: &html)
        case .heading(let level, let nodes): element("h\(level)", nodes, to: &html)
        case .list(let ordered, let nodes): element(ordered ? "ol" : "ul", nodes, to: &html)
        case .listItem(let nodes): element("li", nodes, to: &html)
        case .quote(let nodes): element("blockquote", nodes, to: &html)
        case .codeBlock(let nodes): element("pre", nodes, to: &html)
        case .strong(let nodes): element("b", nodes, to: &html)
        case .emphasis(let nodes): element("i", nodes, to: &html)
        case .underline(let nodes): element("u", nodes, to: &html)
        case .strike(let nodes): element("s", nodes, to: &html)
        case .subscripted(let nodes): element("sub", nodes, to: &html)
        case .superscripted(let nodes): element("sup", nodes, to: &html)
        case .code(let nodes): element("code", nodes, to: &html)
        case .link(let target, let nodes): element("a", nodes, [("href", target)], to: &html)
        case .mention(let id, let nodes):
            element("a", nodes, [("href", "#"), ("data-vss-mention", "version:2.0,\(id)")], to: &html)
        case .image(let source, let alternative):
            html += "<img src=\"\(escaped(source))\" alt=\"\(escaped(alternative))\">"
        case .table(let nodes): element("table", nodes, to: &html)
        case .tableRow(let nodes): element("tr", nodes, to: &html)
        case .tableCell(let isHeader, let columns, let rows, let nodes):
            var attributes: [(String, String)] = []
            if columns > 1 { attributes.append(("colspan", String(columns))) }
            if rows > 1 { attributes.append(("rowspan", String(rows))) }
            element(isHeader ? "th" : "td", nodes, attributes, to: &html)
        }
    }

    private func element(_ name: String, _ nodes: [RichTextNode], _ attributes: [(String, String)] = [], to html: inout String) {
        html += "<\(name)"
        for (attribute, value) in attributes { html += " \(attribute)=\"\(escaped(value))\"" }
        html += ">"
        for node in nodes { node.append(to: &html) }
        html += "</\(name)>"
    }
}

private func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "\u{A0}": result += "&nbsp;"
        default: result.unicodeScalars.append(character)
        }
    }
    return result
}
