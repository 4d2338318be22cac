import AzureDevOps
import AzureDevOpsHTTP
import Database
import Foundation
import Logging
import Store
import SyncEngine

#if canImport(Glibc)
    import Glibc
#endif

/// Everything below the web, opened: the database, the key, the engine.
struct House: Sendable {
    let database: SQLiteDatabase
    let store: Store
    let engine: SyncEngine
    let transport: LiveTransport
    let logger: Logger

    /// Opens the house for some work, and closes it whatever happens.
    static func using<Result>(
        _ settings: Settings, publicURL: String? = nil, proving: Proving = Proving(), _ body: (House) async throws -> Result
    ) async throws -> Result {
        let house = try await open(settings, publicURL: publicURL ?? settings.publicURL ?? "http://127.0.0.1:8080", proving)
        do {
            let result = try await body(house)
            await house.close()
            return result
        } catch {
            await house.close()
            throw error
        }
    }

    private static func open(_ settings: Settings, publicURL: String, _ proving: Proving) async throws -> House {
        var logger = Logger(label: "kiplot")
        // The server says by itself where it listens.
        logger.logLevel = .warning
        do {
            let database = try await SQLiteDatabase.open(path: settings.databasePath)
            let store = try await Store.open(database, onCommit: proving.onCommit)
            let vault = try await KeyFile.vault(for: store, at: settings.keyPath)
            let transport = LiveTransport(policy: settings.policy)
            let engine = SyncEngine(
                store: store, vault: vault, transport: proving.transport(over: transport),
                configuration: SyncEngine.Configuration(publicURL: publicURL, policy: settings.policy), clock: proving.clock,
                logger: logger)
            return House(database: database, store: store, engine: engine, transport: transport, logger: logger)
        } catch let error as DatabaseError {
            throw CommandProblem(error.message, error.remedy)
        } catch let error as VaultError {
            throw CommandProblem(error.message, error.remedy)
        }
    }

    private func close() async {
        await transport.close()
        await database.close()
    }
}

/// One server for each embedded database: a second one would work on the same links.
struct DatabaseLock: Sendable {
    private let descriptor: Int32

    /// For a command that works on the database itself.
    /// - Throws: `CommandProblem` when the server runs.
    static func takeWithoutServer(for path: String) throws -> DatabaseLock {
        guard let lock = try take(for: path) else { throw CommandProblem("The server uses \(path).", "Stop it first.") }
        return lock
    }

    /// - Returns: `nil` when another process holds it.
    static func take(for path: String) throws -> DatabaseLock? {
        let descriptor = Glibc.open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandProblem(
                "The folder of \(path) does not exist or may not be written.", "Create it, or choose another place with --database.")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            return nil
        }
        return DatabaseLock(descriptor: descriptor)
    }

    func release() { Glibc.close(descriptor) }
}
