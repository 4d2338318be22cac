import Foundation

/// What an answer says about our budget (FACTS.md 6). Azure DevOps says it with successes too.
public struct ServiceAdvice: Hashable, Sendable {
    public var retryAfter: Duration?
    /// How long Azure DevOps has held this request back.
    public var delay: Duration?
    public var remaining: Double?
    public var limit: Double?
    /// When the budget is whole again, counted from the answer.
    public var resetsAfter: Duration?

    public init(
        retryAfter: Duration? = nil, delay: Duration? = nil, remaining: Double? = nil, limit: Double? = nil, resetsAfter: Duration? = nil
    ) {
        self.retryAfter = retryAfter
        self.delay = delay
        self.remaining = remaining
        self.limit = limit
        self.resetsAfter = resetsAfter
    }

    init(_ response: ServiceResponse) {
        func number(_ name: String) -> Double? {
            response[header: name].flatMap { Double($0) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        }
        retryAfter = response.retryAfter
        delay = number("X-RateLimit-Delay").map { .seconds(min($0, 3_600)) }
        remaining = number("X-RateLimit-Remaining")
        limit = number("X-RateLimit-Limit")
        // The moment is told in the service's own time, so it is compared with the service's own clock.
        if let reset = number("X-RateLimit-Reset"), let sent = response.answeredAt {
            resetsAfter = .seconds(min(max(0, reset - sent.timeIntervalSince1970), 3_600))
        }
    }
}

extension ServiceResponse {
    /// How long the service wants to be left alone: it says so in seconds, or as a moment by its own clock (RFC 9110, 10.2.3).
    /// Nobody is believed who asks for more than an hour.
    var retryAfter: Duration? {
        guard let text = self[header: "Retry-After"] else { return nil }
        let wait = Double(text) ?? HTTPDate.date(text).flatMap { moment in answeredAt.map { moment.timeIntervalSince($0) } }
        guard let wait, wait.isFinite else { return nil }
        return .seconds(min(max(0, wait), 3_600))
    }
}
