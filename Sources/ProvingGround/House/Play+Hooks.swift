import AzureDevOpsSimulator
import JSON
import SyncEngine

/// The way of a service hook: from the organisation's queue, over a bad network, to whichever process answers.
extension Play {
    func scheduleDeliveries() {
        guard let next = world.nextDelivery else { return }
        let moment = max(next, now)
        if let deliveriesDue, deliveriesDue <= moment { return }
        deliveriesDue = moment
        scheduler.after(moment - now) { [self] in
            deliveriesDue = nil
            for delivery in world.takeDeliveries(at: now) { carry(delivery) }
            scheduleDeliveries()
        }
    }

    private func carry(_ delivery: HookDelivery) {
        pastDeliveries.append(delivery)
        if pastDeliveries.count > 200 { pastDeliveries.removeFirst(100) }
        if options.hooks == .absent, isSafetyPhase {
            note(.hookLost)
            // Azure DevOps believes that it was delivered: a proxy on the way has swallowed it.
            return world.finish(delivery: delivery.notification, of: delivery.subscription, status: 200, at: now)
        }
        if happens(.hookLost) { return world.finish(delivery: delivery.notification, of: delivery.subscription, status: 200, at: now) }
        let delay = happens(.hookLate) ? chance { $0.between(60_000, 7_200_000) } : chance { $0.between(5, 2_000) }
        if happens(.hookTwice) { scheduler.after(delay + chance { $0.between(0, 5_000) }) { self.knock(delivery, finishes: false) } }
        if happens(.hookTwiceNewID) {
            var other = delivery
            other.body = Self.body(delivery.body, withEvent: "again-\(now)-\(delivery.notification)")
            scheduler.after(delay + chance { $0.between(0, 5_000) }) { self.knock(other, finishes: false) }
        }
        scheduler.after(delay) { self.knock(delivery, finishes: true) }
    }

    private static func body(_ body: [UInt8], withEvent id: String) -> [UInt8] {
        guard var object = (try? JSONValue(parsing: body, limits: .answer))?.object else { return body }
        object["id"] = .string(id)
        return JSONValue.object(object).bytes
    }

    /// One POST to our hook.
    func knock(_ delivery: HookDelivery, finishes: Bool) {
        func finish(_ status: Int?) {
            guard finishes else { return }
            world.finish(delivery: delivery.notification, of: delivery.subscription, status: status, at: now)
            scheduleDeliveries()
        }
        if isHookWayBroken {
            note(.hooksOnProbation)
            return finish(500)
        }
        guard let node = anyNode() else { return finish(nil) }
        let name = String(delivery.url.split(separator: "/").last ?? "")
        let authorization = delivery.headers.first { $0.name == "Authorization" }?.value
        let sentAt = now
        Task(executorPreference: node.executor) { [self] in
            let answer = await node.engine.intake.receive(hook: name, authorization: authorization, body: delivery.body)
            guard node.isAlive else { return finish(nil) }
            // The service waits half a minute for an answer; ours took longer only if it was frozen.
            guard now - sentAt < 30_000 else { return finish(nil) }
            if answer == .accepted, let event = (try? JSONValue(parsing: delivery.body, limits: .answer))?["id"]?.string {
                evidence.acknowledged.append((name, event))
            }
            finish(answer.rawValue)
        }
    }
}
