import JSON

/// One request as it goes out.
public struct ServiceRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case put = "PUT"
        case delete = "DELETE"
    }

    public var method: Method
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]?
    /// After this the connection is closed, so that nothing can be sent later (`sync-protocol.md` 2.7).
    public var timeout: Duration

    public init(method: Method, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, timeout: Duration) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// One answer as it came in.
public struct ServiceResponse: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public subscript(header name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why no answer came.
public enum TransportError: Error, Hashable, Sendable {
    /// The request did not reach the service: it was not applied.
    case notSent(reason: String)
    /// The request may have reached the service, and may have been applied.
    case answerLost(reason: String)
    /// The address is not one that we may call.
    case refused(AddressRefusal)
    case answerTooLarge(limit: Int)
}

/// The one way to the network: live in production, the simulation's in tests.
public protocol Transport: Sendable {
    func send(_ request: ServiceRequest) async throws(TransportError) -> ServiceResponse
}
