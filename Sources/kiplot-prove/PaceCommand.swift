import ArgumentParser
import Foundation
import ProvingGround

/// How many plays one core plays in a minute.
struct PaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pace", abstract: "Measures how many plays of 200 deeds and two processes one core plays in a minute.")

    @Option(help: "For how long.") var seconds = 30

    func run() throws {
        let prover = try Prover()
        let start = Date()
        var plays = 0
        var (calls, reads, commits, steps) = (0, 0, 0, 0)
        while Date().timeIntervalSince(start) < Double(seconds) {
            plays += 1
            var options = PlayOptions(seed: UInt64(plays))
            options.nodes = 2
            options.deeds = 200
            let trial = try prover.play(UInt64(plays), options: options)
            calls += trial.calls
            reads += trial.reads
            commits += trial.commits
            steps += trial.steps
        }
        print("\(Int(Double(plays) * 60 / Date().timeIntervalSince(start))) plays a minute and core (200 deeds, two processes)")
        print(
            "each \(calls / plays) calls of Azure DevOps, \(reads / plays) readings and \(commits / plays) commits of the database, "
                + "\(steps / plays) steps of the scheduler")
    }
}
