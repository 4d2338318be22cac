/// Where a resource of the service stands, and in which versions of the API.
struct ResourceLocation: Sendable {
    let id: String
    let area: String
    let name: String
    let template: String
    let resourceVersion: Int64
    let lowest: APIVersion
    let highest: APIVersion
    /// 0.0 for what was never released: it stays under preview for ever.
    let released: APIVersion

    /// What stands before `_apis` at most: nothing, a project, or a project and a team.
    private let scopes: Int
    private let segments: [Segment]

    private enum Segment: Sendable {
        case literal(String)
        /// `prefix` is the `$` of `$Task`.
        case parameter(String, prefix: String)
        case rest(String)
    }

    init?(line: Substring) {
        let parts = line.split(separator: " ").map(String.init)
        guard parts.count == 8, let version = Int64(parts[4]), let lowest = APIVersion(parts[5]), let highest = APIVersion(parts[6]),
            let released = APIVersion(parts[7])
        else { return nil }
        (id, area, name, template) = (parts[0], parts[1], parts[2], parts[3])
        (resourceVersion, self.lowest, self.highest, self.released) = (version, lowest, highest, released)
        let pieces = template.split(separator: "/").map(String.init)
        let start = pieces.firstIndex(of: "_apis") ?? 0
        scopes = start
        segments = pieces[(start + 1)...].map { [area, name] in Self.segment($0, area: area, name: name) }
    }

    private static func segment(_ piece: String, area: String, name: String) -> Segment {
        switch piece {
        case "{area}": return .literal(area.lowercased())
        case "{resource}": return .literal(name.lowercased())
        case "${resource}": return .literal("$" + name.lowercased())
        default: break
        }
        let prefix = piece.hasPrefix("$") ? "$" : ""
        let inner = piece.dropFirst(prefix.count)
        guard inner.hasPrefix("{"), inner.hasSuffix("}") else { return .literal(piece.lowercased()) }
        let parameter = inner.dropFirst().dropLast()
        return parameter.hasPrefix("*") ? .rest(String(parameter.dropFirst())) : .parameter(String(parameter), prefix: prefix)
    }

    /// The first two segments after `_apis`, as far as they are fixed: what the directory sorts by.
    fileprivate var key: String {
        var words: [String] = []
        for segment in segments.prefix(2) { if case .literal(let word) = segment { words.append(word) } else { break } }
        return words.joined(separator: "/")
    }

    /// The parameters that a path gives, and how well it fits; `nil` when it does not.
    fileprivate func match(scope: ArraySlice<String>, rest: ArraySlice<String>) -> (parameters: [String: String], score: Int)? {
        guard scope.count <= scopes else { return nil }
        var parameters: [String: String] = [:]
        var score = scope.count - scopes
        var remaining = rest
        for segment in segments {
            switch segment {
            case .literal(let word):
                guard remaining.popFirst()?.lowercased() == word else { return nil }
                score += 10
            case .parameter(let name, let prefix):
                guard let value = remaining.popFirst() else {
                    guard prefix.isEmpty else { return nil }
                    score -= 3
                    continue
                }
                guard value.hasPrefix(prefix), value.count > prefix.count else { return nil }
                parameters[name] = String(value.dropFirst(prefix.count))
                score += prefix.isEmpty ? 2 : 5
            case .rest(let name):
                if remaining.isEmpty { score -= 3 } else { parameters[name] = remaining.joined(separator: "/") }
                remaining = []
            }
        }
        return remaining.isEmpty ? (parameters, score) : nil
    }
}

/// All locations, found by path.
enum ResourceDirectory {
    static let all = ResourceTable.text.split(separator: "\n").compactMap { ResourceLocation(line: $0) }

    private static let byKey = Dictionary(grouping: all, by: \.key)

    struct Match: Sendable {
        var location: ResourceLocation
        var parameters: [String: String]
    }

    /// - Parameter path: decoded segments below the organisation, among them `_apis`.
    static func match(_ path: [String]) -> Match? {
        guard let start = path.firstIndex(where: { $0.lowercased() == "_apis" }) else { return nil }
        let rest = path[(start + 1)...]
        let words = rest.prefix(2).map { $0.lowercased() }
        var best: (match: Match, score: Int)?
        for key in [words.joined(separator: "/"), words.first ?? ""] {
            for location in byKey[key] ?? [] {
                guard let found = location.match(scope: path[..<start], rest: rest) else { continue }
                if let best, found.score < best.score || (found.score == best.score && location.highest <= best.match.location.highest) {
                    continue
                }
                best = (Match(location: location, parameters: found.parameters), found.score)
            }
            if words.count < 2 { break }
        }
        return best?.match
    }
}
