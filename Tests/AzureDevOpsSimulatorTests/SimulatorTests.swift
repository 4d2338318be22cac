import AzureDevOpsSimulator
import JSON
import Testing

@Suite("The simulated organisation")
struct SimulatorTests {
    private var world: World
    private let base = "http://127.0.0.1:8090/contoso"
    private let now: Int64 = 1_760_000_000_000

    init() {
        world = World(seed: 3)
        world.addToken("pat")
        world.addProject(name: "Contoso", process: .agile, at: now)
    }

    private mutating func call(
        _ method: String, _ path: String, _ body: JSONValue? = nil, type: String = "application/json", query: [String: String] = [:],
        token: String = "OnBhdA=="
    ) -> (status: Int, json: JSONValue) {
        let answer = world.handle(
            ServiceCall(
                method: method, path: path.split(separator: "/").map(String.init),
                query: query.merging(["api-version": "7.1"]) { own, _ in own },
                headers: ["authorization": "Basic \(token)", "content-type": type, "x-tfs-fedauthredirect": "Suppress"],
                body: body?.bytes ?? [], base: base),
            at: now)
        return (answer.status, (try? JSONValue(parsing: answer.body, limits: .answer)) ?? .null)
    }

    private mutating func patch(_ path: String, _ operations: JSONValue, method: String = "PATCH") -> (status: Int, json: JSONValue) {
        call(method, path, operations, type: "application/json-patch+json")
    }

    private mutating func create(_ type: String, _ title: String) -> Int64 {
        patch(
            "Contoso/_apis/wit/workitems/$\(type)", [["op": "add", "path": "/fields/System.Title", "value": .string(title)]], method: "POST"
        ).json["id"]?.integer ?? 0
    }

    @Test("a creation answers 200 with defaults (recordings/work-item-create.json)")
    mutating func creation() {
        let answer = patch(
            "Contoso/_apis/wit/workitems/$Epic", [["op": "add", "path": "/fields/System.Title", "value": "E"]], method: "POST")
        #expect(answer.status == 200)
        #expect(answer.json["rev"] == 1)
        #expect(answer.json["fields"]?["System.State"] == "New" && answer.json["fields"]?["Microsoft.VSTS.Common.Priority"] == 2)
        #expect(answer.json["fields"]?["System.Id"] == nil)
        #expect(answer.json["fields"]?["System.CreatedBy"]?["uniqueName"] == "kiplot.service@contoso.com")
    }

    @Test("a stale revision is refused with 412 and changes nothing")
    mutating func stale() {
        let id = create("Epic", "E")
        let answer = patch(
            "_apis/wit/workitems/\(id)",
            [["op": "test", "path": "/rev", "value": 2], ["op": "add", "path": "/fields/System.Title", "value": "F"]])
        #expect(answer.status == 412)
        #expect(call("GET", "_apis/wit/workitems/\(id)").json["fields"]?["System.Title"] == "E")
    }

    @Test("links between work items make no revision, on either end (FACTS.md 1.1)")
    mutating func links() {
        let (parent, child) = (create("Epic", "P"), create("Feature", "C"))
        let link: JSONValue = [
            ["op": "add", "path": "/relations/-", "value": ["rel": "System.LinkTypes.Hierarchy-Reverse", "url": .string("x/\(parent)")]]
        ]
        #expect(patch("_apis/wit/workitems/\(child)", link).json["rev"] == 1)
        #expect(call("GET", "_apis/wit/workitems/\(child)").json["fields"]?["System.Parent"]?.integer == parent)
        #expect(patch("_apis/wit/workitems/\(child)", link).status == 400, "Relation already exists")
        let feed = call("GET", "Contoso/_apis/wit/reporting/workitemlinks").json
        #expect(feed["values"]?[0]?["sourceId"]?.integer == parent && feed["values"]?[0]?["targetId"]?.integer == child)
    }

    @Test("add merges tags and replace sets them (recordings/work-item-tags.json)")
    mutating func tags() {
        let id = create("Epic", "E")
        _ = patch("_apis/wit/workitems/\(id)", [["op": "add", "path": "/fields/System.Tags", "value": "b"]])
        #expect(
            patch("_apis/wit/workitems/\(id)", [["op": "add", "path": "/fields/System.Tags", "value": "a"]]).json["fields"]?["System.Tags"]
                == "a; b")
        #expect(
            patch("_apis/wit/workitems/\(id)", [["op": "replace", "path": "/fields/System.Tags", "value": "c"]]).json["fields"]?[
                "System.Tags"] == "c")
    }

    @Test("a deleted work item is gone for reading, lies in the bin, and comes back")
    mutating func bin() {
        let id = create("Epic", "E")
        #expect(call("DELETE", "Contoso/_apis/wit/workitems/\(id)").json["code"] == 200)
        #expect(call("GET", "_apis/wit/workitems/\(id)").json["typeKey"] == "WorkItemUnauthorizedAccessException")
        #expect(call("GET", "Contoso/_apis/wit/recyclebin/\(id)").status == 200)
        #expect(call("PATCH", "Contoso/_apis/wit/recyclebin/\(id)", ["isDeleted": false]).status == 200)
        #expect(call("GET", "_apis/wit/workitems/\(id)").json["rev"] == 3)
    }

    @Test("queries find by type, text and date precision")
    mutating func queries() {
        _ = create("Epic", "Alpha one")
        _ = create("Feature", "Alpha two")
        func ids(_ wiql: String, _ world: inout Self) -> [Int64] {
            (world.call("POST", "Contoso/_apis/wit/wiql", ["query": .string(wiql)]).json["workItems"]?.array ?? []).compactMap {
                $0["id"]?.integer
            }
        }
        #expect(ids("SELECT [System.Id] FROM WorkItems WHERE [System.Title] CONTAINS 'alpha' ORDER BY [System.Id] DESC", &self) == [2, 1])
        #expect(
            ids(
                "SELECT [System.Id] FROM WorkItems WHERE [System.WorkItemType] IN ('Epic') AND NOT ([System.Id] > 1 OR [System.State] = 'Closed')",
                &self) == [1])
        let timed = call(
            "POST", "Contoso/_apis/wit/wiql",
            ["query": "SELECT [System.Id] FROM WorkItems WHERE [System.CreatedDate] > '2025-01-01T10:00:00Z'"])
        #expect(timed.status == 400)
        #expect(call("POST", "Contoso/_apis/wit/wiql", ["query": "SELECT nonsense"]).status == 400)
    }

    @Test("tokens fail as they do at the service", arguments: ["OndyeW5n", "not base64", "OnBhdA"])
    mutating func tokens(header: String) { #expect(call("GET", "_apis/projects", token: header).status == 401) }
}
