import Database
import Portfolio

/// How many items a column of a board should hold at most, by stage.
extension StoreTransaction {
    private static func name(_ kind: ItemKind, _ stage: String) -> String { "board.limit.\(kind.rawValue).\(stage)" }

    public func columnLimits(of kind: ItemKind) throws -> [Identifier<Stage>: Int] {
        let rows = try sql.rows("SELECT name, value FROM setting WHERE name LIKE $1", [.text(Self.name(kind, "%"))])
        return Dictionary(
            rows.compactMap { row in
                guard let stage = row.text(0)?.split(separator: ".").last.flatMap({ Identifier<Stage>($0) }),
                    let limit = row.text(1).flatMap({ Int($0) })
                else { return nil }
                return (stage, limit)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameter limit: `nil` takes the limit away.
    public func setColumnLimit(_ limit: Int?, of stage: Identifier<Stage>, for kind: ItemKind) throws {
        try set(Self.name(kind, "\(stage)"), to: limit.map { String($0) } ?? "")
        touch(.configuration)
    }
}
