import JSON

/// Runs a query over the organisation.
struct QueryEvaluation {
    let world: World
    let query: Query
    let project: Project?
    let me: Account
    let now: Int64
    let timePrecision: Bool
    let top: Int?

    /// The moment that the query looks at; `nil` for now.
    private let moment: Int64?

    static let wall = 20_000

    struct Link: Sendable {
        var kind: String
        var source: Int64
        var target: Int64
    }

    enum Result: Sendable {
        case workItems([Int64])
        /// Rows of a link query: a work item by itself, and below it those it is linked with.
        case links([(source: Int64?, kind: String?, target: Int64)])
    }

    init(
        _ query: Query, in world: World, project: Project?, me: Account, now: Int64, timePrecision: Bool, top: Int?
    ) throws(ServiceFault) {
        self.world = world
        self.query = query
        self.project = project
        self.me = me
        self.now = now
        self.timePrecision = timePrecision
        self.top = top
        let preparation = QueryPreparation(world: world, project: project, me: me, now: now, timePrecision: timePrecision)
        moment =
            try query.asOf.map { value throws(ServiceFault) in try preparation.moment(value) }
            ?? (world.lags.queries > 0 ? now - world.lags.queries : nil)
    }

    private var preparation: QueryPreparation {
        QueryPreparation(world: world, project: project, me: me, now: now, timePrecision: timePrecision)
    }

    func run() throws(ServiceFault) -> Result {
        for field in query.columns + query.order.map(\.field) { _ = try preparation.field(field) }
        return query.isAboutLinks ? .links(try links()) : .workItems(try workItems())
    }

    // MARK: Flat queries

    private func workItems() throws(ServiceFault) -> [Int64] {
        let found = try items(query.condition)
        guard found.count <= Self.wall || (top.map { $0 <= Self.wall } == true && world.variants.topAtTheWall == .helps) else {
            throw Self.tooMany
        }
        return try sorted(found).prefix(top ?? Self.wall).map(\.record.id)
    }

    private static let tooMany = ServiceFault.badRequest(
        "WorkItemTrackingQueryResultSizeLimitExceededException",
        "VS402337: The number of work items returned exceeds the size limit of 20000. Change the query to return fewer items.")

    /// Every work item that a condition finds, by ascending id unless only a part had to be looked at.
    private func items(_ condition: Query.Condition) throws(ServiceFault) -> [QueriedItem] {
        let prepared = try preparation.condition(condition)
        var found: [QueriedItem] = []
        for record in candidates(condition) {
            if let project, record.projectID != project.id { continue }
            guard let item = QueriedItem(record, at: moment), prepared.matches(item) else { continue }
            found.append(item)
        }
        return found
    }

    /// Where a bound on the id stands at the top, only those ids are looked at.
    private func candidates(_ condition: Query.Condition) -> any Sequence<WorkItemRecord> {
        var low: Int64 = 1
        var high = world.nextWorkItem
        for part in condition.conjuncts {
            guard case .comparison(let comparison) = part, comparison.field.name.lowercased() == "system.id" else { continue }
            let numbers = comparison.values.compactMap { value -> Int64? in
                switch value {
                case .number(let number): Int64(exactly: number)
                case .text(let text): Int64(text)
                default: nil
                }
            }
            guard numbers.count == comparison.values.count, let number = numbers.first else { continue }
            switch comparison.operation {
            case .equal, .isIn: return Set(numbers).sorted().lazy.compactMap { world.workItems[$0] }
            case .greater: low = max(low, number + 1)
            case .greaterOrEqual: low = max(low, number)
            case .less: high = min(high, number)
            case .lessOrEqual: high = min(high, number + 1)
            default: break
            }
        }
        guard low > 1 || high < world.nextWorkItem else { return world.workItems.values }
        return (low..<max(low, high)).lazy.compactMap { world.workItems[$0] }
    }

    private func sorted(_ items: [QueriedItem]) throws(ServiceFault) -> [QueriedItem] {
        var order: [(name: String, isDescending: Bool)] = []
        for part in query.order { order.append((try preparation.field(part.field).referenceName, part.isDescending)) }
        guard !order.isEmpty, order.map(\.name) != ["System.Id"] || order[0].isDescending else {
            return items.sorted { $0.record.id < $1.record.id }
        }
        let keyed = items.map { item in (item, order.map { item.value($0.name) }) }
        return keyed.sorted { left, right in
            for (index, part) in order.enumerated() {
                let comparison = QueryOrder.compare(left.1[index], right.1[index])
                if comparison != 0 { return (comparison < 0) != part.isDescending }
            }
            return left.0.record.id < right.0.record.id
        }.map(\.0)
    }

    // MARK: Link queries

    private func links() throws(ServiceFault) -> [(source: Int64?, kind: String?, target: Int64)] {
        var parts: [Query.Field.Side?: [Query.Condition]] = [:]
        for part in query.condition.conjuncts {
            let sides = part.sides
            guard sides.count <= 1 else { throw QueryLexer.syntaxError("a condition on both ends of a link") }
            parts[sides.first ?? nil, default: []].append(part)
        }
        let target = try preparation.condition(.all(parts[.target] ?? []))
        let isWanted = try preparation.linkTest(parts[nil] ?? [])
        let sources = try sorted(items(.all(parts[.source] ?? [])))
        let rows =
            query.mode == .recursive
            ? tree(sources, isWanted, target) : oneHop(sources, isWanted, target)
        guard rows.count <= Self.wall else { throw Self.tooMany }
        return Array(rows.prefix(top ?? Self.wall))
    }

    private func linked(_ item: QueriedItem, _ isWanted: (String) -> Bool, _ target: PreparedCondition) -> [Link] {
        let relations = moment.map { item.record.relations(at: $0) } ?? item.record.relations
        return relations.compactMap { relation in
            guard let id = relation.target, isWanted(relation.kind),
                let other = world.workItems[id].flatMap({ QueriedItem($0, at: moment) }),
                target.matches(other)
            else { return nil }
            return Link(kind: relation.kind, source: item.record.id, target: id)
        }
    }

    private func oneHop(
        _ sources: [QueriedItem], _ isWanted: (String) -> Bool, _ target: PreparedCondition
    ) -> [(source: Int64?, kind: String?, target: Int64)] {
        var rows: [(source: Int64?, kind: String?, target: Int64)] = []
        for item in sources {
            let links = linked(item, isWanted, target)
            switch query.mode {
            case .mustContain where links.isEmpty: continue
            case .doesNotContain:
                if links.isEmpty { rows.append((nil, nil, item.record.id)) }
                continue
            default: break
            }
            rows.append((nil, nil, item.record.id))
            rows += links.map { ($0.source, $0.kind, $0.target) }
        }
        return rows
    }

    /// Those sources that are below no other one, each with all that is below it.
    private func tree(
        _ sources: [QueriedItem], _ isWanted: (String) -> Bool, _ target: PreparedCondition
    ) -> [(source: Int64?, kind: String?, target: Int64)] {
        var rows: [(source: Int64?, kind: String?, target: Int64)] = []
        var seen: Set<Int64> = []
        var below: Set<Int64> = []
        for item in sources { below.formUnion(linked(item, isWanted, target).map(\.target)) }
        func descend(_ item: QueriedItem) {
            guard seen.insert(item.record.id).inserted else { return }
            for link in linked(item, isWanted, target) {
                rows.append((link.source, link.kind, link.target))
                if let next = world.workItems[link.target].flatMap({ QueriedItem($0, at: moment) }) { descend(next) }
            }
        }
        for item in sources where !below.contains(item.record.id) {
            rows.append((nil, nil, item.record.id))
            descend(item)
        }
        return rows
    }
}
