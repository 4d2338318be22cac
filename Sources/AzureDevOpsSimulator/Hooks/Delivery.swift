import JSON

extension World {
    /// When the next delivery falls due; `nil` when nothing waits.
    public var nextDelivery: Int64? { hooks.notifications.lazy.filter { $0.status == .queued }.map(\.due).min() }

    /// Everything that is to be sent now.
    public mutating func takeDeliveries(at now: Int64) -> [HookDelivery] {
        if hooks.notifications.count > HookRegistry.kept * 2 {
            let finished = hooks.notifications.count { $0.status == .completed }
            var excess = min(finished, hooks.notifications.count - HookRegistry.kept)
            hooks.notifications.removeAll { notification in
                guard excess > 0, notification.status == .completed else { return false }
                excess -= 1
                return true
            }
        }
        var deliveries: [HookDelivery] = []
        for index in hooks.notifications.indices where hooks.notifications[index].status == .queued && hooks.notifications[index].due <= now
        {
            let waiting = hooks.notifications[index]
            guard
                let subscription = hooks.subscriptions.first(where: { $0.id == waiting.subscription }) ?? hooks.tests[waiting.subscription],
                subscription.status == .enabled || subscription.status == .onProbation
            else {
                hooks.notifications[index].status = .completed
                hooks.notifications[index].result = .failed
                continue
            }
            hooks.notifications[index].status = .requestInProgress
            hooks.notifications[index].attempts += 1
            hooks.notifications[index].modified = ServiceTime(rounding: now)
            if hooks.notifications[index].attempts > 1, variants.activityOfRetries == .new {
                hooks.notifications[index].activityID = activity.guid()
            }
            let notification = hooks.notifications[index]
            deliveries.append(delivery(of: notification, to: subscription))
        }
        return deliveries
    }

    private func delivery(of notification: Notification, to subscription: Subscription) -> HookDelivery {
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json; charset=utf-8"), ("User-Agent", "VSServices/19.0 (Simulator)"),
            ("X-VSS-SubscriptionId", subscription.id), ("X-VSS-ActivityId", notification.activityID),
        ]
        let inputs = subscription.consumerInputs
        if let user = inputs["basicAuthUsername"]?.string, let password = inputs["basicAuthPassword"]?.string {
            headers.append(("Authorization", "Basic " + base64(Array("\(user):\(password)".utf8))))
        }
        for line in (inputs["httpHeaders"]?.string ?? "").split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers.append((String(line[..<colon]), trimmed(String(line[line.index(after: colon)...]))))
        }
        return HookDelivery(
            notification: notification.number, subscription: subscription.id, url: inputs["url"]?.string ?? "", headers: headers,
            body: notification.body)
    }

    /// Takes the answer of the receiver; `nil` when there was none.
    public mutating func finish(delivery number: Int64, of subscriptionID: String, status: Int?, at now: Int64) {
        guard let index = hooks.notifications.firstIndex(where: { $0.number == number && $0.subscription == subscriptionID }),
            let owner = hooks.subscriptions.firstIndex(where: { $0.id == subscriptionID })
        else { return finish(test: number, of: subscriptionID, status: status, at: now) }
        hooks.notifications[index].lastStatus = status
        hooks.notifications[index].modified = ServiceTime(rounding: now)
        let attempts = hooks.notifications[index].attempts
        switch hooks.subscriptions[owner].judge(status, attempts: attempts, at: now) {
        case .completed(let result):
            hooks.notifications[index].status = .completed
            hooks.notifications[index].result = result
        case .again(let seconds):
            hooks.notifications[index].status = .queued
            hooks.notifications[index].due = now + seconds * 1_000
        }
    }
}

extension World {
    /// A test is sent once, whatever comes back.
    private mutating func finish(test number: Int64, of subscriptionID: String, status: Int?, at now: Int64) {
        guard let index = hooks.notifications.firstIndex(where: { $0.number == number }) else { return }
        hooks.notifications[index].lastStatus = status
        hooks.notifications[index].status = .completed
        hooks.notifications[index].result = status.map { (200..<300).contains($0) } == true ? .succeeded : .failed
        hooks.notifications[index].modified = ServiceTime(rounding: now)
        hooks.tests[subscriptionID] = nil
    }
}

extension Subscription {
    enum Verdict {
        case completed(Notification.Result)
        case again(seconds: Int64)
    }

    /// Seconds after which a transient failure is tried again (FACTS.md 21).
    private static let retries: [Int64] = [1, 2, 4, 8, 16, 32, 60, 60]
    /// Minutes after which the failing notification of a subscription on probation is tried again.
    private static let probationMinutes: [Int64] = [20, 40, 80, 160, 320, 640, 900]

    /// What an answer means for the notification and for the subscription itself.
    mutating func judge(_ answer: Int?, attempts: Int, at now: Int64) -> Verdict {
        switch answer {
        case .some(200..<300):
            status = .enabled
            probationRetries = 0
            return .completed(.succeeded)
        case 410:
            status = .disabledBySystem
            return .completed(.failed)
        case nil, 408, 502, 503, 504:
            if status == .enabled, attempts <= Self.retries.count { return .again(seconds: Self.retries[attempts - 1]) }
            return endure(at: now)
        default: return endure(at: now)
        }
    }

    private mutating func endure(at now: Int64) -> Verdict {
        lastProbationRetry = ServiceTime(rounding: now)
        guard probationRetries < Self.probationMinutes.count else {
            status = .disabledBySystem
            return .completed(.failed)
        }
        status = .onProbation
        probationRetries += 1
        return .again(seconds: Self.probationMinutes[probationRetries - 1] * 60)
    }
}
