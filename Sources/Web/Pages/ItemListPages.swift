import AzureDevOps
import Markup
import Portfolio
import Store

/// The lists of initiatives and outcomes.
enum ItemListPages {
    static let routes: [Route] = [
        Route("GET", "/initiatives", .having(.viewPortfolio)) { try await list($0, .initiative) },
        Route("GET", "/outcomes", .having(.viewPortfolio)) { try await list($0, .outcome) },
        Route("POST", "/initiatives", .having(.editEveryItem)) { try await create($0, .initiative) },
        Route("POST", "/outcomes", .having(.editEveryItem)) { try await create($0, .outcome) },
    ]

    static func path(_ kind: ItemKind) -> String { kind == .initiative ? "/initiatives" : "/outcomes" }

    private static let pageSize = 50

    /// What the address asks for.
    static func query(_ values: FormValues, _ kind: ItemKind) -> ItemQuery {
        func ids<Entity>(_ name: String) -> [Identifier<Entity>] { values.all(name).compactMap { Identifier<Entity>($0) } }
        var query = ItemQuery(
            kind: kind, search: values.text("q"), order: ItemQuery.Order(rawValue: values.text("sort")) ?? .rank, limit: pageSize)
        query.stages = ids("stage")
        query.owners = ids("owner")
        query.teams = ids("team")
        query.businessUnits = ids("unit")
        query.types = values.all("type").filter { !$0.isEmpty }
        query.lights = values.all("rag").compactMap { RAG(rawValue: $0) }
        query.link = ItemQuery.LinkFilter(rawValue: values.text("link"))
        query.isArchived = values.text("archived") == "yes"
        query.isDescending = values.text("dir") == "desc"
        query.offset = max(0, (Int(values.text("page")) ?? 1) - 1) * pageSize
        return query
    }

    private struct Row: Sendable {
        var item: Item
        var link: Link?
        var parent: String?
    }

    private static func list(_ visit: Visit, _ kind: ItemKind) async throws -> Reply {
        let query = query(visit.query, kind)
        let (rows, total, workspace) = try await visit.store.read { transaction -> ([Row], Int, Workspace) in
            let page = try transaction.items(matching: query)
            let rows = try page.items.map { item in
                var parent: String?
                if case .item(let id) = item[.parent] { parent = try transaction.item(id)?.name }
                return Row(item: item, link: try transaction.links(of: item.id).first { $0.state.isLive }, parent: parent)
            }
            return (rows, page.total, try transaction.workspace())
        }
        return try await visit.layout(
            kind.plural, section: kind == .initiative ? .initiatives : .outcomes,
            live: ["item:*", "items:\(kind.rawValue)", "configuration"]
        ) {
            heading(kind.plural) {
                if visit.may(.editEveryItem) {
                    visit.post(path(kind), .class("inline")) {
                        input(
                            .name("name"), .label("Name of the new \(kind.title)"), Attribute("placeholder", "New \(kind.title)…"),
                            .flag("required"), Attribute("maxlength", "255"))
                        button(.class("primary")) { "Create" }
                    }
                }
            }
            visit.filterBar(path(kind), workspace.facets(of: kind), keeping: ["sort", "dir", "archived"])
            div(.id("list"), .data("part", "")) {
                if rows.isEmpty {
                    p(.class("empty")) {
                        total == 0 && visit.query.text("q").isEmpty
                            ? "Nothing here yet. Create one above, or pull from Azure DevOps." : "Nothing fits the filter."
                    }
                } else {
                    visit.post("/bulk/selection") {
                        input(.type("hidden"), .name("kind"), .value(kind.rawValue))
                        div(.class("scroll")) { table(visit, rows, query, workspace) }
                        footer(visit, query, total)
                    }
                }
            }
        }
    }

    private static func table(_ visit: Visit, _ rows: [Row], _ query: ItemQuery, _ workspace: Workspace) -> Node {
        func sorter(_ order: ItemQuery.Order, _ words: String) -> Node {
            let isCurrent = query.order == order
            let direction = isCurrent && !query.isDescending ? "desc" : "asc"
            return th(Attribute("aria-sort", isCurrent ? (query.isDescending ? "descending" : "ascending") : nil)) {
                a(.href(visit.address(changing: ["sort": order.rawValue, "dir": direction, "page": "1"]))) { words }
            }
        }
        return Markup.table(.class("list")) {
            thead {
                tr {
                    th { input(.type("checkbox"), .label("Select all"), .data("all", "item")) }
                    sorter(.number, "Key")
                    sorter(.name, "Name")
                    sorter(.stage, "Stage")
                    sorter(.owner, "Owner")
                    if query.kind == .outcome { th { "Initiative" } }
                    sorter(.start, "Start")
                    sorter(.end, "End")
                    sorter(.effort, "Effort")
                    sorter(.rag, "RAG")
                    sorter(.percentComplete, "%")
                    th { "Azure DevOps" }
                }
            }
            tbody {
                for row in rows {
                    let item = row.item
                    tr {
                        td { input(.type("checkbox"), .name("item"), .value("\(item.id)"), .label("Select \(item.key)")) }
                        td { code { item.key } }
                        td(.class("name")) { a(.href("/items/\(item.id)")) { item.name } }
                        td { workspace.words(item[.stage]) }
                        td { workspace.words(item[.owner]) }
                        if query.kind == .outcome { td { row.parent ?? "" } }
                        td(.class("day")) { workspace.words(item[.start]) }
                        td(.class("day")) { workspace.words(item[.end]) }
                        td(.class("number")) { workspace.words(item[.effort]) }
                        td { ragDot(item.light) }
                        td(.class("number")) { workspace.words(item[.percentComplete]) }
                        td { linkChip(row.link) }
                    }
                }
            }
        }
    }

    private static func footer(_ visit: Visit, _ query: ItemQuery, _ total: Int) -> Node {
        let page = query.offset / pageSize + 1
        let pages = max(1, (total + pageSize - 1) / pageSize)
        return div(.class("list-foot")) {
            if visit.may(.runBulk) { button(.type("submit")) { "Sync selected…" } }
            span(.class("muted")) { "\(total) \(total == 1 ? query.kind.title : query.kind.plural)" }
            nav(.label("Pages")) {
                if page > 1 { a(.href(visit.address(changing: ["page": String(page - 1)]))) { "← Previous" } }
                span { "Page \(page) of \(pages)" }
                if page < pages { a(.href(visit.address(changing: ["page": String(page + 1)]))) { "Next →" } }
            }
        }
    }

    private static func create(_ visit: Visit, _ kind: ItemKind) async throws -> Reply {
        let name = visit.form.text("name")
        guard !name.isEmpty else { throw Refusal.invalid(message: "The name is empty.", remedy: "Type a name.") }
        let person = try visit.visitor()
        let origin = EditOrigin(actor: try visit.actor(), cause: .creation, at: visit.now)
        let parent = visit.form["parent"].flatMap { Identifier<Item>($0) }
        let item = try await visit.store.write { transaction in
            var values: [FieldKey: FieldValue] = [.name: .text(name), .owner: .person(person.id)]
            if kind == .outcome, let parent { values[.parent] = .item(parent) }
            return try transaction.create(kind, values: values, origin: origin)
        }
        return .seeOther("/items/\(item.id)")
    }
}

extension Item {
    var light: RAG? { if case .rag(let light) = self[.rag] { light } else { nil } }
}
