import Foundation
import JSON

/// Everything that has changed an organisation, one line each: read again at the next start, it leads to the same organisation.
public struct Journal: Sendable {
    enum Kind: Sendable {
        case call(ServiceCall)
        case control(ServiceCall)
        case delivered(Int64, String, Int?)
    }

    struct Line: Sendable {
        var at: Int64
        var clockOffset: Int64
        var kind: Kind
    }

    public enum Problem: Error, Sendable {
        case unreadable(path: String, line: Int)
        case unwritable(path: String)

        public var message: String {
            switch self {
            case .unreadable(let path, let line): "Line \(line) of \(path) cannot be read. Remove the file to start afresh."
            case .unwritable(let path): "\(path) cannot be written. Choose a place where this user may write."
            }
        }
    }

    var past: [Line]
    /// What the organisation was before the first line: that of the file, if it has one.
    public let beginning: Beginning
    private let file: FileHandle

    /// - Parameter beginning: for a file that is new.
    public init(path: String, beginning: Beginning) throws(Problem) {
        var known: Beginning?
        var lines: [Line] = []
        if let text = try? String(contentsOfFile: path, encoding: .utf8) {
            for (number, row) in text.split(separator: "\n").enumerated() {
                let json = try? JSONValue(parsing: String(row), limits: .answer)
                if number == 0, let first = json?["beginning"].flatMap({ Beginning(json: $0) }) {
                    known = first
                } else if let line = json.flatMap({ Line(json: $0) }) {
                    lines.append(line)
                } else {
                    throw .unreadable(path: path, line: number + 1)
                }
            }
        }
        past = lines
        self.beginning = known ?? beginning
        if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        guard let file = FileHandle(forWritingAtPath: path) else { throw .unwritable(path: path) }
        self.file = file
        _ = try? file.seekToEnd()
        if known == nil, lines.isEmpty { write(["beginning": beginning.json]) }
    }

    func append(_ kind: Kind, at now: Int64, clockOffset: Int64) {
        write(Line(at: now, clockOffset: clockOffset, kind: kind).json)
    }

    private func write(_ line: JSONValue) {
        // A simulator that cannot write goes on: its state is a convenience.
        try? file.write(contentsOf: Data(line.bytes + [UInt8(ascii: "\n")]))
    }
}

extension Journal.Line {
    var json: JSONValue {
        var object: JSONObject = ["at": .integer(at), "offset": .integer(clockOffset)]
        switch kind {
        case .call(let call): object["call"] = Self.json(call)
        case .control(let call): object["control"] = Self.json(call)
        case .delivered(let number, let subscription, let status):
            object["delivered"] = [.integer(number), .string(subscription), status.map { .integer($0) } ?? .null]
        }
        return .object(object)
    }

    init?(json: JSONValue) {
        guard let at = json["at"]?.integer, let offset = json["offset"]?.integer else { return nil }
        self.at = at
        clockOffset = offset
        if let call = json["call"].flatMap(Self.call) {
            kind = .call(call)
        } else if let call = json["control"].flatMap(Self.call) {
            kind = .control(call)
        } else if let number = json["delivered"]?[0]?.integer, let subscription = json["delivered"]?[1]?.string {
            kind = .delivered(number, subscription, json["delivered"]?[2]?.int)
        } else {
            return nil
        }
    }

    private static func json(_ call: ServiceCall) -> JSONValue {
        func object(_ pairs: [String: String]) -> JSONValue {
            .object(JSONObject(pairs.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }))
        }
        return [
            "method": .string(call.method), "path": .array(call.path.map { .string($0) }), "query": object(call.query),
            "headers": object(call.headers.filter { ["authorization", "content-type", "accept"].contains($0.key) }),
            "body": .string(base64(call.body)), "base": .string(call.base),
        ]
    }

    private static func call(_ json: JSONValue) -> ServiceCall? {
        guard let method = json["method"]?.string, let body = json["body"]?.string.flatMap({ bytes(base64: $0) }) else { return nil }
        func pairs(_ name: String) -> [String: String] {
            Dictionary(
                (json[name]?.object ?? JSONObject()).map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { first, _ in first })
        }
        return ServiceCall(
            method: method, path: (json["path"]?.array ?? []).compactMap(\.string), query: pairs("query"), headers: pairs("headers"),
            body: body,
            base: json["base"]?.string ?? "")
    }
}
