import Markup
import Portfolio
import Store

/// Lifecycle stages, custom fields, types, units and teams.
enum ConfigurationPages {
    static let routes: [Route] = [
        Route("GET", "/configuration", .having(.configurePortfolio), show),
        Route("POST", "/configuration/stages", .having(.configurePortfolio)) { visit in
            let (name, category, applies) = (
                visit.form.text("name"), Stage.Category(rawValue: visit.form.text("category")) ?? .idea, kinds(visit.form)
            )
            return try await change(visit, name) { try $0.addStage(name: name, category: category, appliesTo: applies) }
        },
        Route("POST", "/configuration/stages/:id", .having(.configurePortfolio), changeStage),
        Route("POST", "/configuration/fields", .having(.configurePortfolio)) { visit in
            let form = visit.form
            guard let type = FieldType(customName: form.text("type")) else {
                throw Refusal.invalid(message: "This type does not exist.", remedy: "Choose one from the list.")
            }
            let label = form.text("label")
            let options = options(form.text("options"))
            if case .list = type, options.isEmpty {
                throw Refusal.invalid(message: "A list needs options.", remedy: "Type them, separated with commas.")
            }
            let (applies, isRequired) = (kinds(form), form.flag("required"))
            return try await change(visit, label) {
                try $0.addCustomField(label: label, type: type, options: options, appliesTo: applies, isRequired: isRequired)
            }
        },
        Route("POST", "/configuration/fields/:id", .having(.configurePortfolio), changeField),
        Route("POST", "/configuration/types", .having(.configurePortfolio)) { visit in
            let name = visit.form.text("name")
            return try await change(visit, name) { try $0.addItemType(name: name) }
        },
        Route("POST", "/configuration/types/:id/remove", .having(.configurePortfolio)) { visit in
            let id: Identifier<ItemType> = try visit.identifier("id")
            return try await change(visit) { try $0.removeItemType(id) }
        },
        Route("POST", "/configuration/units", .having(.configurePortfolio)) { visit in
            let (name, parent) = (visit.form.text("name"), Identifier<BusinessUnit>(visit.form.text("parent")))
            return try await change(visit, name) { try $0.addBusinessUnit(name: name, parent: parent) }
        },
        Route("POST", "/configuration/units/:id/remove", .having(.configurePortfolio)) { visit in
            let id: Identifier<BusinessUnit> = try visit.identifier("id")
            return try await change(visit) { try $0.removeBusinessUnit(id) }
        },
        Route("POST", "/configuration/teams", .having(.configurePortfolio)) { visit in
            let (name, unit) = (visit.form.text("name"), Identifier<BusinessUnit>(visit.form.text("unit")))
            return try await change(visit, name) { try $0.addTeam(name: name, businessUnit: unit) }
        },
        Route("POST", "/configuration/teams/:id/remove", .having(.configurePortfolio)) { visit in
            let id: Identifier<Team> = try visit.identifier("id")
            return try await change(visit) { try $0.removeTeam(id) }
        },
    ]

    private static func change(_ visit: Visit, _ name: String = "-", _ body: @escaping @Sendable (StoreTransaction) throws -> some Sendable)
        async throws -> Reply
    {
        guard !name.isEmpty else { throw Refusal.invalid(message: "The name is empty.", remedy: "Type a name.") }
        try await visit.store.write { _ = try body($0) }
        return .seeOther("/configuration")
    }

    private static func kinds(_ form: FormValues) -> Set<ItemKind> {
        ItemKind(rawValue: form.text("appliesTo")).map { [$0] } ?? [.initiative, .outcome]
    }

    private static func options(_ text: String) -> [String] { text.split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty } }

    private static let appliesTo = [("both", "Both"), ("initiative", "Initiatives"), ("outcome", "Outcomes")]

    private static func selected(_ kinds: Set<ItemKind>) -> String { kinds.count == 1 ? kinds.first?.rawValue ?? "both" : "both" }

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let (workspace, updates, timeline) = try await visit.store.read {
            (try $0.workspace(), try $0.deliveryUpdateForm(), try TimelineConfiguration($0))
        }
        return try await visit.layout("Configuration", section: .configuration, live: ["configuration"], parts: [.roadmap]) {
            heading("Configuration")
            div(.id("configuration"), .data("part", "")) {
                timeline.section(visit)
                stages(visit, workspace)
                customFields(visit, workspace)
                DeliveryUpdatePages.configuration(visit, updates)
                section(.class("card")) {
                    h2 { "Types" }
                    names(visit, workspace.itemTypes.map { ("\($0.id)", $0.name) }, "types")
                    visit.post("/configuration/types", .class("inline")) {
                        input(.name("name"), .label("Name of the type"), .flag("required"))
                        button { "Add a type" }
                    }
                }
                section(.class("card")) {
                    h2 { "Business units" }
                    names(visit, workspace.businessUnits.map { ("\($0.id)", $0.name) }, "units")
                    visit.post("/configuration/units", .class("inline")) {
                        input(.name("name"), .label("Name of the unit"), .flag("required"))
                        choices(
                            "parent", id: "unit-parent", [("", "No parent")] + workspace.businessUnits.map { ("\($0.id)", $0.name) },
                            selected: "", .label("Parent"))
                        button { "Add a unit" }
                    }
                }
                section(.class("card")) {
                    h2 { "Teams" }
                    names(visit, workspace.teams.map { ("\($0.id)", $0.name) }, "teams")
                    visit.post("/configuration/teams", .class("inline")) {
                        input(.name("name"), .label("Name of the team"), .flag("required"))
                        choices(
                            "unit", id: "team-unit", [("", "No unit")] + workspace.businessUnits.map { ("\($0.id)", $0.name) },
                            selected: "", .label("Business unit"))
                        button { "Add a team" }
                    }
                }
            }
        }
    }

    private static func names(_ visit: Visit, _ entries: [(id: String, name: String)], _ path: String) -> Node {
        ul(.class("plain")) {
            for entry in entries {
                li {
                    entry.name
                    visit.post("/configuration/\(path)/\(entry.id)/remove", .class("inline")) {
                        button(.class("quiet"), .label("Remove \(entry.name)")) { "Remove" }
                    }
                }
            }
        }
    }

    private static func stages(_ visit: Visit, _ workspace: Workspace) -> Node {
        section(.class("card")) {
            h2 { "Lifecycle stages" }
            for stage in workspace.stages {
                visit.post("/configuration/stages/\(stage.id)", .class("inline row")) {
                    input(.name("name"), .value(stage.name), .label("Name"))
                    choices(
                        "category", id: "category-\(stage.id)", Stage.Category.allCases.map { ($0.rawValue, $0.title) },
                        selected: stage.category.rawValue, .label("Category"))
                    choices("appliesTo", id: "applies-\(stage.id)", appliesTo, selected: selected(stage.appliesTo), .label("Applies to"))
                    button(.name("do"), .value("save")) { "Save" }
                    button(.name("do"), .value("up"), .label("Move \(stage.name) up")) { "↑" }
                    button(.name("do"), .value("down"), .label("Move \(stage.name) down")) { "↓" }
                    button(.name("do"), .value("remove"), .class("quiet")) { "Remove" }
                }
            }
            visit.post("/configuration/stages", .class("inline row")) {
                input(.name("name"), .label("Name of the new stage"), Attribute("placeholder", "New stage"), .flag("required"))
                choices(
                    "category", id: "category-new", Stage.Category.allCases.map { ($0.rawValue, $0.title) }, selected: "idea",
                    .label("Category"))
                choices("appliesTo", id: "applies-new", appliesTo, selected: "both", .label("Applies to"))
                button(.class("primary")) { "Add" }
            }
        }
    }

    private static let types = [
        ("text", "Text"), ("longText", "Long text"), ("number", "Number"), ("date", "Date"), ("list", "List"),
        ("multiList", "List, several"), ("account", "Account"),
    ]

    private static func customFields(_ visit: Visit, _ workspace: Workspace) -> Node {
        section(.class("card")) {
            h2 { "Custom fields" }
            for field in workspace.customFields {
                visit.post("/configuration/fields/\(field.id)", .class("inline row")) {
                    input(.name("label"), .value(field.label), .label("Label"))
                    span(.class("muted")) { types.first { $0.0 == field.type.customName }?.1 ?? "" }
                    if case .list = field.type { input(.name("options"), .value(field.options.joined(separator: ", ")), .label("Options")) }
                    choices(
                        "appliesTo", id: "field-applies-\(field.id)", appliesTo, selected: selected(field.appliesTo), .label("Applies to"))
                    label {
                        input(.type("checkbox"), .name("required"), .flag("checked", field.isRequired))
                        " Required"
                    }
                    label {
                        input(.type("checkbox"), .name("enabled"), .flag("checked", field.isEnabled))
                        " Enabled"
                    }
                    button { "Save" }
                }
            }
            visit.post("/configuration/fields", .class("inline row")) {
                input(.name("label"), .label("Label of the new field"), Attribute("placeholder", "New field"), .flag("required"))
                choices("type", id: "field-type", types, selected: "text", .label("Type"))
                input(.name("options"), .label("Options of a list"), Attribute("placeholder", "Options, with commas"))
                choices("appliesTo", id: "field-applies-new", appliesTo, selected: "both", .label("Applies to"))
                label {
                    input(.type("checkbox"), .name("required"))
                    " Required"
                }
                button(.class("primary")) { "Add" }
            }
        }
    }

    @Sendable
    private static func changeStage(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Stage> = try visit.identifier("id")
        let form = visit.form
        return try await change(visit, form.text("name")) { transaction in
            switch form["do"] {
            case "up": try transaction.moveStage(id, up: true)
            case "down": try transaction.moveStage(id, up: false)
            case "remove": try transaction.removeStage(id)
            default:
                guard var stage = try transaction.stages().first(where: { $0.id == id }) else { throw StoreError.notFound("The stage") }
                stage.name = form.text("name")
                stage.category = Stage.Category(rawValue: form.text("category")) ?? stage.category
                stage.appliesTo = kinds(form)
                try transaction.update(stage)
            }
        }
    }

    @Sendable
    private static func changeField(_ visit: Visit) async throws -> Reply {
        let id: Identifier<CustomField> = try visit.identifier("id")
        let form = visit.form
        return try await change(visit, form.text("label")) { transaction in
            guard var field = try transaction.customFields().first(where: { $0.id == id }) else { throw StoreError.notFound("The field") }
            field.label = form.text("label")
            if form["options"] != nil { field.options = options(form.text("options")) }
            field.appliesTo = kinds(form)
            field.isRequired = form.flag("required")
            field.isEnabled = form.flag("enabled")
            try transaction.update(field)
        }
    }
}
