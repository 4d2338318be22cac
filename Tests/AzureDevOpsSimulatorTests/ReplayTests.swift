import JSON
import Testing

@testable import AzureDevOpsSimulator

@Suite("Every recorded exchange, played again")
struct ReplayTests {
    @Test("no answer and no web hook differs from the recorded one without an explanation")
    func exchanges() throws {
        var played: Set<String> = []
        var used: Set<Explanation> = []
        var explained: [(recording: String, path: String, reason: String)] = []
        func judge(_ differences: [Difference], _ recording: String, _ what: String) {
            for difference in differences {
                guard let explanation = Explanation.all.first(where: { $0.covers(difference, in: recording) }) else {
                    Issue.record("\(recording), \(what): \(difference)")
                    continue
                }
                used.insert(explanation)
                explained.append((recording, difference.path, explanation.reason))
            }
        }
        for scene in Scene.all {
            for result in try Replay.play(scene) {
                played.insert("\(result.recording) \(result.interaction)")
                judge(result.differences, result.recording, "\(result.interaction) \(result.call)")
            }
        }
        for scene in HookScene.all {
            played.insert("\(scene.recording) 0")
            judge(try scene.play(), scene.recording, scene.eventType)
        }
        printTable(explained, played: played.count)
        for explanation in Explanation.all { #expect(used.contains(explanation), "explains nothing: \(explanation)") }
        for name in try Recording.names {
            let recording = try Recording(name)
            for index in 0..<max(recording.interactions.count, recording.payload == nil ? 0 : 1) {
                #expect(played.contains("\(name) \(index)") || HookScene.left[name] != nil, "\(name) \(index) was not played")
            }
        }
    }

    @Test("errors that people quoted have the quoted bodies")
    func quotedErrors() throws {
        let quoted = try Recording("errors-quoted-in-issues").quoted
        func check(_ number: Int, _ prepare: (inout Stage) -> ServiceAnswer) throws {
            var stage = Stage(base: "https://dev.azure.com/contoso", at: 1_700_000_000_000, people: Scene.main)
            stage.project("Contoso", .scrum)
            let answer = prepare(&stage)
            if let status = quoted[number].status { #expect(answer.status == status) }
            var comparison = Comparison(names: Correspondence())
            comparison.compare(quoted[number].body, try JSONValue(parsing: answer.body))
            #expect(comparison.differences.isEmpty, "\(comparison.differences)")
        }
        func fail(_ kind: Fault.Kind) -> (inout Stage) -> ServiceAnswer {
            {
                $0.world.faults = [Fault(kind: kind, remaining: 1, amount: 0)]
                return $0.send("GET", "/_apis/projects?api-version=7.1")
            }
        }
        #expect(quoted.count == 5)
        try check(0) { stage in
            for name in ["Injected", "SecurityIssue"] {
                stage.world.addField(FieldDefinition(referenceName: "ABLScrum.\(name)", name: name, kind: .string), to: ["Bug"])
                stage.world.addRule(type: "Bug", state: "New", requires: "ABLScrum.\(name)")
            }
            return stage.send(
                "POST", "/Contoso/_apis/wit/workitems/$Bug?api-version=7.1", headers: ["content-type": "application/json-patch+json"],
                body: [["op": "add", "path": "/fields/System.Title", "value": "B"]])
        }
        try check(1) { stage in
            stage.world.tokens["pat"]?.state = .expired
            return stage.send(
                "PATCH", "/_apis/wit/workitems/1?api-version=7.1", headers: ["content-type": "application/json-patch+json"],
                body: [["op": "add", "path": "/fields/System.Title", "value": "B"]])
        }
        for (number, kind) in [(2, Fault.Kind.notSupported), (3, .unexpected), (4, .notAllowed)] { try check(number, fail(kind)) }
    }

    /// One line for each recording and reason, with the fields that differ.
    private func printTable(_ explained: [(recording: String, path: String, reason: String)], played: Int) {
        print("\(played) recorded exchanges played; fields that differ, and why:")
        var lines: [(key: String, reason: String, fields: Set<String>)] = []
        for entry in explained {
            let field = entry.path.split(separator: "/").suffix(2).joined(separator: "/")
            if let index = lines.firstIndex(where: { $0.key == entry.recording && $0.reason == entry.reason }) {
                lines[index].fields.insert(field)
            } else {
                lines.append((entry.recording, entry.reason, [field]))
            }
        }
        for (name, reason) in HookScene.left { print("  \(name) | not played | \(reason)") }
        for line in lines { print("  \(line.key) | \(line.fields.sorted().joined(separator: ", ")) | \(line.reason)") }
    }
}
