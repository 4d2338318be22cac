/// The four processes that every organisation starts with (FACTS.md 7 and 8).
public enum ProcessTemplate: String, Hashable, Sendable, CaseIterable {
    case agile, scrum, cmmi, basic

    public var name: String {
        switch self {
        case .agile: "Agile"
        case .scrum: "Scrum"
        case .cmmi: "CMMI"
        case .basic: "Basic"
        }
    }

    var id: String {
        switch self {
        case .basic: "b8a3a935-7e91-48b8-a94c-606d37c3e9f2"
        case .agile: "adcc42ab-9882-485e-a3ed-7678f01f66bc"
        case .scrum: "6b724908-ef14-45cf-84f8-768b5384da45"
        case .cmmi: "27450541-8e31-4150-9947-dc59f998fc01"
        }
    }

    func type(_ name: String) -> WorkItemTypeDefinition? { types.first { $0.name.lowercased() == name.lowercased() } }

    var types: [WorkItemTypeDefinition] {
        switch self {
        case .agile: Self.agileTypes
        case .scrum: Self.scrumTypes
        case .cmmi: Self.cmmiTypes
        case .basic: Self.basicTypes
        }
    }
}

struct StateDefinition: Hashable, Sendable {
    enum Category: String, Hashable, Sendable {
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

    var referenceName: String { "Microsoft.VSTS.WorkItemTypes.\(name.replacing(" ", with: ""))" }

    func state(_ name: String) -> StateDefinition? { states.first { $0.name.lowercased() == name.lowercased() } }
}

extension ProcessTemplate {
    private static func state(_ name: String, _ category: StateDefinition.Category, _ reason: String) -> StateDefinition {
        StateDefinition(name: name, category: category, reason: reason)
    }

    private static let planning = [
        "Microsoft.VSTS.Common.Priority", "Microsoft.VSTS.Common.ValueArea", "Microsoft.VSTS.Common.Risk",
        "Microsoft.VSTS.Common.BusinessValue", "Microsoft.VSTS.Common.TimeCriticality", "Microsoft.VSTS.Scheduling.Effort",
        "Microsoft.VSTS.Scheduling.StartDate", "Microsoft.VSTS.Scheduling.TargetDate", "Microsoft.VSTS.Common.BacklogPriority",
        "Microsoft.VSTS.Common.AcceptanceCriteria",
    ]
    private static let work = [
        "Microsoft.VSTS.Common.Priority", "Microsoft.VSTS.Common.Activity", "Microsoft.VSTS.Scheduling.RemainingWork",
        "Microsoft.VSTS.Scheduling.OriginalEstimate", "Microsoft.VSTS.Scheduling.CompletedWork", "Microsoft.VSTS.Scheduling.StartDate",
        "Microsoft.VSTS.Scheduling.FinishDate",
    ]
    private static let bug = [
        "Microsoft.VSTS.Common.Priority", "Microsoft.VSTS.Common.Severity", "Microsoft.VSTS.Common.ValueArea",
        "Microsoft.VSTS.TCM.ReproSteps",
        "Microsoft.VSTS.TCM.SystemInfo", "Microsoft.VSTS.Scheduling.RemainingWork", "Microsoft.VSTS.Common.AcceptanceCriteria",
    ]

    private static let agileTypes: [WorkItemTypeDefinition] = {
        func backlog(_ resolved: String, _ closed: String) -> [StateDefinition] {
            [
                state("New", .proposed, "New"), state("Active", .inProgress, "Implementation started"),
                state("Resolved", .resolved, resolved),
                state("Closed", .completed, closed), state("Removed", .removed, "Removed from the backlog"),
            ]
        }
        return [
            WorkItemTypeDefinition(
                name: "Epic", fields: planning, states: backlog("Features complete", "Acceptance tests pass"), color: "E06C00"),
            WorkItemTypeDefinition(
                name: "Feature", fields: planning, states: backlog("Stories complete", "Acceptance tests pass"), color: "773B93"),
            WorkItemTypeDefinition(
                name: "User Story", fields: planning.filter { !$0.hasSuffix("Effort") } + ["Microsoft.VSTS.Scheduling.StoryPoints"],
                states: backlog("Code complete and unit tests pass", "Acceptance tests pass"), color: "009CCC"),
            WorkItemTypeDefinition(
                name: "Task", fields: work,
                states: [
                    state("New", .proposed, "New"), state("Active", .inProgress, "Work started"), state("Closed", .completed, "Completed"),
                    state("Removed", .removed, "Removed from the backlog"),
                ], color: "F2CB1D"),
            WorkItemTypeDefinition(
                name: "Bug", fields: bug + ["Microsoft.VSTS.Scheduling.StoryPoints"],
                states: [
                    state("New", .proposed, "New"), state("Active", .inProgress, "Approved"), state("Resolved", .resolved, "Fixed"),
                    state("Closed", .completed, "Fixed and verified"),
                ], color: "CC293D"),
            WorkItemTypeDefinition(
                name: "Issue", fields: ["Microsoft.VSTS.Common.Priority", "Microsoft.VSTS.Scheduling.DueDate"],
                states: [state("Active", .inProgress, "New"), state("Closed", .completed, "Issue resolved")], color: "B4009E"),
        ]
    }()

    private static let scrumTypes: [WorkItemTypeDefinition] = {
        let portfolio = [
            state("New", .proposed, "New"), state("In Progress", .inProgress, "Implementation started"),
            state("Done", .completed, "Acceptance tests pass"), state("Removed", .removed, "Removed from the backlog"),
        ]
        let backlog = [
            state("New", .proposed, "New backlog item"), state("Approved", .proposed, "Approved by the Product Owner"),
            state("Committed", .inProgress, "Commitment made by the team"), state("Done", .completed, "Work finished"),
            state("Removed", .removed, "Removed from the backlog"),
        ]
        return [
            WorkItemTypeDefinition(name: "Epic", fields: planning, states: portfolio, color: "E06C00"),
            WorkItemTypeDefinition(name: "Feature", fields: planning, states: portfolio, color: "773B93"),
            WorkItemTypeDefinition(name: "Product Backlog Item", fields: planning, states: backlog, color: "009CCC"),
            WorkItemTypeDefinition(
                name: "Task", fields: work,
                states: [
                    state("To Do", .proposed, "New task"), state("In Progress", .inProgress, "Work started"),
                    state("Done", .completed, "Work finished"), state("Removed", .removed, "Removed from the backlog"),
                ], color: "F2CB1D"),
            WorkItemTypeDefinition(name: "Bug", fields: bug + ["Microsoft.VSTS.Scheduling.Effort"], states: backlog, color: "CC293D"),
            WorkItemTypeDefinition(
                name: "Impediment", fields: ["Microsoft.VSTS.Common.Priority", "Microsoft.VSTS.Common.Resolution"],
                states: [state("Open", .proposed, "New impediment"), state("Closed", .completed, "Impediment removed")], color: "B4009E"),
        ]
    }()

    private static let cmmiTypes: [WorkItemTypeDefinition] = {
        let backlog = [
            state("Proposed", .proposed, "New"), state("Active", .inProgress, "Accepted"), state("Resolved", .resolved, "Code complete"),
            state("Closed", .completed, "Validation test passed"),
        ]
        return [
            WorkItemTypeDefinition(name: "Epic", fields: planning, states: backlog, color: "E06C00"),
            WorkItemTypeDefinition(name: "Feature", fields: planning, states: backlog, color: "773B93"),
            WorkItemTypeDefinition(
                name: "Requirement", fields: planning.filter { !$0.hasSuffix("Effort") } + ["Microsoft.VSTS.Scheduling.Size"],
                states: backlog,
                color: "009CCC"),
            WorkItemTypeDefinition(name: "Task", fields: work, states: backlog, color: "F2CB1D"),
            WorkItemTypeDefinition(name: "Bug", fields: bug + ["Microsoft.VSTS.Scheduling.Size"], states: backlog, color: "CC293D"),
            WorkItemTypeDefinition(
                name: "Issue", fields: ["Microsoft.VSTS.Common.Priority", "Microsoft.VSTS.Scheduling.DueDate"], states: backlog,
                color: "B4009E"),
            WorkItemTypeDefinition(
                name: "Risk", fields: ["Microsoft.VSTS.Common.Priority"],
                states: [
                    state("Proposed", .proposed, "New"), state("Active", .inProgress, "Accepted"), state("Closed", .completed, "Mitigated"),
                ], color: "B4009E"),
            WorkItemTypeDefinition(
                name: "Change Request", fields: ["Microsoft.VSTS.Common.Priority"], states: backlog, color: "B4009E"),
        ]
    }()

    private static let basicTypes: [WorkItemTypeDefinition] = {
        let states = [
            state("To Do", .proposed, "Added to backlog"), state("Doing", .inProgress, "Started"), state("Done", .completed, "Completed"),
        ]
        let plan = [
            "Microsoft.VSTS.Common.Priority", "Microsoft.VSTS.Scheduling.Effort", "Microsoft.VSTS.Scheduling.StartDate",
            "Microsoft.VSTS.Scheduling.TargetDate",
        ]
        return [
            WorkItemTypeDefinition(name: "Epic", fields: plan, states: states, color: "E06C00"),
            WorkItemTypeDefinition(name: "Issue", fields: plan, states: states, color: "009CCC"),
            WorkItemTypeDefinition(name: "Task", fields: work, states: states, color: "F2CB1D"),
        ]
    }()
}
