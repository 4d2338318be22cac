import Database
import Portfolio

extension StoreTransaction {
    public func stages() throws -> [Stage] {
        try sql.rows("SELECT id, name, category, applies_to, position FROM stage ORDER BY position, id").map { row in
            Stage(
                id: Identifier(row.integer(0) ?? 0), name: row.text(1) ?? "",
                category: row.text(2).flatMap { Stage.Category(rawValue: $0) } ?? .idea, appliesTo: itemKinds(row.text(3)),
                position: Int(row.integer(4) ?? 0))
        }
    }

    @discardableResult
    public func addStage(
        name: String, category: Stage.Category, appliesTo: Set<ItemKind> = [.initiative, .outcome]
    ) throws -> Stage {
        let position = Int(try sql.row("SELECT coalesce(max(position), 0) + 1 FROM stage")?.integer(0) ?? 1)
        let row = try sql.row(
            "INSERT INTO stage (name, category, applies_to, position) VALUES ($1, $2, $3, $4) RETURNING id",
            [.text(name), .text(category.rawValue), .text(text(appliesTo)), .integer(Int64(position))])
        touch(.configuration)
        return Stage(id: Identifier(row?.integer(0) ?? 0), name: name, category: category, appliesTo: appliesTo, position: position)
    }

    public func update(_ stage: Stage) throws {
        try sql.run(
            "UPDATE stage SET name = $2, category = $3, applies_to = $4, position = $5 WHERE id = $1",
            [
                .integer(stage.id.number), .text(stage.name), .text(stage.category.rawValue), .text(text(stage.appliesTo)),
                .integer(Int64(stage.position)),
            ])
        touch(.configuration)
    }

    /// Moves a stage one place up or down.
    public func moveStage(_ id: Identifier<Stage>, up: Bool) throws {
        var stages = try stages()
        guard let index = stages.firstIndex(where: { $0.id == id }) else { throw StoreError.notFound("The stage") }
        let other = up ? index - 1 : index + 1
        guard stages.indices.contains(other) else { return }
        stages.swapAt(index, other)
        for (position, var stage) in stages.enumerated() where stage.position != position + 1 {
            stage.position = position + 1
            try update(stage)
        }
    }

    /// - Throws: `StoreError.inUse` while an item is in it.
    public func removeStage(_ id: Identifier<Stage>) throws {
        let users = try sql.row("SELECT count(*) FROM item WHERE stage_id = $1", [.integer(id.number)])?.integer(0) ?? 0
        guard users == 0 else { throw StoreError.inUse("This stage", by: users == 1 ? "one item" : "\(users) items") }
        guard try stages().count > 1 else {
            throw StoreError.unusable("This is the last stage.", remedy: "Add another one first: every item needs a stage.")
        }
        try sql.run("DELETE FROM stage WHERE id = $1", [.integer(id.number)])
        touch(.configuration)
    }
}

func itemKinds(_ text: String?) -> Set<ItemKind> {
    Set((text ?? "").split(separator: ",").compactMap { ItemKind(rawValue: String($0)) })
}

func text(_ kinds: Set<ItemKind>) -> String { kinds.map(\.rawValue).sorted().joined(separator: ",") }
