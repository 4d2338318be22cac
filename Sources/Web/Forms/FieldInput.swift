import FieldSync
import Markup
import Portfolio
import Store

/// Between the values of fields and what a browser sends.
enum FieldInput {
    /// Reads what a form says of a field. `nil` empties it.
    static func value(_ texts: [String], for definition: FieldDefinition, format: RichText.Format = .html) throws(Refusal) -> FieldValue? {
        let text = (texts.last ?? "").trimmed
        func wrong() -> Refusal {
            .invalid(message: "“\(text.prefix(60))” is not a value for \(definition.label).", remedy: "Type or choose another.")
        }
        func identifier<Entity>() throws(Refusal) -> Identifier<Entity> {
            guard let id = Identifier<Entity>(text) else { throw wrong() }
            return id
        }
        switch definition.type {
        case .list(multiple: true): return .set(of: texts.map(\.trimmed).filter { !$0.isEmpty })
        case .tags: return .set(of: texts.flatMap { $0.split(separator: ",").map { String($0).trimmed } }.filter { !$0.isEmpty })
        case .flag: return text == "on" || text == "true" ? .flag(true) : nil
        default: break
        }
        guard !text.isEmpty else { return nil }
        switch definition.type {
        // A name is one line, even where the control has room for several.
        case .text: return .text(text.split(whereSeparator: \.isNewline).joined(separator: " "))
        case .longText:
            let source = texts.last ?? ""
            return format == .markdown
                ? .richText(RichText(format: .markdown, source: source)) : richText(edited: source).map { .richText($0) }
        case .number, .percentage:
            guard let number = Double(text.replacing(",", with: ".")), number.isFinite else { throw wrong() }
            return .number(number)
        case .date:
            guard let date = CalendarDate(text) else { throw wrong() }
            return .date(date)
        case .list: return .choice(text)
        case .account: return .person(try identifier())
        case .stage: return .stage(try identifier())
        case .rag:
            guard let light = RAG(rawValue: text) else { throw wrong() }
            return .rag(light)
        case .parent: return .item(try identifier())
        case .businessUnit: return .businessUnit(try identifier())
        case .team: return .team(try identifier())
        case .tags, .flag: return nil
        }
    }

    /// What the editor holds, as our own tree. Pictures stand there by their place only: they need Azure DevOps' sign-in.
    static func richText(edited source: String) -> RichText? {
        let tree = RichTextTree(html: source.replacing(" data-source=", with: " src="))
        return tree.isEmpty ? nil : .html(tree.html)
    }

    /// The control with which a person edits a field.
    static func control(
        _ definition: FieldDefinition, _ value: FieldValue?, id: String, _ workspace: Workspace, kind: ItemKind,
        initiatives: [(id: Identifier<Item>, name: String)] = [], placeholder: String? = nil
    ) -> Node {
        let name = "value"
        func select(_ options: [(value: String, words: String)], selected: String, canBeEmpty: Bool = true) -> Node {
            // Owner and light stand without their label, so that “none” has to say of what.
            let none = definition.key == .owner ? "No owner" : definition.key == .rag ? "No RAG" : "–"
            return choices(name, id: id, (canBeEmpty ? [(value: "", words: none)] : []) + options, selected: selected)
        }
        func plain(_ type: String, _ text: String, _ more: Attribute...) -> Node {
            .element(name: "input", attributes: [.type(type), .name(name), .id(id), .value(text)] + more, children: [])
        }
        switch definition.type {
        case .text: return plain("text", text(value), Attribute("maxlength", "255"), .flag("required", definition.isRequired))
        case .longText: return longText(value, id: id, label: definition.label)
        case .number: return plain("number", text(value), Attribute("step", "any"), Attribute("placeholder", placeholder ?? "–"))
        case .percentage:
            return plain(
                "number", text(value), Attribute("min", "0"), Attribute("max", "100"), Attribute("step", "1"),
                Attribute("placeholder", placeholder ?? "–"))
        case .date: return plain("date", text(value))
        case .flag:
            return .element(
                name: "input", attributes: [.type("checkbox"), .name(name), .id(id), .flag("checked", value == .flag(true))], children: [])
        case .tags: return plain("text", workspace.words(value, limit: 10_000), Attribute("placeholder", "Separate with commas"))
        case .list(multiple: false): return select(definition.options.map { ($0, $0) }, selected: text(value))
        case .list(multiple: true):
            var chosen: [String] = []
            if case .choices(let labels) = value { chosen = labels }
            return element("select", [.name(name), .id(id), .flag("multiple")]) {
                for label in definition.options { option(.value(label), .flag("selected", chosen.contains(label))) { label } }
            }
        case .account: return select(workspace.people.filter(\.isActive).map { ("\($0.id)", $0.name) }, selected: text(value))
        case .stage:
            return select(
                workspace.stages.filter { $0.appliesTo.contains(kind) }.map { ("\($0.id)", $0.name) }, selected: text(value),
                canBeEmpty: false)
        case .rag: return select(RAG.allCases.map { ($0.rawValue, $0.title) }, selected: text(value))
        case .parent: return select(initiatives.map { ("\($0.id)", $0.name) }, selected: text(value))
        case .businessUnit: return select(workspace.businessUnits.map { ("\($0.id)", $0.name) }, selected: text(value))
        case .team: return select(workspace.teams.map { ("\($0.id)", $0.name) }, selected: text(value))
        }
    }

    /// Formatted text is edited as it looks, without a script as it is written, and so is Markdown.
    private static func longText(_ value: FieldValue?, id: String, label: String) -> Node {
        var present = RichText.html("")
        if case .richText(let text) = value { present = text }
        if present.format == .markdown {
            return .group([
                input(.type("hidden"), .name("format"), .value("markdown")),
                textarea(.name("value"), .id(id), .label("\(label), in Markdown"), Attribute("rows", "8")) { present.source },
            ])
        }
        return div(.class("rich"), .data("rich", "")) {
            div(.class("rich-tools"), Attribute("role", "toolbar"), .label("Formatting of \(label)")) {
                for (command, words, name) in [
                    ("bold", "B", "Bold"), ("italic", "I", "Italic"), ("insertUnorderedList", "• List", "List"),
                    ("insertOrderedList", "1. List", "Numbered list"),
                ] {
                    button(.type("button"), .data("command", command), .class("quiet"), .label(name)) { words }
                }
            }
            div(
                .class("rich-text"), .id(id), .label(label), Attribute("contenteditable", "true"), Attribute("role", "textbox"),
                Attribute("aria-multiline", "true"), .data("empty", "Write something…")
            ) { nodes(of: present) }
            // The script says what is sent.
            input(.type("hidden"), .name("value"), .flag("disabled"))
            element("noscript", []) {
                details(.class("markup")) {
                    summary { "Edit as HTML" }
                    textarea(.name("value"), .label("\(label), as HTML"), Attribute("rows", "10")) { present.source }
                }
            }
        }
    }

    /// The value as a control holds it.
    static func text(_ value: FieldValue?) -> String {
        switch value {
        case nil: ""
        case .text(let text): text
        case .richText(let text): text.source
        case .number(let number): number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
        case .date(let date): date.description
        case .flag(let flag): flag ? "on" : ""
        case .choice(let label): label
        case .choices(let labels): labels.joined(separator: ", ")
        case .person(let id): "\(id)"
        case .stage(let id): "\(id)"
        case .rag(let light): light.rawValue
        case .item(let id): "\(id)"
        case .businessUnit(let id): "\(id)"
        case .team(let id): "\(id)"
        }
    }
}
