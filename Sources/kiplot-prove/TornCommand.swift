import ArgumentParser
import Foundation
import ProvingGround

/// Lets the power fail while the product writes its database.
struct TornCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "torn",
        abstract:
            "Lets the power fail at every moment of a run on a real file, with writes lost, torn and out of order; fails when something that was answered is lost, or when a lying disk is not found."
    )

    @Option(help: "The most crash states to try.") var count = 1_000
    @Option(help: "The seed of the run and of the losses.") var seed: UInt64 = 1

    func run() async throws {
        let start = Date()
        let trial = try await StorageProver(count: count, seed: seed).prove()
        print(
            "\(trial.deeds) deeds answered; \(trial.operations) operations of the disk: \(trial.writes) writes, \(trial.checkpointWrites) of them by checkpoints, "
                + "and \(trial.syncs) synchronisations")
        let losses = trial.statesByLoss.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        print("\(trial.states) crash states at \(trial.moments) moments (\(losses)): \(trial.violations.count) violations")
        for violation in trial.violations.prefix(20) { print("A27: \(violation)") }
        for control in trial.controls {
            let outcome = control.finding.map { "found in state \(control.states): \($0)" } ?? "NOT FOUND in \(control.states) states"
            print("a disk that lies about \(control.lie): \(outcome)")
        }
        for omission in trial.omissions {
            print(
                "\(omission.subject): \(omission.syncs) synchronisations left out one at a time, \(omission.found) of them missed at once, "
                    + "\(omission.unnoticed) unnoticed")
        }
        print("\(Int(Date().timeIntervalSince(start))) s")
        if !trial.isPassed { throw ExitCode.failure }
    }
}
