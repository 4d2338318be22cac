import ArgumentParser
import Foundation

@main
struct ProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kiplot-prove",
        abstract: "Plays the sync engine against a simulated Azure DevOps, seed by seed, and judges every play.",
        subcommands: [SeedsCommand.self, StoryCommand.self, HuntCommand.self, PaceCommand.self, TornCommand.self],
        defaultSubcommand: SeedsCommand.self)

    static func main() async {
        Self.ownChance()
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand { try await waiting.run() } else { try command.run() }
        } catch {
            exit(withError: error)
        }
    }

    /// Swift orders its sets anew in every process unless it is told not to. A seed has to play the same play everywhere, so the program
    /// begins again with that switched off.
    private static func ownChance() {
        let switchName = "SWIFT_DETERMINISTIC_HASHING"
        guard getenv(switchName) == nil else { return }
        setenv(switchName, "1", 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &arguments)
    }
}
