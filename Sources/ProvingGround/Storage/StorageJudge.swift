import Database
import JSON
import Portfolio
import Store

/// Starts the product on what a loss of power has left behind, and compares what it finds with what was promised.
struct StorageJudge {
    let deeds: [StorageDeed]

    /// - Parameters:
    ///   - path: of the database file, which may be missing.
    ///   - acknowledged: the numbers of the deeds that had been answered before the power failed.
    /// - Returns: what must not be, in words; empty when all is well.
    func findings(at path: String, acknowledged: Set<Int>) async -> [String] {
        do {
            let database = try await SQLiteDatabase.open(path: path)
            do {
                let store = try await Store.open(database)
                let damage = try await store.read { try Self.damage($0) }
                let lost = try await store.read { try losses($0, acknowledged) }
                let stop = try await goOn(store)
                await database.close()
                return damage + lost + stop
            } catch {
                await database.close()
                throw error
            }
        } catch {
            return ["the store does not open: \((error as? DatabaseError)?.message ?? "\(error)")"]
        }
    }

    private static func damage(_ transaction: StoreTransaction) throws -> [String] {
        let problems = try transaction.sql.rows("PRAGMA integrity_check").compactMap { $0.text(0) }.filter { $0 != "ok" }
        let orphans = try transaction.sql.rows("PRAGMA foreign_key_check").map { "a row of \($0.text(0) ?? "?") refers to nothing" }
        return problems + orphans
    }

    /// A store that can be read but not written is lost all the same.
    private func goOn(_ store: Store) async throws -> [String] {
        let at = Instant(milliseconds: Setting.start + 1_000_000)
        let item = try await store.write {
            try $0.create(.initiative, values: [.name: .text("Afterwards")], origin: EditOrigin(actor: .kiplot, cause: .creation, at: at))
        }
        return try await store.read { try $0.item(item.id) } == item ? [] : ["what is written afterwards is not kept"]
    }

    private func losses(_ transaction: StoreTransaction, _ acknowledged: Set<Int>) throws -> [String] {
        let events = Set(try transaction.sql.rows("SELECT event_id FROM hook_event").compactMap { $0.text(0) })
        let lines = try Line.all(transaction)
        let linesByMoment = Dictionary(grouping: lines, by: \.at)
        var losses: [String] = []
        for deed in deeds {
            let found = linesByMoment[deed.at] ?? []
            let wanted = Set(deed.lines.map { Line.Content(field: $0.field, value: $0.value) })
            let isHere = deed.delivery == nil ? !found.isEmpty : events.contains(deed.event)
            if isHere, found.count != deed.lines.count || Set(found.map(\.content)) != wanted {
                losses.append("deed \(deed.number) is there in part: \(found.count) of \(deed.lines.count) lines")
            }
            if !isHere, acknowledged.contains(deed.number) { losses.append("deed \(deed.number) was answered and is nowhere") }
        }
        losses += try tornItems(transaction, lines)
        losses += try tornLinks(transaction, lines)
        losses += try tornStrangers(transaction, events)
        return losses
    }

    /// An item holds what its history says last, and has counted its edits.
    private func tornItems(_ transaction: StoreTransaction, _ lines: [Line]) throws -> [String] {
        let histories = Dictionary(grouping: lines, by: \.item)
        let items = try transaction.sql.rows("SELECT id FROM item").compactMap { $0.integer(0) }
        guard Set(items) == Set(histories.keys) else { return ["items and histories do not belong together"] }
        return try histories.compactMap { id, lines in
            let item = try transaction.item(Identifier(id))
            let last = Dictionary(lines.map { ($0.content.field, $0.content.value) }, uniquingKeysWith: { $1 })
            let isWhole =
                last.allSatisfy { item?[$0.key] == $0.value }
                && item?.version(of: .name) == Int64(lines.count { $0.content.field == .name && $0.isEdit })
            return isWhole ? nil : "item \(id) is not what its history says"
        }
    }

    /// A link has one reason to be looked at for its beginning, for each edit of its item and for each hook about its work item.
    private func tornLinks(_ transaction: StoreTransaction, _ lines: [Line]) throws -> [String] {
        let edits = Dictionary(grouping: lines.filter(\.isEdit), by: \.item).mapValues { Set($0.map(\.at)).count }
        let rows = try transaction.sql.rows(
            """
            SELECT item_id, dirty, (SELECT count(*) FROM hook_event WHERE hook_event.work_item_id = link.work_item_id),
                heard_revision, (SELECT coalesce(max(revision), 0) FROM hook_event WHERE hook_event.work_item_id = link.work_item_id)
            FROM link
            """)
        guard rows.count == Set(lines.filter { $0.at == deeds[0].at }.map(\.item)).count else { return ["links are missing"] }
        return rows.compactMap { row in
            let item = row.integer(0) ?? 0
            let isWhole =
                row.integer(1) == 1 + Int64(edits[item] ?? 0) + (row.integer(2) ?? 0) && row.integer(3) == row.integer(4)
            return isWhole ? nil : "the link of item \(item) does not count what happened"
        }
    }

    private func tornStrangers(_ transaction: StoreTransaction, _ events: Set<String>) throws -> [String] {
        let strangers = Set(try transaction.sql.rows("SELECT work_item_id FROM stranger").compactMap { $0.integer(0) })
        let wanted = deeds.compactMap { deed -> Int64? in
            guard case .receive(let workItem) = deed.act, workItem >= StorageDeed.firstStranger, events.contains(deed.event) else {
                return nil
            }
            return workItem
        }
        return strangers == Set(wanted) ? [] : ["hooks about strangers are there in part"]
    }

    /// A line of an item's history.
    private struct Line {
        struct Content: Hashable {
            var field: FieldKey
            var value: FieldValue?
        }

        var item: Int64
        var content: Content
        var at: Instant
        var isEdit: Bool

        /// The oldest first.
        static func all(_ transaction: StoreTransaction) throws -> [Line] {
            try transaction.sql.rows("SELECT item_id, field, new, at, cause FROM history ORDER BY id").map { row in
                let json = row.text(2).flatMap { try? JSONValue(parsing: $0, limits: .answer) }
                return Line(
                    item: row.integer(0) ?? 0,
                    content: Content(field: FieldKey(row.text(1) ?? ""), value: json.flatMap { FieldValue(json: $0) }),
                    at: Instant(milliseconds: row.integer(3) ?? 0), isEdit: row.text(4) == Cause.edit.rawValue)
            }
        }
    }
}
