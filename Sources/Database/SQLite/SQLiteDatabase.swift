import Foundation
import GRDB
import Synchronization

/// The embedded database: one writer and two readers, each on a thread of its own.
public final class SQLiteDatabase: Database {
    private static let readerCount = 2

    public let location: String
    private let writer: SQLiteWriter
    private let readers: SQLiteReaders

    public var dialect: Dialect { .sqlite }

    /// Opens or creates the file, with owner-only rights.
    /// - Throws: `DatabaseError.cannotOpen`.
    public static func open(path: String) async throws -> SQLiteDatabase {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { connection in
            try connection.execute(sql: "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8000")
        }
        guard path != ":memory:" else {
            let only = configuration
            return try translatingErrors(at: path) {
                SQLiteDatabase(location: path, writer: try DatabaseQueue(configuration: only), readers: [])
            }
        }
        let created =
            FileManager.default.fileExists(atPath: path)
            || FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        guard created else {
            throw DatabaseError.cannotOpen(location: path, reason: "the folder does not exist or may not be written")
        }
        var (writing, reading) = (configuration, configuration)
        writing.journalMode = .wal
        reading.readonly = true
        return try translatingErrors(at: path) {
            let writer = try DatabaseQueue(path: path, configuration: writing)
            // GRDB sets NORMAL after `prepareDatabase`; what was answered must survive a power cut. A page of an index that many chunks of
            // an import change goes into the file once and not after every fourth megabyte.
            try writer.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA cache_size = -24000; PRAGMA wal_autocheckpoint = 8000")
            }
            let readers = try (0..<readerCount).map { _ in try DatabaseQueue(path: path, configuration: reading) }
            return SQLiteDatabase(location: path, writer: writer, readers: readers)
        }
    }

    /// A database that lives as long as this value: for tests and simulations.
    public static func inMemory() async throws -> SQLiteDatabase { try await open(path: ":memory:") }

    private init(location: String, writer: DatabaseQueue, readers: [DatabaseQueue]) {
        self.location = location
        self.writer = SQLiteWriter(connection: writer, location: location)
        self.readers = SQLiteReaders(
            readers.enumerated().map { number, connection in
                SQLiteReader(connection: connection, location: location, number: number)
            })
    }

    public func read<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        guard let reader = readers.next() else { return try await writer.read(body) }
        return try await reader.read(body)
    }

    @discardableResult
    public func write<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        let outcome = Outcome<Result>()
        try await writer.write { transaction in outcome.value = try body(transaction) }
        guard let value = outcome.value else { throw DatabaseError.failed(reason: "a write ended without a result") }
        return value
    }

    public func close() async {
        await readers.close()
        await writer.close()
    }

    /// Copies the database, as of now, to another file, while work goes on.
    /// - Throws: `DatabaseError`.
    public func backUp(to path: String) async throws { try await writer.backUp(to: path) }

    /// What SQLite's own check of the file says; empty when it is sound.
    public func integrityProblems() async throws -> [String] {
        try await read { transaction in
            try transaction.rows("PRAGMA quick_check").compactMap { $0.text(0) }.filter { $0 != "ok" }
        }
    }
}

/// Carries the result of a write out of its body.
///
/// `@unchecked Sendable`: written on the writer's thread, read after the write was answered; never both at once.
private final class Outcome<Value>: @unchecked Sendable {
    var value: Value?
}

/// The one connection that writes. Writes that wait together share one commit, each in a savepoint of its own: a durable commit
/// costs the same for one as for two hundred (`sync-protocol.md` 4.3).
private actor SQLiteWriter {
    private struct Waiting {
        let body: @Sendable (any Transaction) throws -> Void
        let continuation: CheckedContinuation<Void, any Error>
    }

    private static let largestGroup = 200

    private let thread: DatabaseThread
    private let connection: DatabaseQueue
    private let location: String
    private let queue = WriteQueue()
    private var transaction: SQLiteTransaction?
    private var waiting: [Waiting] = []
    private var isDraining = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(connection: DatabaseQueue, location: String) {
        thread = DatabaseThread(name: "database-writer")
        self.connection = connection
        self.location = location
    }

    deinit { thread.stop() }

    nonisolated func write(_ body: @escaping @Sendable (any Transaction) throws -> Void) async throws {
        queue.enter()
        try await enqueue(body)
    }

    private func enqueue(_ body: @escaping @Sendable (any Transaction) throws -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append(Waiting(body: body, continuation: continuation))
            guard !isDraining else { return }
            isDraining = true
            // A new job of this actor, so that writes that are already queued behind this one join the group.
            Task { self.drain() }
        }
    }

    func read<Result: Sendable>(_ body: @Sendable (any Transaction) throws -> Result) throws -> Result {
        try connection.unsafeRead { try body(SQLiteTransaction($0, location: location)) }
    }

    func backUp(to path: String) throws {
        try translatingErrors(at: path) {
            let copy = try DatabaseQueue(path: path)
            try connection.backup(to: copy)
            try copy.close()
        }
    }

    func close() {
        transaction = nil
        // Another process may have the file open: without this the newest commits would stay in the log beside it, and be missing in a
        // copy of the file alone.
        try? connection.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try? connection.close()
    }

    private func drain() {
        while !waiting.isEmpty {
            let group = Array(waiting.prefix(Self.largestGroup))
            waiting.removeFirst(group.count)
            commit(group)
        }
        isDraining = false
    }

    private func commit(_ group: [Waiting]) {
        defer { queue.leave(group.count) }
        var failures: [Int: any Error] = [:]
        do {
            try translatingErrors(at: location) {
                try connection.writeWithoutTransaction { connection in
                    let transaction = self.transaction ?? SQLiteTransaction(connection, location: location, queue: queue)
                    self.transaction = transaction
                    try transaction.enclosed(.whole) {
                        for (index, entry) in group.enumerated() {
                            do {
                                try transaction.enclosed(.part) { try entry.body(transaction) }
                            } catch {
                                failures[index] = error
                                // A full disk or a broken connection ends the whole transaction: nobody may be told of success.
                                if !connection.isInsideTransaction { throw error }
                            }
                        }
                    }
                }
            }
        } catch {
            for entry in group { entry.continuation.resume(throwing: error) }
            return
        }
        for (index, entry) in group.enumerated() {
            if let failure = failures[index] {
                entry.continuation.resume(throwing: failure)
            } else {
                entry.continuation.resume()
            }
        }
    }
}

/// How many writes are under way or wait for their turn: whoever writes for long makes room when there are others.
final class WriteQueue: Sendable {
    private let count = Atomic(0)

    func enter() { count.add(1, ordering: .relaxed) }
    func leave(_ number: Int) { count.subtract(number, ordering: .relaxed) }

    /// Whether there is a write besides the one that asks.
    var isAwaited: Bool { count.load(ordering: .relaxed) > 1 }
}

/// Connections that read, handed out in turn.
private final class SQLiteReaders: Sendable {
    private let readers: [SQLiteReader]
    private let turn = NSLock()
    private nonisolated(unsafe) var position = 0

    init(_ readers: [SQLiteReader]) { self.readers = readers }

    /// `nil` for a database in memory, which has one connection only.
    func next() -> SQLiteReader? {
        guard !readers.isEmpty else { return nil }
        return turn.withLock {
            position = (position + 1) % readers.count
            return readers[position]
        }
    }

    func close() async {
        for reader in readers { await reader.close() }
    }
}

/// A connection that only reads, with the statements that it has compiled.
private actor SQLiteReader {
    private let thread: DatabaseThread
    private let connection: DatabaseQueue
    private let location: String
    private var transaction: SQLiteTransaction?

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(connection: DatabaseQueue, location: String, number: Int) {
        thread = DatabaseThread(name: "database-reader-\(number)")
        self.connection = connection
        self.location = location
    }

    deinit { thread.stop() }

    func read<Result: Sendable>(_ body: @Sendable (any Transaction) throws -> Result) throws -> Result {
        try translatingErrors(at: location) {
            try connection.unsafeRead { connection in
                let transaction = self.transaction ?? SQLiteTransaction(connection, location: location)
                self.transaction = transaction
                return try transaction.enclosed(.reading) { try body(transaction) }
            }
        }
    }

    /// Everything that was asked before is answered by then.
    func close() {
        transaction = nil
        try? connection.close()
    }
}
