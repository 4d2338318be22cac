import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine

/// The JSON API: items, integrations and runs. Bearer tokens come from “Your account”.
enum APIRoutes {
    static let routes: [Route] = [
        Route("GET", "/api/v1/openapi.json", .everybody) { _ in .json(OpenAPI.document) },
        Route("GET", "/api/v1/items", .token(.viewPortfolio), list),
        Route("POST", "/api/v1/items", .token(.editEveryItem), create),
        Route("GET", "/api/v1/items/:id", .token(.viewPortfolio), show),
        Route("PATCH", "/api/v1/items/:id", .token(.editSharedItems), edit),
        Route("GET", "/api/v1/integrations", .token(.viewIntegrations), integrations),
        Route("POST", "/api/v1/runs", .token(.runBulk), startRun),
        Route("GET", "/api/v1/runs/:id", .token(.runBulk)) { visit in
            let id: Identifier<Run> = try visit.identifier("id")
            guard let run = try await visit.store.read({ try $0.run(id) }) else { throw Refusal.notFound }
            return .json(json(run))
        },
    ]

    private static func body(_ visit: Visit) throws -> JSONValue {
        do {
            return try JSONValue(parsing: visit.body)
        } catch {
            throw Refusal.invalid(message: "The body is no JSON: \(error).", remedy: "Send a JSON object.")
        }
    }

    @Sendable
    private static func list(_ visit: Visit) async throws -> Reply {
        guard let kind = ItemKind(rawValue: visit.query.text("kind").isEmpty ? "initiative" : visit.query.text("kind")) else {
            throw Refusal.invalid(message: "The kind is not known.", remedy: "Use initiative or outcome.")
        }
        let query = ItemListPages.query(visit.query, kind)
        let (page, workspace, links) = try await visit.store.read { transaction in
            let page = try transaction.items(matching: query)
            let links = try page.items.map { item in try transaction.links(of: item.id).first { $0.state.isLive } }
            return (page, try transaction.workspace(), links)
        }
        return .json(["total": .integer(page.total), "items": .array(zip(page.items, links).map { json($0, $1, workspace) })])
    }

    private static func json(_ item: Item, _ link: Link?, _ workspace: Workspace) -> JSONValue {
        var values = JSONObject()
        for key in item.values.keys.sorted() {
            guard let value = item[key] else { continue }
            values[key.name] = [
                "value": value.json[1] ?? .null, "text": .string(workspace.words(value, limit: 100_000)),
                "version": .integer(item.version(of: key)),
            ]
        }
        return [
            "id": .integer(item.id.number), "key": .string(item.key), "kind": .string(item.kind.rawValue), "fields": .object(values),
            "archived": .bool(item.isArchived), "updatedAt": .string(item.updatedAt.description), "updatedBy": .string(item.updatedBy),
            "workItem": link?.workItem.map { .integer($0) } ?? .null, "syncState": link.map { .string($0.health.rawValue) } ?? .null,
        ]
    }

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Item> = try visit.identifier("id")
        let found = try await visit.store.read { transaction in
            try transaction.item(id).map { ($0, try transaction.links(of: id).first { $0.state.isLive }, try transaction.workspace()) }
        }
        guard let (item, link, workspace) = found else { throw Refusal.notFound }
        return .json(json(item, link, workspace))
    }

    /// Values as the interface's own controls take them: texts, numbers, days, ids.
    private static func values(_ json: JSONValue, _ kind: ItemKind, _ workspace: Workspace) throws -> [FieldKey: FieldValue?] {
        var values: [FieldKey: FieldValue?] = [:]
        for (name, value) in json.object ?? JSONObject() {
            guard let definition = workspace.catalogue[FieldKey(name)], definition.appliesTo.contains(kind) else {
                throw Refusal.invalid(
                    message: "There is no field “\(name.prefix(60))”.", remedy: "See the fields of an item for their names.")
            }
            let texts =
                value.array?.compactMap(\.string) ?? [
                    value.string ?? value.number.map { FieldInput.text(.number($0)) } ?? value.bool.map { $0 ? "true" : "" } ?? ""
                ]
            values[definition.key] = .some(try FieldInput.value(texts, for: definition))
        }
        return values
    }

    @Sendable
    private static func create(_ visit: Visit) async throws -> Reply {
        let json = try body(visit)
        guard let kind = json["kind"]?.string.flatMap({ ItemKind(rawValue: $0) }) else {
            throw Refusal.invalid(message: "The kind is missing.", remedy: "Use initiative or outcome.")
        }
        let origin = EditOrigin(actor: try visit.actor(), cause: .api, at: visit.now)
        let item = try await visit.store.write { transaction in
            let given = try values(json["fields"] ?? [:], kind, transaction.workspace()).compactMapValues { $0 }
            return try transaction.create(kind, values: given, origin: origin)
        }
        return .json(["id": .integer(item.id.number), "key": .string(item.key)], status: 201)
    }

    @Sendable
    private static func edit(_ visit: Visit) async throws -> Reply {
        let json = try body(visit)
        let id: Identifier<Item> = try visit.identifier("id")
        let person = try visit.visitor()
        let page = try await visit.store.read { try ItemPage(id, for: person, $0) }
        guard page.mayEdit else { throw Refusal.forbidden("edit this item") }
        let changes = try values(json["fields"] ?? [:], page.item.kind, page.workspace)
        for key in changes.keys {
            if let lock = page.lock(key) { throw Refusal.invalid(message: "\(page.label(key)) is locked. \(lock)", remedy: "") }
        }
        var versions: [FieldKey: Int64] = [:]
        for (name, version) in json["versions"]?.object ?? JSONObject() { versions[FieldKey(name)] = version.integer }
        let (origin, expected) = (EditOrigin(actor: try visit.actor(), cause: .api, at: visit.now), versions)
        try await visit.store.write { _ = try $0.edit(id, changes: changes, expecting: expected, origin: origin) }
        return try await show(visit)
    }

    @Sendable
    private static func integrations(_ visit: Visit) async throws -> Reply {
        let list = try await visit.store.read { transaction in
            try transaction.integrations().map { (integration: $0, counts: try transaction.linkCounts(of: $0.id)) }
        }
        return .json([
            "integrations": .array(
                list.map { entry in
                    [
                        "id": .integer(entry.integration.id.number), "project": .string(entry.integration.projectName),
                        "state": .string(entry.integration.state.rawValue),
                        "mode": .string(entry.integration.defaultMode.rawValue), "hooks": .string(entry.integration.hookState.rawValue),
                        "links": .integer(entry.counts.total), "waiting": .integer(entry.counts.waiting),
                        "conflicts": .integer(entry.counts.inConflict),
                        "failed": .integer(entry.counts.failed),
                    ]
                })
        ])
    }

    @Sendable
    private static func startRun(_ visit: Visit) async throws -> Reply {
        let json = try body(visit)
        guard let integration = json["integration"]?.integer,
            let direction = json["direction"]?.string.flatMap({ Run.Direction(rawValue: $0) })
        else {
            throw Refusal.invalid(
                message: "Integration or direction is missing.", remedy: "Send the id of an integration, and pull, push or both.")
        }
        let run = try await visit.engine.runs.start(
            direction, in: Identifier(integration), selection: json["items"]?.array?.compactMap { $0.integer.map { Identifier($0) } },
            createsItems: json["createsItems"]?.bool ?? false, createsWorkItems: json["createsWorkItems"]?.bool ?? false,
            isDryRun: json["dryRun"]?.bool ?? false, by: visit.visitor().name)
        return .json(self.json(run), status: 201)
    }

    private static func json(_ run: Run) -> JSONValue {
        [
            "id": .integer(run.id.number), "integration": .integer(run.integration.number), "direction": .string(run.direction.rawValue),
            "state": .string(run.state.rawValue), "total": .integer(run.total), "done": .integer(run.done), "failed": .integer(run.failed),
            "inStep": .integer(run.inStep), "detail": run.detail.map { .string($0) } ?? .null,
        ]
    }
}
