import Database
import Portfolio

/// Who changes something, through what, and when.
public struct EditOrigin: Hashable, Sendable {
    public var actor: Actor
    public var cause: Cause
    public var at: Instant
    /// The link that brought the change from Azure DevOps: it need not be told.
    public var link: Identifier<Link>?

    public init(actor: Actor, cause: Cause, at: Instant, link: Identifier<Link>? = nil) {
        self.actor = actor
        self.cause = cause
        self.at = at
        self.link = link
    }
}

extension StoreTransaction {
    /// The one way in which fields change, whoever changes them: checks the rules, counts the versions, writes the history and
    /// wakes the links.
    ///
    /// - Parameter versions: the versions that the change was planned from; none means that any will do.
    /// - Throws: `ItemRuleViolation`; `StoreError.notFound`; `StoreError.changedMeanwhile` when a version differs, with nothing written.
    @discardableResult
    public func edit(
        _ id: Identifier<Item>, changes: [FieldKey: FieldValue?], expecting versions: [FieldKey: Int64] = [:], origin: EditOrigin
    ) throws -> Item {
        guard var item = try item(id) else { throw StoreError.notFound("The item") }
        for (key, version) in versions where item.version(of: key) != version { throw StoreError.changedMeanwhile(key.name) }
        let rules = ItemRules(catalogue: try workspace().catalogue)
        let before = item
        for (key, value) in changes.sorted(by: { $0.key < $1.key }) where item[key] != value {
            try check(value, for: key, of: item.kind, rules)
            if key == .parent, value == .item(id) { throw ItemRuleViolation.wrongType(label: "Initiative") }
            item[key] = value
            item.versions[key, default: 0] += 1
        }
        let changed = changes.keys.filter { before[$0] != item[$0] }.sorted()
        guard !changed.isEmpty else { return item }
        try rules.check(item.values)
        item.updatedAt = origin.at
        item.updatedBy = origin.actor.name
        try replace(item)
        for key in changed { try record(id, key, old: before[key], new: item[key], origin) }
        if changed.contains(.parent) { touchParents(before[.parent], item[.parent]) }
        try markDirty(linksOf: id, except: origin.link, cause: origin.cause, at: origin.at)
        return item
    }

    private func touchParents(_ values: FieldValue?...) {
        for case .item(let parent) in values { touch(.item(parent)) }
    }

    /// Takes an item off the lists, or puts it back. Its links and its history stay.
    public func setArchived(_ isArchived: Bool, _ id: Identifier<Item>, origin: EditOrigin) throws {
        guard var item = try item(id) else { throw StoreError.notFound("The item") }
        guard item.isArchived != isArchived else { return }
        item.isArchived = isArchived
        item.updatedAt = origin.at
        item.updatedBy = origin.actor.name
        try replace(item)
        try record(id, FieldKey("archived"), old: .flag(!isArchived), new: .flag(isArchived), origin)
    }

    /// Deletes an item for good, with its history. Its outcomes stay, without an initiative; its work item stays untouched.
    public func delete(_ id: Identifier<Item>, origin: EditOrigin) throws {
        guard let item = try item(id) else { throw StoreError.notFound("The item") }
        let children = try sql.rows("SELECT id FROM item WHERE parent_id = $1", [.integer(id.number)])
        for row in children {
            try edit(Identifier(row.integer(0) ?? 0), changes: [.parent: nil], origin: origin)
        }
        try sql.run(
            "UPDATE link SET state = 'disconnected', is_live = FALSE, is_waiting = FALSE WHERE item_id = $1", [.integer(id.number)])
        try removeDependencies(of: id)
        try sql.run("DELETE FROM history WHERE item_id = $1", [.integer(id.number)])
        try sql.run("DELETE FROM share WHERE item_id = $1", [.integer(id.number)])
        try sql.run("DELETE FROM delivery_update WHERE item_id = $1", [.integer(id.number)])
        try sql.run("DELETE FROM item WHERE id = $1", [.integer(id.number)])
        touch(.item(id))
        touch(.items(item.kind))
    }

    /// Places an item in a stage, between two neighbours. One neighbour is enough: the item goes right beside it, even where a board
    /// shows only some of the others.
    /// - Parameter changes: what else the place means, such as the owner of a swim lane.
    @discardableResult
    public func move(
        _ id: Identifier<Item>, to stage: Identifier<Stage>, after previous: Identifier<Item>?, before next: Identifier<Item>?,
        changing others: [FieldKey: FieldValue?] = [:], origin: EditOrigin
    ) throws -> Item {
        var rank = try rank(of: id, in: stage, after: previous, before: next)
        if rank == .exhausted {
            try spreadRanks(of: id)
            rank = try self.rank(of: id, in: stage, after: previous, before: next)
        }
        var changes = others
        changes[.stage] = .some(.stage(stage))
        if case .between(let number) = rank { changes[.rank] = .some(.number(number)) }
        return try edit(id, changes: changes, origin: origin)
    }

    private enum RankSought: Equatable {
        case between(Double)
        /// No neighbour was named: the rank stays as it is.
        case kept
        /// Between these two neighbours there is no other number left.
        case exhausted
    }

    private func rank(
        of id: Identifier<Item>, in stage: Identifier<Stage>, after previous: Identifier<Item>?, before next: Identifier<Item>?
    ) throws -> RankSought {
        var above = try rank(previous)
        var below = try rank(next)
        if let rank = above, below == nil { below = try rankBeside(id, in: stage, rank, isBelow: true) }
        if let rank = below, above == nil { above = try rankBeside(id, in: stage, rank, isBelow: false) }
        switch (above, below) {
        case (let above?, let below?):
            let middle = (above + below) / 2
            return above <= below && (middle <= above || middle >= below) ? .exhausted : .between(middle)
        case (let above?, nil): return .between(above + Self.rankStep)
        case (nil, let below?): return .between(below - Self.rankStep)
        case (nil, nil): return .kept
        }
    }

    /// How far apart the ranks of neighbours are at first.
    static let rankStep: Double = 1_024

    /// Gives all items of the same kind ranks with room between them, in the order that they have: some fifty moves to the same place
    /// halve the room there until there is none.
    private func spreadRanks(of id: Identifier<Item>) throws {
        try sql.run(
            """
            UPDATE item SET rank = spread.rank
            FROM (
                SELECT id, row_number() OVER (ORDER BY rank, id) * \(Self.rankStep) AS rank
                FROM item WHERE kind = (SELECT kind FROM item WHERE id = $1)
            ) AS spread
            WHERE item.id = spread.id
            """, [.integer(id.number)])
    }

    private func rank(_ id: Identifier<Item>?) throws -> Double? {
        guard let id, case .number(let rank) = try item(id)?[.rank] else { return nil }
        return rank
    }

    /// The next rank below or above another one in a stage. Served by `item_stage`.
    private func rankBeside(_ id: Identifier<Item>, in stage: Identifier<Stage>, _ rank: Double, isBelow: Bool) throws -> Double? {
        try sql.row(
            """
            SELECT \(isBelow ? "min" : "max")(rank) FROM item
            WHERE kind = (SELECT kind FROM item WHERE id = $1) AND is_archived = FALSE AND stage_id = $2
                AND rank \(isBelow ? ">" : "<") $3 AND id <> $1
            """, [.integer(id.number), .integer(stage.number), .real(rank)])?.real(0)
    }
}
