import ArgumentParser
import Foundation
import ProvingGround
import Synchronization

/// Plays many seeds, each twice, and prints what came of it.
struct SeedsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seeds", abstract: "Plays many seeds, each twice, and prints the figures; fails when one of them breaks an invariant.")

    @Option(help: "How many seeds.") var count = 100
    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "Workers beside each other: one for each core.") var jobs = ProcessInfo.processInfo.activeProcessorCount
    @Flag(help: "Play each seed once: does not show whether it can be repeated.") var once = false
    @Flag(help: "Print the table of faults.") var faults = false
    @Flag(help: .hidden) var worker = false

    func run() throws {
        if worker { return try work() }
        let start = Date()
        let total = Mutex(Tally())
        let commands = shares().map {
            ["seeds", "--worker", "--from", "\($0.from)", "--count", "\($0.count)"] + (once ? ["--once"] : [])
        }
        try Workers.run(commands, atOnce: jobs) { output in
            let share = try JSONDecoder().decode(Tally.self, from: output)
            total.withLock { $0.add(share) }
        }
        let tally = total.withLock { $0 }
        report(tally, Date().timeIntervalSince(start))
        if !tally.failures.isEmpty { throw ExitCode.failure }
    }

    private func shares() -> [(from: UInt64, count: Int)] {
        let size = max(1, min(Workers.seedsEach, (count + jobs - 1) / max(1, jobs)))
        return stride(from: 0, to: count, by: size).map { (from + UInt64($0), min(size, count - $0)) }
    }

    private func work() throws {
        let prover = try Prover()
        let start = Date()
        var tally = Tally()
        for seed in from..<(from + UInt64(count)) {
            tally.seeds += 1
            let trial = try prover.play(seed)
            tally.add(trial)
            guard !once else { continue }
            let again = try prover.play(seed)
            tally.plays += 1
            if again.hash != trial.hash { tally.add(Violation("determinism", "two plays of one seed differ"), seed) }
        }
        tally.seconds = Date().timeIntervalSince(start)
        FileHandle.standardOutput.write(try JSONEncoder().encode(tally))
    }

    private func report(_ tally: Tally, _ seconds: Double) {
        let pace = Double(tally.plays) * 60 / max(0.001, tally.seconds)
        print(
            "\(tally.seeds) seeds, \(tally.plays) plays in \(Int(seconds)) s: \(Int(pace)) plays a minute and core; \(tally.writes) writes among "
                + "\(tally.calls) calls, \(tally.playedTime / 3_600_000) h of simulated time; \(tally.failedSeeds.count) seeds break an invariant"
        )
        let promises = [
            ("false conflicts", ["A5"]), ("lost edits", ["A1", "A2"]), ("duplicate work items", ["A9", "A10"]), ("echo writes", ["A11"]),
        ]
        print(
            promises.map { name, invariants in
                "\(Set(tally.failures.filter { invariants.contains($0.invariant) }.map(\.seed)).count) seeds with \(name)"
            }.joined(separator: ", "))
        for seed in tally.failedSeeds.sorted().prefix(20) {
            guard let first = tally.failures.first(where: { $0.seed == seed }) else { continue }
            print("seed \(seed): \(first.invariant): \(first.what)")
        }
        if faults { FaultTable(tally).print() }
    }
}

/// How often each fault of the catalogue has occurred (`sync-protocol.md` 3.3).
struct FaultTable {
    private let tally: Tally

    init(_ tally: Tally) { self.tally = tally }

    func print() {
        let rare = Fault.allCases.filter { (tally.occurrences[$0.rawValue] ?? 0) < 10 }
        for fault in Fault.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
            Swift.print(Self.padded("\(fault.rawValue)", 4) + Self.padded(fault.name, 30) + "\(tally.occurrences[fault.rawValue] ?? 0)")
        }
        Swift.print(
            "\(Fault.allCases.count - rare.count) of \(Fault.allCases.count) faults occurred at least ten times\(rare.isEmpty ? "" : ", not: \(rare.map(\.name).joined(separator: ", "))")"
        )
        Swift.print("Not in a play:")
        for other in Fault.elsewhere { Swift.print(Self.padded("\(other.number)", 4) + Self.padded(other.name, 46) + other.reason) }
    }

    private static func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
}
