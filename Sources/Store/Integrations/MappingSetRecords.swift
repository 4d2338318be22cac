import Database
import FieldSync
import JSON
import Portfolio

extension StoreTransaction {
    public func addMappingSet(name: String, isShared: Bool, mapping: MappingSet) throws -> StoredMappingSet {
        let row = try sql.row(
            "INSERT INTO mapping_set (name, is_shared, version, body) VALUES ($1, ($2 = 1), 1, $3) RETURNING id",
            [.text(name), .integer(isShared ? 1 : 0), .text(MappingCodec.json(mapping).text)])
        touch(.configuration)
        return StoredMappingSet(id: Identifier(row?.integer(0) ?? 0), name: name, isShared: isShared, mapping: mapping)
    }

    public func mappingSets() throws -> [StoredMappingSet] {
        try sql.rows("SELECT id, name, is_shared, version, body FROM mapping_set ORDER BY lower(name), id").map(Self.mappingSet)
    }

    public func mappingSet(_ id: Identifier<StoredMappingSet>) throws -> StoredMappingSet? {
        try sql.row("SELECT id, name, is_shared, version, body FROM mapping_set WHERE id = $1", [.integer(id.number)]).map(Self.mappingSet)
    }

    /// Saves a mapping set under the next version, and marks every link that it governs.
    /// - Throws: `StoreError.changedMeanwhile` when somebody else saved it since it was opened.
    @discardableResult
    public func save(_ set: StoredMappingSet, at now: Instant) throws -> StoredMappingSet {
        let changed = try sql.run(
            "UPDATE mapping_set SET name = $2, is_shared = ($3 = 1), version = version + 1, body = $4 WHERE id = $1 AND version = $5",
            [
                .integer(set.id.number), .text(set.name), .integer(set.isShared ? 1 : 0), .text(MappingCodec.json(set.mapping).text),
                .integer(set.version),
            ])
        guard changed == 1 else { throw StoreError.changedMeanwhile("mapping set") }
        for integration in try integrations(using: set.id) {
            try markAllDirty(in: integration.id, priority: .sweep, cause: .rule, at: now)
            touch(.integration(integration.id))
        }
        touch(.configuration)
        var saved = set
        saved.version += 1
        return saved
    }

    /// - Throws: `StoreError.inUse` while an integration uses it.
    public func removeMappingSet(_ id: Identifier<StoredMappingSet>) throws {
        let users = try integrations(using: id)
        guard users.isEmpty else {
            throw StoreError.inUse("This mapping set", by: users.map(\.projectName).joined(separator: ", "))
        }
        // A deleted integration still points at its set; it gets another one when it is connected again.
        let remembered = try sql.rows("SELECT 1 FROM integration WHERE mapping_set_id = $1 LIMIT 1", [.integer(id.number)])
        if remembered.isEmpty { try sql.run("DELETE FROM mapping_set WHERE id = $1", [.integer(id.number)]) }
        touch(.configuration)
    }

    private static func mappingSet(_ row: SQLRow) throws -> StoredMappingSet {
        StoredMappingSet(
            id: Identifier(row.integer(0) ?? 0), name: row.text(1) ?? "", isShared: row.flag(2), version: row.integer(3) ?? 1,
            mapping: try MappingCodec.mappingSet(JSONValue(parsing: row.text(4) ?? "", limits: .answer)))
    }
}
