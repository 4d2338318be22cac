import ArgumentParser
import Foundation
import ProvingGround

/// Plays one seed and tells it.
struct StoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "story", abstract: "Plays one seed and tells what happened.")

    @Argument(help: "The seed.") var seed: UInt64
    @Flag(help: "Tell every call of Azure DevOps, too.") var calls = false
    @Flag(help: "Look for the shortest play that breaks the same invariant, for a minute.") var shrink = false

    func run() throws {
        let prover = try Prover()
        var trial = try prover.play(seed, keepsStory: true, tellsCalls: calls)
        if shrink, let first = trial.violations.first {
            let end = Date().addingTimeInterval(60)
            var shrinker = Shrinker(prover, seed: seed, invariant: first.invariant) { Date() > end }
            trial = try shrinker.shrink()
        }
        for line in Self.lines(of: trial) { print(line) }
        if !trial.violations.isEmpty { throw ExitCode.failure }
    }

    static func lines(of trial: Trial) -> [String] {
        ["seed \(trial.seed): \(trial.options)"] + trial.story
            + ["\(trial.deeds) deeds, \(trial.calls) calls, \(trial.writes) writes, \(trial.playedTime / 1_000) s of simulated time"]
            + trial.violations.map { "\($0.invariant): \($0.what)" }
    }
}
