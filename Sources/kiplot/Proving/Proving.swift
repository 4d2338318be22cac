import AzureDevOps
import AzureDevOpsHTTP
import Foundation
import Store
import SyncEngine

/// Switches of `kiplot serve` for whoever proves that a crash loses nothing (`Tests/Crash`). They are environment variables, so that no
/// user meets them, and all off unless they are set:
///
/// - `KIPLOT_PROVE_TRACE`: a file that gets a line for every fail point that is passed;
/// - `KIPLOT_PROVE_KILL`: the fail point at which the process ends by SIGKILL, with the number of the passage, as
///   `before commit HookIntake.accept#2`;
/// - `KIPLOT_PROVE_CLOCK`: how many times faster than the machine's the engine's clock runs, and since which millisecond of 1970, as
///   `20@1780000000000`: waiting for an answer that never comes takes a minute, and a proof has not that many.
struct Proving: Sendable {
    let clock: any EngineClock
    private let points: FailPoints?
    private let speed: Int64

    /// Everything off.
    init() {
        clock = SystemClock()
        points = nil
        speed = 1
    }

    /// - Throws: `CommandProblem` when a variable cannot be understood.
    init(environment: [String: String]) throws {
        points = try FailPoints(trace: environment["KIPLOT_PROVE_TRACE"], kill: environment["KIPLOT_PROVE_KILL"])
        guard let text = environment["KIPLOT_PROVE_CLOCK"] else {
            clock = SystemClock()
            speed = 1
            return
        }
        let numbers = text.split(separator: "@").compactMap { Int64($0) }
        guard numbers.count == 2, (1...1_000).contains(numbers[0]) else {
            throw CommandProblem("KIPLOT_PROVE_CLOCK “\(text)” is no speed.", "Write it as 20@1780000000000, or leave it out.")
        }
        speed = numbers[0]
        clock = QuickClock(speed: speed, since: numbers[1])
    }

    var onCommit: CommitWatch? {
        guard let points else { return nil }
        return { moment in points.pass("\(moment.side.rawValue) commit \(moment.place)") }
    }

    func transport(over live: LiveTransport) -> any Transport {
        guard let points else { return live }
        return ProvingTransport(live: live, points: points, speed: speed)
    }
}
