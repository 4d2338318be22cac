/// What an answer says about our budget (FACTS.md 6). Azure DevOps says it with successes too.
public struct ServiceAdvice: Hashable, Sendable {
    public var retryAfter: Duration?
    public var remaining: Double?
    public var limit: Double?

    public init(retryAfter: Duration? = nil, remaining: Double? = nil, limit: Double? = nil) {
        self.retryAfter = retryAfter
        self.remaining = remaining
        self.limit = limit
    }

    init(_ response: ServiceResponse) {
        func number(_ name: String) -> Double? {
            response[header: name].flatMap { Double($0) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        }
        retryAfter = number("Retry-After").map { .seconds(min($0, 3_600)) }
        remaining = number("X-RateLimit-Remaining")
        limit = number("X-RateLimit-Limit")
    }
}
