import ArgumentParser
import Foundation
import ProvingGround

/// Looks for a seed that breaks an invariant: a planted bug has to be found by the checker that is named for it.
struct HuntCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hunt", abstract: "Plays seeds until a checker finds something; fails when it finds nothing.")

    @Argument(help: "The invariant, as A15.") var invariant: String
    @Option(help: "The most seeds to play.") var most = 20_000
    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "A pattern of the weather: other seeds are passed over.") var among: String?
    @Option(help: "For how many seconds to shorten the play that was found.") var shortening = 60
    @Flag(help: "Tell the shortest play that was found.") var story = false

    @Flag(help: .hidden) var worker = false

    /// What one worker has seen.
    private struct Share: Codable {
        var seed: UInt64?
        var deeds = 0
        var story: [String] = []
        var others: [String: Int] = [:]
    }

    func run() throws {
        if worker { return FileHandle.standardOutput.write(try JSONEncoder().encode(try search())) }
        let start = Date()
        var others: [String: Int] = [:]
        var next = from
        while next < from + UInt64(most) {
            let count = min(Workers.seedsEach, Int(from + UInt64(most) - next))
            let output = try Workers.output(
                of: [
                    "hunt", invariant, "--worker", "--from", "\(next)", "--most", "\(count)", "--shortening", "\(shortening)",
                ] + (among.map { ["--among", $0] } ?? []))
            let share = try JSONDecoder().decode(Share.self, from: output)
            others.merge(share.others, uniquingKeysWith: +)
            if let seed = share.seed {
                let seconds = Int(Date().timeIntervalSince(start))
                print(
                    "found by \(invariant) in seed \(seed), the \(Self.ordinal(Int(seed - from) + 1)); shortened to \(share.deeds) deeds; \(seconds) s"
                )
                if story { for line in share.story { print(line) } }
                return
            }
            next += UInt64(count)
        }
        let words = others.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value)" }.joined(separator: ", ")
        print("not found in \(most) seeds\(words.isEmpty ? "" : "; others were: \(words)")")
        throw ExitCode.failure
    }

    private func search() throws -> Share {
        let prover = try Prover()
        var share = Share()
        let among = try among.map { try Regex($0) }
        for seed in from..<(from + UInt64(most)) {
            if let among, PlayOptions(seed: seed).words.firstMatch(of: among) == nil { continue }
            let violations = try prover.play(seed).violations
            guard violations.contains(where: { $0.invariant == invariant }) else {
                for invariant in Set(violations.map(\.invariant)) { share.others[invariant, default: 0] += 1 }
                continue
            }
            let end = Date().addingTimeInterval(Double(shortening))
            var shrinker = Shrinker(prover, seed: seed, invariant: invariant) { Date() > end }
            let shortest = try shrinker.shrink()
            share.seed = seed
            share.deeds = shortest.deeds
            share.story = StoryCommand.lines(of: shortest)
            break
        }
        return share
    }

    private static func ordinal(_ number: Int) -> String {
        let ending = (11...13).contains(number % 100) ? "th" : [1: "st", 2: "nd", 3: "rd"][number % 10] ?? "th"
        return "\(number)\(ending)"
    }
}
