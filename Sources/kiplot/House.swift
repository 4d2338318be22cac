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
            let vault = try Vault(key: KeyFile.key(at: settings.keyPath))
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

/// The key under which secrets are sealed: kept outside the database, made at the first start, readable by the server only.
enum KeyFile {
    static func key(at path: String) throws -> [UInt8] {
        if !FileManager.default.fileExists(atPath: path) { try make(at: path) }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandProblem("The key file \(path) cannot be read.", "Give the user of the server the right to read it.")
        }
        let digits = Array(text.trimmingCharacters(in: .whitespacesAndNewlines))
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
        guard digits.count == 64, bytes.count == 32 else {
            throw CommandProblem(
                "The key file \(path) is damaged.", "Put back the one that belongs to this database; it holds 64 hexadecimal digits.")
        }
        return bytes
    }

    private static func make(at path: String) throws {
        let key = SystemRandom().hexadecimal(bytes: 32)
        let made = FileManager.default.createFile(atPath: path, contents: Data("\(key)\n".utf8), attributes: [.posixPermissions: 0o600])
        guard made else { throw CommandProblem("The key file \(path) cannot be written.", "Choose another place with --key-file.") }
    }
}

/// One server for each embedded database: a second one would work on the same links.
struct DatabaseLock: Sendable {
    private let descriptor: Int32

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
