import ArgumentParser
import Database
import Foundation
import Store
import SyncEngine

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
        try settings.requireDatabase()
        guard yes else { throw CommandProblem("This cannot be undone.", "Add --yes when the key file is lost for good.") }
        let lock = try DatabaseLock.takeWithoutServer(for: settings.databasePath)
        defer { lock.release() }
        do {
            let database = try await SQLiteDatabase.open(path: settings.databasePath)
            let store = try await Store.open(database)
            let now = SystemClock().now
            try await store.write { try $0.forgetSecrets(at: now) }
            await database.close()
        } catch let error as DatabaseError {
            throw CommandProblem(error.message, error.remedy)
        }
        print("The access tokens are gone. Start the server, and enter each one again on the page of its instance.")
    }
}
