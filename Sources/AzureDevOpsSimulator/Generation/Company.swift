import JSON

extension World {
    /// What made-up work items look like.
    public enum GeneratedShape: String, Sendable, CaseIterable {
        /// A portfolio: epics with features below them.
        case plan
        /// A company at work: every type of the process, a hierarchy, areas, sprints, history, comments, tags.
        case company
    }

    /// Fills a project, the same for the same seed.
    public mutating func generate(
        _ count: Int, _ shape: GeneratedShape, in project: Project, seed: UInt64, at now: Int64, base: String
    ) {
        switch shape {
        case .plan: generate(count, in: project, seed: seed, at: now, base: base)
        case .company: generateCompany(count, in: project, seed: seed, at: now, base: base)
        }
    }

    /// A share of the work items by what they are, from the top of the hierarchy down.
    private struct Level {
        var types: [String]
        var share: Int
        /// Of what the process calls so; the first that it has.
        static let all = [
            Level(types: ["Epic"], share: 2), Level(types: ["Feature"], share: 8),
            Level(types: ["User Story", "Product Backlog Item", "Requirement", "Issue"], share: 40),
            Level(types: ["Task"], share: 32), Level(types: ["Bug"], share: 18),
        ]
    }

    private mutating func generateCompany(_ count: Int, in given: Project, seed: UInt64, at now: Int64, base: String) {
        var chance = Randomness(seed: seed)
        guard let index = projects.firstIndex(where: { $0.id == given.id }) else { return }
        let year = ServiceTime(rounding: now).date.year
        plantTrees(projectAt: index, year: year)
        let project = projects[index]
        let levels = Level.all.compactMap { level -> (type: WorkItemTypeDefinition, share: Int)? in
            level.types.lazy.compactMap { project.process.type($0) }.first.map { ($0, level.share) }
        }
        let whole = levels.reduce(0) { $0 + $1.share }
        // The last few of each level are the parents of what comes next below them.
        var recent: [[Int64]] = Array(repeating: [], count: levels.count)
        let period: Int64 = 2 * 365 * 86_400_000
        for number in 0..<count {
            var pick = Int.random(in: 0..<whole, using: &chance)
            var level = levels.indices.last ?? 0
            for index in levels.indices {
                if pick < levels[index].share {
                    level = index
                    break
                }
                pick -= levels[index].share
            }
            // The first ones fill the upper levels, so that nothing hangs in the air.
            if let empty = recent.prefix(level).firstIndex(where: \.isEmpty) { level = empty }
            let type = levels[level].type
            let author = accounts[Int.random(in: 1..<max(2, accounts.count), using: &chance) % accounts.count]
            let time = now - period + period / Int64(count + 1) * Int64(number)
            let parent = level == 0 ? nil : recent[max(0, levels[level].type.name == "Bug" ? 2 : level - 1)].randomElement(using: &chance)
            let operations = companyOperations(type, in: project, parent: parent, year: year, &chance)
            guard let record = try? create(operations, type: type.name, in: project, by: author, at: time, base: base) else { continue }
            recent[level].append(record.id)
            if recent[level].count > 30 { recent[level].removeFirst() }
            live(record, type, by: author, from: time, until: now, base: base, &chance)
        }
    }

    /// Areas by product and team, iterations by quarter and sprint; those that are there already stay.
    private mutating func plantTrees(projectAt index: Int, year: Int) {
        func node(_ name: String, _ children: [ClassificationNode] = []) -> ClassificationNode {
            ClassificationNode(id: takeNodeNumber(), identifier: randomness.guid(), name: name, children: children)
        }
        guard projects[index].areas.children.isEmpty else { return }
        projects[index].areas.children = Self.products.map { product in node(product, Self.squads.map { node($0) }) }
        var quarters: [ClassificationNode] = []
        for quarter in 0..<4 {
            var sprints: [ClassificationNode] = []
            for sprint in 0..<6 {
                var leaf = node("Sprint \(quarter * 6 + sprint + 1)")
                let start = ServiceTime.start(year: year, month: quarter * 3 + 1, day: 1 + sprint * 14)
                leaf.start = ServiceTime(rounding: start)
                leaf.finish = ServiceTime(rounding: start + 13 * 86_400_000)
                sprints.append(leaf)
            }
            quarters.append(node("\(year) Q\(quarter + 1)", sprints))
        }
        projects[index].iterations.children = quarters
    }

    private func companyOperations(
        _ type: WorkItemTypeDefinition, in project: Project, parent: Int64?, year: Int, _ chance: inout Randomness
    ) -> [PatchOperation] {
        func one(of texts: [String]) -> String { texts.randomElement(using: &chance) ?? "" }
        func isLikely(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &chance) < percent }
        var fields: JSONObject = ["System.Title": .string(title(type.name, &chance))]
        if isLikely(70) {
            let text = "<div>\(one(of: Self.reasons))</div><ul><li>\(one(of: Self.outcomes))</li><li>\(one(of: Self.outcomes))</li></ul>"
            fields[type.name == "Bug" ? "Microsoft.VSTS.TCM.ReproSteps" : "System.Description"] = .string(text)
        }
        let quarter = Int.random(in: 0..<4, using: &chance)
        if isLikely(90) { fields["System.AreaPath"] = .string("\(project.name)\\\(one(of: Self.products))\\\(one(of: Self.squads))") }
        if isLikely(60) {
            let sprint = quarter * 6 + Int.random(in: 1...6, using: &chance)
            fields["System.IterationPath"] = .string("\(project.name)\\\(year) Q\(quarter + 1)\\Sprint \(sprint)")
        }
        if isLikely(75), let person = accounts.dropFirst().randomElement(using: &chance) {
            fields["System.AssignedTo"] = .string(person.mail)
        }
        if isLikely(40) {
            fields["System.Tags"] = .string(isLikely(50) ? one(of: Self.labels) : "\(one(of: Self.labels)); \(one(of: Self.labels))")
        }
        if isLikely(50) { fields["Microsoft.VSTS.Common.Priority"] = .integer(Int.random(in: 1...4, using: &chance)) }
        if ["Epic", "Feature"].contains(type.name) {
            let start = ServiceTime.start(year: year, month: quarter * 3 + 1, day: Int.random(in: 1...28, using: &chance))
            let days = Int64.random(in: 20..<150, using: &chance)
            fields["Microsoft.VSTS.Scheduling.StartDate"] = .string(ServiceTime(rounding: start).text)
            fields["Microsoft.VSTS.Scheduling.TargetDate"] = .string(ServiceTime(rounding: start + days * 86_400_000).text)
        }
        if let estimate = ["Microsoft.VSTS.Scheduling.StoryPoints", "Microsoft.VSTS.Scheduling.Effort"].first(where: type.fields.contains),
            isLikely(60)
        {
            fields[estimate] = .integer([1, 2, 3, 5, 8, 13, 21].randomElement(using: &chance) ?? 3)
        }
        var operations = fields.map { PatchOperation(kind: .add, target: .field($0.name), value: $0.value) }
        if let parent {
            let link: JSONValue = ["rel": .string(WorkItemRecord.Relation.parent), "url": .string("workItems/\(parent)")]
            operations.append(PatchOperation(kind: .add, target: .newRelation, value: link))
        }
        return operations
    }

    /// What became of it since: states, and now and then a word.
    private mutating func live(
        _ record: WorkItemRecord, _ type: WorkItemTypeDefinition, by author: Account, from start: Int64, until now: Int64, base: String,
        _ chance: inout Randomness
    ) {
        // The older, the further: what was made first is mostly done.
        let age = Double(now - start) / Double(2 * 365 * 86_400_000)
        let path = type.states.filter { $0.category != .removed }
        let last = min(path.count - 1, Int(age * Double(path.count) * 1.2 * Double.random(in: 0.4...1, using: &chance)))
        var time = start
        for step in path.indices.dropFirst() where step <= last {
            time = min(now, time + Int64.random(in: 3_600_000...(20 * 86_400_000), using: &chance))
            let move = PatchOperation(kind: .add, target: .field("System.State"), value: .string(path[step].name))
            let person = accounts.dropFirst().randomElement(using: &chance) ?? author
            _ = try? update(record.id, [move], by: person, at: time, base: base)
        }
        guard Int.random(in: 0..<100, using: &chance) < 20 else { return }
        let words = PatchOperation(
            kind: .add, target: .field("System.History"), value: .string("<div>\(Self.remarks.randomElement(using: &chance) ?? "")</div>"))
        _ = try? update(record.id, [words], by: author, at: min(now, time + 60_000), base: base)
    }

    private func title(_ type: String, _ chance: inout Randomness) -> String {
        func one(of texts: [String]) -> String { texts.randomElement(using: &chance) ?? "" }
        return switch type {
        case "Epic": "\(one(of: Self.verbs)) the \(one(of: Self.things))"
        case "Feature": "\(Self.begun(one(of: Self.parts))) for the \(one(of: Self.things))"
        case "Bug": "\(Self.begun(one(of: Self.parts))) \(one(of: Self.failures)) in the \(one(of: Self.things))"
        case "Task": "\(one(of: Self.chores)) \(one(of: Self.parts))"
        default: "As \(one(of: Self.roles)) I can use \(one(of: Self.parts)) in the \(one(of: Self.things))"
        }
    }

    private static let products = ["Payments", "Onboarding", "Claims", "Platform", "Mobile", "Insights"]
    private static let squads = ["Falcon", "Otter", "Heron", "Lynx"]
    private static let labels = ["growth", "compliance", "debt", "customer", "pilot", "security", "quick win", "blocked", "ux", "q3"]
    private static let roles = ["a customer", "a clerk", "a partner", "an auditor", "an administrator", "a manager"]
    private static let chores = ["Design", "Build", "Review", "Test", "Document", "Deploy", "Measure", "Translate"]
    private static let failures = ["fails after a time-out", "shows the wrong total", "loses its filter", "is slow", "cannot be printed"]
    private static let reasons = [
        "Customers ask for this in every other interview.", "The auditors want to see it by the end of the year.",
        "Support spends two days a week on it.", "Without it the rollout in the next country has to wait.",
    ]
    private static let outcomes = [
        "Agreed with the sponsor", "Measured by usage", "Works without a mouse", "Nothing is lost when the network is",
        "Told in plain words",
    ]
    private static let remarks = [
        "Talked to the customer: they can live with the first version.", "Waiting for the certificate.", "Ready for the demo on Friday.",
        "Moved, because the interface is not there yet.",
    ]
}
