/// One outcome needs another to be finished first.
public struct Dependency: Hashable, Sendable {
    public var predecessor: Identifier<Item>
    public var successor: Identifier<Item>

    public init(predecessor: Identifier<Item>, successor: Identifier<Item>) {
        self.predecessor = predecessor
        self.successor = successor
    }
}
