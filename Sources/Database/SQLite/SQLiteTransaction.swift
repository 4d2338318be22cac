import GRDB
import GRDBSQLite

/// A transaction on one SQLite connection. Used on the connection's own thread only.
///
/// GRDB opens the connection, begins and ends transactions and compiles statements; values are bound and read by SQLite's own
/// functions, because there is a call of this for every row of the product.
final class SQLiteTransaction: Transaction {
    private let connection: GRDB.Database
    private let location: String
    private let queue: WriteQueue?
    private var statements: [String: Statement] = [:]

    /// - Parameter queue: the writes that come one after the other; `nil` where nobody waits for the end of a transaction.
    init(_ connection: GRDB.Database, location: String, queue: WriteQueue? = nil) {
        self.connection = connection
        self.location = location
        self.queue = queue
    }

    var dialect: Dialect { .sqlite }

    var isAwaited: Bool { queue?.isAwaited ?? false }

    func rows(_ sql: String, _ parameters: [SQLValue]) throws -> [SQLRow] {
        let statement = try prepare(sql, parameters)
        defer { sqlite3_reset(statement) }
        let width = sqlite3_column_count(statement)
        var rows: [SQLRow] = []
        while try hasRow(statement) { rows.append(SQLRow((0..<width).map { SQLValue(statement, column: $0) })) }
        return rows
    }

    func run(_ sql: String, _ parameters: [SQLValue]) throws -> Int {
        let statement = try prepare(sql, parameters)
        defer { sqlite3_reset(statement) }
        while try hasRow(statement) {}
        return Int(sqlite3_changes(connection.sqliteConnection))
    }

    /// What a piece of work is enclosed in, so that it is seen and kept as one.
    struct Enclosure {
        let begin, end: String
        let undo: [String]

        static let whole = Enclosure(begin: "BEGIN IMMEDIATE", end: "COMMIT", undo: ["ROLLBACK"])
        /// A part of a whole that is taken back without the others.
        static let part = Enclosure(begin: "SAVEPOINT part", end: "RELEASE part", undo: ["ROLLBACK TO part", "RELEASE part"])
        static let reading = Enclosure(begin: "BEGIN DEFERRED", end: "COMMIT", undo: ["ROLLBACK"])
    }

    /// Runs `body` in an enclosure. GRDB has such functions too; theirs compile these statements anew each time.
    func enclosed<Result>(_ enclosure: Enclosure, _ body: () throws -> Result) throws -> Result {
        _ = try run(enclosure.begin, [])
        do {
            let result = try body()
            _ = try run(enclosure.end, [])
            return result
        } catch {
            // SQLite may have taken everything back already; an undoing that fails leaves the first error to be told.
            for statement in enclosure.undo where connection.isInsideTransaction { _ = try? run(statement, []) }
            throw error
        }
    }

    private func prepare(_ sql: String, _ parameters: [SQLValue]) throws -> OpaquePointer {
        let statement =
            try statements[sql] ?? translatingErrors(at: location) { try connection.cachedStatement(sql: numberedForSQLite(sql)) }
        statements[sql] = statement
        let handle = statement.sqliteStatement
        for (index, parameter) in parameters.enumerated() {
            let code = parameter.bind(to: handle, at: CInt(index + 1))
            guard code == SQLITE_OK else { throw failure(code) }
        }
        return handle
    }

    private func hasRow(_ statement: OpaquePointer) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    private func failure(_ code: CInt) -> DatabaseError {
        let extended = sqlite3_extended_errcode(connection.sqliteConnection)
        let message = sqlite3_errmsg(connection.sqliteConnection).map { String(cString: $0) }
        return DatabaseError(code: code & 0xFF, extended: extended, message: message, location: location)
    }
}

extension SQLValue {
    fileprivate init(_ statement: OpaquePointer, column: CInt) {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: self = .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: self = .real(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            let text = UnsafeBufferPointer(
                start: sqlite3_column_text(statement, column), count: Int(sqlite3_column_bytes(statement, column)))
            self = .text(String(decoding: text, as: UTF8.self))
        case SQLITE_BLOB:
            self = .blob(
                Array(
                    UnsafeRawBufferPointer(
                        start: sqlite3_column_blob(statement, column), count: Int(sqlite3_column_bytes(statement, column)))))
        default: self = .null
        }
    }

    /// SQLite copies the value: it may not outlive this call.
    fileprivate func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch self {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let integer): return sqlite3_bind_int64(statement, index, integer)
        case .real(let real): return sqlite3_bind_double(statement, index, real)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, copies) }
                    return sqlite3_bind_text(statement, index, start, CInt(characters.count), copies)
                }
            }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
            return bytes.withUnsafeBytes { sqlite3_bind_blob(statement, index, $0.baseAddress, CInt($0.count), copies) }
        }
    }
}

extension DatabaseError {
    /// What a result code of SQLite means for us.
    fileprivate init(code: CInt, extended: CInt, message: String?, location: String) {
        switch (code, extended) {
        case (_, ResultCode.SQLITE_CONSTRAINT_UNIQUE.rawValue), (_, ResultCode.SQLITE_CONSTRAINT_PRIMARYKEY.rawValue):
            self = .uniqueViolation(constraint: message ?? "unique")
        case (SQLITE_FULL, _), (SQLITE_IOERR, ResultCode.SQLITE_IOERR_WRITE.rawValue): self = .full(location: location)
        case (SQLITE_BUSY, _), (SQLITE_LOCKED, _): self = .busy
        case (SQLITE_CANTOPEN, _), (SQLITE_NOTADB, _), (SQLITE_PERM, _), (SQLITE_READONLY, _):
            self = .cannotOpen(location: location, reason: message ?? "it cannot be used")
        default: self = .failed(reason: message ?? "result code \(extended)")
        }
    }
}

/// Turns GRDB's errors into our own; everything else passes.
func translatingErrors<Result>(at location: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as GRDB.DatabaseError {
        throw DatabaseError(
            code: error.resultCode.rawValue, extended: error.extendedResultCode.rawValue, message: error.message, location: location)
    }
}
