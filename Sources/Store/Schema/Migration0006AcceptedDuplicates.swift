import Database

extension StoreSchema {
    /// Who has said that a second work item with the marker of a link is one of its own.
    @Sendable
    static func acceptedDuplicates(_ tokens: SchemaTokens) -> [String] { ["ALTER TABLE duplicate ADD COLUMN accepted_by TEXT"] }
}
