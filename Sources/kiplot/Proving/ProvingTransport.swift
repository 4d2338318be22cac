import AzureDevOps
import AzureDevOpsHTTP

/// The network, with a fail point before every request and after every answer.
struct ProvingTransport: Transport {
    let live: LiveTransport
    let points: FailPoints
    /// The clock's: a request has to be over when the engine thinks that it is.
    let speed: Int64

    func send(_ request: ServiceRequest) async throws(TransportError) -> ServiceResponse {
        let name = "\(request.method.rawValue) \(Self.resource(of: request.url))"
        var request = request
        request.timeout /= Int(speed)
        points.pass("before send \(name)")
        do {
            let response = try await live.send(request)
            points.pass("after receive \(name)")
            return response
        } catch {
            points.pass("after failure \(name)")
            throw error
        }
    }

    /// The path behind `_apis`, without the ids in it.
    private static func resource(of url: String) -> String {
        let path = url.prefix { $0 != "?" }.split(separator: "/")
        let start = path.firstIndex(of: "_apis").map { $0 + 1 } ?? 0
        return path[start...].map { part in part.contains(where: \.isNumber) ? "…" : String(part) }.joined(separator: "/")
    }
}
