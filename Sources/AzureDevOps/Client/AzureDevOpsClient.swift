import Foundation
import JSON

/// Azure DevOps' REST API for work items and service hooks, version 7.1, as one identity of one organisation.
///
/// Reads are retried a little when the service stumbles; writes never are, because a lost answer does not tell whether they were
/// applied. Everything goes through the identity's pacer.
public struct AzureDevOpsClient: Sendable {
    public let organisation: OrganisationURL
    /// What these requests are for; decides who waits for whom.
    public var priority: RequestPriority
    /// How long one request may take.
    public var timeout: Duration

    private let authorization: Secret
    private let transport: any Transport
    private let pacer: RequestPacer
    private let circuit: CredentialCircuit
    private var fence: (@Sendable () async -> Bool)?

    /// - Parameters:
    ///   - pacer: one for each identity, shared by all its clients.
    ///   - circuit: one for each token, shared by all clients that present it.
    public init(
        organisation: OrganisationURL, personalAccessToken: Secret, transport: any Transport, pacer: RequestPacer,
        circuit: CredentialCircuit = CredentialCircuit(), priority: RequestPriority = .interactive, timeout: Duration = .seconds(30)
    ) {
        self.organisation = organisation
        // Any user name is accepted; the empty one is usual (FACTS.md 4).
        authorization = Secret("Basic " + base64([UInt8(ascii: ":")] + personalAccessToken.revealed()))
        self.transport = transport
        self.pacer = pacer
        self.circuit = circuit
        self.priority = priority
        self.timeout = timeout
    }

    /// What time it is by the clock of the service, as its last answer told; `nil` before the first.
    public var serviceTime: Date? { pacer.serviceTime }

    public func with(priority: RequestPriority) -> AzureDevOpsClient {
        var client = self
        client.priority = priority
        return client
    }

    /// Asks, when a request's turn has come, whether it shall still be sent: it may have waited long.
    public func fenced(by fence: @escaping @Sendable () async -> Bool) -> AzureDevOpsClient {
        var client = self
        client.fence = fence
        return client
    }

    enum ContentType: String {
        case json = "application/json"
        case patch = "application/json-patch+json"
    }

    /// Sends one request and reads its JSON answer.
    ///
    /// - Parameters:
    ///   - path: segments below the organisation, not yet escaped.
    ///   - query: names and values, not yet escaped.
    func call(
        _ method: ServiceRequest.Method, _ path: [String], query: [(String, String)] = [], version: String = "7.1", body: [UInt8]? = nil,
        contentType: ContentType = .json, mayRetry: Bool? = nil
    ) async throws(AzureDevOpsError) -> (json: JSONValue, response: ServiceResponse) {
        let request = request(method, path, query + [("api-version", version)], body, contentType)
        let attempts = (mayRetry ?? (method == .get)) ? 3 : 1
        for attempt in 1... {
            do throws(AzureDevOpsError) {
                let response = try await send(request)
                return (try Self.json(in: response), response)
            } catch {
                guard attempt < attempts, error.isPassing, !Task.isCancelled else { throw error }
                try? await pacer.clock.sleep(for: .milliseconds(250 * attempt))
            }
        }
        throw .unreachable(reason: "no attempt was made")
    }

    /// One request in its turn, and its answer when it is a success.
    private func send(_ request: ServiceRequest) async throws(AzureDevOpsError) -> ServiceResponse {
        let response = try await pacer.run(priority) { () async throws(AzureDevOpsError) -> ServiceResponse in
            if let fence, await !fence() { throw .superseded }
            // Asked last, because asking uses the circuit's probe up.
            guard circuit.mayTry(at: pacer.clock.elapsed) else { throw .tokenRejected(code: nil) }
            do throws(TransportError) {
                return try await transport.send(request)
            } catch {
                throw AzureDevOpsError(error)
            }
        }
        let failure = AzureDevOpsError.failure(in: response)
        circuit.note(failure, at: pacer.clock.elapsed)
        if let failure { throw failure }
        return response
    }

    private static func json(in response: ServiceResponse) throws(AzureDevOpsError) -> JSONValue {
        if response.body.isEmpty { return .null }
        do {
            return try JSONValue(parsing: response.body, limits: .answer)
        } catch {
            throw .unexpectedAnswer(status: response.status, detail: error.description)
        }
    }

    private func request(
        _ method: ServiceRequest.Method, _ path: [String], _ query: [(String, String)], _ body: [UInt8]?, _ contentType: ContentType
    ) -> ServiceRequest {
        var url = organisation.base
        for segment in path { url += "/" + percentEncoded(segment) }
        url += "?" + query.map { "\(percentEncoded($0.0))=\(percentEncoded($0.1))" }.joined(separator: "&")
        var headers: [(name: String, value: String)] = [
            ("Authorization", String(decoding: authorization.revealed(), as: UTF8.self)), ("Accept", "application/json"),
            ("User-Agent", "swift-azure-devops/1.0"),
            // Without it a rejected token is answered with a redirection to a sign-in page (FACTS.md 1.19).
            ("X-TFS-FedAuthRedirect", "Suppress"),
        ]
        if body != nil { headers.append(("Content-Type", contentType.rawValue)) }
        return ServiceRequest(method: method, url: url, headers: headers, body: body, timeout: timeout)
    }

    /// The elements of a `{"count": n, "value": […]}`.
    static func list(_ json: JSONValue, named name: String = "value") throws(AzureDevOpsError) -> [JSONValue] {
        guard let list = json[name]?.array else { throw .unexpectedAnswer(status: 200, detail: "there is no list “\(name)”") }
        return list
    }
}

extension AzureDevOpsError {
    /// Whether a read is worth repeating at once.
    fileprivate var isPassing: Bool {
        switch self {
        case .unavailable, .answerLost: true
        default: false
        }
    }
}

/// Base64 as basic authentication wants it.
public func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
