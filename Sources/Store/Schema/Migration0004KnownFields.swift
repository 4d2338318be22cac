import Database

extension StoreSchema {
    /// Which of the mapped fields a project had when it was last looked at: one that goes or comes back concerns every link.
    @Sendable
    static func knownFields(_ tokens: SchemaTokens) -> [String] { ["ALTER TABLE integration ADD COLUMN known_fields TEXT"] }
}
