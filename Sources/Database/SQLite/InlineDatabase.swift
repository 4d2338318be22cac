import GRDB

/// A database in memory that does everything at once, on the caller's own thread: for simulations, which own every step and copy whole
/// databases.
///
/// `@unchecked Sendable`: it belongs to one thread; a simulation never leaves it.
public final class InlineDatabase: Database, @unchecked Sendable {
    private let queue: DatabaseQueue
    private var transaction: SQLiteTransaction?

    public var dialect: Dialect { .sqlite }

    /// - Parameter original: copied with all it holds; `nil` for an empty one.
    public init(copying original: InlineDatabase? = nil) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { connection in
            try connection.execute(sql: "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA journal_mode = MEMORY")
        }
        queue = try DatabaseQueue(configuration: configuration)
        try original?.queue.backup(to: queue)
    }

    public func read<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        try readNow(body)
    }

    @discardableResult
    public func write<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        try writeNow(body)
    }

    public func readNow<Result>(_ body: (any Transaction) throws -> Result) throws -> Result {
        try translatingErrors(at: ":memory:") {
            try queue.unsafeRead { connection in try body(shared(connection)) }
        }
    }

    public func writeNow<Result>(_ body: (any Transaction) throws -> Result) throws -> Result {
        try translatingErrors(at: ":memory:") {
            try queue.writeWithoutTransaction { connection in
                let transaction = shared(connection)
                return try transaction.enclosed(.whole) { try body(transaction) }
            }
        }
    }

    public func close() async { try? queue.close() }

    /// Its statements are prepared once.
    private func shared(_ connection: GRDB.Database) -> SQLiteTransaction {
        if let transaction { return transaction }
        let made = SQLiteTransaction(connection, location: ":memory:")
        transaction = made
        return made
    }
}
