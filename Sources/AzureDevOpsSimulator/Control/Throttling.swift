/// The global consumption limit: 200 cost units per user in a sliding window of five minutes; beyond it answers come late, and far
/// beyond it not at all (FACTS.md 6). What one call costs is not published: the prices are ours, their effect is documented.
public struct Throttling: Sendable {
    /// Units in a window; `nil` switches throttling off.
    public var limit: Double?
    /// Milliseconds.
    var window: Int64 = 300_000
    /// The service blocks when the limit is passed this many times over.
    var blockFactor = 3.0
    private var usage: [String: [Slice]] = [:]
    private(set) var totalCost: [String: Double] = [:]

    /// What was used up in one second.
    private struct Slice: Sendable {
        var second: Int64
        var cost: Double
    }

    struct Pace: Sendable {
        var headers: [(name: String, value: String)] = []
        /// Milliseconds by which the answer is held back.
        var delay: Int64 = 0
        var refusal: ServiceAnswer?
    }

    private func used(by account: String, at now: Int64) -> Double {
        let oldest = (now - window) / 1_000
        return (usage[account] ?? []).reduce(0) { $1.second > oldest ? $0 + $1.cost : $0 }
    }

    /// What happens to the next call of an account.
    func admit(_ account: String, at now: Int64) -> Pace {
        guard let limit else { return Pace() }
        let used = used(by: account, at: now)
        guard used >= limit * 0.8 else { return Pace() }
        let oldest = usage[account]?.first { $0.second > (now - window) / 1_000 }?.second ?? now / 1_000
        let reset = oldest + window / 1_000
        let remaining = max(0, limit - used)
        var headers: [(name: String, value: String)] = [
            ("X-RateLimit-Resource", "AzureDevOps/WorkItemTracking"), ("X-RateLimit-Limit", String(Int(limit))),
            ("X-RateLimit-Remaining", String(Int(remaining))), ("X-RateLimit-Reset", String(reset)),
        ]
        guard used >= limit else { return Pace(headers: headers) }
        guard used < limit * blockFactor else {
            let wait = max(1, reset - now / 1_000)
            headers.append(("Retry-After", String(wait)))
            return Pace(headers: [], refusal: .blocked(headers))
        }
        let delay = min(30_000, Int64((used / limit - 1) * 30_000) + 250)
        headers += [("Retry-After", String(max(1, delay / 1_000))), ("X-RateLimit-Delay", Self.seconds(delay))]
        return Pace(headers: headers, delay: delay)
    }

    mutating func charge(_ cost: Double, to account: String, at now: Int64) {
        totalCost[account, default: 0] += cost
        guard limit != nil else { return }
        let second = now / 1_000
        var slices = usage[account] ?? []
        if slices.last?.second == second { slices[slices.count - 1].cost += cost } else { slices.append(Slice(second: second, cost: cost)) }
        if slices.count > 600 { slices.removeFirst(slices.count - 300) }
        usage[account] = slices
    }

    /// Units: a call costs little, every work item read a little more, a save more than a read, a query what it has to look through.
    static func cost(of call: ServiceCall, examined: Int, answer: ServiceAnswer) -> Double {
        let base = call.mayChange ? 0.05 : 0.01
        return base + Double(examined) * 0.000_2 + Double(answer.body.count) * 0.000_000_05
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1_000).\(padded(Int(milliseconds % 1_000), 3))"
    }
}

extension ServiceAnswer {
    /// 429 TF400733.
    static func blocked(_ headers: [(name: String, value: String)]) -> ServiceAnswer {
        var answer = ServiceFault(
            status: 429, typeKey: "RequestBlockedException",
            message:
                "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'Concurrency' in namespace 'User'.",
            eventID: 3_000
        ).answer
        answer.headers += headers
        return answer
    }
}
