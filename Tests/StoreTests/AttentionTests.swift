import Database
import FieldSync
import Portfolio
import Store
import Testing

@Suite("What waits for a person, and what has happened")
struct AttentionTests {
    private let now = Instant(milliseconds: 1_760_000_000_000)

    /// Items that are linked in one integration, named by their order.
    private func portfolio(_ count: Int) async throws -> (store: Store, links: [Link], integration: Identifier<Integration>) {
        let store = try await Store.open(SQLiteDatabase.inMemory())
        let now = now
        let (links, integration) = try await store.write { transaction -> ([Link], Identifier<Integration>) in
            let instance = try transaction.addInstance(name: "I", url: "https://dev.azure.com/x", deployment: .services) { id in
                Credential(id: id, instance: Identifier(0), name: "Default", sealed: [])
            }
            let set = try transaction.addMappingSet(name: "M", isShared: false, mapping: MappingSet())
            let integration = try transaction.addIntegration(
                Integration(id: Identifier(0), instance: instance.id, projectID: "p", projectName: "P", mappingSet: set.id))
            let origin = EditOrigin(actor: .kiplot, cause: .creation, at: now)
            let links = try (1...count).map { number in
                let item = try transaction.create(.initiative, values: [.name: .text("Item \(number)")], origin: origin)
                var link = try transaction.connect(
                    NewLink(
                        integration: integration.id, item: item.id, workItem: Int64(number), workItemType: "Epic", marker: "m\(number)",
                        at: now))
                link.settled = link.dirty
                try transaction.update(link)
                return link
            }
            return (links, integration.id)
        }
        return (store, links, integration)
    }

    private func field(_ change: (inout LinkField) -> Void) -> LinkField {
        var field = LinkField()
        change(&field)
        return field
    }

    @Test("the number is what is listed: conflicts, obstacles, problems and instances; what is cut off does not count")
    func count() async throws {
        let (store, links, _) = try await portfolio(4)
        #expect(try await store.read { try $0.attentionCount() } == 0)
        let now = now
        let obstacle = FieldObstacle(message: "m", remedy: "r", fingerprint: "f")
        let (conflicting, blocked) = (field { $0.isInConflict = true }, field { $0.obstacle = obstacle })
        try await store.write { transaction in
            for index in [0, 3] {
                var link = links[index]
                link.fields[.name] = conflicting
                if index == 3 { link.state = .disconnected }
                try transaction.update(link)
                try transaction.hold(
                    Conflict(
                        link: link.id, item: link.item, field: .name, local: nil, remote: nil, localBy: nil, localAt: nil, remoteBy: nil,
                        remoteAt: nil, remoteRevision: 1, openedAt: now))
            }
            var link = links[1]
            link.fields[.stage] = blocked
            link.fields[.owner] = blocked
            link.problem = LinkProblem(message: "m", remedy: "r")
            try transaction.update(link)
            var instance = try #require(try transaction.instances().first)
            instance.health = .credentialRejected
            try transaction.update(instance)
        }
        let (count, conflicts, troubled) = try await store.read {
            (try $0.attentionCount(), try $0.conflictsToSettle(limit: 10), try $0.troubledLinks(limit: 10))
        }
        #expect(conflicts.map(\.link) == [links[0].id])
        #expect(troubled.map(\.id) == [links[1].id])
        #expect(count == conflicts.count + troubled.reduce(0) { $0 + $1.obstacles.count + ($1.problem == nil ? 0 : 1) } + 1)
    }

    @Test("links are counted and listed as each of them says it stands")
    func health() async throws {
        let (store, links, integration) = try await portfolio(6)
        let (conflicting, blocked) = (
            field { $0.isInConflict = true }, field { $0.obstacle = FieldObstacle(message: "m", remedy: "r", fingerprint: "f") }
        )
        try await store.write { transaction in
            var (conflict, failed, pending, outside) = (links[0], links[1], links[2], links[3])
            conflict.fields[.name] = conflicting
            failed.fields[.name] = blocked
            pending.dirty += 1
            outside.state = .remoteDeleted
            for link in [conflict, failed, pending, outside] { try transaction.update(link) }
        }
        let (counts, all) = try await store.read {
            (try $0.linkHealthCounts(of: integration), try $0.links(in: integration, after: nil, limit: 100))
        }
        for health in [Link.Health.inSync, .pending, .conflict, .failed, .outside] {
            let expected = all.filter { $0.health == health }
            #expect(counts[health] == expected.count && !expected.isEmpty)
            let listed = try await store.read { try $0.links(in: integration, health: health, after: nil, limit: 100) }
            #expect(listed.map(\.id) == expected.map(\.id))
        }
        #expect(counts.total == 6)
    }

    @Test("the past is asked by item, result, person and words, and read page by page")
    func receipts() async throws {
        let (store, links, integration) = try await portfolio(2)
        let now = now
        try await store.write { transaction in
            for (link, action, actor) in [
                (links[0], Receipt.Action.pulled, "Dana (Azure DevOps)"), (links[0], .pushed, "Ada"), (links[1], .blocked, "Ada"),
                (links[1], .pushed, "Dana"),
            ] { try transaction.file(Receipt(link: link, field: .name, action: action, at: now, actor: actor, cause: .sweep)) }
        }
        func actions(_ change: (inout ReceiptQuery) -> Void) async throws -> [Receipt.Action] {
            var query = ReceiptQuery()
            change(&query)
            let fixed = query
            return try await store.read { try $0.receipts(matching: fixed).map(\.action) }
        }
        #expect(try await actions { $0.actors = ["Dana"] } == [.pushed, .pulled], "here and there it is the same person")
        #expect(try await actions { $0.item = links[1].item } == [.pushed, .blocked])
        #expect(try await actions { $0.actions = [.blocked, .failed] } == [.blocked])
        #expect(try await actions { $0.words = "item 1" } == [.pushed, .pulled])
        #expect(try await actions { $0.integrations = [Identifier(integration.number + 1)] }.isEmpty)
        let first = try await store.read { try $0.receipts(matching: ReceiptQuery(limit: 1)) }
        #expect(try await actions { $0.before = first.last?.id }.count == 3)
        #expect(try await store.read { try $0.actorsLately() } == ["Ada", "Dana"])
    }
}
