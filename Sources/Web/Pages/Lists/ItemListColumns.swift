import JSON
import Markup
import Portfolio
import Store

/// A column that a list can show.
struct ListColumn: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        case key
        case field(FieldKey, FieldType)
        case updated, azureDevOps
    }

    /// The name in the address and in what a person prefers.
    var name: String
    var title: String
    var content: Content
    var order: ItemQuery.Order?
    /// What the column needs, in pixels; a wider window gives to each in proportion.
    var width: Int

    var isName: Bool { name == FieldKey.name.name }

    var isNumber: Bool {
        switch content {
        case .field(_, .number): true
        default: false
        }
    }

    /// The field that is edited in the cell; long texts are edited on the page of the item.
    var editedField: FieldKey? {
        guard case .field(let key, let type) = content, type != .longText else { return nil }
        return key
    }
}

extension Workspace {
    /// Every column that the list of a kind can show, in the order in which they are offered.
    func listColumns(of kind: ItemKind) -> [ListColumn] {
        let fields = catalogue.fields(of: kind).filter { $0.key != .rank }.map { definition in
            ListColumn(
                name: definition.key.name, title: Self.columnTitles[definition.key] ?? definition.label,
                content: .field(definition.key, definition.type), order: Self.columnOrders[definition.key],
                width: Self.width(of: definition))
        }
        return [ListColumn(name: "key", title: "Key", content: .key, order: .number, width: 74)] + fields + [
            ListColumn(name: "updated", title: "Updated", content: .updated, order: .updated, width: 158),
            ListColumn(name: "azureDevOps", title: "Azure DevOps", content: .azureDevOps, width: 178),
        ]
    }

    /// The columns that a person sees: those that are chosen, as far as they still exist, always with the name.
    func listColumns(of kind: ItemKind, chosen: String?) -> [ListColumn] {
        let all = listColumns(of: kind)
        let names = chosen.map { $0.split(separator: ",").map(String.init) } ?? Self.standardColumns(of: kind)
        var columns = names.compactMap { name in all.first { $0.name == name } }
        if !columns.contains(where: \.isName), let name = all.first(where: \.isName) { columns.insert(name, at: 0) }
        return columns
    }

    private static func standardColumns(of kind: ItemKind) -> [String] {
        switch kind {
        case .initiative: ["key", "name", "stage", "owner", "rag", "percentComplete", "azureDevOps", "start", "end", "effort"]
        case .outcome:
            ["key", "name", "stage", "owner", "rag", "percentComplete", "azureDevOps", "team", "parent", "start", "end", "effort"]
        }
    }

    private static let columnTitles: [FieldKey: String] = [
        .stage: "Stage", .start: "Start", .end: "End", .percentComplete: "Progress",
    ]

    private static let columnOrders: [FieldKey: ItemQuery.Order] = [
        .name: .name, .stage: .stage, .owner: .owner, .start: .start, .end: .end, .effort: .effort, .rag: .rag,
        .percentComplete: .percentComplete, .type: .type, .status: .status, .team: .team,
    ]

    private static func width(of definition: FieldDefinition) -> Int {
        switch definition.key {
        case .name: return 224
        case .percentComplete: return 132
        case .effort: return 76
        case .parent: return 190
        default: break
        }
        return switch definition.type {
        case .date: 116
        case .flag: 88
        case .rag: 86
        case .number, .percentage: 104
        case .longText: 260
        case .stage, .list(multiple: false): 120
        case .account, .team, .businessUnit: 140
        case .text, .tags, .list(multiple: true), .parent: 180
        }
    }
}

extension ItemListPages {
    static func columnsPreference(_ kind: ItemKind) -> String { "list.\(kind.rawValue).columns" }

    /// The menu in which a person chooses columns and their order.
    static func columnsMenu(_ visit: Visit, _ kind: ItemKind, _ workspace: Workspace, _ shown: [ListColumn]) -> Node {
        let all = shown + workspace.listColumns(of: kind).filter { !shown.contains($0) }
        return element("details", [.class("popover right columns-menu"), .id("columns")]) {
            element("summary", [.class("quiet")]) {
                icon(.columns, 16)
                "Columns"
            }
            div(.class("panel")) {
                visit.post("\(path(kind))/columns") {
                    input(.type("hidden"), .name("back"), .value(visit.address(changing: [:])))
                    ul {
                        for column in all {
                            li {
                                label {
                                    input(
                                        .type("checkbox"), .name("column"), .value(column.name), .flag("checked", shown.contains(column)),
                                        .flag("disabled", column.isName))
                                    if column.isName { input(.type("hidden"), .name("column"), .value(column.name)) }
                                    span { column.title }
                                }
                                if shown.contains(column) {
                                    button(.class("quiet"), .name("earlier"), .value(column.name), .label("Show \(column.title) earlier")) {
                                        "↑"
                                    }
                                    button(.class("quiet"), .name("later"), .value(column.name), .label("Show \(column.title) later")) {
                                        "↓"
                                    }
                                }
                            }
                        }
                    }
                    div(.class("actions")) {
                        button(.class("primary"), .name("do"), .value("show")) { "Show these" }
                        button(.class("quiet"), .name("do"), .value("standard")) { "Standard columns" }
                    }
                }
            }
        }
    }

    static func chooseColumns(_ visit: Visit, _ kind: ItemKind) async throws -> Reply {
        let person = try visit.visitor()
        var names: [String] = []
        for name in visit.form.all("column") where !names.contains(name) { names.append(name) }
        for (button, step) in [("earlier", -1), ("later", 1)] {
            guard let name = visit.form[button], let index = names.firstIndex(of: name), names.indices.contains(index + step) else {
                continue
            }
            names.swapAt(index, index + step)
        }
        let isStandard = visit.form["do"] == "standard"
        let chosen = names
        try await visit.store.write { transaction in
            let columns = try transaction.workspace().listColumns(of: kind, chosen: isStandard ? nil : chosen.joined(separator: ","))
            try transaction.setPreference(columnsPreference(kind), of: person.id, to: columns.map(\.name).joined(separator: ","))
        }
        return visit.isScripted ? .json(["saved": true]) : .seeOther(back(visit, kind))
    }

    /// Where a form was sent from, if that is a list of ours.
    static func back(_ visit: Visit, _ kind: ItemKind) -> String {
        let back = visit.form.text("back")
        return back == path(kind) || back.hasPrefix("\(path(kind))?") ? back : path(kind)
    }
}
