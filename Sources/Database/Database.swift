/// A value of a parameter or a column. Booleans travel as `TRUE`/`FALSE` literals in SQL and read back as integers 0 and 1.
public enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// What differs between the databases and cannot be said in one SQL text.
public enum Dialect: Hashable, Sendable {
    case sqlite
    case postgreSQL
}

/// One open transaction. Statements use numbered parameters, `$1`, `$2`, …, in one SQL text for every database.
public protocol Transaction {
    var dialect: Dialect { get }

    /// Whether somebody waits for this transaction to end: long work should then end where it can, and go on in a transaction after theirs.
    var isAwaited: Bool { get }

    /// Runs a statement that returns rows. Statements are prepared once and kept.
    /// - Throws: `DatabaseError`.
    func rows(_ sql: String, _ parameters: [SQLValue]) throws -> [SQLRow]

    /// Runs a statement for its effect, and returns how many rows it changed.
    /// - Throws: `DatabaseError`.
    @discardableResult
    func run(_ sql: String, _ parameters: [SQLValue]) throws -> Int
}

extension Transaction {
    public func rows(_ sql: String) throws -> [SQLRow] { try rows(sql, []) }

    @discardableResult
    public func run(_ sql: String) throws -> Int { try run(sql, []) }

    public func row(_ sql: String, _ parameters: [SQLValue] = []) throws -> SQLRow? { try rows(sql, parameters).first }
}

/// One row, read by the position of its columns.
public struct SQLRow: Hashable, Sendable {
    public let values: [SQLValue]

    public init(_ values: [SQLValue]) { self.values = values }

    public func integer(_ column: Int) -> Int64? { if case .integer(let value) = values[column] { value } else { nil } }

    public func real(_ column: Int) -> Double? {
        switch values[column] {
        case .real(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    public func text(_ column: Int) -> String? { if case .text(let value) = values[column] { value } else { nil } }

    public func blob(_ column: Int) -> [UInt8]? { if case .blob(let value) = values[column] { value } else { nil } }

    public func flag(_ column: Int) -> Bool { integer(column).map { $0 != 0 } ?? false }
}

/// A database with transactions. Bodies are synchronous and run on the database's own threads, never on the cooperative pool.
public protocol Database: Sendable {
    var dialect: Dialect { get }

    /// Runs `body` on a consistent snapshot.
    /// - Throws: what `body` throws, or `DatabaseError`.
    func read<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result

    /// Runs `body` in a transaction of its own: all of it is durable when this returns, none of it when it throws.
    /// - Throws: what `body` throws, or `DatabaseError`.
    @discardableResult
    func write<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result

    /// Waits for what is running and closes the files.
    func close() async
}

/// Why the database did not do what it was asked.
public enum DatabaseError: Error, Hashable, Sendable {
    case cannotOpen(location: String, reason: String)
    case full(location: String)
    case busy
    case uniqueViolation(constraint: String)
    case newerSchema(found: Int, known: Int)
    case alteredMigration(number: Int)
    case failed(reason: String)

    public var message: String {
        switch self {
        case .cannotOpen(let location, let reason): "The database \(location) cannot be opened: \(reason)."
        case .full(let location): "The disk that holds the database \(location) is full."
        case .busy: "The database was busy for longer than five seconds."
        case .uniqueViolation(let constraint): "There is already one like it (\(constraint))."
        case .newerSchema(let found, let known):
            "The database has schema version \(found); this program knows versions up to \(known)."
        case .alteredMigration(let number): "Migration \(number) of the database is not the one that this program knows."
        case .failed(let reason): "The database refused a statement: \(reason)."
        }
    }

    public var remedy: String {
        switch self {
        case .cannotOpen: "Check the path and the rights of the folder."
        case .full: "Free some space; nothing was lost, and work goes on by itself."
        case .busy: "Try again; if it persists, look for another program that holds the file."
        case .uniqueViolation: "Choose another name, or change the one that exists."
        case .newerSchema: "Start a newer version of the program, or restore the backup made before the upgrade."
        case .alteredMigration: "Use the version of the program that created the database."
        case .failed: "This is a defect of the program: please report it with the server's log."
        }
    }
}

extension SQLValue {
    public init(_ value: Int64?) { self = value.map { .integer($0) } ?? .null }
    public init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
    public init(_ value: Double?) { self = value.map { .real($0) } ?? .null }
    public init(_ value: String?) { self = value.map { .text($0) } ?? .null }
    public init(_ value: [UInt8]?) { self = value.map { .blob($0) } ?? .null }
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(nilLiteral: ()) { self = .null }
}
