import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// The library of mapping sets, and the editor of one.
enum MappingPages {
    static let routes: [Route] = [
        Route("GET", "/mappings", .having(.viewIntegrations), library),
        Route("GET", "/mappings/:id", .having(.viewIntegrations)) { visit in
            let set = try await stored(visit)
            return try await MappingEditor(visit: visit, set: set, schema: schema(visit, set)).page()
        },
        Route("POST", "/mappings/:id", .having(.configureIntegrations), save),
        Route("POST", "/mappings/:id/copy", .having(.configureIntegrations)) { visit in
            let set = try await stored(visit)
            let copy = try await visit.store.write {
                try $0.addMappingSet(name: "\(set.name) (copy)", isShared: true, mapping: set.mapping)
            }
            return .seeOther("/mappings/\(copy.id)")
        },
        Route("POST", "/mappings/:id/delete", .having(.configureIntegrations)) { visit in
            let id: Identifier<StoredMappingSet> = try visit.identifier("id")
            try await visit.store.write { try $0.removeMappingSet(id) }
            return .seeOther("/mappings")
        },
    ]

    @Sendable
    private static func library(_ visit: Visit) async throws -> Reply {
        let sets = try await visit.store.read { transaction in
            try transaction.mappingSets().map { (set: $0, users: try transaction.integrations(using: $0.id)) }
        }
        return try await visit.layout("Mapping sets", section: .integrations, live: ["configuration"]) {
            heading("Mapping sets")
            section(.class("card"), .id("sets"), .data("part", "")) {
                table(.class("list")) {
                    thead { tr { for words in ["Name", "Used by", "Version", ""] { th { words } } } }
                    tbody {
                        for entry in sets {
                            tr {
                                td { a(.href("/mappings/\(entry.set.id)")) { entry.set.name } }
                                td { entry.users.isEmpty ? "nobody" : entry.users.map(\.projectName).joined(separator: ", ") }
                                td(.class("number")) { String(entry.set.version) }
                                td {
                                    if visit.may(.configureIntegrations) {
                                        visit.post("/mappings/\(entry.set.id)/copy", .class("inline")) {
                                            button(.class("quiet")) { "Copy" }
                                        }
                                        if entry.users.isEmpty {
                                            visit.post(
                                                "/mappings/\(entry.set.id)/delete", .class("inline"),
                                                .data("confirm", "Delete “\(entry.set.name)”?")
                                            ) { button(.class("quiet")) { "Delete" } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func stored(_ visit: Visit) async throws -> StoredMappingSet {
        let id: Identifier<StoredMappingSet> = try visit.identifier("id")
        guard let set = try await visit.store.read({ try $0.mappingSet(id) }) else { throw Refusal.notFound }
        return set
    }

    /// The schema of one of the projects that use the set; `nil` when none can be asked.
    private static func schema(_ visit: Visit, _ set: StoredMappingSet) async throws -> ProjectSchema? {
        let users = try await visit.store.read { try $0.integrations(using: set.id) }
        let wanted = (visit.query["integration"] ?? visit.form["integration"]).flatMap { Identifier<Integration>($0) }
        guard let user = users.first(where: { $0.id == wanted }) ?? users.first else { return nil }
        return try? await visit.engine.integrations.schema(of: user.id)
    }

    @Sendable
    private static func save(_ visit: Visit) async throws -> Reply {
        var set = try await stored(visit)
        let schema = try await schema(visit, set)
        let workspace = try await visit.store.read { try $0.workspace() }
        set.version = visit.form["version"].flatMap { Int64($0) } ?? set.version
        set.name = visit.form.text("name").isEmpty ? set.name : visit.form.text("name")
        set.mapping = MappingForm(values: visit.form, workspace: workspace).mapping
        var editor = MappingEditor(visit: visit, set: set, schema: schema)
        switch visit.form["do"] ?? "check" {
        case "save":
            let findings = try await editor.findings()
            guard !findings.contains(where: { $0.severity == .error }) else {
                editor.message = ("error", "Not saved: correct what is marked below first.")
                return try await editor.page()
            }
            let now = visit.now
            let changed = set
            try await visit.store.write { _ = try $0.save(changed, at: now) }
            return .seeOther("/mappings/\(set.id)")
        case "recommended":
            if let schema {
                editor.set.mapping = RecommendedMapping(schema: schema, stages: workspace.stages, catalogue: workspace.catalogue).mapping
                editor.message = ("good", "This is the recommended mapping. Press Save to keep it.")
            } else {
                editor.message = ("error", "No project that uses this set can be asked for its fields. Connect one first.")
            }
        case let action where action.hasPrefix("row:"):
            if let index = Int(action.dropFirst(4)), editor.set.mapping.entities.indices.contains(index) {
                editor.set.mapping.entities[index].fields.append(FieldMapping(field: FieldKey(""), azureDevOpsField: ""))
            }
        case "entity":
            let kind: ItemKind = editor.set.mapping[.initiative] == nil ? .initiative : .outcome
            editor.set.mapping.entities.append(EntityMapping(kind: kind, workItemType: schema?.workItemTypes.first?.name ?? ""))
        default: break
        }
        return try await editor.page()
    }
}
