/// An area or an iteration, with everything below it.
struct ClassificationNode: Sendable {
    var id: Int64
    var identifier: String
    var name: String
    var children: [ClassificationNode] = []
    var start: ServiceTime?
    var finish: ServiceTime?

    /// Whether a path such as `Project\A\B` leads to a node.
    func contains(path: [Substring]) -> Bool { node(path: path) != nil }

    func node(path: [Substring]) -> ClassificationNode? {
        guard let first = path.first, first == name || FoldedText.compare(String(first), name) == 0 else { return nil }
        let rest = path.dropFirst()
        if rest.isEmpty { return self }
        return children.lazy.compactMap { $0.node(path: Array(rest)) }.first
    }

    /// The names from here to a node, this one's first; `nil` when it is not below.
    func path(to id: Int64) -> [String]? {
        if self.id == id { return [name] }
        for child in children { if let found = child.path(to: id) { return [name] + found } }
        return nil
    }

    func path(identifier: String) -> [String]? {
        if self.identifier == identifier { return [name] }
        for child in children { if let found = child.path(identifier: identifier) { return [name] + found } }
        return nil
    }

    /// Changes the node at a path; `false` when there is none.
    @discardableResult
    mutating func change(path: [Substring], _ body: (inout ClassificationNode) -> Void) -> Bool {
        guard let first = path.first, first.lowercased() == name.lowercased() else { return false }
        let rest = Array(path.dropFirst())
        if rest.isEmpty {
            body(&self)
            return true
        }
        for index in children.indices where children[index].change(path: rest, body) { return true }
        return false
    }

    /// Takes a node out of the tree, with all below it.
    mutating func remove(id: Int64) -> ClassificationNode? {
        if let index = children.firstIndex(where: { $0.id == id }) { return children.remove(at: index) }
        for index in children.indices { if let found = children[index].remove(id: id) { return found } }
        return nil
    }
}
