/// A step of the lifecycle, and a column of the boards (`kiplot-domain.md` 4).
public struct Stage: Hashable, Sendable {
    /// What a stage means for the roadmap.
    public enum Category: String, Hashable, Sendable, CaseIterable {
        case idea, analysis, delivery, closed

        public var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
    }

    public var id: Identifier<Stage>
    public var name: String
    public var category: Category
    public var appliesTo: Set<ItemKind>
    public var position: Int

    public init(
        id: Identifier<Stage>, name: String, category: Category, appliesTo: Set<ItemKind> = [.initiative, .outcome], position: Int
    ) {
        self.id = id
        self.name = name
        self.category = category
        self.appliesTo = appliesTo
        self.position = position
    }
}

extension Sequence<Stage> {
    /// Where a new item starts: the first stage of the earliest category that the kind may be in.
    public func initial(for kind: ItemKind) -> Stage? {
        let usable = filter { $0.appliesTo.contains(kind) }.sorted { $0.position < $1.position }
        for category in Stage.Category.allCases {
            if let stage = usable.first(where: { $0.category == category }) { return stage }
        }
        return nil
    }
}
