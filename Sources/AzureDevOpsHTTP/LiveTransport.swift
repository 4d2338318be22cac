import AsyncHTTPClient
import AzureDevOps
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import NIOSSL

/// The network, guarded: only addresses that the policy admits are called, redirects are not followed, answers are bounded.
public final class LiveTransport: Transport {
    /// A page of 200 work items with long texts stays far below this.
    public static let largestAnswer = 64 << 20

    private let client: HTTPClient
    private let policy: AddressPolicy
    private let resolver: AddressResolver

    public init(policy: AddressPolicy) {
        var configuration = HTTPClient.Configuration()
        // HTTP/2 flow control made parallel pages of 600 kB thirty times slower than HTTP/1.1.
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .enabled(limit: .size(Self.largestAnswer))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        configuration.timeout.connect = .seconds(10)
        configuration.proxy = nil
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.policy = policy
        resolver = AddressResolver()
    }

    public func close() async { try? await client.shutdown() }

    public func send(_ request: ServiceRequest) async throws(TransportError) -> ServiceResponse {
        do {
            try await resolver.check(request.url, by: policy)
        } catch {
            throw .refused(error)
        }
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        outgoing.headers.add(name: "Accept-Encoding", value: "gzip")
        if let body = request.body { outgoing.body = .bytes(body) }
        do {
            let deadline = NIODeadline.now() + .milliseconds(request.timeout.components.seconds * 1_000 + 1)
            let response = try await client.execute(outgoing, deadline: deadline)
            let body = try await response.body.collect(upTo: Self.largestAnswer)
            return ServiceResponse(
                status: Int(response.status.code), headers: response.headers.map { (name: $0.name, value: $0.value) },
                body: Array(body.readableBytesView))
        } catch let error as HTTPClientError where error == .connectTimeout || error == .getConnectionFromPoolTimeout {
            throw .notSent(reason: "the service did not accept a connection within ten seconds")
        } catch is NIOConnectionError {
            throw .notSent(reason: "the service could not be reached")
        } catch is NIOTooManyBytesError {
            throw .answerTooLarge(limit: Self.largestAnswer)
        } catch let error as NIOSSLError {
            throw .notSent(reason: "no secure connection could be made (\(error))")
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout {
            throw .answerLost(reason: "no answer came in time")
        } catch {
            throw .answerLost(reason: "the connection broke")
        }
    }
}
