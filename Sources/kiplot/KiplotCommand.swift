import ArgumentParser

@main
struct KiplotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kiplot",
        abstract: "Keeps a portfolio of initiatives and outcomes in step with Azure DevOps.",
        subcommands: [
            ServeCommand.self, DemoCommand.self, PullCommand.self, PushCommand.self, SyncCommand.self, DoctorCommand.self, UserCommand.self,
            BackupCommand.self, RestoreCommand.self, ForgetSecretsCommand.self, VerifyCommand.self,
        ])
}
