import FieldSync
import Foundation
import ProvingGround
import Testing

@Suite("The proving ground")
struct ProvingGroundTests {
    private static let prover = Result { try Prover() }

    /// Swift seeds the order of its sets anew for every one of them, unless it is told not to: `make test` tells it.
    private static let isRepeatable = ProcessInfo.processInfo.environment["SWIFT_DETERMINISTIC_HASHING"] != nil

    @Test("the same seed plays the same play, to the last statement", .enabled(if: isRepeatable), arguments: [1, 2, 3] as [UInt64])
    func determinism(seed: UInt64) throws {
        let prover = try Self.prover.get()
        let (first, second) = (try prover.play(seed), try prover.play(seed))
        #expect(first.hash == second.hash)
        #expect(first.violations == second.violations)
        #expect(first.calls > 50, "something happened")
    }

    @Test("edits on both sides, without trouble, come to rest in agreement", arguments: [4, 5, 6] as [UInt64])
    func quiet(seed: UInt64) throws {
        var options = PlayOptions(seed: seed)
        options.rates = [:]
        options.nodes = 1
        options.hooks = .reliable
        options.policy = .hold
        let script = Script(
            scenes: (0..<60).map { number in
                let deed: Deed =
                    switch number % 3 {
                    case 0: .editHere(item: number, field: .name, value: number)
                    case 1: .editThere(workItem: number + 2, field: .description, value: number)
                    default: .editBoth(item: number, field: .tags, here: number, there: number + 5)
                    }
                return Scene(after: 4_000, deed: deed)
            })
        let trial = try Self.prover.get().play(seed, script: script, options: options)
        #expect(trial.violations.isEmpty, "\(trial.violations)")
        #expect(trial.writes > 5)
    }
}
