extension ProcessTemplate {
    /// Icon and backlog level go with the name in every process.
    private static func dressed(_ type: WorkItemTypeDefinition) -> WorkItemTypeDefinition {
        var type = type
        let (icon, category) =
            switch type.name {
            case "Epic": ("icon_crown", "Microsoft.EpicCategory")
            case "Feature": ("icon_trophy", "Microsoft.FeatureCategory")
            case "Bug": ("icon_insect", "Microsoft.BugCategory")
            case "Task": ("icon_clipboard", "Microsoft.TaskCategory")
            case "Test Case": ("icon_test_beaker", "Microsoft.TestCaseCategory")
            case "User Story", "Product Backlog Item", "Requirement": ("icon_book", "Microsoft.RequirementCategory")
            case "Issue" where type.states.first?.name == "To Do": ("icon_clipboard_issue", "Microsoft.RequirementCategory")
            case "Issue", "Impediment": ("icon_traffic_cone", "Microsoft.IssueCategory")
            case "Risk": ("icon_flame", "Microsoft.RiskCategory")
            case "Review": ("icon_review", "Microsoft.ReviewCategory")
            default: ("icon_chat_bubble", "Microsoft.ChangeRequestCategory")
            }
        (type.icon, type.category) = (icon, category)
        return type
    }

    private static let testCase = WorkItemTypeDefinition(
        name: "Test Case",
        fields: ["Microsoft.VSTS.Common.Priority", "Microsoft.VSTS.TCM.Steps", "Microsoft.VSTS.TCM.Parameters"],
        states: [
            state("Design", .proposed, "New"), state("Ready", .inProgress, "Completed"), state("Closed", .completed, "Obsolete"),
        ], color: "004B50")

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

    static let agileTypes: [WorkItemTypeDefinition] = {
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
            testCase,
        ].map { type in
            var type = dressed(type)
            type.assignsOnActivation = type.name != "Issue"
            type.activatesOnTheWay = true
            type.keepsResolvedReason = type.name == "Bug"
            if type.name == "Bug" { type.otherReasons = bugReasons }
            return type
        }
    }()

    /// `examples/work-item-type-fields-expand-all.json`
    private static let bugReasons = [
        "As Designed", "Build Failure", "Cannot Reproduce", "Copied to Backlog", "Deferred", "Duplicate", "Investigate",
        "Investigation Complete", "Not fixed", "Obsolete", "Reactivated", "Regression", "Resolved in error", "Test Failed", "Verified",
        "Will not Fix",
    ]

    static let scrumTypes: [WorkItemTypeDefinition] = {
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
            WorkItemTypeDefinition(
                name: "Bug", fields: bug + ["Microsoft.VSTS.Scheduling.Effort"],
                states: [state("New", .proposed, "New defect reported")] + backlog.dropFirst(), color: "CC293D"),
            WorkItemTypeDefinition(
                name: "Impediment", fields: ["Microsoft.VSTS.Common.Priority", "Microsoft.VSTS.Common.Resolution"],
                states: [state("Open", .proposed, "New impediment"), state("Closed", .completed, "Impediment removed")], color: "B4009E"),
            testCase,
        ].map(dressed)
    }()

    static let cmmiTypes: [WorkItemTypeDefinition] = {
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
                name: "Review", fields: ["Microsoft.VSTS.Common.Priority"],
                states: [
                    state("Active", .inProgress, "New"), state("Resolved", .resolved, "Accepted (as is)"),
                    state("Closed", .completed, "Minutes accepted"),
                ], color: "B4009E"),
            WorkItemTypeDefinition(
                name: "Change Request", fields: ["Microsoft.VSTS.Common.Priority"], states: backlog, color: "B4009E"),
            testCase,
        ].map { type in
            var type = dressed(type)
            type.activatesOnTheWay = true
            return type
        }
    }()

    static let basicTypes: [WorkItemTypeDefinition] = {
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
            testCase,
        ].map { type in
            var type = dressed(type)
            type.activatesOnTheWay = type.name == "Epic"
            return type
        }
    }()
}
