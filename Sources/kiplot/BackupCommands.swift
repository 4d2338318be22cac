import ArgumentParser
import Database
import Foundation

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies the database while the server runs. Keep the key file apart.")
    @OptionGroup var options: DatabaseOptions
    @Argument(help: "The file to write.") var file: String

    func run() async throws {
        let settings = try Settings(options)
        guard !FileManager.default.fileExists(atPath: file) else { throw CommandProblem("\(file) exists already.", "Choose another name.") }
        do {
            let database = try await SQLiteDatabase.open(path: settings.databasePath)
            try await database.backUp(to: file)
            await database.close()
        } catch let error as DatabaseError {
            throw CommandProblem(error.message, error.remedy)
        }
        print("Copied to \(file).")
    }
}

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify", abstract: "Checks that a database or a backup is sound.")
    @Argument(help: "The file to check.") var file: String

    func run() async throws {
        guard FileManager.default.fileExists(atPath: file) else { throw CommandProblem("There is no file \(file).", "Check the path.") }
        do {
            let database = try await SQLiteDatabase.open(path: file)
            let problems = try await database.integrityProblems()
            await database.close()
            guard problems.isEmpty else {
                throw CommandProblem("It is damaged: \(problems.joined(separator: "; ")).", "Take an older backup.")
            }
        } catch let error as DatabaseError {
            throw CommandProblem(error.message, error.remedy)
        }
        print("\(file) is sound.")
    }
}
