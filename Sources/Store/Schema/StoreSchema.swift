import Database

/// The tables of the store, as forward-only migrations.
enum StoreSchema {
    static let migrations = [
        Migration(number: 1, name: "portfolio", statements: portfolio),
        Migration(number: 2, name: "integrations", statements: integrations),
        Migration(number: 3, name: "convergence", statements: convergence),
        Migration(number: 4, name: "known fields", statements: knownFields),
        Migration(number: 5, name: "planning", statements: planning),
        Migration(number: 6, name: "accepted duplicates", statements: acceptedDuplicates),
        Migration(number: 7, name: "in step", statements: inStep),
        Migration(number: 8, name: "unsettled conflicts", statements: unsettledConflicts),
    ]
}

extension Store {
    /// Brings the database to the current schema, fills an empty one with defaults, and wraps it.
    /// - Throws: `DatabaseError.newerSchema` and the other reasons of `Migrator.migrate`.
    public static func open(_ database: any Database, onCommit: CommitWatch? = nil) async throws -> Store {
        try await Migrator(StoreSchema.migrations).migrate(database)
        let store = Store(database: database, onCommit: onCommit)
        try await store.write { try $0.seedDefaults() }
        return store
    }
}
