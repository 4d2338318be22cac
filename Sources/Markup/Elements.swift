/// The elements that pages are made of.

public func div(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "div", attributes: attributes, children: content())
}

public func span(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "span", attributes: attributes, children: content())
}

public func p(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "p", attributes: attributes, children: content())
}

public func h1(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "h1", attributes: attributes, children: content())
}

public func h2(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "h2", attributes: attributes, children: content())
}

public func h3(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "h3", attributes: attributes, children: content())
}

public func h4(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "h4", attributes: attributes, children: content())
}

public func a(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "a", attributes: attributes, children: content())
}

public func ul(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "ul", attributes: attributes, children: content())
}

public func ol(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "ol", attributes: attributes, children: content())
}

public func li(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "li", attributes: attributes, children: content())
}

public func table(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "table", attributes: attributes, children: content())
}

public func thead(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "thead", attributes: attributes, children: content())
}

public func tbody(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "tbody", attributes: attributes, children: content())
}

public func tr(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "tr", attributes: attributes, children: content())
}

public func th(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "th", attributes: attributes, children: content())
}

public func td(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "td", attributes: attributes, children: content())
}

public func form(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "form", attributes: attributes, children: content())
}

public func button(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "button", attributes: attributes, children: content())
}

public func select(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "select", attributes: attributes, children: content())
}

public func option(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "option", attributes: attributes, children: content())
}

public func textarea(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "textarea", attributes: attributes, children: content())
}

public func label(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "label", attributes: attributes, children: content())
}

public func section(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "section", attributes: attributes, children: content())
}

public func header(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "header", attributes: attributes, children: content())
}

public func footer(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "footer", attributes: attributes, children: content())
}

public func main(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "main", attributes: attributes, children: content())
}

public func nav(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "nav", attributes: attributes, children: content())
}

public func aside(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "aside", attributes: attributes, children: content())
}

public func article(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "article", attributes: attributes, children: content())
}

public func dl(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "dl", attributes: attributes, children: content())
}

public func dt(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "dt", attributes: attributes, children: content())
}

public func dd(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "dd", attributes: attributes, children: content())
}

public func strong(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "strong", attributes: attributes, children: content())
}

public func em(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "em", attributes: attributes, children: content())
}

public func small(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "small", attributes: attributes, children: content())
}

public func code(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "code", attributes: attributes, children: content())
}

public func pre(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "pre", attributes: attributes, children: content())
}

public func details(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "details", attributes: attributes, children: content())
}

public func summary(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "summary", attributes: attributes, children: content())
}

public func fieldset(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "fieldset", attributes: attributes, children: content())
}

public func legend(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "legend", attributes: attributes, children: content())
}

public func dialog(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "dialog", attributes: attributes, children: content())
}

public func time(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "time", attributes: attributes, children: content())
}

public func progress(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "progress", attributes: attributes, children: content())
}

public func blockquote(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "blockquote", attributes: attributes, children: content())
}

public func sub(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "sub", attributes: attributes, children: content())
}

public func sup(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "sup", attributes: attributes, children: content())
}

public func s(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "s", attributes: attributes, children: content())
}

public func u(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "u", attributes: attributes, children: content())
}

public func caption(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "caption", attributes: attributes, children: content())
}

public func svg(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "svg", attributes: attributes, children: content())
}

public func rect(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "rect", attributes: attributes, children: content())
}

public func g(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "g", attributes: attributes, children: content())
}

public func line(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "line", attributes: attributes, children: content())
}

public func titleElement(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "title", attributes: attributes, children: content())
}

public func output(_ attributes: Attribute..., @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: "output", attributes: attributes, children: content())
}

public func input(_ attributes: Attribute...) -> Node { .element(name: "input", attributes: attributes, children: []) }

public func br(_ attributes: Attribute...) -> Node { .element(name: "br", attributes: attributes, children: []) }

public func hr(_ attributes: Attribute...) -> Node { .element(name: "hr", attributes: attributes, children: []) }

public func img(_ attributes: Attribute...) -> Node { .element(name: "img", attributes: attributes, children: []) }

public func meta(_ attributes: Attribute...) -> Node { .element(name: "meta", attributes: attributes, children: []) }

public func element(_ name: String, _ attributes: [Attribute], @NodeBuilder content: () -> [Node] = { [] }) -> Node {
    .element(name: name, attributes: attributes, children: content())
}
