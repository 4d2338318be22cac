import JSON

@testable import AzureDevOpsSimulator

/// A recorded web hook, and what has to be done for ours to be sent.
struct HookScene: Sendable {
    var recording: String
    var base: String
    var eventType: String
    var people: [(name: String, mail: String)]
    var messages = "all"
    var prepare: @Sendable (inout Stage) -> Void
    /// What makes the event.
    var act: @Sendable (inout Stage) -> Void

    static let all = [
        HookScene(
            recording: "webhook-workitem-updated-services", base: "https://dev.azure.com/contoso-h", eventType: "workitem.updated",
            people: currencyPeople, prepare: bug, act: { $0.edit(13, ["System.State": "Approved"]) }),
        HookScene(
            recording: "webhook-workitem-commented-services", base: "https://dev.azure.com/contoso-h", eventType: "workitem.commented",
            people: currencyPeople,
            prepare: {
                bug(&$0)
                $0.edit(13, ["System.State": "Approved"])
            },
            act: { $0.edit(13, ["System.History": "<div>评论</div>"]) }),
        HookScene(
            recording: "webhook-workitem-updated-unassigned", base: "https://contoso-s.visualstudio.com", eventType: "workitem.updated",
            people: [(name: "Test User 3", mail: "user3@example.com")], messages: "none",
            prepare: {
                $0.project("MyFirstProject", .agile)
                $0.workItem(
                    33, "Bug", in: "MyFirstProject",
                    ["System.Title": "NotImplementedError:Visual Studio Team Services requires an organization_id"])
                $0.edit(33, ["System.AssignedTo": "user3@example.com"])
            },
            act: { $0.edit(33, ["System.AssignedTo": ""]) }),
    ]

    /// Not played, with the reason.
    static let left = [
        "webhook-workitem-updated-server": "sent by a localised Azure DevOps Server on premises, which the simulator is not"
    ]

    private static let currencyPeople = [
        (name: "Test User 1", mail: "user1@example.com"), (name: "user2@example.com", mail: "user2@example.com"),
    ]

    @Sendable private static func bug(_ stage: inout Stage) {
        stage.project("Virtual.Currency", .scrum)
        stage.workItem(
            13, "Bug", in: "Virtual.Currency",
            [
                "System.Title": "创建一个bug", "System.AssignedTo": "user2@example.com", "Microsoft.VSTS.Common.Severity": "1 - Critical",
                "Microsoft.VSTS.Common.Priority": 1, "Microsoft.VSTS.TCM.SystemInfo": "<div>系统信息</div>",
                "Microsoft.VSTS.TCM.ReproSteps": "步骤", "Microsoft.VSTS.Common.AcceptanceCriteria": "<div>这个是啥</div>",
            ])
    }

    /// In what our payload differs from the recorded one.
    func play() throws -> [Difference] {
        var stage = Stage(base: base, at: 1_628_350_000_000, people: people)
        prepare(&stage)
        let subscription: JSONValue = [
            "publisherId": "tfs", "eventType": .string(eventType), "resourceVersion": "1.0", "consumerId": "webHooks",
            "consumerActionId": "httpRequest", "publisherInputs": ["projectId": .string(stage.world.projects[0].id)],
            "consumerInputs": [
                "url": "https://example.com/hook", "messagesToSend": .string(messages), "detailedMessagesToSend": .string(messages),
            ],
        ]
        let made = stage.send(
            "POST", "/_apis/hooks/subscriptions?api-version=7.1", headers: ["content-type": "application/json"], body: subscription)
        precondition(made.status == 200, String(decoding: made.body, as: UTF8.self))
        act(&stage)
        let deliveries = stage.world.takeDeliveries(at: stage.now + 60_000)
        precondition(deliveries.count == 1, "\(deliveries.count) deliveries")
        var comparison = Comparison(names: Correspondence())
        comparison.compare(try Recording(recording).payload ?? .null, try JSONValue(parsing: deliveries[0].body))
        return comparison.differences
    }
}
