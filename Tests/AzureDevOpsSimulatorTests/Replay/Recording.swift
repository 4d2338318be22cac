import Foundation
import JSON

/// One file of recorded traffic with the real service.
struct Recording {
    var name: String
    var interactions: [Interaction]
    /// The payload of a web hook, for the recordings of one.
    var payload: JSONValue?
    /// Bodies of errors that people quoted: what was asked is only told in words.
    var quoted: [(status: Int?, body: JSONValue)]

    struct Interaction {
        var method: String
        var url: String
        var headers: [String: String]
        var requestBody: JSONValue?
        var status: Int
        var answerHeaders: [String: [String]]
        var answerBody: JSONValue?
        /// When the service answered: milliseconds since 1970, to the second.
        var at: Int64
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
        path: "Recordings")

    static var names: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
                .sorted()
        }
    }

    init(_ name: String) throws {
        let json = try JSONValue(parsing: Array(Data(contentsOf: Self.folder.appending(path: "\(name).json"))), limits: .answer)
        self.name = name
        payload = json["body"]
        quoted = (json["errors"]?.array ?? []).map { ($0["status"]?.int, $0["body"] ?? .null) }
        interactions = (json["interactions"]?.array ?? []).map(Interaction.init)
    }
}

extension Recording.Interaction {
    init(_ json: JSONValue) {
        method = json["request"]?["method"]?.string ?? ""
        url = json["request"]?["url"]?.string ?? ""
        headers = [:]
        for (name, value) in json["request"]?["headers"]?.object ?? [:] { headers[name.lowercased()] = value.string }
        requestBody = json["request"]?["body"].flatMap { $0.isNull ? nil : $0 }
        status = json["response"]?["status"]?.int ?? 0
        answerHeaders = [:]
        for (name, value) in json["response"]?["headers"]?.object ?? [:] {
            answerHeaders[name.lowercased()] = value.array?.compactMap(\.string) ?? [value.string ?? ""]
        }
        answerBody = json["response"]?["body"].flatMap { $0.isNull ? nil : $0 }
        let reader = DateFormatter()
        reader.locale = Locale(identifier: "en_US_POSIX")
        reader.timeZone = TimeZone(identifier: "GMT")
        reader.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        at = reader.date(from: answerHeaders["date"]?.first ?? "").map { Int64($0.timeIntervalSince1970) * 1_000 } ?? 0
    }

    /// `https://dev.azure.com/contoso-a`: where the organisation stands.
    var base: String { url.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false).prefix(4).joined(separator: "/") }
}
