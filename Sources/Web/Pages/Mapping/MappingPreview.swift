import FieldSync
import Markup
import Portfolio
import Store
import SyncEngine

/// What the mapping, as it stands in the form, would make of one real work item.
extension MappingEditor {
    /// The number that somebody has typed, or chosen among the recent ones.
    private var triedWorkItem: Int64? {
        let action = visit.form.text("do")
        return Int64(action.hasPrefix("preview:") ? action.dropFirst(8) : visit.form.text("workItem").trimmingPrefix("#")[...])
    }

    func previewPanel() async -> Node {
        let wanted = triedWorkItem
        var shown: WorkItemPreview?
        var problem: ConnectionProblem?
        var recent: [FoundWorkItem] = []
        if let integration, schema != nil {
            let mapping = set.mapping.withoutBlanks
            do {
                // The script asks for a check with every change, and needs no new list for that.
                if !visit.isScripted { recent = try await visit.engine.items.recentWorkItems(for: mapping, in: integration.id) }
                if let wanted {
                    shown = try await visit.engine.items.preview(mapping, version: set.version, on: wanted, in: integration.id)
                }
            } catch let error as ConnectionProblem {
                problem = error
            } catch {
                problem = ConnectionProblem(message: "The work item could not be read.", remedy: "Try again.")
            }
        }
        let (preview, trouble, choices) = (shown, problem, recent)
        return section(.class("card"), .id("preview")) {
            h2 { "Try it on a work item" }
            p(.class("muted")) { "Read and planned as if the mapping were saved. Nothing is written on either side." }
            if let integration {
                div(.class("try")) {
                    input(
                        .name("workItem"), .id("work-item"), .label("Number of a work item of \(integration.projectName)"),
                        Attribute("inputmode", "numeric"), Attribute("placeholder", "#1234"), Attribute("autocomplete", "off"),
                        .value(wanted.map { String($0) } ?? visit.form.text("workItem")))
                    button(.name("do"), .value("preview")) { "Preview" }
                }
                div(.id("preview-result"), Attribute("aria-live", "polite")) {
                    if let trouble { notice("error", trouble.message, trouble.remedy) }
                    if let preview { result(preview) }
                }
                if !choices.isEmpty { recentList(choices, isOpen: wanted == nil) }
            } else {
                p(.class("muted")) { "A project has to use the set first." }
            }
        }
    }

    private func recentList(_ recent: [FoundWorkItem], isOpen: Bool) -> Node {
        details(.flag("open", isOpen)) {
            summary { "Changed last" }
            ul(.class("plain recent")) {
                for item in recent {
                    li {
                        button(.class("quiet"), .name("do"), .value("preview:\(item.id)")) { "#\(item.id) \(item.title)" }
                        span(.class("muted")) { "\(item.type) · \(item.state)" }
                    }
                }
            }
        }
    }

    private func result(_ preview: WorkItemPreview) -> Node {
        div(.class("would")) {
            p {
                strong { "#\(preview.workItem.id) \(preview.workItem.title)" }
                if let item = preview.item {
                    " is linked to "
                    a(.href("/items/\(item.id)")) { item.key }
                    "."
                } else {
                    " has no item yet: a pull would make this \(preview.kind.title)."
                }
            }
            ol(.class("plain")) { for field in preview.fields { row(field, isNew: preview.item == nil) } }
        }
    }

    private func row(_ field: FieldPreview, isNew: Bool) -> Node {
        let label = workspace.catalogue[field.field]?.label ?? field.field.name
        let (kind, words) = effect(field, isNew)
        return li(.class("would-row \(kind)")) {
            strong { "\(label) \(field.direction.arrow)" }
            span(.class("effect")) { words }
            dl {
                if !isNew {
                    dt { "Kiplot" }
                    dd { shown(field.kiplot) }
                }
                dt { "Azure DevOps" }
                dd { shown(field.azureDevOps) }
                switch field.effect {
                case .read(let value):
                    dt { "Kiplot becomes" }
                    dd(.class("becomes")) { shown(value) }
                case .written(let value):
                    dt { "Azure DevOps becomes" }
                    dd(.class("becomes")) { shown(value) }
                case .merged(let value):
                    dt { "Both become" }
                    dd(.class("becomes")) { shown(value) }
                default: [Node]()
                }
                if let back = field.writtenBack, back != field.azureDevOps {
                    dt { "Written back" }
                    dd(.class("differs")) { shown(back) }
                }
            }
            if case .blocked(let message, let remedy) = field.effect { p(.class("bad")) { "\(message) \(remedy)" } }
        }
    }

    private func shown(_ value: String) -> String { value.isEmpty ? "(empty)" : value.count > 120 ? "\(value.prefix(120))…" : value }

    private func effect(_ field: FieldPreview, _ isNew: Bool) -> (String, String) {
        switch field.effect {
        case .inStep: isNew ? ("quiet", "stays empty") : ("good", "in step")
        case .read: ("read", isNew ? "reads" : "would be read")
        case .written: ("written", "would be written")
        case .merged: ("written", "would be merged")
        case .conflict: ("bad", "both changed: it would ask")
        case .waits: ("quiet", "manual: waits for a button")
        case .blocked: ("bad", "cannot travel")
        }
    }
}
