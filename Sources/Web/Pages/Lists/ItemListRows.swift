import FieldSync
import Markup
import Portfolio
import Store

/// One line of a list, with what stands around its item.
struct ListRow: Sendable {
    var item: Item
    var links: [Link]
    var parent: Item?
    /// What the outcomes of an initiative say, when nobody typed how far it is.
    var progress: Double?
    var mayEdit: Bool
}

/// Everything that one page of a list shows, read at one moment in a fixed number of questions.
struct ListPage: Sendable {
    var query: ItemQuery
    var columns: [ListColumn]
    var rows: [ListRow]
    /// Made from this list a moment ago: they stand at the top, whatever the order.
    var created: [ListRow]
    var total: Int
    var groups: [Int64?: Int] = [:]
    var facets: [Facet]
    var workspace: Workspace
    var locks: FieldLocks
    /// Whether the person may change any item, so that it makes sense to select some.
    var mayAct: Bool

    static func load(_ visit: Visit, _ kind: ItemKind) async throws -> ListPage {
        let query = ItemListPages.query(visit.query, kind)
        let person = try visit.visitor()
        let new = visit.query.all("new").prefix(20).compactMap { Identifier<Item>($0) }
        return try await visit.store.read { try ListPage(query, created: new, for: person, $0) }
    }

    private init(_ query: ItemQuery, created new: [Identifier<Item>], for person: Person, _ transaction: StoreTransaction) throws {
        self.query = query
        workspace = try transaction.workspace()
        let chosen = try transaction.preference(ItemListPages.columnsPreference(query.kind), of: person.id)
        columns = workspace.listColumns(of: query.kind, chosen: chosen)
        let page = try transaction.items(matching: query)
        total = page.total
        let fresh = try transaction.items(inOrder: new).filter { $0.kind == query.kind && !$0.isArchived }
        let pinned = Set(fresh.map(\.id))
        let rights = try EditRights(of: person, transaction)
        rows = try Self.rows(of: page.items.filter { !pinned.contains($0.id) }, rights, transaction)
        created = try Self.rows(of: fresh, rights, transaction)
        if let grouping = query.grouping { groups = try transaction.itemCounts(matching: query, by: grouping) }
        facets = try Self.facets(query, transaction)
        locks = try FieldLocks(of: query.kind, transaction)
        mayAct = person.role.may(.editSharedItems)
    }

    static func rows(of items: [Item], _ rights: EditRights, _ transaction: StoreTransaction) throws -> [ListRow] {
        let links = try transaction.liveLinks(of: items.map(\.id))
        let parents = Dictionary(
            try transaction.items(
                ids: Array(Set(items.compactMap { item in if case .item(let id) = item[.parent] { id } else { nil } }))
            ).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let untold = items.filter { $0.kind == .initiative && $0[.percentComplete] == nil }.map(\.id)
        let progress = try transaction.outcomeProgress(of: untold)
        return items.map { item in
            var parent: Item?
            if case .item(let id) = item[.parent] { parent = parents[id] }
            return ListRow(
                item: item, links: links[item.id] ?? [], parent: parent, progress: progress[item.id]?.percentComplete,
                mayEdit: rights.mayEdit(item))
        }
    }

    /// What a list or a board can be filtered by. Outcomes also by their status and, while there are not too many to choose from, by
    /// their initiative.
    static func facets(_ query: ItemQuery, _ transaction: StoreTransaction) throws -> [Facet] {
        let workspace = try transaction.workspace()
        let common = workspace.facets(of: query.kind)
        guard query.kind == .outcome else { return common }
        let statuses = workspace.catalogue[.status]?.options ?? []
        let initiatives = try transaction.firstItems(matching: ItemQuery(kind: .initiative, order: .name, limit: 200))
        let chosen = try transaction.items(inOrder: query.parents.filter { id in !initiatives.contains { $0.id == id } })
        return common
            + [
                Facet(name: "status", title: "Status", values: statuses.map { ($0, $0) }),
                Facet(name: "parent", title: "Initiative", values: (chosen + initiatives).map { ("\($0.id)", $0.name) }),
            ].filter { !$0.values.isEmpty }
    }
}

extension ItemListPages {
    static func table(_ visit: Visit, _ page: ListPage) -> Node {
        let width = page.columns.reduce(40) { $0 + $1.width }
        // Wide enough for every column in steps of a hundred pixels: the style sheet has a class for each.
        let span = min(40, max(6, (width + 99) / 100))
        return Markup.table(.class("list rows at-least-\(span)"), Attribute("role", "grid"), .label(page.query.kind.plural)) {
            element("colgroup", []) {
                element("col", [Attribute("width", "40")])
                for column in page.columns { element("col", [Attribute("width", String(column.width))]) }
            }
            thead {
                tr {
                    th(.class("pick")) {
                        if page.mayAct { input(.type("checkbox"), .label("Select every row of this page"), .id("select-page")) }
                    }
                    for column in page.columns { head(visit, page.query, column) }
                }
            }
            tbody(.id("rows"), .data("part", "")) {
                if !page.created.isEmpty {
                    groupRow("Just created", nil, page)
                    for row in page.created { line(row, page) }
                }
                if page.rows.isEmpty && page.created.isEmpty { emptyRow(visit, page) } else { lines(page) }
            }
        }
    }

    private static func head(_ visit: Visit, _ query: ItemQuery, _ column: ListColumn) -> Node {
        guard let order = column.order else { return th(.class("c-\(column.cssName)")) { column.title } }
        let isCurrent = query.order == order
        let direction = isCurrent && !query.isDescending ? "desc" : ""
        return th(
            .class(column.isNumber ? "number c-\(column.cssName)" : "c-\(column.cssName)"),
            Attribute("aria-sort", isCurrent ? (query.isDescending ? "descending" : "ascending") : nil)
        ) {
            a(.href(visit.address(changing: ["sort": order.rawValue, "dir": direction, "page": "", "new": ""]))) { column.title }
        }
    }

    private static func lines(_ page: ListPage) -> [Node] {
        guard let grouping = page.query.grouping else { return page.rows.map { line($0, page) } }
        var nodes: [Node] = []
        var present: Int64??
        for row in page.rows {
            let (group, words) = group(of: row, grouping, page.workspace)
            if present != .some(group) {
                nodes.append(groupRow(words, page.groups[group], page))
                present = group
            }
            nodes.append(line(row, page))
        }
        return nodes
    }

    private static func group(of row: ListRow, _ grouping: ItemQuery.Grouping, _ workspace: Workspace) -> (Int64?, String) {
        switch grouping {
        case .initiative:
            if case .item(let id) = row.item[.parent] {
                return (id.number, row.parent.map { "\($0.key) \($0.name)" } ?? "An initiative that is gone")
            }
            return (nil, "Without an initiative")
        case .team:
            if case .team(let id) = row.item[.team] { return (id.number, workspace.words(row.item[.team])) }
            return (nil, "Without a team")
        case .stage:
            if case .stage(let id) = row.item[.stage] { return (id.number, workspace.words(row.item[.stage])) }
            return (nil, "Without a stage")
        }
    }

    private static func groupRow(_ words: String, _ count: Int?, _ page: ListPage) -> Node {
        tr(.class("group")) {
            th(Attribute("colspan", String(page.columns.count + 1)), Attribute("scope", "rowgroup")) {
                span {
                    words
                    if let count { span(.class("muted")) { " \(count.grouped)" } }
                }
            }
        }
    }

    private static func emptyRow(_ visit: Visit, _ page: ListPage) -> Node {
        let kind = page.query.kind
        let isFiltered = page.facets.contains { !visit.query.all($0.name).isEmpty } || !visit.query.text("q").isEmpty
        return tr(.class("none")) {
            td(Attribute("colspan", String(page.columns.count + 1))) {
                div(.class("empty")) {
                    icon(kind == .initiative ? .initiative : .outcome, 34)
                    if page.total > 0 {
                        h2 { "This page is past the end" }
                        p { "There are \(page.total.grouped) in all." }
                        a(.class("button"), .href(visit.address(changing: ["page": ""]))) { "Go to the first page" }
                    } else if isFiltered {
                        h2 { "Nothing fits the filter" }
                        p { "Take a filter away, or search for other words." }
                        a(.class("button"), .href(path(kind))) { "Show all \(kind.plural.lowercased())" }
                    } else if page.query.isArchived {
                        h2 { "Nothing is archived" }
                        p { "What is archived leaves the lists, keeps its history, and can be brought back from here." }
                    } else {
                        h2 { "Nothing here yet" }
                        p {
                            kind == .initiative
                                ? "An initiative is a large undertaking towards a goal. Type the name of the first one above, or pull your epics from Azure DevOps."
                                : "An outcome is a package of work inside an initiative. Type the name of the first one above, or pull your features from Azure DevOps."
                        }
                        if visit.may(.runBulk) { a(.class("button"), .href("/bulk")) { "Pull from Azure DevOps" } }
                    }
                }
            }
        }
    }

    private static func line(_ row: ListRow, _ page: ListPage) -> Node {
        let item = row.item
        return tr(
            .id("row-\(item.id)"), .data("part", ""), .data("item", "\(item.id)"), .data("version", String(item.updatedAt.milliseconds))
        ) {
            td(.class("pick")) {
                if page.mayAct {
                    input(
                        .type("checkbox"), .name("item"), .value("\(item.id)"), .label("Select \(item.key)"), Attribute("form", "selection")
                    )
                }
            }
            for column in page.columns { cell(row, column, page) }
        }
    }

    private static func cell(_ row: ListRow, _ column: ListColumn, _ page: ListPage) -> Node {
        var classes = "c-\(column.cssName)"
        if column.isName { classes += " name" }
        if column.isNumber { classes += " number" }
        let isEditable = row.mayEdit && column.editedField.map { page.locks.reason($0, row.links) == nil } ?? false
        return td(
            .class(classes), .data("field", column.editedField?.name), Attribute("aria-readonly", isEditable ? nil : "true"),
            Attribute("tabindex", "-1")
        ) { content(row, column, page.workspace) }
    }

    private static func content(_ row: ListRow, _ column: ListColumn, _ workspace: Workspace) -> [Node] {
        let item = row.item
        switch column.content {
        case .key: return [code { item.key }]
        case .updated: return [item.updatedAt.node]
        case .azureDevOps: return [linkChip(row.links.first, isShort: true)]
        case .field(.name, _): return [a(.href("/items/\(item.id)"), Attribute("title", item.name)) { item.name }]
        case .field(.percentComplete, _): return progress(item[.percentComplete], computed: row.progress)
        case .field(.parent, _): return row.parent.map { parent in [span(Attribute("title", parent.name)) { parent.name }] } ?? []
        case .field(let key, _): return display(item[key], workspace)
        }
    }

    /// A value as lists and cards show it.
    static func display(_ value: FieldValue?, _ workspace: Workspace) -> [Node] {
        switch value {
        case .stage(let id):
            guard let stage = workspace.stage(id) else { return [.text(workspace.words(value))] }
            return [span(.class("stage \(stage.category.rawValue)"), Attribute("title", stage.category.title)) { stage.name }]
        case .person:
            let name = workspace.words(value)
            return [span(.class("person")) { [avatar(name), span { name }] }]
        case .rag(let light): return [ragDot(light)]
        case nil: return []
        default:
            let words = workspace.words(value)
            return [words.count > 20 ? span(Attribute("title", words)) { words } : .text(words)]
        }
    }

    /// How far something is, drawn and in a number. What its outcomes say looks paler than what somebody typed.
    static func progress(_ value: FieldValue?, computed: Double? = nil) -> [Node] {
        var typed: Double?
        if case .number(let number) = value { typed = number }
        guard let percent = typed ?? computed else { return [] }
        return [
            span(.class(typed == nil ? "progress computed" : "progress"), Attribute("title", typed == nil ? "From its outcomes" : nil)) {
                meter(percent)
                span { "\(Int(percent.rounded())) %" }
            }
        ]
    }
}

extension ListColumn {
    /// The name as a class: without dots.
    var cssName: String { name.replacing(".", with: "-") }
}
