import AzureDevOps
import Foundation
import Portfolio
import SyncEngine

/// The machine's clock, run faster from some moment on. A process that is started again goes on where the last one was.
struct QuickClock: EngineClock {
    let speed: Int64
    /// Milliseconds of 1970, by the machine's clock.
    let since: Int64
    private let machine = SystemClock()

    init(speed: Int64, since: Int64) {
        self.speed = speed
        self.since = since
    }

    var now: Instant { Instant(milliseconds: since + (machine.now.milliseconds - since) * speed) }
    var elapsed: Duration { machine.elapsed * Int(speed) }

    func sleep(for duration: Duration) async throws { try await machine.sleep(for: duration / Int(speed)) }
}
