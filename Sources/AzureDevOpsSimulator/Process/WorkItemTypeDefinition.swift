struct StateDefinition: Hashable, Sendable {
    enum Category: String, Hashable, Sendable, CaseIterable {
        case proposed = "Proposed"
        case inProgress = "InProgress"
        case resolved = "Resolved"
        case completed = "Completed"
        case removed = "Removed"
    }

    var name: String
    var category: Category
    /// What the reason becomes when nobody gives one.
    var reason: String

    var color: String {
        switch category {
        case .proposed: "b2b2b2"
        case .inProgress: "007acc"
        case .resolved: "ff9d00"
        case .completed: "339933"
        case .removed: "ffffff"
        }
    }
}

struct WorkItemTypeDefinition: Hashable, Sendable {
    var name: String
    /// The reference name of its fields beyond those that all types have.
    var fields: [String]
    /// The first one is where new work items start.
    var states: [StateDefinition]
    var color: String
    var icon = "icon_clipboard"
    /// The backlog level, as `workItemTypeCategories` names it.
    var category = "Microsoft.RequirementCategory"
    /// `{Process}.Name` for the types of an inherited process.
    var namespace = "Microsoft.VSTS.WorkItemTypes"
    /// Reasons that may be given beside the one by default.
    var otherReasons: [String] = []
    /// `From>To` of moves that a rule forbids; every other move is allowed, as in processes of the service.
    var forbiddenMoves: Set<String> = []
    /// Whether a work item that leaves its first state is assigned to who moved it, and activated (`recordings/work-item-update-state.json`).
    var assignsOnActivation = false
    /// Whether a bug's resolution is kept in a field of its own.
    var keepsResolvedReason = false
    /// Whether a work item that goes straight to its end is activated on the way.
    var activatesOnTheWay = false

    var referenceName: String { "\(namespace).\(name.replacing(" ", with: ""))" }

    var reasons: [String] { Array(Set(states.map(\.reason) + otherReasons)).sorted() }

    func state(_ name: String) -> StateDefinition? {
        states.first { $0.name == name } ?? states.first { $0.name.lowercased() == name.lowercased() }
    }

    func mayMove(from old: String, to new: String) -> Bool { old == new || !forbiddenMoves.contains("\(old)>\(new)") }
}
