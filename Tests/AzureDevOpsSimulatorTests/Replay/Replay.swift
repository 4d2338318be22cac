import Foundation
import JSON

@testable import AzureDevOpsSimulator

/// Plays a scene and collects in what our answers differ from the recorded ones.
struct Replay {
    let scene: Scene
    private var stage: Stage
    private var names = Correspondence()
    /// The relations that the recorded client and ours saw last, by work item: removals name them by their place.
    private var recordedRelations: [Int64: [JSONValue]] = [:]
    private var ourRelations: [Int64: [JSONValue]] = [:]

    struct Result {
        var recording: String
        var interaction: Int
        var call: String
        var differences: [Difference]
    }

    static func play(_ scene: Scene) throws -> [Result] {
        let recording = try Recording(scene.recording)
        var replay = Replay(scene: scene, recording: recording)
        return scene.interactions.map { replay.play(recording.interactions[$0], number: $0) }
    }

    private init(scene: Scene, recording: Recording) {
        self.scene = scene
        let first = recording.interactions[scene.interactions[0]]
        stage = Stage(base: first.base, at: first.at - scene.earlier * 1_000, people: scene.people)
        scene.prepare(&stage)
        for (recorded, ours) in scene.aliases { _ = names.pair(recorded, ours, .mail) }
    }

    private mutating func play(_ interaction: Recording.Interaction, number: Int) -> Result {
        scene.between[number]?(&stage)
        stage.now = max(stage.now, interaction.at)
        for text in Correspondence.parts(of: interaction.requestBody?.text ?? "") where text.kind == .moment {
            names.keepLiteral(text.text)
        }
        let isNodes = interaction.url.contains("classificationNodes")
        var url = names.translated(interaction.url)
        if isNodes, let range = url.firstRange(of: "ids=") {
            url = url[..<range.upperBound] + names.translated(node: String(url[range.upperBound...]))
        }
        let below = String(url.dropFirst(interaction.base.count))
        let answer = stage.send(
            interaction.method, below, headers: interaction.headers, body: interaction.requestBody.map { translated($0, isNodes, url) })

        var comparison = Comparison(names: names)
        comparison.isNodes = isNodes
        comparison.isFiltered = ["/_apis?allHostTypes=True", "/_apis/ResourceAreas", "/_apis/SecurityNamespaces?localOnly=false"].contains(
            below)
        comparison.compareHeads(interaction, answer)
        comparison.compareBodies(interaction, answer)
        names = comparison.names
        rememberRelations(interaction, answer)
        return Result(
            recording: scene.recording, interaction: number, call: "\(interaction.method) \(below)", differences: comparison.differences)
    }

    /// A recorded body in our names.
    private func translated(_ body: JSONValue, _ isNodes: Bool, _ url: String) -> JSONValue {
        var body = body
        if isNodes, let id = body["id"]?.integer, var object = body.object {
            object["id"] = Int64(names.translated(node: "\(id)")).map { .integer($0) }
            body = .object(object)
        }
        if let operations = body.array, let id = Int64(url.split(separator: "/").last ?? "") {
            var ours = operations.map { inOurOrder($0, of: id) }
            // The last place first, so that no removal moves another's place.
            if ours.count > 1, ours.allSatisfy({ $0["op"] == "remove" }) {
                ours.sort { ($0["path"]?.string ?? "") > ($1["path"]?.string ?? "") }
            }
            body = .array(ours)
        }
        return (try? JSONValue(parsing: names.translated(body.text))) ?? body
    }

    /// Relations have no order of their own: the one that is meant is looked up by its address.
    private func inOurOrder(_ operation: JSONValue, of id: Int64) -> JSONValue {
        guard let path = operation["path"]?.string, path.hasPrefix("/relations/"), let place = Int(path.dropFirst(11)),
            let meant = recordedRelations[id], meant.indices.contains(place), var object = operation.object,
            let own = ourRelations[id]?.firstIndex(where: {
                $0["url"]?.string == meant[place]["url"]?.string.map { names.translated($0) }
            })
        else { return operation }
        object["path"] = .string("/relations/\(own)")
        return .object(object)
    }

    private mutating func rememberRelations(_ interaction: Recording.Interaction, _ answer: ServiceAnswer) {
        func items(_ json: JSONValue?) -> [JSONValue] { json?["value"]?.array ?? json.map { [$0] } ?? [] }
        for item in items(interaction.answerBody) {
            if let id = item["id"]?.integer, let relations = item["relations"]?.array { recordedRelations[id] = relations }
        }
        for item in items(try? JSONValue(parsing: answer.body, limits: .answer)) {
            if let id = item["id"]?.integer, let relations = item["relations"]?.array { ourRelations[id] = relations }
        }
    }
}

extension Comparison {
    /// Headers that say something about the answer; the others belong to the transport.
    private static let ofInterest = [
        "content-type", "location", "www-authenticate", "x-ms-continuationtoken", "x-total-count", "x-tfs-serviceerror",
        "x-tfs-fedauthissuer",
        "x-tfs-fedauthrealm", "x-tfs-fedauthredirect", "x-vss-authenticateerror", "x-vss-authorizationendpoint", "x-vss-resourcetenant",
    ]
    /// Those that not every recording kept: compared where they were.
    private static let whereKept = [
        "activityid", "x-tfs-processid", "x-tfs-session", "x-vss-e2eid", "x-vss-userdata", "cache-control", "expires", "pragma", "vary",
    ]

    mutating func compareHeads(_ interaction: Recording.Interaction, _ answer: ServiceAnswer) {
        if interaction.status != answer.status {
            note(
                header: "status", recorded: "\(interaction.status)",
                ours: "\(answer.status) \(String(decoding: answer.body.prefix(300), as: UTF8.self))")
        }
        var own: [String: [String]] = [:]
        for header in answer.headers { own[header.name.lowercased(), default: []].append(header.value) }
        for name in Self.ofInterest + Self.whereKept {
            let recorded = interaction.answerHeaders[name]
            guard let values = own[name] else {
                if let recorded { note(header: name, recorded: recorded.joined(separator: " | "), ours: nil) }
                continue
            }
            guard let recorded else {
                if Self.ofInterest.contains(name) { note(header: name, recorded: nil, ours: values.joined(separator: " | ")) }
                continue
            }
            compare(recorded.joined(separator: " | "), values.joined(separator: " | "), at: "header \(name)")
        }
    }

    mutating func compareBodies(_ interaction: Recording.Interaction, _ answer: ServiceAnswer) {
        let text = String(
            decoding: answer.body.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(answer.body.dropFirst(3)) : answer.body, as: UTF8.self)
        switch interaction.answerBody {
        case nil:
            if !text.isEmpty { note(header: "body", recorded: nil, ours: text) }
        case .string(let recorded):
            compare(recorded, text, at: "body")
        case .some(let recorded):
            guard let json = try? JSONValue(parsing: text, limits: .answer) else {
                return note(header: "body", recorded: recorded.text, ours: text)
            }
            compare(recorded, json)
        }
    }
}
