import JSON

/// What went over the wire: the last calls, and how many there were of each kind.
struct WireLog: Sendable {
    struct Entry: Sendable {
        var at: Int64
        var method: String
        var path: String
        var query: [String: String]
        var status: Int
        var account: String?
        var cost: Double
        var requestBody: [UInt8]
        var answerBody: [UInt8]
    }

    /// Whether bodies are kept: they are what a run is checked with against the specification.
    var keepsBodies = false
    private(set) var entries: [Entry] = []
    private(set) var calls = 0
    private(set) var failures = 0
    private(set) var cost = 0.0

    private static let kept = 4_000

    mutating func note(_ call: ServiceCall, _ answer: ServiceAnswer, _ account: Account?, cost: Double, at now: Int64) {
        calls += 1
        if answer.status >= 400 { failures += 1 }
        self.cost += cost
        entries.append(
            Entry(
                at: now, method: call.method, path: call.path.joined(separator: "/"), query: call.query,
                status: answer.isLost ? 0 : answer.status, account: account?.name, cost: cost, requestBody: keepsBodies ? call.body : [],
                answerBody: keepsBodies ? answer.body : []))
        if entries.count > Self.kept * 2 { entries.removeFirst(Self.kept) }
    }

    mutating func clear() { entries.removeAll() }

    var json: JSONValue { .array(entries.map(json)) }

    private func json(_ entry: Entry) -> JSONValue {
        var object: JSONObject = [
            "at": .integer(entry.at), "method": .string(entry.method), "path": .string(entry.path),
            "query": .object(JSONObject(entry.query.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            "status": .integer(entry.status), "account": entry.account.map { .string($0) } ?? .null, "cost": .number(entry.cost),
        ]
        if keepsBodies {
            object["request"] = .string(String(decoding: entry.requestBody, as: UTF8.self))
            object["answer"] = .string(String(decoding: entry.answerBody, as: UTF8.self))
        }
        return .object(object)
    }
}
