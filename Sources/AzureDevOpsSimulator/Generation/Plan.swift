import JSON

extension World {
    /// Fills a project with epics and features that look like a real plan, the same for the same seed.
    mutating func generate(_ count: Int, in project: Project, seed: UInt64, at now: Int64, base: String) {
        var chance = Randomness(seed: seed)
        let types = project.process.types.map(\.name)
        let top = types.contains("Epic") ? "Epic" : types[0]
        let below = ["Feature", "Issue"].first { types.contains($0) } ?? types[types.count - 1]
        var epics: [Int64] = []
        for number in 0..<count {
            let isEpic = number % 6 == 0
            let type = isEpic ? top : below
            guard let definition = project.process.type(type) else { continue }
            var operations = [
                operation("System.Title", .string(Self.title(isEpic: isEpic, number, &chance))),
                operation("System.Description", .string(Self.description(&chance))),
            ]
            let state = definition.states[Int.random(in: 0..<min(3, definition.states.count), using: &chance)]
            operations.append(operation("System.State", .string(state.name)))
            if Int.random(in: 0..<4, using: &chance) > 0 {
                operations.append(
                    operation("System.AssignedTo", .string(accounts[Int.random(in: 1..<accounts.count, using: &chance)].mail)))
            }
            let start = now / 86_400_000 * 86_400_000 + Int64.random(in: -60..<90, using: &chance) * 86_400_000
            let length = Int64.random(in: 20..<150, using: &chance) * 86_400_000
            operations.append(operation("Microsoft.VSTS.Scheduling.StartDate", .string(ServiceTime(rounding: start).text)))
            operations.append(operation("Microsoft.VSTS.Scheduling.TargetDate", .string(ServiceTime(rounding: start + length).text)))
            operations.append(operation("Microsoft.VSTS.Scheduling.Effort", .integer(Int.random(in: 1..<40, using: &chance))))
            operations.append(operation("System.Tags", .string(Self.tags.randomElement(using: &chance) ?? "")))
            if !isEpic, let parent = epics.randomElement(using: &chance) {
                operations.append(
                    PatchOperation(
                        kind: .add, target: .newRelation,
                        value: ["rel": .string(WorkItemRecord.Relation.parent), "url": .string("workItems/\(parent)")]))
            }
            let author = accounts[Int.random(in: 1..<accounts.count, using: &chance)]
            let time = now - Int64(count - number) * 1_000
            if let record = try? create(operations, type: type, in: project, by: author, at: time, base: base), isEpic {
                epics.append(record.id)
                if epics.count > 40 { epics.removeFirst() }
            }
        }
    }

    private func operation(_ field: String, _ value: JSONValue) -> PatchOperation {
        PatchOperation(kind: .add, target: .field(field), value: value)
    }

    static let verbs = ["Launch", "Rebuild", "Open", "Simplify", "Automate", "Consolidate", "Extend", "Secure", "Migrate", "Unify"]
    static let things = [
        "customer portal", "claims handling", "partner onboarding", "billing engine", "mobile check-in", "data platform",
        "identity service",
        "order tracking", "loyalty programme", "pricing model", "field service app", "reporting suite", "supplier gateway",
        "returns process",
    ]
    static let parts = [
        "API", "dashboard", "notifications", "audit trail", "bulk import", "search", "single sign-on", "offline mode", "approval flow",
        "self-service", "accessibility", "performance", "localisation", "data export",
    ]
    private static let tags = ["growth", "growth; q3", "compliance", "platform", "platform; debt", "customer", "", "pilot"]

    static func begun(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() }

    private static func title(isEpic: Bool, _ number: Int, _ chance: inout Randomness) -> String {
        let thing = things.randomElement(using: &chance) ?? ""
        if isEpic { return "\(verbs.randomElement(using: &chance) ?? "") the \(thing)" }
        let part = parts.randomElement(using: &chance) ?? ""
        return "\(begun(thing)): \(part)"
    }

    private static func description(_ chance: inout Randomness) -> String {
        let part = parts.randomElement(using: &chance) ?? ""
        return
            "<div>We want <b>\(part)</b> because customers ask for it.</div><ul><li>Agreed with the sponsor</li><li>Measured by usage</li></ul>"
    }
}
