import FieldSync
import JSON
import Markup
import Portfolio
import Store
import SyncEngine

/// What the buttons of the attention page do. Each decides only about items that the visitor may edit.
extension AttentionPages {
    /// - Parameter undo: an address that takes it back.
    private static func answer(_ visit: Visit, _ words: String, undo: String? = nil) -> Reply {
        visit.isScripted
            ? .json(["saved": true, "message": .string(words), "undo": undo.map { .string($0) } ?? .null]) : .seeOther("/attention")
    }

    private static func decidable(_ links: [Identifier<Link>], _ visit: Visit) async throws -> Set<Identifier<Link>> {
        let person = try visit.visitor()
        let allowed = try await visit.store.read { transaction in
            try links.filter { id in
                guard let link = try transaction.link(id), let item = try transaction.item(link.item) else { return false }
                return try ItemPage.mayEdit(item, person, transaction)
            }
        }
        guard !allowed.isEmpty else { throw Refusal.forbidden("decide about these items") }
        return Set(allowed)
    }

    @Sendable
    static func settleAll(_ visit: Visit) async throws -> Reply {
        guard let winner = InitialSource(rawValue: visit.form.text("choice")) else { throw Refusal.notFound }
        let shown = visit.form.all("conflict").compactMap { text -> (conflict: Identifier<Conflict>, fingerprint: String)? in
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, let id = Identifier<Conflict>(parts[0]) else { return nil }
            return (id, parts[1])
        }
        let links = try await visit.store.read { transaction in
            try shown.compactMap { entry in try transaction.conflict(entry.conflict).map { (entry.conflict, $0.link) } }
        }
        let allowed = try await decidable(links.map(\.1), visit)
        let mine = Set(links.filter { allowed.contains($0.1) }.map(\.0))
        let outcome = try await visit.engine.items.settleAll(
            shown.filter { mine.contains($0.conflict) }, keeping: winner, actor: visit.actor())
        let passed = outcome.left == 0 ? "" : " \(outcome.left) changed meanwhile: look at them again."
        return answer(visit, "\(outcome.settled) settled.\(passed)")
    }

    @Sendable
    static func retry(_ visit: Visit) async throws -> Reply {
        let fields = visit.form.all("field").compactMap { text -> LinkedField? in
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, let link = Identifier<Link>(parts[0]) else { return nil }
            return LinkedField(link: link, field: FieldKey(parts[1]))
        }
        let allowed = try await decidable(fields.map(\.link), visit)
        let outcome = try await visit.engine.items.retry(fields.filter { allowed.contains($0.link) }, actor: visit.actor())
        return answer(
            visit,
            outcome.left == 0
                ? "\(outcome.settled) went through."
                : "\(outcome.settled) went through, \(outcome.left) did not: the reason stands beside each.")
    }

    @Sendable
    static func lookAgain(_ visit: Visit) async throws -> Reply {
        let allowed = try await decidable(visit.form.all("link").compactMap { Identifier<Link>($0) }, visit)
        try await visit.engine.items.lookAgain(at: Array(allowed))
        return answer(visit, "Looked at again now; what is well leaves this list by itself.")
    }

    @Sendable
    static func unlink(_ visit: Visit) async throws -> Reply {
        let allowed = try await decidable(visit.form.all("link").compactMap { Identifier<Link>($0) }, visit)
        for link in allowed { try await visit.engine.items.unlink(link, by: visit.actor()) }
        return answer(visit, "\(allowed.count) unlinked. Both sides keep what they have.")
    }

    /// The second work item is wanted, and is one of its own. Taken back by the same address.
    @Sendable
    static func acceptDuplicate(_ visit: Visit) async throws -> Reply {
        guard let id = Identifier<Link>(visit.form["link"] ?? visit.query["link"] ?? ""),
            let workItem = Int64(visit.form["workItem"] ?? visit.query["workItem"] ?? "")
        else { throw Refusal.notFound }
        _ = try await decidable([id], visit)
        let isTakenBack = visit.query["not"] != nil
        let name = try visit.actor().name
        try await visit.store.write { try $0.accept(duplicate: workItem, of: id, by: isTakenBack ? nil : name) }
        guard !isTakenBack else { return answer(visit, "#\(workItem) is a duplicate again.") }
        return answer(
            visit, "#\(workItem) is a work item of its own now.",
            undo: "/attention/duplicate/accept?link=\(id)&workItem=\(workItem)&not=1")
    }

    /// The second work item takes the place of the first; where the two differ from the item, a person is asked.
    @Sendable
    static func useDuplicate(_ visit: Visit) async throws -> Reply {
        guard let id = Identifier<Link>(visit.form.text("link")), let workItem = Int64(visit.form.text("workItem")),
            let link = try await visit.store.read({ try $0.link(id) })
        else { throw Refusal.notFound }
        _ = try await decidable([id], visit)
        try await visit.engine.items.unlink(id, by: visit.actor())
        _ = try await visit.engine.items.link(link.item, to: workItem, in: link.integration, source: nil, by: visit.actor())
        return answer(visit, "#\(workItem) is linked now.")
    }
}
