import Benchmark
import FieldSync
import JSON
import Portfolio

/// The parts that every edit goes through, one by one. The first is a measure of the machine, by which the others are compared with
/// what they were on another one.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock], warmupIterations: 3, scalingFactor: .kilo, maxDuration: .seconds(3), maxIterations: 10_000)

    Benchmark("this machine: hash and sort 64 short texts") { benchmark in
        for round in benchmark.scaledIterations { blackHole(Set((0..<64).map { "\($0 &* round)" }).sorted()) }
    }

    let parsed = try? JSONValue(parsing: PackageResources.work_item_json)
    guard let parsed, let fields = parsed.object?["fields"]?.object else { fatalError("the work item cannot be read") }

    Benchmark("JSON of a work item of 4 kB: parse") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try? JSONValue(parsing: PackageResources.work_item_json)) }
    }
    Benchmark("JSON of a work item of 4 kB: write") { benchmark in
        for _ in benchmark.scaledIterations { blackHole(parsed.text) }
    }

    canonicalForms(fields)
    plans()
}

private func canonicalForms(_ fields: JSONObject) {
    let kinds: [(String, String, RemoteFieldType)] = [
        ("HTML", "System.Description", .html), ("line of text", "System.Title", .string), ("date", "System.ChangedDate", .dateTime),
        ("person", "System.AssignedTo", .identity), ("tags", "System.Tags", .tags),
    ]
    for (name, field, type) in kinds {
        let json = fields[field]
        Benchmark("canonical form: \(name)") { benchmark in
            for _ in benchmark.scaledIterations { blackHole(CanonicalForm.remoteValue(of: json, type: type)) }
        }
    }
}

private func plans() {
    func rule(_ type: FieldType, _ remote: RemoteFieldType) -> FieldRule {
        let translation = Translations.translation(
            for: FieldMapping(field: FieldKey("x"), azureDevOpsField: "Custom.X"),
            definition: FieldDefinition(key: FieldKey("x"), label: "X", type: type),
            schema: FieldSchema(referenceName: "Custom.X", name: "X", type: remote),
            vocabulary: Vocabulary(
                stages: [], people: [], peopleTable: [:], businessUnits: [], teams: [], catalogue: FieldCatalogue(custom: [])))
        return FieldRule(direction: .both, conflictPolicy: .hold, translation: translation)
    }
    func pair(_ text: String) -> AgreedPair { AgreedPair(local: .text(text), remote: .text(text)) }
    let (old, new) = (pair("Portal"), pair("Customer portal"))
    let line = rule(.text, .string)
    let states: [(String, FieldState)] = [
        ("nothing changed", FieldState(local: old.local, remote: old.remote, agreed: old)),
        ("changed in Azure DevOps", FieldState(local: old.local, remote: new.remote, agreed: old)),
        ("changed in Kiplot", FieldState(local: new.local, remote: old.remote, agreed: old)),
        ("changed on both sides", FieldState(local: new.local, remote: pair("Portals").remote, agreed: old)),
    ]
    for (name, state) in states {
        Benchmark("plan a field: \(name)") { benchmark in
            for _ in benchmark.scaledIterations { blackHole(FieldPlanner.plan(state, by: line)) }
        }
    }
}
