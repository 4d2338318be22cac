import AzureDevOpsSimulator
import JSON
import Testing

@Suite("Every switch of what nobody has verified")
struct VariantTests {
    private var organisation = TestOrganisation()

    private mutating func turn(_ name: String, _ choice: String) {
        #expect(organisation.control("POST", "variants", .object(JSONObject([(name, .string(choice))]))).status == 200)
    }

    @Test("is listed with its choices, takes each of them, and refuses others")
    mutating func switches() {
        let all = organisation.control("GET", "variants").json.array ?? []
        #expect(all.count == 18)
        for one in all {
            let name = one["name"]?.string ?? ""
            for choice in one["choices"]?.array ?? [] { turn(name, choice.string ?? "") }
            #expect(organisation.control("POST", "variants", .object(JSONObject([(name, "nonsense")]))).status == 400)
        }
        #expect(organisation.control("POST", "variants", ["noSuchSwitch": "x"]).status == 400)
    }

    @Test("staleRevision: 412 or 409", arguments: [("precondition", 412), ("conflict", 409)])
    mutating func staleRevision(choice: String, status: Int) {
        turn("staleRevision", choice)
        let id = organisation.create()
        let answer = organisation.patch(
            id, [["op": "test", "path": "/rev", "value": 7], ["op": "add", "path": "/fields/System.Title", "value": "Two"]])
        #expect(answer.status == status)
    }

    @Test("unchangedPatch: a revision or none", arguments: [("keepsRevision", 1), ("makesRevision", 2)])
    mutating func unchangedPatch(choice: String, revision: Int64) {
        turn("unchangedPatch", choice)
        let id = organisation.create()
        #expect(organisation.set(id, "System.Title", "One").json["rev"]?.integer == revision)
    }

    @Test("omittedWorkItems: null or nothing", arguments: [("null", 2), ("leftOut", 1)])
    mutating func omittedWorkItems(choice: String, count: Int64) {
        turn("omittedWorkItems", choice)
        let id = organisation.create()
        let answer = organisation.call("GET", "_apis/wit/workitems", query: ["ids": "\(id),999", "errorpolicy": "omit"])
        #expect(answer.json["count"]?.integer == count)
    }

    @Test("batch: all or nothing, or each alone", arguments: [("allOrNothing", 404), ("eachAlone", 200)])
    mutating func batch(choice: String, status: Int) {
        turn("batch", choice)
        func creation(_ type: String) -> JSONValue {
            [
                "method": "PATCH", "uri": .string("/Contoso/_apis/wit/workitems/$\(type)?api-version=7.1"),
                "headers": ["Content-Type": "application/json-patch+json"],
                "body": [["op": "add", "path": "/fields/System.Title", "value": "B"]],
            ]
        }
        organisation.call("PATCH", "_apis/wit/$batch", [creation("Epic"), creation("Spaceship")])
        #expect(organisation.call("GET", "_apis/wit/workitems/1").status == status)
    }

    @Test("forbiddenWrite: 403, 401 or 404", arguments: [("forbidden", 403), ("unauthorised", 401), ("missing", 404)])
    mutating func forbiddenWrite(choice: String, status: Int) {
        turn("forbiddenWrite", choice)
        let id = organisation.create()
        organisation.control("POST", "tokens", ["token": "reader", "mayWrite": false])
        let answer = organisation.patch(id, [["op": "add", "path": "/fields/System.Title", "value": "Two"]], token: "reader")
        #expect(answer.status == status)
    }

    @Test("tagOrder: by the alphabet or as given", arguments: [("alphabetical", "a; b"), ("asGiven", "b; a")])
    mutating func tagOrder(choice: String, tags: String) {
        turn("tagOrder", choice)
        let id = organisation.create("Feature", ["System.Tags": "b; a"])
        #expect(organisation.field(id, "System.Tags")?.string == tags)
    }

    @Test("doubles: whole or with a fraction", arguments: [("whole", "5"), ("fraction", "5.0")])
    mutating func doubles(choice: String, text: String) {
        turn("doubles", choice)
        let id = organisation.create("Feature", ["Microsoft.VSTS.Scheduling.Effort": 5])
        #expect(organisation.field(id, "Microsoft.VSTS.Scheduling.Effort")?.text == text)
    }

    @Test("blanks: trimmed or kept", arguments: [("trimmed", "T"), ("kept", " T ")])
    mutating func blanks(choice: String, title: String) {
        turn("blanks", choice)
        let id = organisation.create("Feature", ["System.Title": " T "])
        #expect(organisation.field(id, "System.Title")?.string == title)
    }

    @Test("html: without what acts, or as it came", arguments: [("sanitised", false), ("kept", true)])
    mutating func html(choice: String, isKept: Bool) {
        turn("html", choice)
        for evil in ["<script>alert(1)</script>", "<img src=x onerror=\"alert(1)\">", "<img\nonerror='alert(1)'>", "<svg/onload=alert(1)>"]
        {
            let id = organisation.create("Feature", ["System.Description": .string("<b>safe</b>" + evil)])
            let text = organisation.field(id, "System.Description")?.string ?? ""
            #expect(text.hasPrefix("<b>safe</b>") && text.contains("alert") == isKept, "\(text)")
        }
    }

    @Test("expiredToken: a page, a redirect or a refusal", arguments: [("signInPage", 203), ("redirect", 302), ("refused", 401)])
    mutating func expiredToken(choice: String, status: Int) {
        turn("expiredToken", choice)
        organisation.control("POST", "tokens", ["token": "pat", "expires": "2020-01-01T00:00:00Z"])
        #expect(organisation.call("GET", "_apis/projects").status == status)
    }

    @Test("linkHooks: both ends, the edited one, none", arguments: [("bothEnds", 2), ("editedEnd", 1), ("none", 0)])
    mutating func linkHooks(choice: String, count: Int) {
        turn("linkHooks", choice)
        let (parent, child) = (organisation.create("Epic"), organisation.create())
        _ = organisation.subscribe("workitem.updated")
        let link: JSONValue = [
            "rel": "System.LinkTypes.Hierarchy-Reverse", "url": .string("\(organisation.base)/_apis/wit/workItems/\(parent)"),
        ]
        organisation.patch(child, [["op": "add", "path": "/relations/-", "value": link]])
        #expect(organisation.deliveries().count == count)
    }

    @Test("suppressNotifications: hooks or none", arguments: [("leavesHooks", 1), ("suppressesHooks", 0)])
    mutating func suppressNotifications(choice: String, count: Int) {
        turn("suppressNotifications", choice)
        let id = organisation.create()
        _ = organisation.subscribe("workitem.updated")
        organisation.set(id, "System.Title", "Two", query: ["suppressnotifications": "true"])
        #expect(organisation.deliveries().count == count)
    }

    @Test("commentEdit: a revision or silence", arguments: [("makesRevision", 3), ("silent", 2)])
    mutating func commentEdit(choice: String, revision: Int64) {
        turn("commentEdit", choice)
        let id = organisation.create()
        let path = "Contoso/_apis/wit/workItems/\(id)/comments"
        let version = ["api-version": "7.1-preview.4"]
        let comment = organisation.call("POST", path, ["text": "a"], query: version).json["id"]?.integer ?? 0
        organisation.call("PATCH", "\(path)/\(comment)", ["text": "b"], query: version)
        #expect(organisation.call("GET", "_apis/wit/workitems/\(id)").json["rev"]?.integer == revision)
    }

    @Test("areaRename: silent or a revision of each work item", arguments: [("silent", 1), ("revisions", 2)])
    mutating func areaRename(choice: String, revision: Int64) {
        turn("areaRename", choice)
        organisation.call("POST", "Contoso/_apis/wit/classificationNodes/areas", ["name": "Old"])
        let id = organisation.create("Feature", ["System.AreaPath": "Contoso\\Old"])
        organisation.call("PATCH", "Contoso/_apis/wit/classificationNodes/areas/Old", ["name": "New"])
        let item = organisation.call("GET", "_apis/wit/workitems/\(id)").json
        #expect(item["rev"]?.integer == revision && item["fields"]?["System.AreaPath"] == "Contoso\\New")
    }

    @Test("destroyHook: none or deleted", arguments: [("none", 1), ("deleted", 2)])
    mutating func destroyHook(choice: String, count: Int) {
        turn("destroyHook", choice)
        let id = organisation.create()
        _ = organisation.subscribe("workitem.deleted")
        organisation.call("DELETE", "_apis/wit/workitems/\(id)")
        organisation.call("DELETE", "_apis/wit/recyclebin/\(id)")
        #expect(organisation.deliveries().count == count)
    }

    @Test("moveHook: the new project, or both", arguments: [("newProject", 0), ("bothProjects", 1)])
    mutating func moveHook(choice: String, count: Int) {
        turn("moveHook", choice)
        organisation.world.addProject(name: "Fabrikam", process: .agile, at: organisation.now)
        let project = organisation.call("GET", "_apis/projects/Contoso").json["id"] ?? .null
        let id = organisation.create()
        _ = organisation.subscribe("workitem.updated", ["projectId": project])
        organisation.set(id, "System.TeamProject", "Fabrikam")
        #expect(organisation.deliveries().count == count)
    }

    @Test("activityOfRetries: new or the same", arguments: [("new", false), ("same", true)])
    mutating func activityOfRetries(choice: String, isSame: Bool) {
        turn("activityOfRetries", choice)
        _ = organisation.subscribe("workitem.created")
        _ = organisation.create()
        func activity(_ delivery: HookDelivery) -> String? { delivery.headers.first { $0.name == "X-VSS-ActivityId" }?.value }
        guard let first = organisation.world.takeDeliveries(at: organisation.now + 1_000).first else { return #expect(Bool(false)) }
        organisation.world.finish(delivery: first.notification, of: first.subscription, status: 503, at: organisation.now)
        let second = organisation.world.takeDeliveries(at: organisation.now + 600_000).first
        #expect(second.map { activity($0) == activity(first) } == isSame)
    }
}
