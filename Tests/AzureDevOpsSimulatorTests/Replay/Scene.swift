import JSON

@testable import AzureDevOpsSimulator

/// Interactions of one recording that belong to one organisation at one time, and what was there before them.
struct Scene: Sendable {
    var recording: String
    var interactions: [Int]
    var people: [(name: String, mail: String)]
    /// Mails that the recording has in two spellings, because only one of them was made anonymous.
    var aliases: [String: String] = [:]
    /// How long before the first recorded answer the preparations begin, in seconds.
    var earlier: Int64 = 3_600
    var prepare: @Sendable (inout Stage) -> Void = { _ in }
    /// Done just before an interaction, by its number: what the recorded client did between two interactions that were kept.
    var between: [Int: @Sendable (inout Stage) -> Void] = [:]

    static let main = [(name: "Test User 2", mail: "user1@example.com")]
    static let classic = "WorkItemCreateShowUpdateDeleteTests"

    static let all: [Scene] = discovery + trees + projects + workItems + errors

    private static let discovery: [Scene] = [
        Scene(recording: "connection-data", interactions: [0], people: main),
        Scene(recording: "options-resource-locations", interactions: [0], people: main),
        Scene(recording: "resource-areas", interactions: [0], people: main),
        Scene(recording: "relation-types", interactions: [0], people: main),
        Scene(
            recording: "security-namespaces", interactions: [0, 1, 2],
            people: main + [(name: "new_user_test@outlook.com", mail: "new_user_test@outlook.com")],
            aliases: ["user7@example.com": "new_user_test@outlook.com"],
            prepare: { $0.project("Contoso", .basic, id: "a6845a01-8525-49c7-9cd0-20ee4c0a0d5f") }),
    ]

    private static let trees: [Scene] = [
        Scene(
            recording: "classification-areas", interactions: Array(0...10), people: main,
            prepare: {
                $0.project("Area1000001", .basic)
                $0.sprint("Sprint 1", in: "Area1000001")
                $0.team("teamArea_000002", in: "Area1000001")
            },
            between: [
                4: {
                    _ = $0.send(
                        "POST",
                        "\($0.base)/Area1000001/_apis/wit/classificationNodes/areas/teamArea_000002_Root_Area_000003?api-version=5.0",
                        body: ["name": "ChildArea000005"])
                }
            ]),
        Scene(
            recording: "classification-iterations", interactions: Array(0...9), people: main,
            prepare: {
                $0.project("IterationProj_000001", .basic)
                $0.sprint("Sprint 1", in: "IterationProj_000001")
                $0.team("teamName1_000002", in: "IterationProj_000001")
            }),
        Scene(
            recording: "team-field-values", interactions: [0, 1], people: main,
            prepare: {
                $0.project("Area1000001", .basic)
                $0.team("teamArea_000002", in: "Area1000001")
            }),
    ]

    private static let projects: [Scene] = [
        Scene(
            recording: "projects", interactions: [0, 1, 2, 3, 4, 5, 7], people: main, earlier: 86_400,
            prepare: { stage in
                for (name, visibility) in [
                    ("Chatopsvalidations", "organization"), ("ManualInterventionTesting", "organization"),
                    ("ImportRepoTest", "organization"), ("BugBashTesting", "organization"),
                    ("RepoCreateListShowDeleteTests", "organization"), ("Test", "organization"), ("TeamOpsbshr5p6r", "private"),
                    (classic, "organization"),
                    ("PullRequestLiveTest", "organization"), ("buildtests", "organization"), ("TestSupportProject", "organization"),
                ] {
                    stage.project(name, .basic)
                    stage.world.projects[stage.world.projects.count - 1].visibility = visibility
                    stage.now += 5_000
                }
            }),
        Scene(
            recording: "projects", interactions: [6], people: main,
            prepare: {
                $0.project("MITesting", .basic)
                $0.world.projects[0].visibility = "organization"
                $0.now += 5_000
                $0.project("Second", .basic)
            }),
    ]

    private static let workItems: [Scene] = [
        // Created, changed, read, deleted: four recordings of one session.
        Scene(
            recording: "work-item-create", interactions: [0], people: [(name: "Test User 1", mail: "test@example.com")],
            prepare: {
                $0.project("WIRel000001", .basic)
                $0.world.nextWorkItem = 973
            }),
        Scene(
            recording: "work-item-create", interactions: [1], people: main,
            prepare: {
                $0.project(classic, .basic)
                $0.world.nextWorkItem = 191
            }),
        Scene(
            recording: "work-item-create", interactions: [2], people: [(name: "Test User 3", mail: "user2@example.com")],
            prepare: {
                $0.project(classic, .agile)
                $0.world.nextWorkItem = 9
            }),
        Scene(recording: "work-item-create", interactions: [3], people: main),
        Scene(
            recording: "work-item-update-state", interactions: [0], people: main,
            prepare: {
                $0.project(classic, .basic)
                $0.workItem(191, "Task", in: classic, ["System.Title": "sampleTask"])
            }),
        Scene(
            recording: "work-item-update-state", interactions: [1], people: [(name: "Test User 3", mail: "user2@example.com")],
            prepare: {
                $0.project(classic, .agile)
                $0.workItem(9, "Bug", in: classic, ["System.Title": "samplebug"])
            }),
        Scene(
            recording: "work-item-get", interactions: [0], people: main,
            prepare: {
                $0.project(classic, .basic)
                $0.workItem(191, "Task", in: classic, ["System.Title": "sampleTask"])
            }),
        Scene(
            recording: "work-item-get", interactions: [1], people: [(name: "Test User 4", mail: "user3@example.com")],
            prepare: {
                $0.project("WorkItemAddListRemoveTagTests", .agile)
                $0.workItem(198, "Bug", in: "WorkItemAddListRemoveTagTests", ["System.Title": "samplebug"])
                $0.edit(198, ["System.Tags": "my tag"])
                $0.edit(198, ["System.Tags": "tag2"])
            }),
        Scene(
            recording: "work-item-get", interactions: [2], people: main,
            prepare: {
                $0.project(classic, .basic)
                $0.workItem(191, "Task", in: classic, ["System.Title": "sampleTask"])
                _ = $0.send("DELETE", "\($0.base)/_apis/wit/workitems/191?api-version=7.1")
            }),
        Scene(
            recording: "work-item-get", interactions: [3], people: [(name: "Test User 3", mail: "user2@example.com")],
            prepare: {
                $0.project(classic, .agile)
                $0.workItem(9, "Bug", in: classic, ["System.Title": "samplebug"])
            }),
        Scene(
            recording: "work-item-delete", interactions: [0, 1], people: main,
            prepare: {
                $0.project(classic, .basic)
                $0.workItem(191, "Task", in: classic, ["System.Title": "sampleTask"])
                $0.edit(191, ["System.State": "Done"])
            }),
        Scene(
            recording: "work-item-delete", interactions: [2, 3], people: [(name: "Test User 4", mail: "user3@example.com")],
            prepare: {
                $0.project("WorkItemAddListRemoveTagTests", .agile)
                $0.workItem(198, "Bug", in: "WorkItemAddListRemoveTagTests", ["System.Title": "samplebug", "System.Tags": "my tag"])
                $0.edit(198, times: 2)
                _ = $0.send(
                    "PATCH", "\($0.base)/_apis/wit/workitems/198?api-version=7.1", headers: ["content-type": "application/json-patch+json"],
                    body: [["op": "replace", "path": "/fields/System.Tags", "value": ""]])
            }),
        Scene(recording: "work-item-delete", interactions: [4], people: main, prepare: { $0.project(classic, .basic) }),
        Scene(
            recording: "work-item-tags", interactions: Array(0...7), people: [(name: "Test User 4", mail: "user3@example.com")],
            prepare: {
                $0.project("WorkItemAddListRemoveTagTests", .agile)
                $0.world.nextWorkItem = 198
            }),
        Scene(
            recording: "work-item-relations", interactions: Array(0...14), people: [(name: "Test User 1", mail: "test@example.com")],
            prepare: {
                $0.project("WIRel000001", .basic)
                $0.world.nextWorkItem = 973
            },
            between: [
                3: {
                    $0.workItem(976, "Task", in: "WIRel000001", ["System.Title": "Task_3"])
                    $0.workItem(977, "Task", in: "WIRel000001", ["System.Title": "Task_4"])
                }
            ]),
        Scene(
            recording: "work-item-artifact-links", interactions: [0, 1, 2, 3],
            people: [(name: "Test User 6", mail: "user4@example.com"), (name: "Test User 7", mail: "user5@example.com")],
            prepare: {
                $0.project("PullRequestLiveTest", .agile, id: "3130b944-7fdf-4639-b1d1-79f8b65bd399")
                for id: Int64 in [20, 21] {
                    $0.workItem(id, "Bug", in: "PullRequestLiveTest", by: "Test User 7", ["System.Title": "Fix readme.md formatting"])
                }
                $0.edit(20, times: 15)
                $0.link(21, pullRequest("3130b944-7fdf-4639-b1d1-79f8b65bd399%2Fb52d6718-36cc-48a7-84cd-4e3c5dc594ae%2F2"))
            }),
        Scene(
            recording: "work-item-artifact-links", interactions: [4, 5, 6, 7], people: [(name: "Test User 5", mail: "user1@example.com")],
            prepare: chatOperations),
        Scene(
            recording: "wiql", interactions: [0, 1, 2, 3], people: main,
            prepare: {
                $0.project(classic, .basic)
                $0.workItem(40, "Issue", in: classic, ["System.Title": "Test"])
                $0.edit(40, ["Microsoft.VSTS.Common.Priority": 1])
                $0.workItem(41, "Task", in: classic, ["System.Title": "Test2"])
                $0.edit(41, times: 3)
                let moment = ServiceTime(rounding: $0.now)
                $0.world.queries.append(
                    StoredQuery(
                        id: "253d8eb4-0bd1-4c92-adc9-d305c8b99b92", projectID: $0.world.projects[0].id, name: "All", isFolder: false,
                        wiql:
                            "select [System.Id], [System.WorkItemType], [System.Title], [System.AssignedTo], [System.State], [System.Tags] from WorkItems",
                        isPublic: true, author: $0.world.accounts[0].id, created: moment, modified: moment))
            }),
        Scene(
            recording: "wiql", interactions: [4], people: main,
            prepare: {
                $0.project("WIRel000001", .basic)
                for id: Int64 in 973...977 { $0.workItem(id, "Task", in: "WIRel000001", ["System.Title": "Task"]) }
            }),
    ]

    private static let errors: [Scene] = [
        Scene(
            recording: "errors-auth", interactions: [0], people: [(name: "Test User 6", mail: "user6@example.com")],
            prepare: { $0.world.tokens["pat"]?.state = .withoutAccess }),
        // Other resources than those of work items: what matters is the form of the refusal.
        Scene(recording: "errors-auth", interactions: [1, 2], people: main, prepare: { $0.world.tokens["pat"]?.scopes = [.writeWork] }),
        Scene(
            recording: "errors-service-unavailable", interactions: [0], people: main,
            prepare: { $0.world.faults = [Fault(kind: .stopped, remaining: 1, amount: 0)] }),
        Scene(
            recording: "errors-service-unavailable", interactions: [1], people: main,
            prepare: { $0.world.faults = [Fault(kind: .frontDoor, remaining: 1, amount: 0)] }),
    ]

    private static func pullRequest(_ path: String) -> JSONValue {
        ["rel": "ArtifactLink", "url": .string("vstfs:///Git/PullRequestId/\(path)"), "attributes": ["name": "Pull Request"]]
    }

    /// An Epic and an Issue that were discussed, finished and linked to code before the recording began.
    @Sendable private static func chatOperations(_ stage: inout Stage) {
        let project = "Chatopsvalidations"
        stage.project(project, .basic, id: "038b46ac-29b9-4062-af82-87b52e73d7a9")
        stage.workItem(1, "Epic", in: project, ["System.Title": "test"])
        stage.workItem(2, "Issue", in: project, ["System.Title": "test2"])
        for comment in ["one", "two"] { stage.edit(1, ["System.History": .string(comment)]) }
        stage.edit(1, ["System.State": "Done"])
        stage.edit(1, times: 3)
        stage.edit(2, ["System.History": "one"])
        stage.edit(2, times: 2)
        let repository = "038b46ac-29b9-4062-af82-87b52e73d7a9"
        stage.link(2, pullRequest("\(repository)%2F9a83e6d7-9a2e-4376-b737-9f6dbb3f997e%2F1"))
        stage.link(
            2,
            [
                "rel": "ArtifactLink", "attributes": ["name": "Fixed in Commit"],
                "url":
                    .string(
                        "vstfs:///Git/Commit/\(repository)%2f9a83e6d7-9a2e-4376-b737-9f6dbb3f997e%2f9330308bee33ad75eea3bb483850d370fa08fbff"
                    ),
            ])
        stage.edit(2, ["System.State": "Done"])
        stage.link(
            2,
            [
                "rel": "ArtifactLink", "url": "vstfs:///Build/Build/19",
                "attributes": [
                    "name": "Integrated in build",
                    "comment": "This build was automatically linked to this work item based on this work item's linked commits",
                ],
            ])
    }
}

extension Stage {
    mutating func sprint(_ name: String, in project: String) {
        _ = send("POST", "\(base)/\(project)/_apis/wit/classificationNodes/iterations?api-version=5.0", body: ["name": .string(name)])
    }

    mutating func team(_ name: String, in project: String) {
        guard let project = world.project(project) else { return }
        world.teams.append(
            Team(id: world.randomness.guid(), projectID: project.id, name: name, summary: "", members: world.accounts.map(\.id)))
    }
}
