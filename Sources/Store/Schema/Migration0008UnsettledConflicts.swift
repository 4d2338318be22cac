import Database

extension StoreSchema {
    /// Settled conflicts are kept, and there may be many more of them than open ones.
    @Sendable
    static func unsettledConflicts(_ tokens: SchemaTokens) -> [String] {
        ["CREATE INDEX conflict_unsettled ON conflict (id) WHERE settled_at IS NULL"]
    }
}
