import FieldSync
import JSON
import Markup
import Portfolio
import Store

/// The editor of one mapping set. Everything stands in one form, so that it works without scripts and nothing is kept half.
struct MappingEditor {
    let visit: Visit
    var set: StoredMappingSet
    let schema: ProjectSchema?
    var message: (kind: String, words: String)?

    init(visit: Visit, set: StoredMappingSet, schema: ProjectSchema?) {
        self.visit = visit
        self.set = set
        self.schema = schema
    }

    func findings() async throws -> [MappingFinding] {
        guard let schema else { return [] }
        let workspace = try await visit.store.read { try $0.workspace() }
        return MappingCheck(schema: schema, catalogue: workspace.catalogue, stages: workspace.stages).findings(for: set.mapping)
    }

    func page() async throws -> Reply {
        let (workspace, users) = try await visit.store.read { [set] in (try $0.workspace(), try $0.integrations(using: set.id)) }
        let findings = try await findings()
        let mayEdit = visit.may(.configureIntegrations)
        return try await visit.layout("Mapping: \(set.name)", section: .integrations) {
            heading("Mapping: \(set.name)")
            if let message { notice(message.kind, message.words) }
            if users.count > 1 {
                notice("warning", "A change reaches \(users.count) integrations:", users.map(\.projectName).joined(separator: ", ") + ".")
            } else if let user = users.first {
                p(.class("muted")) { "Used by \(user.projectName)." }
            }
            if schema == nil {
                notice("warning", "No project can be asked for its types and fields at the moment; names are checked when one can.")
            }
            findingList(findings, workspace)
            visit.post("/mappings/\(set.id)") {
                input(.type("hidden"), .name("version"), .value(String(set.version)))
                if let integration = visit.query["integration"] ?? visit.form["integration"] {
                    input(.type("hidden"), .name("integration"), .value(integration))
                }
                labelled("Name", "name") { input(.name("name"), .id("name"), .value(set.name)) }
                for (index, entity) in set.mapping.entities.enumerated() { entityNode(index, entity, workspace) }
                if mayEdit {
                    div(.class("actions sticky")) {
                        button(.name("do"), .value("save"), .class("primary")) { "Save" }
                        button(.name("do"), .value("check")) { "Check" }
                        button(.name("do"), .value("recommended")) { "Take the recommended mapping" }
                        if set.mapping.entities.count < 2 { button(.name("do"), .value("entity")) { "Add a pair" } }
                    }
                }
            }
        }
    }

    private func findingList(_ findings: [MappingFinding], _ workspace: Workspace) -> Node {
        guard !findings.isEmpty else { return .nothing }
        return ul(.class("plain report")) {
            for finding in findings {
                li(.class(finding.severity == .error ? "bad" : "warning")) {
                    strong { finding.kind.map { "\($0.title): " } ?? "" }
                    "\(finding.message) "
                    em { finding.remedy }
                }
            }
        }
    }

    private func entityNode(_ index: Int, _ entity: EntityMapping, _ workspace: Workspace) -> Node {
        let prefix = "e\(index)"
        let types = schema?.workItemTypes.map { ($0.name, $0.name) } ?? [(entity.workItemType, entity.workItemType)]
        return section(.class("card mapping")) {
            div(.class("actions")) {
                choices(
                    "\(prefix).kind", id: "\(prefix)-kind", ItemKind.allCases.map { ($0.rawValue, $0.title) },
                    selected: entity.kind.rawValue, .label("Kiplot entity"))
                span { "↔" }
                choices("\(prefix).type", id: "\(prefix)-type", types, selected: entity.workItemType, .label("Work item type"))
                if entity.kind == .outcome {
                    choices(
                        "\(prefix).parent", id: "\(prefix)-parent",
                        [("", "Parents are left alone")] + Direction.allCases.map { ($0.rawValue, "Parent: \($0.title)") },
                        selected: entity.parentDirection?.rawValue ?? "", .label("Parent"))
                }
                label {
                    input(.type("checkbox"), .name("\(prefix).remove"))
                    " Remove this pair"
                }
            }
            div(.class("scroll")) {
                table(.class("list")) {
                    thead {
                        tr {
                            for words in [
                                "On", "Kiplot field", "Direction", "Azure DevOps field", "Mode", "When both changed", "Values", "Remove",
                            ] { th { words } }
                        }
                    }
                    tbody { for (row, field) in entity.fields.enumerated() { rowNode("\(prefix).f\(row)", field, entity, workspace) } }
                }
            }
            button(.name("do"), .value("row:\(index)")) { "Add a field" }
        }
    }

    private func rowNode(_ prefix: String, _ field: FieldMapping, _ entity: EntityMapping, _ workspace: Workspace) -> Node {
        let id = prefix.replacing(".", with: "-")
        let kiplot = workspace.catalogue.fields(of: entity.kind).filter { $0.key != .parent }.map { ($0.key.name, $0.label) }
        let type = schema?[entity.workItemType]
        let remote = (type?.fields ?? []).map { ($0.referenceName, "\($0.name) (\($0.referenceName))") }.sorted { $0.1 < $1.1 }
        let hasRemote = remote.contains { $0.0 == field.azureDevOpsField } || field.azureDevOpsField.isEmpty
        return tr {
            td { input(.type("checkbox"), .name("\(prefix).enabled"), .flag("checked", field.isEnabled), .label("Enabled")) }
            td { choices("\(prefix).field", id: "\(id)-field", [("", "–")] + kiplot, selected: field.field.name, .label("Kiplot field")) }
            td {
                choices(
                    "\(prefix).direction", id: "\(id)-direction", Direction.allCases.map { ($0.rawValue, "\($0.arrow) \($0.title)") },
                    selected: field.direction.rawValue, .label("Direction"))
            }
            td {
                choices(
                    "\(prefix).ado", id: "\(id)-ado",
                    [("", "–")] + (hasRemote ? [] : [(field.azureDevOpsField, field.azureDevOpsField)]) + remote,
                    selected: field.azureDevOpsField, .label("Azure DevOps field"))
            }
            td {
                choices(
                    "\(prefix).mode", id: "\(id)-mode",
                    [("inherit", "As the integration"), ("automatic", "Automatic"), ("manual", "Manual")], selected: field.mode.rawValue,
                    .label("Mode"))
            }
            td {
                choices(
                    "\(prefix).policy", id: "\(id)-policy", ConflictPolicy.allCases.map { ($0.rawValue, $0.title) },
                    selected: field.conflictPolicy.rawValue, .label("When both changed"))
            }
            td { valueMap(prefix, field, entity, workspace, type) }
            td { input(.type("checkbox"), .name("\(prefix).remove"), .label("Remove this row")) }
        }
    }

    private func valueMap(
        _ prefix: String, _ field: FieldMapping, _ entity: EntityMapping, _ workspace: Workspace, _ type: WorkItemTypeSchema?
    ) -> [Node] {
        guard let definition = workspace.catalogue[field.field] else { return [] }
        let local: [(FieldValue, String)]
        switch definition.type {
        case .account:
            return [
                label {
                    input(.type("checkbox"), .name("\(prefix).people"), .flag("checked", field.addsMissingPeople))
                    " Add unknown people"
                }
            ]
        case .stage: local = workspace.stages.filter { $0.appliesTo.contains(entity.kind) }.map { (.stage($0.id), $0.name) }
        case .rag: local = RAG.allCases.map { (.rag($0), $0.title) }
        case .list(multiple: false): local = definition.options.map { (.choice($0), $0) }
        case .team: local = workspace.teams.map { (.team($0.id), $0.name) }
        case .businessUnit: local = workspace.businessUnits.map { (.businessUnit($0.id), $0.name) }
        case .flag: local = [(.flag(true), "yes"), (.flag(false), "no")]
        default: return []
        }
        let remote =
            field.azureDevOpsField == "System.State" ? type?.states.map(\.name) ?? [] : type?[field.azureDevOpsField]?.allowedValues ?? []
        let pairs = field.valueMap.pairs.map { ($0.kiplot.json.text, $0.azureDevOps) } + [("", ""), ("", "")]
        return [
            details {
                element("summary", []) { "\(field.valueMap.pairs.count) pairs" }
                for (index, pair) in pairs.enumerated() {
                    div(.class("pair")) {
                        choices(
                            "\(prefix).k\(index)", id: "\(prefix)-k\(index)", [("", "–")] + local.map { ($0.0.json.text, $0.1) },
                            selected: pair.0, .label("Kiplot value"))
                        "↔"
                        if remote.isEmpty {
                            input(.name("\(prefix).r\(index)"), .value(pair.1), .label("Azure DevOps value"))
                        } else {
                            choices(
                                "\(prefix).r\(index)", id: "\(prefix)-r\(index)", [("", "–")] + remote.map { ($0, $0) }, selected: pair.1,
                                .label("Azure DevOps value"))
                        }
                    }
                }
            }
        ]
    }
}
