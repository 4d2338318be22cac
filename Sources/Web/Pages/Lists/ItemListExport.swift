import Markup
import Portfolio
import Store

/// The list as a file for a spreadsheet: everything that fits the filter, with the columns that the person sees.
extension ItemListPages {
    static func export(_ visit: Visit, _ kind: ItemKind) async throws -> Reply {
        let query = query(visit.query, kind)
        let person = try visit.visitor()
        let (ids, columns) = try await visit.store.read { transaction in
            let chosen = try transaction.preference(columnsPreference(kind), of: person.id)
            return (try transaction.itemIDs(matching: query), try transaction.workspace().listColumns(of: kind, chosen: chosen))
        }
        let store = visit.store
        let (parts, continuation) = AsyncStream<String>.makeStream(bufferingPolicy: .unbounded)
        let writing = Task {
            // Excel takes a file for UTF-8 only when it starts with this mark.
            continuation.yield("\u{FEFF}" + CSV.line(columns.flatMap { titles(of: $0) }))
            for start in stride(from: 0, to: ids.count, by: 1_000) where !Task.isCancelled {
                let some = Array(ids[start..<min(start + 1_000, ids.count)])
                guard let text = try? await store.read({ try lines(some, columns, person, $0) }) else { break }
                continuation.yield(text)
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in writing.cancel() }
        let name = "\(kind.plural.lowercased())-\(visit.now.day?.description ?? "")"
        return Reply(
            status: 200,
            headers: [
                ("Content-Type", "text/csv; charset=utf-8"), ("Cache-Control", "no-store"),
                ("Content-Disposition", "attachment; filename=\"\(name).csv\""),
            ], body: .events(parts))
    }

    private static func lines(
        _ ids: [Identifier<Item>], _ columns: [ListColumn], _ person: Person, _ transaction: StoreTransaction
    ) throws -> String {
        let workspace = try transaction.workspace()
        let rows = try ListPage.rows(of: transaction.items(inOrder: ids), EditRights(of: person, transaction), transaction)
        return rows.map { row in CSV.line(columns.flatMap { texts(row, $0, workspace) }) }.joined()
    }

    private static func titles(of column: ListColumn) -> [String] {
        guard case .azureDevOps = column.content else { return [column.title] }
        return ["Work item", "Work item type", "State in Azure DevOps", "Azure DevOps"]
    }

    private static func texts(_ row: ListRow, _ column: ListColumn, _ workspace: Workspace) -> [String] {
        switch column.content {
        case .key: return [row.item.key]
        case .updated: return [row.item.updatedAt.description]
        case .azureDevOps:
            guard let link = row.links.first else { return ["", "", "", "Not linked"] }
            return [
                link.workItem.map { String($0) } ?? "", CSV.harmless(link.workItemType), CSV.harmless(link.remoteState ?? ""),
                link.healthWords,
            ]
        case .field(let key, _):
            switch row.item[key] {
            case .number(let number): return [FieldInput.text(.number(number))]
            case .date(let date): return [date.description]
            case .item: return [CSV.harmless(row.parent.map { "\($0.key) \($0.name)" } ?? "")]
            case nil: return [key == .percentComplete ? row.progress.map { FieldInput.text(.number($0)) } ?? "" : ""]
            case let value: return [CSV.harmless(workspace.words(value, limit: 32_000))]
            }
        }
    }
}

/// Values with commas between them (RFC 4180).
enum CSV {
    static func line(_ values: [String]) -> String { values.map(quoted).joined(separator: ",") + "\r\n" }

    /// A spreadsheet takes a text that starts like this for a formula, and would run it: an apostrophe says that it is none.
    static func harmless(_ text: String) -> String {
        guard let first = text.unicodeScalars.first(where: { $0 != " " }),
            "=+-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains(first)
        else { return text }
        return "'\(text)"
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { $0 != "," && $0 != "\"" && $0 != "\n" && $0 != "\r" }
        guard !isPlain || text.hasPrefix(" ") || text.hasSuffix(" ") else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
