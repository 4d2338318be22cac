import AzureDevOps
import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// The library of mapping sets, and what the editor of one posts.
enum MappingPages {
    static let routes: [Route] = [
        Route("GET", "/mappings", .having(.viewIntegrations), library),
        Route("GET", "/mappings/:id", .having(.viewIntegrations)) { visit in
            let set = try await stored(visit)
            var editor = try await MappingEditor(visit, set)
            if visit.query.text("saved") == "\(set.version)" {
                let words = editor.affected == 1 ? "1 linked item is" : "\(editor.affected) linked items are"
                editor.message = ("good", "Saved as version \(set.version). \(words) looked at again.")
            }
            return try await editor.page()
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
        return try await visit.layout("Mapping sets", section: .integrations, live: ["configuration"], parts: [.integrations]) {
            p(.class("crumbs")) { a(.href("/integrations")) { "Integrations" } }
            header(.class("page-head")) {
                div {
                    h1 { "Mapping sets" }
                    p(.class("lead")) { "Which fields belong together. A set is shared by several projects, or belongs to one." }
                }
            }
            div(.id("sets"), .data("part", "")) {
                if sets.isEmpty {
                    section(.class("card empty")) {
                        h2 { "No mapping set yet" }
                        p { "Each project brings one: add a project integration, and take the recommended mapping." }
                        a(.class("button primary"), .href("/integrations")) { "Go to the integrations" }
                    }
                } else {
                    table(.class("list stacked")) {
                        thead {
                            tr {
                                for words in ["Name", "Pairs", "Used by", "Version"] { th { words } }
                                td { span(.class("sr")) { "Actions" } }
                            }
                        }
                        tbody { for entry in sets { row(visit, entry.set, entry.users) } }
                    }
                }
            }
        }
    }

    private static func row(_ visit: Visit, _ set: StoredMappingSet, _ users: [Integration]) -> Node {
        tr {
            td(.class("name")) { a(.href("/mappings/\(set.id)")) { set.name } }
            td(.data("label", "Pairs")) {
                set.mapping.entities.map { "\($0.kind.title) ↔ \($0.workItemType) (\($0.enabledFields.count))" }.joined(separator: ", ")
            }
            td(.data("label", "Used by")) { users.isEmpty ? "nobody" : users.map(\.projectName).joined(separator: ", ") }
            td(.class("number"), .data("label", "Version")) { String(set.version) }
            td {
                if visit.may(.configureIntegrations) {
                    visit.post("/mappings/\(set.id)/copy", .class("inline")) {
                        button(.class("quiet"), .label("Copy \(set.name)")) { "Copy" }
                    }
                    if users.isEmpty {
                        visit.post("/mappings/\(set.id)/delete", .class("inline"), .data("confirm", "Delete “\(set.name)”?")) {
                            button(.class("quiet"), .label("Delete \(set.name)")) { "Delete" }
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

    @Sendable
    private static func save(_ visit: Visit) async throws -> Reply {
        var set = try await stored(visit)
        let workspace = try await visit.store.read { try $0.workspace() }
        set.version = visit.form["version"].flatMap { Int64($0) } ?? set.version
        set.name = visit.form.text("name").isEmpty ? set.name : visit.form.text("name")
        set.mapping = MappingForm(values: visit.form, workspace: workspace).draft
        var editor = try await MappingEditor(visit, set)
        let action = visit.form["do"] ?? "check"
        guard action == "save" else {
            editor.change(action)
            return try await editor.page()
        }
        guard !editor.findings.contains(where: { $0.severity == .error }) else {
            editor.message = ("error", "Not saved: correct what is marked below first.")
            return try await editor.page()
        }
        set.mapping = set.mapping.withoutBlanks
        let now = visit.now
        let changed = set
        let saved: StoredMappingSet
        do {
            saved = try await visit.store.write { try $0.save(changed, at: now) }
        } catch let error as StoreError {
            guard case .changedMeanwhile = error else { throw error }
            // What was typed is not thrown away: it stands there, on top of what somebody else has saved.
            editor.set.version = try await stored(visit).version
            editor.message = (
                "error", "Somebody else saved this set since you opened it. Your changes stand below: look at them again, then save."
            )
            return try await editor.page()
        }
        let integration = visit.form["integration"].map { "&integration=\(percentEncoded($0))" } ?? ""
        return .seeOther("/mappings/\(set.id)?saved=\(saved.version)\(integration)")
    }
}
