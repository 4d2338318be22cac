import Foundation
import JSON

/// The one owner of a world: calls go through it one after the other.
public actor Simulation {
    private var world: World
    /// Milliseconds by which the clock of the organisation is ahead.
    private var clockOffset: Int64 = 0
    private var journal: Journal?
    private var listeners: [Int: AsyncStream<Int64>.Continuation] = [:]
    private var nextListener = 0

    public init(world: World, journal: Journal? = nil) {
        self.world = world
        self.journal = journal
        for line in journal?.past ?? [] {
            clockOffset = line.clockOffset
            switch line.kind {
            case .call(let call): _ = self.world.handle(call, at: line.at)
            case .control(let call): _ = self.world.control(call, at: line.at)
            case .delivered(let number, let subscription, let status):
                self.world.finish(delivery: number, of: subscription, status: status, at: line.at)
            }
        }
        self.journal?.past = []
    }

    private var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) + clockOffset }

    public func handle(_ call: ServiceCall) -> ServiceAnswer {
        let moment = now
        let before = world.watermark
        let answer = world.handle(call, at: moment)
        if call.mayChange { journal?.append(.call(call), at: moment, clockOffset: clockOffset) }
        tellListeners(ifPast: before, call)
        return answer
    }

    public func control(_ call: ServiceCall) -> ServiceAnswer {
        if call.method == "POST", call.path == ["clock"] {
            clockOffset += ((try? JSONValue(parsing: call.body))?["advance"]?.integer ?? 0) * 1_000
            return ServiceAnswer(json: ["offset": .integer(clockOffset)])
        }
        let moment = now
        let before = world.watermark
        let answer = world.control(call, at: moment)
        if call.method != "GET" { journal?.append(.control(call), at: moment, clockOffset: clockOffset) }
        tellListeners(ifPast: before, call)
        return answer
    }

    public func takeDeliveries() -> [HookDelivery] { world.takeDeliveries(at: now) }

    public func finish(_ delivery: HookDelivery, status: Int?) {
        let moment = now
        world.finish(delivery: delivery.notification, of: delivery.subscription, status: status, at: moment)
        journal?.append(
            .delivered(delivery.notification, delivery.subscription, status), at: moment, clockOffset: clockOffset)
    }

    /// Milliseconds until the next delivery; `nil` when none waits.
    public func timeToNextDelivery() -> Int64? { world.nextDelivery.map { max(0, $0 - now) } }

    /// A number for every change, for pages that show the organisation live.
    public func changes() -> AsyncStream<Int64> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int64.self, bufferingPolicy: .bufferingNewest(1))
        nextListener += 1
        let number = nextListener
        listeners[number] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { await self?.removeListener(number) }
        }
        return stream
    }

    private func removeListener(_ number: Int) { listeners[number] = nil }

    private func tellListeners(ifPast before: Int64, _ call: ServiceCall) {
        guard world.watermark != before || call.mayChange else { return }
        for listener in listeners.values { listener.yield(world.watermark) }
    }
}

extension ServiceCall {
    /// Whether the call can leave a trace in the organisation: some questions are asked by POST.
    var mayChange: Bool {
        guard method != "GET", method != "OPTIONS" else { return false }
        let last = path.last?.lowercased() ?? ""
        return !["wiql", "workitemsbatch", "permissionevaluationbatch", "workitemrevisions"].contains(last)
    }
}
