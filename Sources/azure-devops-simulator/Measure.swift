import ArgumentParser
import AzureDevOpsSimulator
import Foundation

/// Says how fast the library is: one thread, no network, every call from its bytes to the bytes of its answer.
struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures the simulator's core and prints a table.")

    @Option(name: .customLong("work-items"), help: "How many work items the large world has.") var workItems = 1_000_000

    private static let base = "http://127.0.0.1:8090/contoso"
    private static let now: Int64 = 1_790_000_000_000

    func run() async throws {
        say("| what | rate | each |")
        say("|---|---|---|")
        var world = Self.world(100_000, row: "world of 100,000 work items, made up from a seed")
        measureCalls(&world)
        try await HTTPMeasurement(world: world).run { name, times, duration in
            say("| \(name) | \(Self.rate(times, duration)) calls/s | \(Self.seconds(duration / times)) |")
        }
        world = World()
        if workItems > 0 { _ = Self.world(workItems, row: "world of \(Self.grouped(workItems)) work items, made up from a seed") }
    }

    private static func world(_ count: Int, row: String) -> World {
        let before = residentBytes()
        let start = ContinuousClock.now
        var world = World(seed: 1)
        world.addToken("pat")
        let project = world.addProject(name: "Contoso", process: .agile, at: now)
        world.generate(count, .company, in: project, seed: 1, at: now, base: base)
        let duration = ContinuousClock.now - start
        let memory = residentBytes() - before
        say(
            "| \(row) | \(rate(count, duration)) work items/s | \(seconds(duration)) in all; \(memory / count) bytes each, \(memory >> 20) MB |"
        )
        return world
    }

    private func measureCalls(_ world: inout World) {
        let count = 100_000
        func path(_ text: String) -> [String] { text.split(separator: "/").map(String.init) }
        func ids(_ start: Int, _ count: Int) -> String { (0..<count).map { String(start + $0 + 1) }.joined(separator: ",") }
        let fields = #""System.Id","System.Rev","System.Title","System.State","System.AssignedTo","System.ChangedDate""#
        measure("read one work item", 50_000, &world) { number in
            Self.call("GET", path("_apis/wit/workitems/\(number * 7 % count + 1)"))
        }
        measure("read one work item, one field", 50_000, &world) { number in
            Self.call("GET", path("_apis/wit/workitems/\(number * 7 % count + 1)"), query: ["fields": "System.Title"])
        }
        measure("read 200 work items, six fields", 500, &world, items: 200) { number in
            Self.call(
                "POST", path("_apis/wit/workitemsbatch"), body: "{\"ids\":[\(ids(number * 200 % count, 200))],\"fields\":[\(fields)]}")
        }
        measure("read 200 work items, everything", 200, &world, items: 200) { number in
            Self.call("POST", path("_apis/wit/workitemsbatch"), body: "{\"ids\":[\(ids(number * 200 % count, 200))],\"$expand\":4}")
        }
        measure("change a title (PATCH)", 50_000, &world) { number in
            let body = #"[{"op":"add","path":"/fields/System.Title","value":"Title \#(number)"}]"#
            return Self.call("PATCH", path("_apis/wit/workitems/\(number + 1)"), body: body, type: "application/json-patch+json")
        }
        measure("create a work item", 20_000, &world) { number in
            let body = #"[{"op":"add","path":"/fields/System.Title","value":"Title \#(number)"}]"#
            return Self.call("POST", path("Contoso/_apis/wit/workitems/$Feature"), body: body, type: "application/json-patch+json")
        }
        let queries = [
            ("equality, finds a fifth", "[System.State] = 'New' AND [System.WorkItemType] = 'Epic'"),
            ("words in a title, few", "[System.Title] CONTAINS 'billing engine: search' AND [System.AssignedTo] = 'Dana Developer'"),
            (
                "changed since yesterday, in a range of ids",
                "[System.Id] >= 5000 AND [System.Id] < 25000 AND [System.ChangedDate] >= @Today - 1"
            ),
        ]
        for (name, condition) in queries {
            measure("WIQL over \(Self.grouped(count + 20_000)): \(name)", 10, &world) { _ in
                let text =
                    "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = 'Contoso' AND (\(condition)) ORDER BY [System.Id]"
                return Self.call("POST", path("_apis/wit/wiql"), query: ["$top": "19999"], body: "{\"query\":\"\(text)\"}")
            }
        }
        measure("page of 200 of the revisions feed, six fields", 500, &world, items: 200) { number in
            Self.call(
                "GET", path("_apis/wit/reporting/workitemrevisions"),
                query: ["continuationtoken": "\(number * 200);x", "$maxpagesize": "200", "fields": fields.replacing("\"", with: "")])
        }
    }

    private func measure(
        _ name: String, _ times: Int, _ world: inout World, items: Int = 1, _ make: (Int) -> ServiceCall
    ) {
        let calls = (0..<times).map(make)
        var refused = 0
        let start = ContinuousClock.now
        for call in calls where world.handle(call, at: Self.now + 1_000).status >= 300 { refused += 1 }
        let duration = ContinuousClock.now - start
        let each = items > 1 ? "; \(Self.rate(times * items, duration)) work items/s" : ""
        let warning = refused > 0 ? " (\(refused) refused!)" : ""
        say("| \(name)\(warning) | \(Self.rate(times, duration)) calls/s\(each) | \(Self.seconds(duration / times)) |")
    }

    private static func call(
        _ method: String, _ path: [String], query: [String: String] = [:], body: String = "", type: String = "application/json"
    ) -> ServiceCall {
        ServiceCall(
            method: method, path: path, query: query.merging(["api-version": "7.1"]) { own, _ in own },
            headers: ["authorization": "Basic OnBhdA==", "content-type": type], body: Array(body.utf8), base: base)
    }

    private static func rate(_ count: Int, _ duration: Duration) -> String {
        grouped(Int(Double(count) / (duration / .seconds(1))))
    }

    private static func seconds(_ duration: Duration) -> String {
        let value = duration / .seconds(1)
        if value >= 1 { return String(format: "%.1f s", value) }
        return value >= 0.001 ? String(format: "%.1f ms", value * 1_000) : String(format: "%.1f µs", value * 1_000_000)
    }

    private static func grouped(_ number: Int) -> String {
        var text = String(number)
        var place = text.count - 3
        while place > 0 {
            text.insert(",", at: text.index(text.startIndex, offsetBy: place))
            place -= 3
        }
        return text
    }

    private static func residentBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096
    }
}

/// A line that is seen at once, wherever the output goes.
private func say(_ line: String) {
    print(line)
    fflush(nil)
}
