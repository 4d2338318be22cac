import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// The editor of one mapping set. Everything stands in one form, so that it works without scripts and nothing is kept half; the script
/// sends the same form for each check and each preview, and takes what it needs of the answer.
struct MappingEditor: Sendable {
    let visit: Visit
    var set: StoredMappingSet
    let workspace: Workspace
    /// Who uses the set, with the number of linked items.
    let users: [(integration: Integration, linked: Int)]
    /// The project whose fields are shown: one of those that use the set.
    let integration: Integration?
    /// `nil` when the project cannot be asked at the moment.
    let schema: ProjectSchema?
    var message: (kind: String, words: String)?

    init(_ visit: Visit, _ set: StoredMappingSet) async throws {
        self.visit = visit
        self.set = set
        let (workspace, users) = try await visit.store.read { transaction in
            (
                try transaction.workspace(),
                try transaction.integrations(using: set.id).map { ($0, try transaction.linkCounts(of: $0.id).total) }
            )
        }
        self.workspace = workspace
        self.users = users
        let wanted = (visit.query["integration"] ?? visit.form["integration"]).flatMap { Identifier<Integration>($0) }
        integration = users.first { $0.0.id == wanted }?.0 ?? users.first?.0
        if let integration { schema = try? await visit.engine.integrations.schema(of: integration.id) } else { schema = nil }
    }

    /// How many linked items a saving reaches.
    var affected: Int { users.reduce(0) { $0 + $1.linked } }

    var mayEdit: Bool { visit.may(.configureIntegrations) }

    var findings: [MappingFinding] {
        guard let schema else { return [] }
        return MappingCheck(schema: schema, catalogue: workspace.catalogue, stages: workspace.stages).findings(
            for: set.mapping.withoutBlanks)
    }

    private var recommended: MappingSet? {
        schema.map { RecommendedMapping(schema: $0, stages: workspace.stages, catalogue: workspace.catalogue).mapping }
    }

    /// Pairs that would fit and are not there.
    var suggestions: [(entity: Int, field: FieldMapping)] { recommended.map { set.mapping.missing(from: $0) } ?? [] }

    /// What the buttons of the form do to the mapping before it is shown again; nothing is saved.
    mutating func change(_ action: String) {
        let parts = action.split(separator: ":").map(String.init)
        let index = parts.count > 1 ? Int(parts[1]) : nil
        func entity() -> Int? { index.flatMap { set.mapping.entities.indices.contains($0) ? $0 : nil } }
        switch parts.first {
        case "recommended":
            if let recommended {
                set.mapping = recommended
                message = ("good", "This is the recommended mapping. Press Save to keep it.")
            } else {
                message = ("error", "No project that uses this set can be asked for its fields. Connect one first.")
            }
        case "suggestions":
            let added = suggestions
            for suggestion in added { set.mapping.entities[suggestion.entity].fields.append(suggestion.field) }
            message = ("good", "\(added.count) pairs added. Press Save to keep them.")
        case "suggestion":
            if let place = entity(), let found = suggestions.first(where: { $0.entity == place && $0.field.field.name == parts.last }) {
                set.mapping.entities[place].fields.append(found.field)
            }
        case "row":
            if let place = entity() {
                set.mapping.entities[place].fields.append(FieldMapping(field: FieldKey(""), azureDevOpsField: ""))
            }
        case "add": if let place = entity(), parts.count == 4 { add(to: place, parts[2], parts[3]) }
        case "remove":
            if let place = entity(), parts.count == 3, let row = Int(parts[2]), set.mapping.entities[place].fields.indices.contains(row) {
                set.mapping.entities[place].fields.remove(at: row)
            }
        case "drop": if let place = entity() { set.mapping.entities.remove(at: place) }
        case "entity":
            let kind: ItemKind = set.mapping[.initiative] == nil ? .initiative : .outcome
            set.mapping.entities.append(
                recommended?[kind] ?? EntityMapping(kind: kind, workItemType: schema?.workItemTypes.first?.name ?? ""))
        default: break
        }
    }

    /// A row for a field of one side; the other side is the one that fits best, or is left to choose.
    private mutating func add(to place: Int, _ side: String, _ name: String) {
        let entity = set.mapping.entities[place]
        let type = schema?[entity.workItemType]
        var row = FieldMapping(field: FieldKey(side == "kiplot" ? name : ""), azureDevOpsField: side == "kiplot" ? "" : name)
        if side == "kiplot", let definition = workspace.catalogue[row.field] {
            row.azureDevOpsField = type?.fields.first { $0.name.lowercased() == definition.label.lowercased() }?.referenceName ?? ""
        } else if let target = type?[name] {
            let fitting = workspace.catalogue.fields(of: entity.kind).first { $0.label.lowercased() == target.name.lowercased() }
            row.field = fitting?.key ?? FieldKey("")
        }
        if let definition = workspace.catalogue[row.field], let target = type?[row.azureDevOpsField] {
            let possible = MappingCheck.directions(of: definition, with: target)
            row.direction = possible.contains(.both) ? .both : possible.first ?? .both
        }
        set.mapping.entities[place].fields.append(row)
    }

    func page() async throws -> Reply {
        let preview = await previewPanel()
        return try await visit.layout("Mapping: \(set.name)", section: .integrations, parts: [.integrations]) {
            p(.class("crumbs")) {
                a(.href("/integrations")) { "Integrations" }
                " › "
                a(.href("/mappings")) { "Mapping sets" }
            }
            heading("Mapping: \(set.name)")
            visit.post("/mappings/\(set.id)", .class("mapping-form"), .id("mapping-form"), .data("mapping", mayEdit ? "" : nil)) {
                // Enter in a field checks; without it the first button of the form would be pressed, whatever it is.
                if mayEdit {
                    button(.class("sr"), .name("do"), .value("check"), Attribute("tabindex", "-1"), Attribute("aria-hidden", "true")) {
                        "Check"
                    }
                }
                input(.type("hidden"), .name("version"), .value(String(set.version)))
                if let integration { input(.type("hidden"), .name("integration"), .value("\(integration.id)")) }
                element("fieldset", [.class("mapping-columns"), .flag("disabled", !mayEdit)]) {
                    div(.id("mapping-editor")) {
                        if let message { notice(message.kind, message.words) }
                        if !mayEdit { notice("info", "You see how it is mapped; an administrator can change it.") }
                        reach
                        labelled("Name", "name") { input(.name("name"), .id("name"), .value(set.name)) }
                        if mayEdit { suggestionStrip }
                        if set.mapping.entities.isEmpty { nothing }
                        for (index, entity) in set.mapping.entities.enumerated() { MappingRows(editor: self).entity(index, entity) }
                        if mayEdit { buttons }
                    }
                    div(.class("mapping-side")) {
                        findingPanel
                        preview
                    }
                }
            }
        }
    }

    /// Who else is affected, before it is saved.
    @NodeBuilder private var reach: [Node] {
        if users.count > 1 {
            div(.class("notice warning"), Attribute("role", "note")) {
                strong { "A change reaches \(users.count) integrations:" }
                for (index, user) in users.enumerated() {
                    index == 0 ? " " : ", "
                    a(.href("/integrations/\(user.integration.id)")) { user.integration.projectName }
                    " (\(user.linked) linked)"
                }
                ". Saving looks at \(affected) linked items again. To change one project only, give it a copy on its page."
            }
        } else if let user = users.first {
            p(.class("muted")) {
                "Used by "
                a(.href("/integrations/\(user.integration.id)")) { user.integration.projectName }
                " only: saving looks at its \(user.linked) linked items again."
            }
        } else {
            p(.class("muted")) { "Used by nobody: a change touches nothing." }
        }
        if schema == nil {
            notice(
                "warning", "No project can be asked for its types and fields at the moment; names are checked when one can.",
                "Look whether its instance is reached.")
        }
    }

    private var suggestionStrip: Node {
        let suggestions = suggestions
        guard !suggestions.isEmpty else { return .nothing }
        return section(.class("suggestions"), .label("Suggested pairs")) {
            h2 { "\(suggestions.count == 1 ? "1 pair" : "\(suggestions.count) pairs") would fit" }
            ul {
                for suggestion in suggestions {
                    let label = workspace.catalogue[suggestion.field.field]?.label ?? suggestion.field.field.name
                    let type = schema?[set.mapping.entities[suggestion.entity].workItemType]
                    li {
                        button(.name("do"), .value("suggestion:\(suggestion.entity):\(suggestion.field.field.name)")) {
                            icon(.plus, 14)
                            "\(label) \(suggestion.field.direction.arrow) \(type?[suggestion.field.azureDevOpsField]?.name ?? suggestion.field.azureDevOpsField)"
                            span(.class("muted")) { set.mapping.entities[suggestion.entity].kind.title }
                        }
                    }
                }
            }
            button(.name("do"), .value("suggestions")) { "Add all suggestions" }
        }
    }

    private var nothing: Node {
        section(.class("card empty")) {
            h2 { "Nothing is mapped" }
            p { "Take the recommended mapping for the project's process, or add a pair of item and work item type." }
        }
    }

    @NodeBuilder private var buttons: [Node] {
        div(.class("actions sticky")) {
            button(.name("do"), .value("save"), .class("primary")) { "Save" }
            button(.name("do"), .value("check"), .class("check-button")) { "Check" }
            button(.name("do"), .value("recommended")) { "Take the recommended mapping" }
            if set.mapping.entities.count < 2 { button(.name("do"), .value("entity")) { "Add a pair of types" } }
            span(.class("unsaved muted"), .flag("hidden")) { "Not saved yet" }
        }
    }

    /// What stands out, in the order of the mapping; each leads to its row.
    private var findingPanel: Node {
        let findings = findings
        let errors = findings.count { $0.severity == .error }
        return section(.class("card"), .id("findings"), Attribute("aria-live", "polite")) {
            h2 { "Check" }
            if findings.isEmpty {
                p(.class("all-well")) {
                    icon(.check, 16)
                    schema == nil ? " Cannot be checked at the moment." : " Everything fits \(integration?.projectName ?? "the project")."
                }
            } else {
                p(.class("muted")) {
                    errors > 0
                        ? "\(errors) to correct before saving, \(findings.count - errors) to know."
                        : "\(findings.count) to know; it can be saved."
                }
                ul(.class("plain report")) {
                    for finding in findings {
                        li(.class(finding.severity == .error ? "bad" : "warning")) {
                            strong { finding.kind.map { "\($0.title): " } ?? "" }
                            "\(finding.message) "
                            em { finding.remedy }
                            if let place = MappingRows(editor: self).place(of: finding) {
                                " "
                                a(.href("#\(place)")) { "Go there" }
                            }
                        }
                    }
                }
            }
        }
    }
}
