import FieldSync
import Markup
import Portfolio
import Store

/// The first tab: the texts of the item in the middle, its other fields in a list beside.
extension ItemPages {
    @Sendable
    static func information(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        return try await framed(visit, page, .information) {
            div(.class("item-columns")) {
                div(.class("texts")) {
                    for definition in texts(page) { longText(visit, page, definition) }
                    if let update = page.latestUpdate { latestUpdate(page, update) }
                    if page.item.kind == .initiative { outcomesInShort(visit, page) }
                    if let dependencies = page.dependencies {
                        section(.class("card waits"), .id("dependencies"), .data("part", "")) { dependencies.nodes(visit) }
                    }
                    latestChanges(page)
                }
                aside(.label("Fields")) {
                    properties(visit, page)
                    azureDevOpsInShort(page)
                }
            }
        }
    }

    private static func texts(_ page: ItemPage) -> [FieldDefinition] {
        page.workspace.catalogue.fields(of: page.item.kind).filter { $0.type == .longText }
    }

    /// The place of a field in addresses of elements: `f-custom-7`.
    static func elementID(_ key: FieldKey) -> String { "f-\(key.name.replacing(".", with: "-"))" }

    // MARK: One field

    static func fieldForm(_ visit: Visit, _ page: ItemPage, _ definition: FieldDefinition) -> Node {
        let key = definition.key
        // What the outcomes say counts until somebody types another number.
        let computed = key == .percentComplete && page.item.kind == .initiative ? page.computedProgress : nil
        return visit.post("/items/\(page.item.id)/fields/\(key.name)", .data("auto", "")) {
            input(.type("hidden"), .name("version"), .value(String(page.item.version(of: key))))
            FieldInput.control(
                definition, page.item[key], id: elementID(key), page.workspace, kind: page.item.kind, initiatives: page.initiatives,
                placeholder: computed.map { "\(Int($0)) % by outcomes" })
            button(.class("save")) { "Save" }
        }
    }

    /// Which way the field travels, and whether it is locked here: small signs beside it, with words for everybody who needs them.
    static func fieldMarks(_ page: ItemPage, _ key: FieldKey) -> [Node] {
        var marks: [Node] = []
        if let direction = page.direction(key) {
            let sign: Icon = direction == .both ? .both : direction == .read ? .read : .write
            marks.append(
                span(.class("direction"), Attribute("title", direction.sentence)) {
                    icon(sign, 13)
                    span(.class("sr")) { direction.sentence }
                })
        }
        if let lock = page.lock(key) {
            marks.append(
                span(.class("lock"), Attribute("title", lock)) {
                    icon(.lock, 13)
                    span(.class("sr")) { "Locked. \(lock)" }
                })
        }
        return marks
    }

    /// How the field stands with Azure DevOps: quiet while all is well, with cause and remedy when it is not.
    static func fieldState(_ page: ItemPage, _ key: FieldKey) -> Node {
        let states = page.links.compactMap { view in
            view.link.fields[key].map { state(page, view, key, $0) }
        }
        return div(.class("state"), .data("state", elementID(key))) { states }
    }

    private static func state(_ page: ItemPage, _ view: ItemPage.LinkView, _ key: FieldKey, _ field: LinkField) -> Node {
        if let obstacle = field.obstacle { return notice("error", obstacle.message, obstacle.remedy) }
        if field.isInConflict {
            return div(.class("notice"), Attribute("role", "note")) {
                strong { "Both sides changed this." }
                " "
                a(.href("#conflicts")) { "Choose a value" }
            }
        }
        if field.isWaiting {
            return span(.class("differs")) {
                "Differs from Azure DevOps (\(field.remote?.shortText.prefix(80) ?? "empty")); press Read or Write."
            }
        }
        if view.link.dirty != view.link.settled, field.agreed?.local != page.item[key], page.direction(key)?.writes == true {
            return span(.class("saving")) { "Saving to Azure DevOps…" }
        }
        return field.agreed == nil ? .nothing : span(.class("in-step")) { "In step" }
    }

    // MARK: Long texts

    private static func longText(_ visit: Visit, _ page: ItemPage, _ definition: FieldDefinition) -> Node {
        let key = definition.key
        let isEditable = page.mayEdit && page.lock(key) == nil
        let id = elementID(key)
        return section(.class("card long-text"), .id("field-\(id)"), .data("part", "")) {
            div(.class("card-head")) {
                h2(.id("\(id)-label")) { definition.label }
                fieldMarks(page, key)
                fieldState(page, key)
            }
            if isEditable {
                fieldForm(visit, page, definition)
            } else if case .richText(let text) = page.item[key] {
                div(.class("rich-text")) { nodes(of: text) }
            } else {
                p(.class("muted")) { "Nothing written yet." }
            }
            if let lock = page.lock(key) { p(.class("hint")) { "Locked. \(lock)" } }
        }
    }

    // MARK: The list of properties

    private static func properties(_ visit: Visit, _ page: ItemPage) -> Node {
        let elsewhere: Set<FieldKey> = [.name, .stage, .owner, .rag, .rank]
        let shown = page.workspace.catalogue.fields(of: page.item.kind).filter { $0.type != .longText && !elsewhere.contains($0.key) }
        let order: [FieldKey] = [.type, .status, .start, .end, .percentComplete, .effort, .team, .businessUnit, .parent, .tags, .parked]
        let general = order.compactMap { key in shown.first { $0.key == key } }
        let custom = shown.filter { $0.key.customField != nil }
        return section(.class("card properties"), .id("properties")) {
            h2 { "General" }
            for definition in general { property(visit, page, definition) }
            if !custom.isEmpty {
                h2 { "More fields" }
                for definition in custom { property(visit, page, definition) }
            }
            div(.class("origin"), .id("origin"), .data("part", "")) {
                "Created by \(page.item.createdBy), "
                page.item.createdAt.node
                br()
                "Changed by \(page.item.updatedBy), "
                page.item.updatedAt.node
            }
        }
    }

    private static func property(_ visit: Visit, _ page: ItemPage, _ definition: FieldDefinition) -> Node {
        let key = definition.key
        let id = elementID(key)
        let isEditable = page.mayEdit && page.lock(key) == nil
        let words = page.words(page.item[key])
        return div(.class("property"), .id("field-\(id)"), .data("part", "")) {
            div(.class("property-label")) {
                element(isEditable ? "label" : "span", [Attribute("for", isEditable ? id : nil)]) { definition.label }
                fieldMarks(page, key)
            }
            div(.class("property-value")) {
                if isEditable {
                    fieldForm(visit, page, definition)
                } else {
                    span(.class(words.isEmpty ? "fixed muted" : "fixed")) { words.isEmpty ? "–" : words }
                }
            }
            fieldState(page, key)
        }
    }

    // MARK: What else is seen at once

    private static func azureDevOpsInShort(_ page: ItemPage) -> Node {
        section(.class("card"), .id("azure-devops"), .data("part", "")) {
            h2 { "Azure DevOps" }
            for view in page.links {
                div(.class("link-short")) {
                    p {
                        strong { view.integration.projectName }
                        span(.class("muted")) { " · \(view.link.workItemType)" }
                    }
                    if let problem = view.link.problem { notice("error", problem.message, problem.remedy) }
                    if view.integration.state == .paused {
                        notice("warning", "Synchronisation is paused.", "An administrator can resume it.")
                    }
                    if let at = view.link.syncedAt {
                        p(.class("hint")) {
                            "Synchronised "
                            at.node
                        }
                    }
                }
            }
            if page.links.isEmpty {
                p(.class("muted")) {
                    if page.free.isEmpty {
                        "Not linked to a work item. No project is connected yet; an administrator can connect one under Integrations."
                    } else {
                        "Not linked to a work item. Create one, or link the one that exists: both sides then stay in step."
                    }
                }
            } else {
                p { a(.href(ItemTab.integration.path(of: page.item.id))) { "Every field side by side" } }
            }
        }
    }

    private static func latestUpdate(_ page: ItemPage, _ update: DeliveryUpdate) -> Node {
        section(.class("card"), .id("latest-update"), .data("part", "")) {
            div(.class("card-head")) {
                h2 { "Latest delivery update" }
                a(.class("aside-link"), .href(ItemTab.updates.path(of: page.item.id))) { "All updates" }
            }
            DeliveryUpdatePages.summary(update)
        }
    }

    private static func latestChanges(_ page: ItemPage) -> Node {
        section(.class("card"), .id("history"), .data("part", "")) {
            div(.class("card-head")) {
                h2 { "Latest changes" }
                a(.class("aside-link"), .href(ItemTab.history.path(of: page.item.id))) { "All changes" }
            }
            ul(.class("plain changes")) {
                for entry in page.history.prefix(6) {
                    let change = entry.change
                    let (old, new) = (page.shortWords(change.old), page.shortWords(change.new))
                    li {
                        avatar(change.actor.name)
                        span {
                            strong { change.actor.name }
                            " changed \(page.label(change.field)) "
                            if page.workspace.catalogue[change.field]?.type != .longText {
                                if !old.isEmpty { "from \(old) " }
                                span(.class("new")) { new.isEmpty ? "to nothing" : "to \(new)" }
                            }
                            span(.class("muted")) {
                                " · \(change.cause.title) · "
                                change.at.node
                            }
                        }
                    }
                }
            }
        }
    }
}

extension ItemPage {
    /// A value in a few words, for a line.
    func shortWords(_ value: FieldValue?) -> String {
        if case .item = value { return words(value) }
        return workspace.words(value, limit: 60)
    }
}

extension Direction {
    /// The arrow in a sentence.
    var sentence: String {
        switch self {
        case .read: "Read from Azure DevOps"
        case .write: "Written to Azure DevOps"
        case .both: "Travels both ways with Azure DevOps"
        }
    }
}
