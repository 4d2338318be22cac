import Database
import Portfolio

extension StoreTransaction {
    /// All dependencies between outcomes that are on the lists.
    public func dependencies() throws -> [Dependency] {
        try sql.rows(
            """
            SELECT dependency.predecessor_id, dependency.successor_id FROM dependency
            JOIN item AS predecessor ON predecessor.id = dependency.predecessor_id AND predecessor.is_archived = FALSE
            JOIN item AS successor ON successor.id = dependency.successor_id AND successor.is_archived = FALSE
            ORDER BY dependency.successor_id, dependency.predecessor_id
            """
        ).map(Self.dependency)
    }

    /// What an outcome waits for, and what waits for it. Served by the key and `dependency_successor`.
    public func dependencies(of item: Identifier<Item>) throws -> [Dependency] {
        try sql.rows(
            """
            SELECT predecessor_id, successor_id FROM dependency WHERE successor_id = $1 OR predecessor_id = $1
            ORDER BY successor_id, predecessor_id
            """, [.integer(item.number)]
        ).map(Self.dependency)
    }

    /// Notes that an outcome needs another one. Saying so twice changes nothing.
    /// - Throws: `StoreError.unusable` for what is no outcome, for an outcome that would wait for itself, and for a circle.
    public func add(_ dependency: Dependency) throws {
        guard let predecessor = try item(dependency.predecessor), let successor = try item(dependency.successor) else {
            throw StoreError.notFound("The outcome")
        }
        guard predecessor.kind == .outcome, successor.kind == .outcome else {
            throw StoreError.unusable("Only outcomes depend on each other.", remedy: "Choose two outcomes.")
        }
        guard predecessor.id != successor.id else {
            throw StoreError.unusable("\(successor.key) cannot wait for itself.", remedy: "Choose another outcome.")
        }
        guard try !waits(predecessor.id, for: successor.id) else {
            throw StoreError.unusable(
                "\(predecessor.key) waits for \(successor.key) already, so they would wait for each other for ever.",
                remedy: "Remove the dependency in the other direction first.")
        }
        try sql.run(
            "INSERT INTO dependency (predecessor_id, successor_id) VALUES ($1, $2) ON CONFLICT (predecessor_id, successor_id) DO NOTHING",
            [.integer(predecessor.id.number), .integer(successor.id.number)])
        touch(dependency)
    }

    public func remove(_ dependency: Dependency) throws {
        try sql.run(
            "DELETE FROM dependency WHERE predecessor_id = $1 AND successor_id = $2",
            [.integer(dependency.predecessor.number), .integer(dependency.successor.number)])
        touch(dependency)
    }

    func removeDependencies(of item: Identifier<Item>) throws {
        for dependency in try dependencies(of: item) { try remove(dependency) }
    }

    /// Whether one outcome waits for another, directly or through others.
    private func waits(_ item: Identifier<Item>, for other: Identifier<Item>) throws -> Bool {
        try sql.row(
            """
            WITH RECURSIVE needed (id) AS (
                SELECT predecessor_id FROM dependency WHERE successor_id = $1
                UNION SELECT dependency.predecessor_id FROM dependency JOIN needed ON dependency.successor_id = needed.id)
            SELECT 1 FROM needed WHERE id = $2 LIMIT 1
            """, [.integer(item.number), .integer(other.number)]) != nil
    }

    private func touch(_ dependency: Dependency) {
        touch(.item(dependency.predecessor))
        touch(.item(dependency.successor))
    }

    private static func dependency(_ row: SQLRow) -> Dependency {
        Dependency(predecessor: Identifier(row.integer(0) ?? 0), successor: Identifier(row.integer(1) ?? 0))
    }
}
