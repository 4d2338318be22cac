import ArgumentParser
import Database
import Foundation
import Portfolio
import Store

struct ForgetSecretsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget-secrets",
        abstract: "Empties the access tokens in the database, for when the key file is lost. The server must not run.",
        discussion:
            "Items, links and history stay. Afterwards start the server, and enter each access token again on the page of its instance.")

    @OptionGroup var options: DatabaseOptions
    @Flag(help: "Do it: without it the command only says what it would do.") var yes = false

    func run() async throws {
        let settings = try Settings(options)
        guard FileManager.default.fileExists(atPath: settings.databasePath) else {
            throw CommandProblem("There is no database at \(settings.databasePath).", "Point --database at the one of the server.")
        }
        guard yes else { throw CommandProblem("This cannot be undone.", "Add --yes when the key file is lost for good.") }
        guard let lock = try DatabaseLock.take(for: settings.databasePath) else {
            throw CommandProblem("The server uses \(settings.databasePath).", "Stop it first.")
        }
        defer { lock.release() }
        do {
            let database = try await SQLiteDatabase.open(path: settings.databasePath)
            let store = try await Store.open(database)
            let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            try await store.write { try $0.forgetSecrets(at: now) }
            await database.close()
        } catch let error as DatabaseError {
            throw CommandProblem(error.message, error.remedy)
        }
        print("The access tokens are gone. Start the server, and enter each one again on the page of its instance.")
    }
}
