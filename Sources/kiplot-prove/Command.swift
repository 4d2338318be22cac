import ArgumentParser
import Foundation
import ProvingGround

@main
struct ProveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kiplot-prove",
        abstract: "Plays the sync engine against a simulated Azure DevOps, seed by seed, and judges every play.",
        subcommands: [Seeds.self, Story.self], defaultSubcommand: Seeds.self)
}

/// Plays many seeds.
struct Seeds: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Plays many seeds and prints the figures.")

    @Option(help: "How many seeds.") var count = 100
    @Option(help: "The first seed.") var from: UInt64 = 1
    @Flag(help: "Play each seed once instead of twice.") var once = false

    func run() throws {
        let prover = try Prover()
        let start = Date()
        var failures: [(UInt64, [Violation])] = []
        for seed in from..<(from + UInt64(count)) {
            let trial = try prover.play(seed)
            if !once {
                let again = try prover.play(seed)
                if again.hash != trial.hash { failures.append((seed, [Violation("determinism", "two plays of one seed differ")])) }
            }
            if !trial.violations.isEmpty { failures.append((seed, trial.violations)) }
        }
        let seconds = Date().timeIntervalSince(start)
        print(
            "\(count) seeds in \(String(format: "%.1f", seconds)) s, \(Int(Double(count) * 60 / seconds)) a minute, \(failures.count) with violations"
        )
        for (seed, violations) in failures.prefix(20) {
            print("seed \(seed): \(violations.count) violation(s); \(violations[0].invariant): \(violations[0].what)")
        }
        var tally: [String: Int] = [:]
        for (_, violations) in failures { for invariant in Set(violations.map(\.invariant)) { tally[invariant, default: 0] += 1 } }
        print(tally.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value)" }.joined(separator: ", "))
        if !failures.isEmpty { throw ExitCode.failure }
    }
}

/// Plays one seed and tells it.
struct Story: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Plays one seed and tells what happened.")

    @Argument(help: "The seed.") var seed: UInt64

    func run() throws {
        let trial = try Prover().play(seed, keepsStory: true)
        print("seed \(seed): \(trial.options)")
        for line in trial.story { print(line) }
        print("\(trial.deeds) deeds, \(trial.calls) calls, \(trial.writes) writes, \(trial.playedTime / 1_000) s of simulated time")
        for violation in trial.violations { print("\(violation.invariant): \(violation.what)") }
    }
}
