import FieldSync
import JSON
import Markup
import Portfolio
import Store

/// The pairs of a mapping, and the rows of fields in each.
struct MappingRows {
    let editor: MappingEditor

    private var workspace: Workspace { editor.workspace }

    /// The row that a finding is about, as an anchor.
    func place(of finding: MappingFinding) -> String? {
        guard let kind = finding.kind, let field = finding.field,
            let entity = editor.set.mapping.entities.firstIndex(where: { $0.kind == kind }),
            let row = editor.set.mapping.entities[entity].fields.firstIndex(where: { $0.field == field })
        else { return nil }
        return "e\(entity)-f\(row)"
    }

    func entity(_ index: Int, _ entity: EntityMapping) -> Node {
        let prefix = "e\(index)"
        return section(.class("card mapping"), .label("\(entity.kind.title) and \(entity.workItemType)")) {
            pairHead(index, entity)
            if entity.fields.count > 6 {
                input(
                    .type("search"), .class("narrow-down"), .label("Find a mapped field"),
                    Attribute("placeholder", "Find a field of either side"), .data("narrow", "\(prefix)-rows"))
            }
            div(.class("map-head"), Attribute("aria-hidden", "true")) {
                for words in ["", "Kiplot", "Direction", "Azure DevOps", ""] { span { words } }
            }
            ol(.class("map-rows"), .id("\(prefix)-rows")) {
                for (row, field) in entity.fields.enumerated() { self.row(index, row, field, entity) }
            }
            if editor.mayEdit { unmapped(index, entity) }
        }
    }

    private func pairHead(_ index: Int, _ entity: EntityMapping) -> Node {
        let prefix = "e\(index)"
        let types = editor.schema?.workItemTypes.map { ($0.name, $0.name) } ?? []
        let isKnown = types.contains { $0.0 == entity.workItemType }
        return div(.class("pair-head")) {
            choices(
                "\(prefix).kind", id: "\(prefix)-kind", ItemKind.allCases.map { ($0.rawValue, $0.title) }, selected: entity.kind.rawValue,
                .label("Kiplot entity"))
            icon(.both, 18)
            choices(
                "\(prefix).type", id: "\(prefix)-type", (isKnown ? [] : [(entity.workItemType, entity.workItemType)]) + types,
                selected: entity.workItemType, .label("Work item type"))
            if entity.kind == .outcome {
                choices(
                    "\(prefix).parent", id: "\(prefix)-parent",
                    [("", "Parents are left alone")] + Direction.allCases.map { ($0.rawValue, "Parent: \($0.arrow) \($0.title)") },
                    selected: entity.parentDirection?.rawValue ?? "", .label("Parent"))
            }
            if editor.mayEdit {
                button(.class("quiet"), .name("do"), .value("drop:\(index)"), .data("confirm", "Remove the pair of \(entity.kind.plural)?"))
                {
                    "Remove this pair"
                }
            }
        }
    }

    private func row(_ entityIndex: Int, _ rowIndex: Int, _ field: FieldMapping, _ entity: EntityMapping) -> Node {
        let prefix = "e\(entityIndex).f\(rowIndex)"
        let id = "e\(entityIndex)-f\(rowIndex)"
        let kiplot = workspace.catalogue.fields(of: entity.kind).filter { $0.key != .parent }.map { ($0.key.name, $0.label) }
        let type = editor.schema?[entity.workItemType]
        let remote = remoteChoices(type)
        let hasRemote = remote.contains { $0.0 == field.azureDevOpsField } || field.azureDevOpsField.isEmpty
        let label = workspace.catalogue[field.field]?.label ?? "the row"
        let found = editor.findings.filter { place(of: $0) == id }
        return li(
            .class("map-row\(found.contains { $0.severity == .error } ? " bad" : "")\(field.isEnabled ? "" : " off")"), .id(id),
            .data("narrow-text", "\(label) \(type?[field.azureDevOpsField]?.name ?? "") \(field.azureDevOpsField)")
        ) {
            input(.type("checkbox"), .name("\(prefix).enabled"), .flag("checked", field.isEnabled), .label("\(label) is on"))
            choices(
                "\(prefix).field", id: "\(id)-field", [("", "Choose a field…")] + kiplot, selected: field.field.name,
                .label("Kiplot field"))
            choices(
                "\(prefix).direction", id: "\(id)-direction", Direction.allCases.map { ($0.rawValue, "\($0.arrow) \($0.shortTitle)") },
                selected: field.direction.rawValue, .label("Direction of \(label)"), .data("direction", field.direction.rawValue))
            choices(
                "\(prefix).ado", id: "\(id)-ado",
                [("", "Choose a field…")] + (hasRemote ? [] : [(field.azureDevOpsField, field.azureDevOpsField)]) + remote,
                selected: field.azureDevOpsField, .label("Azure DevOps field for \(label)"))
            more(entityIndex, rowIndex, field, entity, type, label, isOpen: found.contains { $0.remedy.contains("value map") })
            div(.class("row-notes"), .id("\(id)-notes")) {
                for finding in found {
                    p(.class(finding.severity == .error ? "bad" : "warning")) { "\(finding.message) \(finding.remedy)" }
                }
            }
        }
    }

    /// By display name; the reference name stands beside it only where two fields are called the same.
    private func remoteChoices(_ type: WorkItemTypeSchema?) -> [(String, String)] {
        let fields = type?.fields ?? []
        let names = Dictionary(grouping: fields, by: { $0.name.lowercased() })
        return fields.map { field in
            (field.referenceName, names[field.name.lowercased()]?.count == 1 ? field.name : "\(field.name) (\(field.referenceName))")
        }.sorted { $0.1.lowercased() < $1.1.lowercased() }
    }

    /// Mode, policy and values of a row: seldom needed, so they stand behind one word that tells what differs.
    private func more(
        _ entityIndex: Int, _ rowIndex: Int, _ field: FieldMapping, _ entity: EntityMapping, _ type: WorkItemTypeSchema?, _ label: String,
        isOpen: Bool
    ) -> Node {
        let prefix = "e\(entityIndex).f\(rowIndex)"
        let id = "e\(entityIndex)-f\(rowIndex)"
        return details(.class("more"), .id("\(id)-more"), .flag("open", isOpen)) {
            summary(.label("More about \(label)")) { words(of: field) }
            div(.class("more-fields")) {
                labelled("Mode", "\(id)-mode") {
                    choices(
                        "\(prefix).mode", id: "\(id)-mode",
                        [("inherit", "As the integration"), ("automatic", "Automatic"), ("manual", "Manual")], selected: field.mode.rawValue
                    )
                }
                labelled("When both changed", "\(id)-policy") {
                    choices(
                        "\(prefix).policy", id: "\(id)-policy", ConflictPolicy.allCases.map { ($0.rawValue, $0.title) },
                        selected: field.conflictPolicy.rawValue)
                }
                ValueMapRows(workspace: workspace, field: field, kind: entity.kind, type: type).nodes(prefix)
                if editor.mayEdit {
                    button(.class("quiet danger"), .name("do"), .value("remove:\(entityIndex):\(rowIndex)")) {
                        icon(.trash, 14)
                        "Remove \(label)"
                    }
                }
            }
        }
    }

    private func words(of field: FieldMapping) -> String {
        var words: [String] = []
        if field.mode != .inherit { words.append(field.mode == .manual ? "Manual" : "Automatic") }
        if field.conflictPolicy != .hold { words.append(field.conflictPolicy.title) }
        if !field.valueMap.pairs.isEmpty { words.append("\(field.valueMap.pairs.count) values") }
        return words.isEmpty ? "More" : words.joined(separator: ", ")
    }

    /// Fields of both sides that no row has yet, to be found by words.
    private func unmapped(_ index: Int, _ entity: EntityMapping) -> Node {
        let used = Set(entity.fields.map(\.field))
        let targets = Set(entity.fields.map { $0.azureDevOpsField.lowercased() })
        let ours = workspace.catalogue.fields(of: entity.kind).filter { !used.contains($0.key) && $0.key != .parent }
        let theirs = (editor.schema?[entity.workItemType]?.fields ?? []).filter {
            !targets.contains($0.referenceName.lowercased()) && $0.type != .history
        }.sorted { $0.name.lowercased() < $1.name.lowercased() }
        return details(.class("unmapped"), .id("e\(index)-unmapped")) {
            summary {
                icon(.plus, 14)
                "Add a field (\(ours.count) of Kiplot and \(theirs.count) of Azure DevOps are not mapped)"
            }
            input(
                .type("search"), .class("narrow-down"), .label("Find an unmapped field"),
                Attribute("placeholder", "Find a field of either side"), .data("narrow", "e\(index)-free"))
            div(.class("free-fields"), .id("e\(index)-free")) {
                div {
                    h3 { "Kiplot" }
                    for field in ours { free("add:\(index):kiplot:\(field.key.name)", field.label, "", false) }
                }
                div {
                    h3 { "Azure DevOps" }
                    for field in theirs {
                        free("add:\(index):ado:\(field.referenceName)", field.name, field.referenceName, field.isRequired)
                    }
                }
            }
            button(.class("quiet"), .name("do"), .value("row:\(index)")) { "Add an empty row" }
        }
    }

    private func free(_ action: String, _ name: String, _ more: String, _ isRequired: Bool) -> Node {
        button(.class("free"), .name("do"), .value(action), .data("narrow-text", "\(name) \(more)")) {
            span { name }
            if isRequired { span(.class("chip outside")) { "required" } }
            if !more.isEmpty { span(.class("muted")) { more } }
        }
    }
}

extension Direction {
    /// Between the names of both fields it reads as a sentence: “Effort ← Reads from Story Points”.
    var shortTitle: String {
        switch self {
        case .read: "Reads from"
        case .write: "Writes to"
        case .both: "Both ways"
        }
    }
}

/// The value map of one row: pairs that are there, and half pairs for the values that have no counterpart.
struct ValueMapRows {
    let workspace: Workspace
    let field: FieldMapping
    let kind: ItemKind
    let type: WorkItemTypeSchema?

    private struct Pair {
        var kiplot: String
        var azureDevOps: String
        var isMissing = false
    }

    private func local(_ definition: FieldDefinition) -> [(FieldValue, String)]? {
        switch definition.type {
        case .stage: workspace.stages.filter { $0.appliesTo.contains(kind) }.map { (.stage($0.id), $0.name) }
        case .rag: RAG.allCases.map { (.rag($0), $0.title) }
        case .list(multiple: false): definition.options.map { (.choice($0), $0) }
        case .team: workspace.teams.map { (.team($0.id), $0.name) }
        case .businessUnit: workspace.businessUnits.map { (.businessUnit($0.id), $0.name) }
        case .flag: [(.flag(true), "yes"), (.flag(false), "no")]
        default: nil
        }
    }

    @NodeBuilder
    func nodes(_ prefix: String) -> [Node] {
        if let definition = workspace.catalogue[field.field] {
            if case .account = definition.type {
                label(.class("check")) {
                    input(.type("checkbox"), .name("\(prefix).people"), .flag("checked", field.addsMissingPeople))
                    " Add people whom Kiplot does not know"
                }
            } else if let local = local(definition) {
                map(prefix, local)
            }
        }
    }

    private var remote: [String] {
        field.azureDevOpsField == "System.State"
            ? type?.states.map(\.name) ?? [] : type?[field.azureDevOpsField]?.allowedValues ?? []
    }

    private func pairs(_ local: [(FieldValue, String)]) -> [Pair] {
        var pairs = field.valueMap.pairs.map { Pair(kiplot: $0.kiplot.json.text, azureDevOps: $0.azureDevOps) }
        guard !field.valueMap.pairs.isEmpty || !remote.isEmpty else { return pairs + [Pair(kiplot: "", azureDevOps: "")] }
        if field.direction.reads {
            for value in remote
            where field.valueMap.kiplot(for: value) == nil && !local.contains(where: { $0.1.lowercased() == value.lowercased() }) {
                pairs.append(Pair(kiplot: "", azureDevOps: value, isMissing: true))
            }
        }
        if field.direction.writes {
            for (value, name) in local where field.valueMap.azureDevOps(for: value) == nil {
                guard field.valueMap.pairs.isEmpty == false || !remote.contains(where: { $0.lowercased() == name.lowercased() }) else {
                    continue
                }
                pairs.append(Pair(kiplot: value.json.text, azureDevOps: "", isMissing: true))
            }
        }
        return pairs + [Pair(kiplot: "", azureDevOps: "")]
    }

    private func map(_ prefix: String, _ local: [(FieldValue, String)]) -> Node {
        let id = prefix.replacing(".", with: "-")
        let remote = remote
        return div(.class("values"), Attribute("role", "group"), .label("Values that mean the same")) {
            p(.class("label")) { "Values that mean the same; of several pairs the first that fits is taken" }
            for (index, pair) in pairs(local).enumerated() {
                div(.class("pair\(pair.isMissing ? " missing" : "")")) {
                    choices(
                        "\(prefix).k\(index)", id: "\(id)-k\(index)", [("", "Choose…")] + local.map { ($0.0.json.text, $0.1) },
                        selected: pair.kiplot, .label("Kiplot value"))
                    span(Attribute("aria-hidden", "true")) { "↔" }
                    if remote.isEmpty {
                        input(.name("\(prefix).r\(index)"), .value(pair.azureDevOps), .label("Azure DevOps value"))
                    } else {
                        choices(
                            "\(prefix).r\(index)", id: "\(id)-r\(index)",
                            [("", "Choose…")]
                                + (pair.azureDevOps.isEmpty || remote.contains(pair.azureDevOps)
                                    ? [] : [(pair.azureDevOps, pair.azureDevOps)])
                                + remote.map { ($0, $0) }, selected: pair.azureDevOps, .label("Azure DevOps value"))
                    }
                    if pair.isMissing { span(.class("muted")) { "no counterpart yet" } }
                }
            }
        }
    }
}
