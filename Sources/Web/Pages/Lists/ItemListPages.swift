import AzureDevOps
import Markup
import Portfolio
import Store

/// The lists of initiatives and outcomes: what the address asks for, and the page around the rows.
enum ItemListPages {
    static let routes: [Route] =
        [
            Route("GET", "/items/:id/cell/:field", .having(.viewPortfolio), cell),
            Route("POST", "/selection/undo", .having(.viewPortfolio), takeBackSelection),
        ] + ItemKind.allCases.flatMap(routes)

    private static func routes(of kind: ItemKind) -> [Route] {
        [
            Route("GET", path(kind), .having(.viewPortfolio)) { try await list($0, kind) },
            Route("GET", "\(path(kind)).csv", .having(.viewPortfolio)) { try await export($0, kind) },
            Route("POST", path(kind), .having(.editEveryItem)) { try await create($0, kind) },
            Route("POST", "\(path(kind))/columns", .having(.viewPortfolio)) { try await chooseColumns($0, kind) },
            Route("POST", "\(path(kind))/selection", .having(.viewPortfolio)) { try await changeSelection($0, kind) },
        ]
    }

    static func path(_ kind: ItemKind) -> String { kind == .initiative ? "/initiatives" : "/outcomes" }

    static let pageSizes = [50, 100, 200]

    /// The names of the address that are no filters, and stay when a filter changes.
    private static let kept = ["sort", "dir", "archived", "group", "size"]

    /// What the address asks for.
    static func query(_ values: FormValues, _ kind: ItemKind) -> ItemQuery {
        func ids<Entity>(_ name: String) -> [Identifier<Entity>] { values.all(name).compactMap { Identifier<Entity>($0) } }
        let size = Int(values.text("size")).flatMap { pageSizes.contains($0) ? $0 : nil } ?? pageSizes[0]
        var query = ItemQuery(
            kind: kind, search: values.text("q"), order: ItemQuery.Order(rawValue: values.text("sort")) ?? .rank, limit: size)
        query.stages = ids("stage")
        query.owners = ids("owner")
        query.teams = ids("team")
        query.businessUnits = ids("unit")
        query.types = values.all("type").filter { !$0.isEmpty }
        query.lights = values.all("rag").compactMap { RAG(rawValue: $0) }
        query.link = ItemQuery.LinkFilter(rawValue: values.text("link"))
        if kind == .outcome {
            query.statuses = values.all("status").filter { !$0.isEmpty }
            query.parents = ids("parent")
            query.grouping = ItemQuery.Grouping(rawValue: values.text("group"))
        }
        query.isArchived = values.text("archived") == "yes"
        query.isDescending = values.text("dir") == "desc"
        query.offset = max(0, min(Int(values.text("page")) ?? 1, 1_000_000) - 1) * size
        return query
    }

    private static func list(_ visit: Visit, _ kind: ItemKind) async throws -> Reply {
        let page = try await ListPage.load(visit, kind)
        return try await visit.layout(
            kind.plural, section: kind == .initiative ? .initiatives : .outcomes,
            live: ["item:*", "items:\(kind.rawValue)", "configuration"], parts: [.list]
        ) {
            heading(kind.plural) {
                viewTools(visit, page)
                if visit.may(.editEveryItem) { creation(visit, kind) }
            }
            div(.class("list-tools")) { visit.filterBar(path(kind), page.facets, keeping: kept) }
            div(.class("list-frame"), .id("list")) { table(visit, page) }
            foot(visit, page)
            if page.mayAct { selectionBar(visit, page) }
        }
    }

    private static func viewTools(_ visit: Visit, _ page: ListPage) -> Node {
        let kind = page.query.kind
        return div(.class("view-tools")) {
            label(.class("button quiet show-filters")) {
                input(.type("checkbox"), .id("show-filters"))
                icon(.filter, 16)
                "Filters"
            }
            if kind == .outcome { groupMenu(visit, page.query) }
            a(
                .class(page.query.isArchived ? "button" : "button quiet"),
                .href(visit.address(changing: ["archived": page.query.isArchived ? "" : "yes", "page": "", "new": ""])),
                Attribute("aria-current", page.query.isArchived ? "true" : nil)
            ) { "Archived" }
            columnsMenu(visit, kind, page.workspace, page.columns)
            a(
                .class("button quiet"), .href(visit.address("\(path(kind)).csv", keeping: Set(visit.query.names).sorted())),
                Attribute("title", "Everything that fits the filter, with these columns")
            ) {
                icon(.download, 16)
                "CSV"
            }
        }
    }

    private static func groupMenu(_ visit: Visit, _ query: ItemQuery) -> Node {
        let present = query.grouping
        return element("details", [.class("popover right"), .id("grouping")]) {
            element("summary", [.class("quiet")]) {
                present.map { "By \($0.rawValue)" } ?? "Group"
                icon(.down, 14)
            }
            div(.class("panel")) {
                a(.href(visit.address(changing: ["group": "", "page": ""])), Attribute("aria-current", present == nil ? "true" : nil)) {
                    "No groups"
                }
                for grouping in ItemQuery.Grouping.allCases {
                    a(
                        .href(visit.address(changing: ["group": grouping.rawValue, "page": ""])),
                        Attribute("aria-current", present == grouping ? "true" : nil)
                    ) { "By \(grouping.rawValue)" }
                }
            }
        }
    }

    private static func foot(_ visit: Visit, _ page: ListPage) -> Node {
        let query = page.query
        let number = query.offset / query.limit + 1
        let pages = max(1, (page.total + query.limit - 1) / query.limit)
        func to(_ number: Int) -> String { visit.address(changing: ["page": String(number), "new": ""]) }
        return div(.class("list-foot"), .id("list-foot"), .data("part", "")) {
            span(.class("muted total")) { "\(page.total.grouped) \(page.total == 1 ? query.kind.title : query.kind.plural)" }
            nav(.label("Pages")) {
                if number > 1 { a(.href(to(number - 1)), Attribute("rel", "prev")) { "← Previous" } }
                span { "Page \(number.grouped) of \(pages.grouped)" }
                if number < pages { a(.href(to(number + 1)), Attribute("rel", "next")) { "Next →" } }
            }
            nav(.class("sizes"), .label("Rows on a page")) {
                span(.class("muted")) { "Rows" }
                for size in pageSizes {
                    a(
                        .href(visit.address(changing: ["size": size == pageSizes[0] ? "" : String(size), "page": "", "new": ""])),
                        Attribute("aria-current", size == query.limit ? "true" : nil)
                    ) { String(size) }
                }
            }
        }
    }
}

extension Item {
    var light: RAG? { if case .rag(let light) = self[.rag] { light } else { nil } }
}

extension Int {
    /// `12,345`
    var grouped: String {
        let digits = String(magnitude)
        let words = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : String(digit)
        }
        return (self < 0 ? "-" : "") + words.joined()
    }
}
