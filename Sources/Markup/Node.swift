/// A piece of a page. There is no way to put text into a page unescaped.
public indirect enum Node: Sendable {
    case text(String)
    case element(name: String, attributes: [Attribute], children: [Node])
    case group([Node])

    public static let nothing = Node.group([])
}

/// One attribute of an element.
public struct Attribute: Sendable {
    let name: String
    /// `nil` leaves the attribute out.
    let value: String?

    public init(_ name: String, _ value: String?) {
        self.name = name
        self.value = value
    }

    public static func `class`(_ value: String) -> Attribute { Attribute("class", value) }
    public static func id(_ value: String) -> Attribute { Attribute("id", value) }
    public static func name(_ value: String) -> Attribute { Attribute("name", value) }
    public static func value(_ value: String) -> Attribute { Attribute("value", value) }
    public static func type(_ value: String) -> Attribute { Attribute("type", value) }
    public static func label(_ value: String) -> Attribute { Attribute("aria-label", value) }
    public static func data(_ name: String, _ value: String?) -> Attribute { Attribute("data-\(name)", value) }

    /// An attribute that is there or not.
    public static func flag(_ name: String, _ isSet: Bool = true) -> Attribute { Attribute(name, isSet ? "" : nil) }

    /// An address; anything but our own paths and plain web or mail addresses leads nowhere.
    public static func href(_ target: String) -> Attribute { Attribute("href", safe(target)) }
    public static func action(_ target: String) -> Attribute { Attribute("action", safe(target)) }

    private static func safe(_ target: String) -> String {
        let lowered = target.lowercased()
        let isOurs = target.hasPrefix("/") && !target.hasPrefix("//") || target.hasPrefix("#") || target.hasPrefix("?")
        return isOurs || ["https://", "http://", "mailto:"].contains { lowered.hasPrefix($0) } ? target : "#"
    }
}

extension Node {
    private static let voidElements: Set<String> = ["br", "hr", "img", "input", "link", "meta", "wbr", "col"]

    /// The node as HTML, with the one escaper of the product.
    public var html: String {
        var out = ""
        write(into: &out)
        return out
    }

    private func write(into out: inout String) {
        switch self {
        case .text(let text): Self.escape(text, into: &out)
        case .group(let nodes): for node in nodes { node.write(into: &out) }
        case .element(let name, let attributes, let children):
            out += "<\(name)"
            for attribute in attributes {
                guard let value = attribute.value else { continue }
                out += " \(attribute.name)=\""
                Self.escape(value, into: &out)
                out += "\""
            }
            out += ">"
            guard !Self.voidElements.contains(name) else { return }
            for child in children { child.write(into: &out) }
            out += "</\(name)>"
        }
    }

    private static func escape(_ text: String, into out: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "`": out += "&#96;"
            default: out.unicodeScalars.append(scalar)
            }
        }
    }
}

/// Lets pages be written as they read.
@resultBuilder
public enum NodeBuilder {
    public static func buildExpression(_ text: String) -> [Node] { [.text(text)] }
    public static func buildExpression(_ node: Node) -> [Node] { [node] }
    public static func buildExpression(_ nodes: [Node]) -> [Node] { nodes }
    public static func buildBlock(_ parts: [Node]...) -> [Node] { parts.flatMap { $0 } }
    public static func buildOptional(_ nodes: [Node]?) -> [Node] { nodes ?? [] }
    public static func buildEither(first nodes: [Node]) -> [Node] { nodes }
    public static func buildEither(second nodes: [Node]) -> [Node] { nodes }
    public static func buildArray(_ nodes: [[Node]]) -> [Node] { nodes.flatMap { $0 } }
}
