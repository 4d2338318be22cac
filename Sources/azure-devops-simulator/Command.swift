import ArgumentParser

@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "azure-devops-simulator",
        abstract: "An Azure DevOps to try things on: work items, service hooks, faults.",
        subcommands: [Serve.self, Measure.self], defaultSubcommand: Serve.self)
}
