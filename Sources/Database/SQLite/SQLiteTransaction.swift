import Foundation
import GRDB

/// A transaction on one SQLite connection. Used on the connection's own thread only.
final class SQLiteTransaction: Transaction {
    private let connection: GRDB.Database
    private let location: String
    private var texts: [String: String] = [:]

    init(_ connection: GRDB.Database, location: String) {
        self.connection = connection
        self.location = location
    }

    var dialect: Dialect { .sqlite }

    func rows(_ sql: String, _ parameters: [SQLValue]) throws -> [SQLRow] {
        try translatingErrors(at: location) {
            let statement = try prepare(sql, parameters)
            let cursor = try Row.fetchCursor(statement)
            var rows: [SQLRow] = []
            while let row = try cursor.next() { rows.append(SQLRow(row.databaseValues.map(SQLValue.init))) }
            return rows
        }
    }

    func run(_ sql: String, _ parameters: [SQLValue]) throws -> Int {
        try translatingErrors(at: location) {
            try prepare(sql, parameters).execute()
            return connection.changesCount
        }
    }

    private func prepare(_ sql: String, _ parameters: [SQLValue]) throws -> Statement {
        let text = texts[sql] ?? numberedForSQLite(sql)
        texts[sql] = text
        let statement = try connection.cachedStatement(sql: text)
        try statement.setArguments(StatementArguments(parameters.map(\.databaseValue)))
        return statement
    }
}

extension SQLValue {
    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let integer): self = .integer(integer)
        case .double(let real): self = .real(real)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob(Array(data))
        }
    }

    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .real(let real): real.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}

/// Turns SQLite's result codes into our own errors; everything else passes.
func translatingErrors<Result>(at location: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as GRDB.DatabaseError {
        switch (error.resultCode, error.extendedResultCode) {
        case (_, .SQLITE_CONSTRAINT_UNIQUE), (_, .SQLITE_CONSTRAINT_PRIMARYKEY):
            throw DatabaseError.uniqueViolation(constraint: error.message ?? "unique")
        case (.SQLITE_FULL, _), (.SQLITE_IOERR, .SQLITE_IOERR_WRITE): throw DatabaseError.full(location: location)
        case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _): throw DatabaseError.busy
        case (.SQLITE_CANTOPEN, _), (.SQLITE_NOTADB, _), (.SQLITE_PERM, _), (.SQLITE_READONLY, _):
            throw DatabaseError.cannotOpen(location: location, reason: error.message ?? "it cannot be used")
        default: throw DatabaseError.failed(reason: error.message ?? "\(error.resultCode)")
        }
    }
}
