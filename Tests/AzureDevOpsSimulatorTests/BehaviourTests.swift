import AzureDevOpsSimulator
import Foundation
import JSON
import Testing

@Suite("Throttling, faults, hooks and processes of the organisation")
struct BehaviourTests {
    private var organisation = TestOrganisation()

    @Test("who uses too much is warned, slowed, refused, and forgiven after five minutes (FACTS.md 6)")
    mutating func throttling() {
        let id = organisation.create()
        organisation.control("POST", "throttling", ["limit": 1])
        var (warned, slowed, blocked) = (0, 0, 0)
        for _ in 0..<400 {
            let answer = organisation.call("GET", "_apis/wit/workitems/\(id)")
            if answer.status == 429 {
                blocked += 1
                #expect(answer.json["message"]?.string?.hasPrefix("TF400733") == true && answer.headers["Retry-After"] != nil)
            } else if answer.delay > 0 {
                slowed += 1
                #expect(answer.headers["X-RateLimit-Delay"] != nil && answer.headers["Retry-After"] != nil)
            } else if answer.headers["X-RateLimit-Remaining"] != nil {
                warned += 1
                #expect(answer.headers["X-RateLimit-Limit"] == "1" && answer.headers["X-RateLimit-Reset"] != nil)
                #expect(answer.headers["X-RateLimit-Resource"] != nil)
            }
        }
        #expect(warned > 5 && slowed > 50 && blocked > 50)
        organisation.now += 301_000
        #expect(organisation.call("GET", "_apis/wit/workitems/\(id)").headers["X-RateLimit-Remaining"] == nil)
    }

    @Test(
        "a fault strikes as often as it was told, and only where it matches",
        arguments: [
            ("refuseToken", 401), ("withoutAccess", 401), ("signInPage", 203), ("stopped", 503), ("frontDoor", 503), ("badGateway", 502),
            ("block", 429), ("internalError", 500), ("unexpected", 500), ("notSupported", 400), ("notAllowed", 400),
        ])
    mutating func faults(kind: String, status: Int) {
        organisation.control("POST", "faults", ["kind": .string(kind), "count": 2, "path": "projects"])
        #expect(organisation.call("GET", "_apis/wit/fields").status == 200)
        #expect((0..<3).map { _ in organisation.call("GET", "_apis/projects").status } == [status, status, 200])
    }

    @Test("a lost answer has been carried out, a cut call has not")
    mutating func lostAnswers() {
        let id = organisation.create()
        organisation.control("POST", "faults", ["kind": "loseAnswer", "method": "PATCH"])
        #expect(organisation.set(id, "System.Title", "Two").isLost)
        #expect(organisation.field(id, "System.Title") == "Two")
        organisation.control("POST", "faults", ["kind": "cut", "method": "PATCH"])
        #expect(organisation.set(id, "System.Title", "Three").isLost)
        #expect(organisation.field(id, "System.Title") == "Two")
    }

    @Test("a storm strikes about as often as its probability says")
    mutating func storms() {
        organisation.control("POST", "faults", ["kind": "internalError", "count": 100_000, "probability": 0.3])
        let failures = (0..<1_000).count { _ in organisation.call("GET", "_apis/projects").status == 500 }
        #expect((240...360).contains(failures))
    }

    @Test("reads, queries and feeds fall behind as far as they are told")
    mutating func lags() {
        let id = organisation.create()
        organisation.control("POST", "lags", ["feeds": 60_000, "queries": 60_000, "reads": 60_000])
        organisation.now += 61_000
        organisation.set(id, "System.Title", "Two")
        #expect(organisation.field(id, "System.Title") == "One")
        let query: JSONValue = ["query": "SELECT [System.Id] FROM WorkItems WHERE [System.Title] = 'Two'"]
        #expect(organisation.call("POST", "_apis/wit/wiql", query).json["workItems"]?.array?.count == 0)
        #expect(organisation.call("GET", "_apis/wit/reporting/workitemrevisions").json["values"]?.array?.count == 1)
        organisation.now += 61_000
        #expect(organisation.field(id, "System.Title") == "Two")
        #expect(organisation.call("POST", "_apis/wit/wiql", query).json["workItems"]?.array?.count == 1)
        #expect(organisation.call("GET", "_apis/wit/reporting/workitemrevisions").json["values"]?.array?.count == 2)
    }

    // MARK: Hooks

    @Test("a receiver that is away is tried again, then the subscription is on probation, then disabled (FACTS.md 21)")
    mutating func probation() {
        let subscription = organisation.subscribe("workitem.created")
        _ = organisation.create()
        var waits: [Int64] = []
        var last = organisation.now
        while let due = organisation.world.nextDelivery, waits.count < 40 {
            waits.append((due - last) / 1_000)
            last = due
            for delivery in organisation.world.takeDeliveries(at: due) {
                organisation.world.finish(delivery: delivery.notification, of: delivery.subscription, status: 503, at: due)
            }
        }
        #expect(Array(waits.prefix(9)) == [0, 1, 2, 4, 8, 16, 32, 60, 60])
        #expect(waits.dropFirst(9).map { $0 / 60 } == [20, 40, 80, 160, 320, 640, 900])
        #expect(organisation.call("GET", "_apis/hooks/subscriptions/\(subscription)").json["status"] == "disabledBySystem")
    }

    @Test("what happens on probation is lost, one success ends it, and 410 disables at once")
    mutating func lossOnProbation() {
        let subscription = organisation.subscribe("workitem.created")
        func status() -> JSONValue? { organisation.call("GET", "_apis/hooks/subscriptions/\(subscription)").json["status"] }
        func answer(_ code: Int) -> Int {
            let due = organisation.world.nextDelivery ?? organisation.now
            let sent = organisation.world.takeDeliveries(at: due)
            for delivery in sent {
                organisation.world.finish(delivery: delivery.notification, of: delivery.subscription, status: code, at: due)
            }
            return sent.count
        }
        _ = organisation.create()
        #expect(answer(500) == 1 && status() == "onProbation")
        _ = organisation.create()
        #expect(answer(200) == 1 && status() == "enabled")
        #expect(organisation.world.nextDelivery == nil)
        _ = organisation.create()
        #expect(answer(410) == 1 && status() == "disabledBySystem")
    }

    @Test("hooks are lost, doubled and overtaken as often as they are told")
    mutating func unreliableHooks() {
        _ = organisation.subscribe("workitem.created")
        func sent() -> Int { organisation.world.takeDeliveries(at: organisation.now).count }
        organisation.control("POST", "hooks", ["delay": 0, "dropsEvery": 2])
        for _ in 0..<4 { _ = organisation.create() }
        #expect(sent() == 2)
        organisation.control("POST", "hooks", ["dropsEvery": 0, "duplicatesEvery": 2])
        for _ in 0..<4 { _ = organisation.create() }
        #expect(sent() == 6)
        organisation.control("POST", "hooks", ["duplicatesEvery": 0, "reordersEvery": 2])
        for _ in 0..<4 { _ = organisation.create() }
        #expect(sent() == 2)
        organisation.now += 3_000
        #expect(sent() == 2)
    }

    // MARK: Processes, limits, worlds

    @Test("an inherited process has types, states, moves, fields and rules of its own")
    mutating func inheritedProcess() {
        organisation.control("POST", "processes", ["name": "Contoso Agile", "inherits": "agile"])
        organisation.control(
            "POST", "types",
            [
                "process": "Contoso Agile", "name": "Risk", "color": "FF0000",
                "states": [["name": "Open", "category": "Proposed"], ["name": "Accepted", "category": "Completed"]],
            ])
        organisation.control("POST", "states", ["process": "Contoso Agile", "type": "Epic", "name": "On hold", "category": "InProgress"])
        organisation.control("POST", "transitions", ["process": "Contoso Agile", "type": "Epic", "from": "New", "to": "Closed"])
        organisation.control("POST", "fields", ["referenceName": "Custom.Score", "type": "integer", "types": ["Risk"]])
        organisation.control("POST", "rules", ["type": "Risk", "state": "Accepted", "field": "Custom.Score"])
        #expect(organisation.control("POST", "projects", ["name": "Own", "process": "Contoso Agile"]).status == 200)
        func create(_ type: String) -> TestOrganisation.Answer {
            organisation.call(
                "POST", "Own/_apis/wit/workitems/$\(type)", [["op": "add", "path": "/fields/System.Title", "value": "R"]],
                type: "application/json-patch+json")
        }
        let risk = create("Risk")
        #expect(risk.json["fields"]?["System.State"] == "Open")
        let id = risk.json["id"]?.integer ?? 0
        #expect(organisation.set(id, "System.State", "Accepted").status == 400)
        organisation.set(id, "Custom.Score", 5)
        #expect(organisation.set(id, "System.State", "Accepted").status == 200)
        let epic = create("Epic").json["id"]?.integer ?? 0
        #expect(organisation.set(epic, "System.State", "Closed").status == 400)
        #expect(organisation.set(epic, "System.State", "On hold").status == 200)
        let type = organisation.call("GET", "Own/_apis/wit/workitemtypes/Risk").json
        #expect(type["referenceName"] == "ContosoAgile.Risk" && type["color"] == "FF0000")
        #expect(organisation.call("GET", "Contoso/_apis/wit/workitemtypes/Risk").status == 404)
    }

    @Test("after 10,000 revisions the API refuses changes, but not links (FACTS.md 6)")
    mutating func revisionWall() {
        let id = organisation.create()
        for number in 2...10_000 { organisation.set(id, "System.Title", .string("\(number)")) }
        let refused = organisation.set(id, "System.Title", "one more")
        #expect(refused.status == 400 && refused.json["message"]?.string?.contains("10000 revisions") == true)
        #expect(organisation.call("GET", "_apis/wit/workitems/\(id)").json["rev"] == 10_000)
        let other = organisation.create("Epic")
        let link: JSONValue = [
            "rel": "System.LinkTypes.Hierarchy-Reverse", "url": .string("\(organisation.base)/_apis/wit/workItems/\(other)"),
        ]
        #expect(organisation.patch(id, [["op": "add", "path": "/relations/-", "value": link]]).status == 200)
    }

    @Test(
        "the processes have the types of the service",
        arguments: [
            (ProcessTemplate.agile, ["Bug", "Epic", "Feature", "Issue", "Task", "Test Case", "User Story"]),
            (.scrum, ["Bug", "Epic", "Feature", "Impediment", "Product Backlog Item", "Task", "Test Case"]),
            (.cmmi, ["Bug", "Change Request", "Epic", "Feature", "Issue", "Requirement", "Review", "Risk", "Task", "Test Case"]),
            (.basic, ["Epic", "Issue", "Task", "Test Case"]),
        ])
    func processes(process: ProcessTemplate, types: [String]) {
        var organisation = TestOrganisation(process)
        let names = (organisation.call("GET", "Contoso/_apis/wit/workitemtypes").json["value"]?.array ?? []).compactMap {
            $0["name"]?.string
        }
        #expect(Set(names).isSuperset(of: types), "\(names.sorted())")
    }

    @Test("a made-up company is the same for the same seed, and has all that a company has", arguments: [ProcessTemplate.agile, .basic])
    func company(process: ProcessTemplate) {
        func make(seed: UInt64) -> TestOrganisation {
            var organisation = TestOrganisation(process)
            let project = organisation.world.addProject(name: "Big", process: process, at: organisation.now)
            organisation.world.generate(600, .company, in: project, seed: seed, at: organisation.now, base: organisation.base)
            return organisation
        }
        var (first, second, other) = (make(seed: 5), make(seed: 5), make(seed: 6))
        let feed = "Big/_apis/wit/reporting/workitemrevisions"
        #expect(first.call("GET", feed).json == second.call("GET", feed).json)
        #expect(first.call("GET", feed).json != other.call("GET", feed).json)
        func count(_ condition: String) -> Int {
            let text = "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = 'Big' AND \(condition)"
            return first.call("POST", "_apis/wit/wiql", ["query": .string(text)]).json["workItems"]?.array?.count ?? 0
        }
        #expect(count("[System.Id] > 0") == 600)
        for type in process == .agile ? ["Epic", "Feature", "User Story", "Task", "Bug"] : ["Epic", "Issue", "Task"] {
            #expect(count("[System.WorkItemType] = '\(type)'") > 3, "\(type)")
        }
        #expect(count("[System.AreaPath] UNDER 'Big\\Payments'") > 30)
        #expect(count("[System.WorkItemType] <> 'Epic' AND [System.Parent] = ''") == 0)
        #expect(count("[System.Rev] > 1") > 200 && count("[System.CommentCount] > 0") > 50)
    }

    @Test("the calls, their cost and their bodies are there to be looked at")
    mutating func inspection() {
        organisation.control("POST", "requests", ["bodies": true])
        let id = organisation.create()
        organisation.set(id, "System.Title", "Two")
        let log = organisation.control("GET", "requests").json.array ?? []
        #expect(log.last?["method"] == "PATCH" && log.last?["status"] == 200)
        #expect(log.last?["answer"]?.string?.contains("\"Two\"") == true)
        let counters = organisation.control("GET", "counters").json
        #expect(counters["calls"]?.integer == 2 && (counters["cost"]?.number ?? 0) > 0)
        let history = organisation.control("GET", "work-items/\(id)").json
        #expect(history["revisions"]?.array?.count == 2 && history["updates"]?.array?.count == 2)
    }

    @Test("a state file leads to the same organisation again")
    func journal() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "organisation-\(UUID()).journal").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        func start(at now: Int64, workItems: Int) throws -> Simulation {
            let given = Beginning(projects: ["Contoso"], process: .agile, workItems: workItems, shape: .company, seed: 4, at: now)
            let journal = try Journal(path: path, beginning: given)
            var world = journal.beginning.world(base: "http://127.0.0.1:8090/contoso")
            world.addToken("pat")
            return Simulation(world: world, journal: journal)
        }
        let title: JSONValue = [["op": "add", "path": "/fields/System.Title", "value": "Kept"]]
        func call(_ method: String, _ path: String, _ body: JSONValue? = nil) -> ServiceCall {
            ServiceCall(
                method: method, path: path.split(separator: "/").map(String.init), query: ["api-version": "7.1"],
                headers: ["authorization": "Basic OnBhdA==", "content-type": "application/json-patch+json"], body: body?.bytes ?? [],
                base: "http://127.0.0.1:8090/contoso")
        }
        let first = try start(at: 1_750_000_000_000, workItems: 20)
        #expect(await first.handle(call("POST", "Contoso/_apis/wit/workitems/$Epic", title)).status == 200)
        _ = await first.control(call("PATCH", "work-items/1", ["fields": ["System.State": "Active"]]))
        let made = await first.handle(call("GET", "_apis/wit/workitems/21"))
        #expect(made.status == 200 && String(decoding: made.body, as: UTF8.self).contains("Kept"))
        let before = await first.handle(call("GET", "_apis/wit/workitems/1"))
        let after = try await start(at: 1_760_000_000_000, workItems: 0).handle(call("GET", "_apis/wit/workitems/1"))
        #expect(before.body == after.body && after.status == 200)
    }
}
