import Database
import Portfolio

/// An item that is to be added: what is not given gets its default.
public struct NewItem: Hashable, Sendable {
    public var values: [FieldKey: FieldValue]
    public var origin: EditOrigin

    public init(values: [FieldKey: FieldValue], origin: EditOrigin) {
        self.values = values
        self.origin = origin
    }
}

extension StoreTransaction {
    /// Adds an item. What is not given gets its default: the first stage, the last rank, “To Do”.
    /// - Throws: `ItemRuleViolation`, or `StoreError.notFound` for a reference to something that does not exist.
    public func create(_ kind: ItemKind, values: [FieldKey: FieldValue], origin: EditOrigin) throws -> Item {
        try create(kind, [NewItem(values: values, origin: origin)])[0]
    }

    /// Adds items of one kind, in this order, and looks up only once what they have in common.
    /// - Throws: as for one; then none of them may be kept.
    public func create(_ kind: ItemKind, _ new: [NewItem]) throws -> [Item] {
        guard !new.isEmpty else { return [] }
        let workspace = try workspace()
        let rules = ItemRules(catalogue: workspace.catalogue)
        let fields = workspace.catalogue.fields(of: kind).map(\.key)
        let stage = workspace.stages.initial(for: kind).map { FieldValue.stage($0.id) }
        var rank = try lastRank(of: kind)
        var number = try takeNumbers(new.count, of: kind)
        return try new.map { new in
            var values = new.values
            for key in values.keys where workspace.catalogue[key]?.appliesTo.contains(kind) != true {
                throw ItemRuleViolation.unknownField(key.name)
            }
            values[.stage] = values[.stage] ?? stage
            if kind == .outcome { values[.status] = values[.status] ?? .choice("To Do") }
            if values[.rank] == nil {
                rank += Self.rankStep
                values[.rank] = .number(rank)
            }
            for key in fields { try check(values[key], for: key, of: kind, rules) }
            try rules.check(values)
            let item = try insert(
                Item(
                    id: Identifier(0), kind: kind, number: number, values: values, createdAt: new.origin.at,
                    createdBy: new.origin.actor.name, updatedAt: new.origin.at, updatedBy: new.origin.actor.name))
            number += 1
            for key in new.values.keys.sorted() { try record(item.id, key, old: nil, new: new.values[key], new.origin) }
            return item
        }
    }

    /// Checks one value by the rules, and that what it refers to exists.
    func check(_ value: FieldValue?, for key: FieldKey, of kind: ItemKind, _ rules: ItemRules) throws {
        try rules.check(value, for: key, of: kind)
        let workspace = try workspace()
        let exists =
            switch value {
            case .person(let id): workspace.people.contains { $0.id == id }
            case .stage(let id): workspace.stages.contains { $0.id == id && $0.appliesTo.contains(kind) }
            case .businessUnit(let id): workspace.businessUnits.contains { $0.id == id }
            case .team(let id): workspace.teams.contains { $0.id == id }
            case .item(let id): try isInitiative(id)
            default: true
            }
        guard exists else { throw StoreError.notFound(workspace.catalogue[key]?.label ?? key.name) }
    }

    private func isInitiative(_ id: Identifier<Item>) throws -> Bool {
        try sql.row("SELECT kind FROM item WHERE id = $1", [.integer(id.number)])?.text(0) == ItemKind.initiative.rawValue
    }

    /// 0 when there is none yet. Served by `item_list`.
    private func lastRank(of kind: ItemKind) throws -> Double {
        try sql.row("SELECT max(rank) FROM item WHERE kind = $1 AND is_archived = FALSE", [.text(kind.rawValue)])?.real(0) ?? 0
    }

    /// The first of some numbers that nobody else gets. Numbers are never used again, so they are counted apart from the items.
    private func takeNumbers(_ count: Int, of kind: ItemKind) throws -> Int64 {
        let row = try sql.row(
            """
            INSERT INTO item_counter (kind, last) VALUES ($1, $2)
            ON CONFLICT (kind) DO UPDATE SET last = item_counter.last + excluded.last RETURNING last
            """,
            [.text(kind.rawValue), .integer(Int64(count))])
        return (row?.integer(0) ?? Int64(count)) - Int64(count) + 1
    }
}
