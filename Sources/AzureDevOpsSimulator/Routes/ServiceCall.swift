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
        self.headers = [("Content-Type", "application/json; charset=utf-8")] + headers
        body = json.bytes
    }

    init(status: Int, contentType: String? = nil, body: [UInt8] = [], headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = contentType.map { [("Content-Type", $0)] } ?? []
        self.headers += headers
        self.body = body
    }

    static func list(_ values: [JSONValue], headers: [(name: String, value: String)] = []) -> ServiceAnswer {
        ServiceAnswer(json: ["count": .integer(values.count), "value": .array(values)], headers: headers)
    }
}
