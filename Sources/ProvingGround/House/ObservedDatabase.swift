import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Portfolio
import Store

/// Why a seam of a process does nothing any more.
enum NodeEnd: Error {
    case killed
}

/// The database as one process sees it: the shared one, with faults, fail points before and after every commit, and a witness.
final class ObservedDatabase: Database, @unchecked Sendable {
    private let shared: InlineDatabase
    private let play: Play
    private let node: Node

    init(_ shared: InlineDatabase, play: Play, node: Node) {
        self.shared = shared
        self.play = play
        self.node = node
    }

    var dialect: Dialect { .sqlite }

    func read<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        await Task.yield()
        try node.checkAlive()
        if play.isDatabaseOut { throw DatabaseError.busy }
        play.evidence.reads += 1
        return try shared.readNow(body)
    }

    func write<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        await Task.yield()
        try node.checkAlive()
        if play.isDatabaseOut { throw DatabaseError.busy }
        try failBeforeCommit()
        play.evidence.commits += 1
        let result = try shared.writeNow { inner in
            let observed = ObservedTransaction(inner)
            let result = try body(observed)
            if play.happens(.killed) {
                play.kill(node)
                throw NodeEnd.killed
            }
            try play.witness.see(observed.statements, on: inner, node: node.number)
            return result
        }
        if play.happens(.killed) {
            play.kill(node)
            throw NodeEnd.killed
        }
        if play.happens(.commitUnknown) { throw DatabaseError.failed(reason: "the connection broke at the commit") }
        await Task.yield()
        try node.checkAlive()
        return result
    }

    private func failBeforeCommit() throws {
        if play.happens(.databaseBusy) { throw DatabaseError.busy }
        if play.happens(.diskFull) { throw DatabaseError.full(location: "the disk") }
        if play.happens(.inputOutputError) { throw DatabaseError.failed(reason: "disk I/O error") }
    }

    func close() async {}
}

/// Passes statements on, and remembers those that change something.
final class ObservedTransaction: Transaction {
    struct Statement {
        var sql: String
        var parameters: [SQLValue]
        /// What it returned, where it returns rows.
        var rows: [SQLRow] = []
    }

    private let inner: any Transaction
    private(set) var statements: [Statement] = []

    init(_ inner: any Transaction) { self.inner = inner }

    var dialect: Dialect { inner.dialect }

    /// Sometimes: in a play nobody really waits, and what ends early has to be played as well.
    var isAwaited: Bool { statements.count % 2 == 1 }

    func rows(_ sql: String, _ parameters: [SQLValue]) throws -> [SQLRow] {
        let rows = try inner.rows(sql, parameters)
        if !sql.hasPrefix("SELECT") { statements.append(Statement(sql: sql, parameters: parameters, rows: rows)) }
        return rows
    }

    func run(_ sql: String, _ parameters: [SQLValue]) throws -> Int {
        statements.append(Statement(sql: sql, parameters: parameters))
        return try inner.run(sql, parameters)
    }
}

/// Reads the evidence out of what is committed.
final class Witness {
    private unowned let play: Play
    private var evidence: Evidence { play.evidence }

    init(_ play: Play) { self.play = play }

    func see(_ statements: [ObservedTransaction.Statement], on transaction: any Transaction, node: Int) throws {
        var touchesIntegration = false
        var marksLinks = false
        for statement in statements {
            evidence.stamp(statement.sql)
            for parameter in statement.parameters { evidence.stamp(Self.text(parameter)) }
            if statement.sql.hasPrefix("UPDATE integration") { touchesIntegration = true }
            if statement.sql.hasPrefix("UPDATE link") || statement.sql.hasPrefix("INSERT INTO link") { marksLinks = true }
        }
        if touchesIntegration { try seeIntegration(transaction) }
        if marksLinks { try seeMarks(transaction) }
        for statement in statements {
            let sql = statement.sql
            if sql.hasPrefix("UPDATE link SET work_item_id"), case .integer(let id) = statement.parameters[0] {
                seeLink(id, Array(statement.parameters.dropFirst()), node)
            } else if sql.hasPrefix("INSERT INTO link"), let id = statement.rows.first?.integer(0) {
                seeLink(id, Array(statement.parameters.dropFirst(3)), node)
            } else if sql.hasPrefix("INSERT INTO attempt") {
                seeAttempt(statement)
            } else if sql.hasPrefix("INSERT INTO receipt") {
                tell(statement.parameters, node)
            } else if sql.hasPrefix("INSERT INTO conflict") {
                seeConflict(statement.parameters, isOverwriting: sql.contains("'keptKiplot'"))
            }
        }
    }

    /// What the engine itself says that it has done, for the story.
    private func tell(_ receipt: [SQLValue], _ node: Int) {
        func words(_ index: Int) -> String {
            switch receipt[index] {
            case .text(let text): text
            case .integer(let number): String(number)
            default: "nothing"
            }
        }
        play.tell(
            "node \(node), because of \(words(10)): \(words(4)) \(words(3)) of item \(words(1)), “\(words(5))” → “\(words(6))”, revision \(words(7))"
                + (receipt[12] == .null ? "" : " (\(words(12)))"))
    }

    private func seeMarks(_ transaction: any Transaction) throws {
        for row in try transaction.rows("SELECT id, dirty, cause FROM link") {
            let before = evidence.marks[row.integer(0) ?? 0]?.last?.dirty ?? 0
            guard let id = row.integer(0), let dirty = row.integer(1), dirty > before else { continue }
            let isEdit = dirty == before + 1 && row.text(2).flatMap { Cause(rawValue: $0) }?.isByPerson ?? false
            evidence.marks[id, default: []].append((play.now, dirty, isEdit))
        }
    }

    private func seeIntegration(_ transaction: any Transaction) throws {
        guard
            let row = try transaction.row(
                "SELECT epoch, state, revisions_token FROM integration WHERE id = $1", [.integer(play.integration.number)])
        else { return }
        let epoch = row.integer(0) ?? 0
        if epoch != evidence.epoch {
            evidence.epoch = epoch
            evidence.epochs.append(Evidence.EpochChange(at: play.now, epoch: epoch))
        }
        evidence.isActive = row.text(1) == "active"
        if let token = row.text(2) { try checkWatermark(token, transaction) }
    }

    /// A26: whatever the token covers is known, or waits to be looked at.
    private func checkWatermark(_ token: String, _ transaction: any Transaction) throws {
        let newest = play.world.newestRevisions(upTo: token)
        let rows = try transaction.rows(
            "SELECT id, work_item_id, seen_revision, dirty, settled, state FROM link WHERE integration_id = $1 AND is_live = TRUE AND work_item_id IS NOT NULL",
            [.integer(play.integration.number)])
        for row in rows {
            guard let workItem = row.integer(1), let revision = newest[workItem], revision > (row.integer(2) ?? 0),
                row.integer(3) == row.integer(4), row.text(5) == "active",
                // Of a newer one the feed will still tell.
                play.world.newestRevision(of: workItem) == revision,
                // The feed of a project does not tell of what has left it (F15): only a full audit finds that.
                play.world.projectName(of: workItem) == Setting.project
            else { continue }
            // A link that was made after the feed had passed is read as a whole.
            evidence.violations.append(
                Violation(
                    "A26",
                    "at \(Evidence.clock(play.now)) the token \(token) covers revision \(revision) of #\(workItem), but nothing waits and it was not seen"
                ))
        }
    }

    /// - Parameter columns: those that change, from `work_item_id` on.
    private func seeLink(_ id: Int64, _ columns: [SQLValue], _ node: Int) {
        guard case .text(let state) = columns[2], case .integer(let seen) = columns[3], case .integer(let dirty) = columns[5],
            case .integer(let settled) = columns[6], case .text(let fields) = columns[15]
        else { return }
        var syncedAt: Int64?
        if case .integer(let moment) = columns[19] { syncedAt = moment }
        evidence.linkRows[id, default: []].append(
            Evidence.LinkRow(
                at: play.now, node: node, state: state, seenRevision: seen, dirty: dirty, settled: settled, fields: fields,
                syncedAt: syncedAt,
                isActive: evidence.isActive, epoch: evidence.epoch))
    }

    private func seeAttempt(_ statement: ObservedTransaction.Statement) {
        guard let id = statement.rows.first?.integer(0), case .integer(let link) = statement.parameters[0] else { return }
        var revision: Int64?
        if case .integer(let expected) = statement.parameters[2] { revision = expected }
        evidence.attempts[id] = Evidence.AttemptRow(
            id: id, link: link, isCreation: statement.parameters[1] == .text("create"), expectedRevision: revision, beganAt: play.now,
            epoch: evidence.epoch)
    }

    private func seeConflict(_ parameters: [SQLValue], isOverwriting: Bool) {
        func value(_ index: Int) -> JSONValue? {
            if case .text(let text) = parameters[index] { try? JSONValue(parsing: text) } else { nil }
        }
        func integer(_ index: Int) -> Int64 { if case .integer(let number) = parameters[index] { number } else { 0 } }
        guard case .text(let field) = parameters[2] else { return }
        evidence.conflicts.append(
            Evidence.ConflictRow(
                link: integer(0), item: integer(1), field: FieldKey(field), local: value(3).flatMap { FieldValue(json: $0) },
                remote: value(4).flatMap { RemoteValue(json: $0) }, revision: integer(isOverwriting ? 7 : 9), at: play.now,
                isOverwriting: isOverwriting))
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "∅"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): text
        // Sealed secrets are as random as they should be.
        case .blob: "…"
        }
    }
}
