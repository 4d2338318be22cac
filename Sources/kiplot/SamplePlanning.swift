import Portfolio
import Store

/// What makes the roadmap of the demonstration worth looking at: groups of periods, outcomes of the initiatives that only Kiplot knows,
/// dependencies, and something that waits to be planned.
enum SamplePlanning {
    static func add(to transaction: StoreTransaction, today: CalendarDate, origin: EditOrigin) throws {
        try addGroups(transaction, today)
        let teams = try transaction.workspace().teams
        for initiative in try transaction.items(matching: ItemQuery(kind: .initiative, limit: 50)).items {
            guard try transaction.links(of: initiative.id).isEmpty, case .date(let start) = initiative[.start] else { continue }
            try addOutcomes(of: initiative, from: start, teams, transaction, origin)
        }
        for (name, isParked) in [("Loyalty programme", false), ("Self-service returns", false), ("Second distribution centre", true)] {
            var values: [FieldKey: FieldValue] = [.name: .text(name)]
            if isParked { values[.parked] = .flag(true) }
            _ = try transaction.create(.initiative, values: values, origin: origin)
        }
    }

    /// Three months each, as many plan their increments.
    private static func addGroups(_ transaction: StoreTransaction, _ today: CalendarDate) throws {
        let timeline = try transaction.timeline()
        let current = timeline.period(containing: today)
        let first = current.index - (current.start.month - 1) % 3
        for number in 0..<4 {
            let (start, end) = (timeline.period(first + number * 3), timeline.period(first + number * 3 + 2))
            try transaction.addPeriodGroup(
                label: "PI \((start.start.month - 1) / 3 + 1) · \(start.start.year)", start: start.start, end: end.end)
        }
    }

    /// Each waits for the one before it; the last one starts too early for that.
    private static func addOutcomes(
        of initiative: Item, from start: CalendarDate, _ teams: [Team], _ transaction: StoreTransaction, _ origin: EditOrigin
    ) throws {
        var previous: Item?
        let steps: [(name: String, start: Int, length: Int, percent: Double, light: RAG)] = [
            ("Discovery", 0, 40, 100, .green), ("First release", 45, 60, 40, .amber), ("Roll-out", 85, 50, 0, .red),
        ]
        for (index, step) in steps.enumerated() {
            var values: [FieldKey: FieldValue] = [
                .name: .text("\(step.name): \(initiative.name.lowercased())"), .parent: .item(initiative.id), .rag: .rag(step.light),
                .percentComplete: .number(step.percent), .effort: .number(Double(step.length / 10)),
            ]
            values[.start] = start.adding(days: step.start).map { .date($0) }
            values[.end] = start.adding(days: step.start + step.length).map { .date($0) }
            if !teams.isEmpty { values[.team] = .team(teams[index % teams.count].id) }
            let outcome = try transaction.create(.outcome, values: values, origin: origin)
            if let previous { try transaction.add(Dependency(predecessor: previous.id, successor: outcome.id)) }
            previous = outcome
        }
    }
}
