import Foundation
import JSON

@testable import AzureDevOpsSimulator

/// A world in which a recording is played again, with the clock of the recording.
struct Stage {
    var world = World(seed: 11)
    var now: Int64
    let base: String
    var token = "pat"

    init(base: String, at now: Int64, people: [(name: String, mail: String)]) {
        self.base = base
        self.now = now
        world.accounts = []
        for person in people { world.addAccount(name: person.name, mail: person.mail) }
        for person in people { world.addToken(person.name == people[0].name ? "pat" : person.name, account: person.name) }
    }

    mutating func send(
        _ method: String, _ url: String, headers: [String: String] = [:], body: JSONValue? = nil, takes milliseconds: Int64 = 700
    ) -> ServiceAnswer {
        now += milliseconds
        let below = url.hasPrefix(base) ? String(url.dropFirst(base.count)) : url
        let parts = below.split(separator: "?", maxSplits: 1)
        let path = (parts.first ?? "").split(separator: "/").map { String($0).removingPercentEncoding ?? String($0) }
        var headers = headers
        headers["authorization"] = "Basic \(base64(Array(":\(token)".utf8)))"
        return world.handle(
            ServiceCall(
                method: method, path: path, query: ServiceCall.query(parts.count > 1 ? String(parts[1]) : nil), headers: headers,
                body: body?.bytes ?? [], base: base),
            at: now)
    }

    // MARK: What was there before the recording began

    /// - Parameter id: where the recording names the project in a request before it does in an answer.
    mutating func project(_ name: String, _ process: ProcessTemplate, id: String? = nil) {
        world.addProject(name: name, process: process, at: now)
        if let id { world.projects[world.projects.count - 1].id = id }
    }

    /// Makes a work item with the id that the recording has for it.
    mutating func workItem(_ id: Int64, _ type: String, in project: String, by person: String = "pat", _ fields: JSONObject) {
        world.nextWorkItem = id
        change("POST", "/\(project)/_apis/wit/workitems/$\(type)", by: person, fields)
    }

    mutating func edit(_ id: Int64, by person: String = "pat", _ fields: JSONObject) {
        change("PATCH", "/_apis/wit/workitems/\(id)", by: person, fields)
    }

    /// Makes one revision more than it is told, and leaves no trace.
    mutating func edit(_ id: Int64, times: Int, by person: String = "pat") {
        for number in 0..<times { edit(id, by: person, ["System.Description": .string("Version \(number)")]) }
        edit(id, by: person, ["System.Description": ""])
    }

    mutating func link(_ id: Int64, _ relation: JSONValue) {
        change("PATCH", "/_apis/wit/workitems/\(id)", by: token, operations: [["op": "add", "path": "/relations/-", "value": relation]])
    }

    private mutating func change(_ method: String, _ url: String, by person: String, _ fields: JSONObject) {
        change(method, url, by: person, operations: fields.map { ["op": "add", "path": .string("/fields/\($0.name)"), "value": $0.value] })
    }

    private mutating func change(_ method: String, _ url: String, by person: String, operations: [JSONValue]) {
        let own = token
        token = person
        defer { token = own }
        let answer = send(
            method, "\(base)\(url)?api-version=7.1", headers: ["content-type": "application/json-patch+json"], body: .array(operations))
        precondition(answer.status == 200, String(decoding: answer.body, as: UTF8.self))
    }
}
