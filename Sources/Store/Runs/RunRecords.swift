import Database
import JSON
import Portfolio

/// The result for one item of a run.
public struct RunEntry: Hashable, Sendable {
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        case waiting, changed, unchanged, created, failed, skipped

        public var title: String {
            switch self {
            case .waiting: "Waiting"
            case .changed: "Changed"
            case .unchanged: "Unchanged"
            case .created: "Created"
            case .failed: "Failed"
            case .skipped: "Skipped"
            }
        }
    }

    public var position: Int
    public var item: Identifier<Item>?
    public var workItem: Int64?
    public var outcome: Outcome
    public var reason: String?

    public init(position: Int, item: Identifier<Item>?, workItem: Int64?, outcome: Outcome = .waiting, reason: String? = nil) {
        self.position = position
        self.item = item
        self.workItem = workItem
        self.outcome = outcome
        self.reason = reason
    }
}

extension StoreTransaction {
    private static let runColumns = """
        id, integration_id, direction, creates_items, creates_work_items, selection, is_dry_run, state, started_by, started_at,
        finished_at, total, done, failed, detail, is_listed, in_step
        """

    public func addRun(_ new: Run) throws -> Run {
        let selection = new.selection.map { JSONValue.array($0.map { .integer($0.number) }).text }
        let row = try sql.row(
            """
            INSERT INTO run (
                integration_id, direction, creates_items, creates_work_items, selection, is_dry_run, state, is_listed, started_by,
                started_at, total, done, failed)
            VALUES ($1, $2, ($3 = 1), ($4 = 1), $5, ($6 = 1), $7, FALSE, $8, $9, 0, 0, 0) RETURNING id
            """,
            [
                .integer(new.integration.number), .text(new.direction.rawValue), .integer(new.createsItems ? 1 : 0),
                .integer(new.createsWorkItems ? 1 : 0), SQLValue(selection), .integer(new.isDryRun ? 1 : 0), .text(new.state.rawValue),
                .text(new.startedBy), .integer(new.startedAt.milliseconds),
            ])
        var run = new
        run.id = Identifier(row?.integer(0) ?? 0)
        touch(.run(run.id))
        touch(.integration(run.integration))
        return run
    }

    public func run(_ id: Identifier<Run>) throws -> Run? {
        try sql.row("SELECT \(Self.runColumns) FROM run WHERE id = $1", [.integer(id.number)]).map(Self.run)
    }

    public func runs(in integration: Identifier<Integration>?, limit: Int = 50) throws -> [Run] {
        guard let integration else {
            return try sql.rows("SELECT \(Self.runColumns) FROM run ORDER BY id DESC LIMIT $1", [.integer(Int64(limit))]).map(Self.run)
        }
        return try sql.rows(
            "SELECT \(Self.runColumns) FROM run WHERE integration_id = $1 ORDER BY id DESC LIMIT $2",
            [.integer(integration.number), .integer(Int64(limit))]
        ).map(Self.run)
    }

    /// The runs that were going when the server stopped, or that were asked for since.
    public func runningRuns() throws -> [Run] {
        try sql.rows("SELECT \(Self.runColumns) FROM run WHERE state = 'running' ORDER BY id").map(Self.run)
    }

    public func update(_ run: Run) throws {
        try sql.run(
            "UPDATE run SET state = $2, finished_at = $3, total = $4, done = $5, failed = $6, detail = $7 WHERE id = $1",
            [
                .integer(run.id.number), .text(run.state.rawValue), SQLValue(run.finishedAt?.milliseconds), .integer(Int64(run.total)),
                .integer(Int64(run.done)), .integer(Int64(run.failed)), SQLValue(run.detail),
            ])
        touch(.run(run.id))
        touch(.integration(run.integration))
    }

    /// Whether the entries of a run have been written down; only then may it be worked on.
    public func isListed(_ run: Identifier<Run>) throws -> Bool {
        try sql.row("SELECT is_listed FROM run WHERE id = $1", [.integer(run.number)])?.flag(0) ?? false
    }

    /// Freezes a part of what the run covers. Two processes may list the same run at once, and a crash may have cut short an earlier list:
    /// nothing is listed twice, and nothing after the list is complete.
    /// - Parameter own: how many entries the caller has added so far.
    /// - Returns: how many it has added with these.
    public func list(_ found: [LinkedItem], of run: Identifier<Run>, after own: Int) throws -> Int {
        // Whoever else lists it waits for the end of this transaction.
        let row = try sql.row(
            "UPDATE run SET is_listed = FALSE WHERE id = $1 AND is_listed = FALSE RETURNING total", [.integer(run.number)])
        guard let present = row?.integer(0).map({ Int($0) }) else { return own }
        let new = present == own ? found : try unlisted(found, of: run)
        for (position, one) in zip(present..., new) {
            try sql.run(
                "INSERT INTO run_entry (run_id, position, item_id, work_item_id, outcome) VALUES ($1, $2, $3, $4, 'waiting')",
                [.integer(run.number), .integer(Int64(position)), SQLValue(one.item?.number), SQLValue(one.workItem)])
        }
        try sql.run("UPDATE run SET total = total + $2 WHERE id = $1", [.integer(run.number), .integer(Int64(new.count))])
        touch(.run(run))
        return own + new.count
    }

    /// The list is complete, and may be worked on.
    /// - Parameter inStep: how many links the run covers besides, which it need not look at.
    public func completeList(of run: Identifier<Run>, inStep: Int) throws {
        try sql.run("UPDATE run SET is_listed = TRUE, in_step = $2 WHERE id = $1", [.integer(run.number), .integer(Int64(inStep))])
        touch(.run(run))
    }

    private func unlisted(_ found: [LinkedItem], of run: Identifier<Run>) throws -> [LinkedItem] {
        var items: Set<Int64> = []
        var workItems: Set<Int64> = []
        for row in try sql.rows("SELECT item_id, work_item_id FROM run_entry WHERE run_id = $1", [.integer(run.number)]) {
            if let item = row.integer(0) { items.insert(item) }
            if let workItem = row.integer(1) { workItems.insert(workItem) }
        }
        return found.filter { one in
            !(one.item.map { items.contains($0.number) } ?? false) && !(one.workItem.map { workItems.contains($0) } ?? false)
        }
    }

    public func entries(of run: Identifier<Run>, outcome: RunEntry.Outcome?, after position: Int = -1, limit: Int) throws -> [RunEntry] {
        let rows =
            if let outcome {
                try sql.rows(
                    """
                    SELECT position, item_id, work_item_id, outcome, reason FROM run_entry
                    WHERE run_id = $1 AND outcome = $2 AND position > $3 ORDER BY position LIMIT $4
                    """,
                    [.integer(run.number), .text(outcome.rawValue), .integer(Int64(position)), .integer(Int64(limit))])
            } else {
                try sql.rows(
                    """
                    SELECT position, item_id, work_item_id, outcome, reason FROM run_entry
                    WHERE run_id = $1 AND position > $2 ORDER BY position LIMIT $3
                    """,
                    [.integer(run.number), .integer(Int64(position)), .integer(Int64(limit))])
            }
        return rows.map { row in
            RunEntry(
                position: Int(row.integer(0) ?? 0), item: row.integer(1).map { Identifier($0) }, workItem: row.integer(2),
                outcome: row.text(3).flatMap { RunEntry.Outcome(rawValue: $0) } ?? .waiting, reason: row.text(4))
        }
    }

    /// How many entries of a run ended in which way. Served by `run_entry_outcome`.
    public func entryCounts(of run: Identifier<Run>) throws -> [RunEntry.Outcome: Int] {
        let rows = try sql.rows("SELECT outcome, count(*) FROM run_entry WHERE run_id = $1 GROUP BY outcome", [.integer(run.number)])
        return Dictionary(
            rows.compactMap { row in
                row.text(0).flatMap { RunEntry.Outcome(rawValue: $0) }.map { ($0, Int(row.integer(1) ?? 0)) }
            }, uniquingKeysWith: +)
    }

    public func entry(at position: Int, of run: Identifier<Run>) throws -> RunEntry? {
        try entries(of: run, outcome: nil, after: position - 1, limit: 1).first { $0.position == position }
    }

    /// Writes down how entries ended and counts them in the run.
    public func record(_ entries: [RunEntry], of run: Identifier<Run>) throws {
        var done = 0
        var failed = 0
        for entry in entries {
            let changed = try sql.run(
                """
                UPDATE run_entry SET outcome = $3, reason = $4, item_id = $5, work_item_id = $6
                WHERE run_id = $1 AND position = $2 AND outcome = 'waiting'
                """,
                [
                    .integer(run.number), .integer(Int64(entry.position)), .text(entry.outcome.rawValue), SQLValue(entry.reason),
                    SQLValue(entry.item?.number), SQLValue(entry.workItem),
                ])
            guard changed > 0, entry.outcome != .waiting else { continue }
            done += 1
            if entry.outcome == .failed { failed += 1 }
        }
        try sql.run(
            "UPDATE run SET done = done + $2, failed = failed + $3 WHERE id = $1",
            [.integer(run.number), .integer(Int64(done)), .integer(Int64(failed))])
        touch(.run(run))
    }

    /// Sets the failed entries waiting again and the run going again.
    public func retryFailedEntries(of run: Identifier<Run>) throws {
        let changed = try sql.run(
            "UPDATE run_entry SET outcome = 'waiting', reason = NULL WHERE run_id = $1 AND outcome = 'failed'", [.integer(run.number)])
        try sql.run(
            "UPDATE run SET state = 'running', finished_at = NULL, done = done - $2, failed = failed - $2 WHERE id = $1",
            [.integer(run.number), .integer(Int64(changed))])
        touch(.run(run))
    }

    private static func run(_ row: SQLRow) -> Run {
        let selection = row.text(5).flatMap { try? JSONValue(parsing: $0, limits: .answer).array }
        return Run(
            id: Identifier(row.integer(0) ?? 0), integration: Identifier(row.integer(1) ?? 0),
            direction: row.text(2).flatMap { Run.Direction(rawValue: $0) } ?? .pull, createsItems: row.flag(3),
            createsWorkItems: row.flag(4),
            selection: selection?.compactMap { $0.integer.map { Identifier($0) } }, isDryRun: row.flag(6),
            state: row.text(7).flatMap { Run.State(rawValue: $0) } ?? .failed, startedBy: row.text(8) ?? "",
            startedAt: Instant(milliseconds: row.integer(9) ?? 0), finishedAt: row.integer(10).map { Instant(milliseconds: $0) },
            total: Int(row.integer(11) ?? 0), done: Int(row.integer(12) ?? 0), failed: Int(row.integer(13) ?? 0), detail: row.text(14),
            inStep: Int(row.integer(16) ?? 0))
    }
}
