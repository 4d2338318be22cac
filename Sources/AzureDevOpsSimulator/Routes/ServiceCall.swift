import Foundation
import JSON

/// One request, as far as the service looks at it.
public struct ServiceCall: Sendable {
    public var method: String
    /// Decoded segments below the organisation.
    public var path: [String]
    /// Decoded, with names in lower case.
    public var query: [String: String]
    /// Names in lower case.
    public var headers: [String: String]
    public var body: [UInt8]
    /// `http://127.0.0.1:8090/contoso`
    public var base: String

    public init(method: String, path: [String], query: [String: String], headers: [String: String], body: [UInt8], base: String) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.base = base
    }

    /// The last part of its address.
    var organisation: String { base.split(separator: "/").last.map(String.init) ?? "" }

    /// The pairs of a query, with names in lower case.
    public static func query(_ text: String?) -> [String: String] {
        var pairs: [String: String] = [:]
        for part in (text ?? "").split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(pair[0]).removingPercentEncoding ?? ""
            pairs[name.lowercased()] = pair.count > 1 ? String(pair[1]).replacing("+", with: " ").removingPercentEncoding : ""
        }
        return pairs
    }

    func json() throws(ServiceFault) -> JSONValue {
        guard let json = try? JSONValue(parsing: body, limits: .answer) else {
            throw .badRequest("VssPropertyValidationException", "The body of the request is not valid JSON.")
        }
        return json
    }

    func flag(_ name: String) -> Bool { query[name]?.lowercased() == "true" }

    /// In the query, or in the `Accept` header.
    var version: String? {
        if let version = query["api-version"] { return version }
        guard let accept = headers["accept"], let range = accept.firstRange(of: "api-version=") else { return nil }
        return String(accept[range.upperBound...].prefix { $0 != ";" && $0 != "," && $0 != " " })
    }

    var majorVersion: Int { version.flatMap { Int($0.prefix { $0.isNumber }) } ?? 7 }
}

/// One answer.
public struct ServiceAnswer: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// Milliseconds that the shell waits before it answers.
    public var delay: Int64 = 0
    /// The shell cuts the connection instead of answering.
    public var isLost = false

    init(status: Int = 200, json: JSONValue, headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = [("Content-Type", Self.json)] + headers
        body = json.bytes
    }

    public init(status: Int, contentType: String? = nil, body: [UInt8] = [], headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = contentType.map { [("Content-Type", $0)] } ?? []
        self.headers += headers
        self.body = body
    }

    /// The plain content type of a JSON answer; the version is appended to it for successes.
    static let json = "application/json; charset=utf-8"

    static let done = ServiceAnswer(status: 204)

    static func list(_ values: [JSONValue], headers: [(name: String, value: String)] = []) -> ServiceAnswer {
        ServiceAnswer(json: ["count": .integer(values.count), "value": .array(values)], headers: headers)
    }
}
