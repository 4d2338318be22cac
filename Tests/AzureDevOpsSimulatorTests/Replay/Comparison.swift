import JSON

/// Something in which our answer is not the recorded one.
struct Difference: CustomStringConvertible {
    enum Kind: String { case missing, additional, value }
    var path: String
    var kind: Kind
    var recorded: String
    var ours: String

    var description: String {
        switch kind {
        case .missing: "\(path) is missing (recorded: \(recorded.prefix(160)))"
        case .additional: "\(path) is additional (ours: \(ours.prefix(160)))"
        case .value: "\(path) is \(ours.prefix(220)), recorded \(recorded.prefix(220))"
        }
    }
}

/// Walks a recorded answer and ours side by side.
struct Comparison {
    var names: Correspondence
    private(set) var differences: [Difference] = []
    /// Lists of which the recording kept only a part: what we have beyond is no difference of the elements.
    var isFiltered = false

    init(names: Correspondence) { self.names = names }

    /// The ids of classification nodes are numbers that the service hands out; those of work items are arranged to be the recorded ones.
    var isNodes = false

    private func numberKind(_ path: String) -> Correspondence.Kind? {
        if path.hasSuffix("attributes/id") { return .link }
        let names = path.split(separator: "/").filter { $0 != "oldValue" && $0 != "newValue" }
        return switch names.last ?? "" {
        case "System.AreaId", "System.IterationId": .node
        case "id": isNodes ? .node : nil
        case "System.PersonId": .personNumber
        case "System.Watermark", "watermark": .watermark
        case "commentId": .comment
        case "notificationId": .notification
        case "lastChangeId", "lastChangeId64": .change
        case "revision": .projectRevision
        default: nil
        }
    }

    mutating func compare(_ recorded: JSONValue, _ ours: JSONValue, at path: String = "") {
        switch (recorded, ours) {
        case (.object(let left), .object(let right)): compare(left, right, at: path)
        case (.array(let left), .array(let right)): compare(left, right, at: path)
        case (.string(let left), .string(let right)): compare(left, right, at: path)
        case (.integer(let left), .integer(let right)):
            let isSame = numberKind(path).map { names.pair("\(left)", "\(right)", $0) } ?? (left == right)
            if !isSame { note(path, .value, "\(left)", "\(right)") }
        default:
            if recorded != ours { note(path, .value, recorded.text, ours.text) }
        }
    }

    private mutating func compare(_ recorded: JSONObject, _ ours: JSONObject, at path: String) {
        for (name, value) in recorded {
            guard let own = ours[name] ?? ours[names.translated(name)] else {
                note("\(path)/\(name)", .missing, value.text, "")
                continue
            }
            compare(value, own, at: "\(path)/\(name)")
        }
        let known = Set(recorded.names.map { names.translated($0) } + recorded.names)
        for (name, value) in ours where !known.contains(name) { note("\(path)/\(name)", .additional, "", value.text) }
    }

    private mutating func compare(_ recorded: [JSONValue], _ ours: [JSONValue], at path: String) {
        if isFiltered, path == "/value", let key = ["id", "namespaceId"].first(where: { recorded.first?[$0]?.string != nil }) {
            for (index, element) in recorded.enumerated() {
                guard let own = ours.first(where: { $0[key] == element[key] }) else {
                    note("\(path)/\(index)", .missing, element.text, "")
                    continue
                }
                compare(element, own, at: "\(path)/\(index)")
            }
            return
        }
        var left = recorded
        var right = ours
        if path.hasSuffix("relations") {
            // The service returns relations in no particular order (FACTS.md 1.2).
            func key(_ relation: JSONValue) -> String { (relation["rel"]?.string ?? "") + (relation["url"]?.string ?? "") }
            left.sort { names.translated(key($0)) < names.translated(key($1)) }
            right.sort { key($0) < key($1) }
        }
        if left.first?["lastUpdateTime"] != nil {
            // Nor are projects.
            left.sort { ($0["name"]?.string ?? "") < ($1["name"]?.string ?? "") }
            right.sort { ($0["name"]?.string ?? "") < ($1["name"]?.string ?? "") }
        }
        if left.count != right.count { note("\(path)/#", .value, "\(left.count) elements", "\(right.count) elements") }
        for (index, pair) in zip(left, right).enumerated() { compare(pair.0, pair.1, at: "\(path)/\(index)") }
    }

    mutating func compare(_ recorded: String, _ ours: String, at path: String) {
        let left = Correspondence.parts(of: recorded)
        let right = Correspondence.parts(of: ours)
        guard left.map(\.kind) == right.map(\.kind) else { return note(path, .value, recorded, ours) }
        for (one, other) in zip(left, right) {
            let isSame = one.kind.map { names.pair(one.text, other.text, $0) } ?? (one.text == other.text)
            if !isSame { return note(path, .value, recorded, ours) }
        }
    }

    private mutating func note(_ path: String, _ kind: Difference.Kind, _ recorded: String, _ ours: String) {
        differences.append(Difference(path: path, kind: kind, recorded: recorded, ours: ours))
    }

    mutating func note(header name: String, recorded: String?, ours: String?) {
        let kind: Difference.Kind = recorded == nil ? .additional : ours == nil ? .missing : .value
        note("header \(name)", kind, recorded ?? "", ours ?? "")
    }
}
