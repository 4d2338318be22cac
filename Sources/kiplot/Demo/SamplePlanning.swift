import Portfolio
import Store

/// What makes the plan of the demonstration worth looking at: groups of periods, outcomes of the initiatives that only Kiplot knows, and
/// dependencies, one of them in trouble.
enum SamplePlanning {
    private struct Step {
        var name: String
        var category: Stage.Category
        var effort: Double
        /// Days after the start of the initiative; `nil` for what nobody has planned yet.
        var days: ClosedRange<Int>?
    }

    private static let steps = [
        Step(name: "study and decision", category: .closed, effort: 5, days: 0...40),
        Step(name: "first region goes live", category: .delivery, effort: 13, days: 45...105),
        // Begins before the one is done that it waits for.
        Step(name: "roll-out", category: .idea, effort: 21, days: 85...150),
        Step(name: "training of the staff", category: .idea, effort: 8, days: nil),
    ]

    /// Three months each, as many plan their increments.
    static func addGroups(around today: CalendarDate, _ transaction: StoreTransaction) throws {
        let timeline = try transaction.timeline()
        let current = timeline.period(containing: today)
        let first = current.index - (current.start.month - 1) % 3
        for number in 0..<4 {
            let (start, end) = (timeline.period(first + number * 3), timeline.period(first + number * 3 + 2))
            try transaction.addPeriodGroup(
                label: "PI \((start.start.month - 1) / 3 + 1) · \(start.start.year)", start: start.start, end: end.end)
        }
    }

    /// Each waits for the one before it.
    static func addOutcomes(of initiative: Item, _ transaction: StoreTransaction, _ origin: EditOrigin) throws {
        let stages = try transaction.stages()
        var previous: Item?
        for step in steps {
            var values: [FieldKey: FieldValue] = [
                .name: .text("\(initiative.name): \(step.name)"), .parent: .item(initiative.id), .effort: .number(step.effort),
            ]
            values[.stage] = stages.first { $0.category == step.category }.map { .stage($0.id) }
            if let days = step.days, case .date(let start) = initiative[.start] {
                values[.start] = start.adding(days: days.lowerBound).map { .date($0) }
                values[.end] = start.adding(days: days.upperBound).map { .date($0) }
            }
            let outcome = try transaction.create(.outcome, values: values, origin: origin)
            if let previous { try transaction.add(Dependency(predecessor: previous.id, successor: outcome.id)) }
            previous = outcome
        }
    }
}
