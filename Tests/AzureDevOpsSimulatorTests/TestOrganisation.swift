import AzureDevOpsSimulator
import JSON

/// An organisation in memory, called as a client calls it.
struct TestOrganisation {
    var world = World(seed: 3)
    var now: Int64 = 1_760_000_000_000
    let base = "http://127.0.0.1:8090/contoso"

    init(_ process: ProcessTemplate = .agile) {
        world.addToken("pat")
        world.addProject(name: "Contoso", process: process, at: now)
    }

    struct Answer {
        var status: Int
        var json: JSONValue
        var headers: [String: String]
        var delay: Int64
        var isLost: Bool
    }

    @discardableResult
    mutating func call(
        _ method: String, _ path: String, _ body: JSONValue? = nil, query: [String: String] = [:], type: String = "application/json",
        token: String = "pat"
    ) -> Answer {
        now += 10
        let answer = world.handle(service(method, path, body, query, type, token), at: now)
        var headers: [String: String] = [:]
        for header in answer.headers { headers[header.name] = header.value }
        return Answer(
            status: answer.status, json: (try? JSONValue(parsing: answer.body, limits: .answer)) ?? .null, headers: headers,
            delay: answer.delay, isLost: answer.isLost)
    }

    private func service(
        _ method: String, _ path: String, _ body: JSONValue?, _ query: [String: String], _ type: String, _ token: String
    ) -> ServiceCall {
        let secrets = ["pat": "OnBhdA==", "reader": "OnJlYWRlcg=="]
        return ServiceCall(
            method: method, path: path.split(separator: "/").map(String.init),
            query: query.merging(["api-version": "7.1"]) { own, _ in own },
            headers: ["authorization": "Basic \(secrets[token] ?? "")", "content-type": type, "x-tfs-fedauthredirect": "Suppress"],
            body: body?.bytes ?? [], base: base)
    }

    /// What stands under `/_simulator/`.
    @discardableResult
    mutating func control(_ method: String, _ path: String, _ body: JSONValue? = nil) -> (status: Int, json: JSONValue) {
        let answer = world.control(service(method, path, body, [:], "application/json", ""), at: now)
        return (answer.status, (try? JSONValue(parsing: answer.body, limits: .answer)) ?? .null)
    }

    @discardableResult
    mutating func patch(_ id: Int64, _ operations: JSONValue, query: [String: String] = [:], token: String = "pat") -> Answer {
        call("PATCH", "_apis/wit/workitems/\(id)", operations, query: query, type: "application/json-patch+json", token: token)
    }

    @discardableResult
    mutating func set(_ id: Int64, _ field: String, _ value: JSONValue, query: [String: String] = [:]) -> Answer {
        patch(id, [["op": "add", "path": .string("/fields/\(field)"), "value": value]], query: query)
    }

    mutating func create(_ type: String = "Feature", _ fields: JSONObject = [:]) -> Int64 {
        var all: JSONObject = ["System.Title": "One"]
        for (name, value) in fields { all[name] = value }
        let operations = all.map { ["op": "add", "path": .string("/fields/\($0.name)"), "value": $0.value] as JSONValue }
        return call("POST", "Contoso/_apis/wit/workitems/$\(type)", .array(operations), type: "application/json-patch+json")
            .json["id"]?.integer ?? 0
    }

    mutating func field(_ id: Int64, _ name: String) -> JSONValue? { call("GET", "_apis/wit/workitems/\(id)").json["fields"]?[name] }

    mutating func subscribe(_ event: String, _ inputs: JSONObject = [:]) -> String {
        call(
            "POST", "_apis/hooks/subscriptions",
            [
                "publisherId": "tfs", "eventType": .string(event), "resourceVersion": "1.0", "consumerId": "webHooks",
                "consumerActionId": "httpRequest", "publisherInputs": .object(inputs),
                "consumerInputs": ["url": "https://example.com/hook"],
            ]
        ).json["id"]?.string ?? ""
    }

    /// What would be sent within the next minute, by event; all of it is taken as delivered.
    mutating func deliveries() -> [String] {
        world.takeDeliveries(at: now + 60_000).map { delivery in
            world.finish(delivery: delivery.notification, of: delivery.subscription, status: 200, at: now)
            return (try? JSONValue(parsing: delivery.body))?["eventType"]?.string ?? ""
        }
    }
}
