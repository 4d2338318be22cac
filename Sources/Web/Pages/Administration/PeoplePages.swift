import Markup
import Portfolio
import Store

/// People, their roles, and which name in Azure DevOps is theirs.
enum PeoplePages {
    static let routes: [Route] = [
        Route("GET", "/people", .having(.managePeople)) { visit in try await show(visit) },
        Route("POST", "/people", .having(.managePeople), add),
        Route("POST", "/people/:id", .having(.managePeople), change),
        Route("POST", "/people/:id/invite", .having(.managePeople)) { visit in
            let link = try await Accounts(site: visit.site).passwordLink(for: visit.identifier("id"))
            return try await show(visit, link: link)
        },
        Route("POST", "/people-table", .having(.managePeople)) { visit in
            let (name, person) = (visit.form.text("uniqueName"), Identifier<Person>(visit.form.text("person")))
            guard !name.isEmpty else {
                throw Refusal.invalid(
                    message: "The name in Azure DevOps is empty.", remedy: "Type it as it stands there: an address, or DOMAIN\\user.")
            }
            try await visit.store.write { try $0.setPerson(person, forUniqueName: name) }
            return .seeOther("/people")
        },
    ]

    private static func show(_ visit: Visit, link: String? = nil) async throws -> Reply {
        let (people, table) = try await visit.store.read { (try $0.people(), try $0.peopleTable()) }
        return try await visit.layout("People", section: .people, live: ["configuration"], parts: [.home]) {
            heading("People")
            if let link {
                notice("good", "Send this link to the person; it works once, for three days:")
                p { code { link } }
            }
            section(.class("card"), .id("people"), .data("part", "")) {
                div(.class("person person-head"), Attribute("aria-hidden", "true")) {
                    for words in ["", "Name", "E-mail address", "Role"] { span { words } }
                }
                for person in people { row(visit, person) }
            }
            section(.class("card")) {
                h2 { "Add somebody" }
                visit.post("/people", .class("inline row")) {
                    input(.name("name"), .label("Name of the new person"), Attribute("placeholder", "Name"), .flag("required"))
                    input(
                        .type("email"), .name("email"), .label("E-mail address of the new person"),
                        Attribute("placeholder", "E-mail address"), .flag("required"))
                    choices(
                        "role", id: "role-new", Role.allCases.map { ($0.rawValue, $0.title) }, selected: Role.member.rawValue,
                        .label("Role of the new person"))
                    button(.class("primary")) { "Add" }
                }
            }
            section(.class("card"), .id("table"), .data("part", "")) {
                h2 { "Names in Azure DevOps" }
                p(.class("muted")) { "People are found by e-mail address. Enter here whoever has another name there." }
                ul(.class("plain")) {
                    for (name, id) in table.sorted(by: { $0.key < $1.key }) {
                        li {
                            code { name }
                            " is \(people.first { $0.id == id }?.name ?? "somebody who was removed")"
                            visit.post("/people-table", .class("inline")) {
                                input(.type("hidden"), .name("uniqueName"), .value(name))
                                button(.class("quiet")) { "Remove" }
                            }
                        }
                    }
                }
                visit.post("/people-table", .class("inline row")) {
                    input(
                        .name("uniqueName"), .label("Name in Azure DevOps"), Attribute("placeholder", "Name in Azure DevOps"),
                        .flag("required"))
                    choices("person", id: "table-person", people.map { ("\($0.id)", $0.name) }, selected: "", .label("Person"))
                    button { "Add" }
                }
            }
        }
    }

    private static func row(_ visit: Visit, _ person: Person) -> Node {
        visit.post("/people/\(person.id)", .class("person")) {
            avatar(person.name)
            input(.name("name"), .value(person.name), .label("Name"))
            input(.name("email"), .value(person.email), .label("E-mail address"))
            choices(
                "role", id: "role-\(person.id)", Role.allCases.map { ($0.rawValue, $0.title) }, selected: person.role.rawValue,
                .label("Role"))
            label {
                input(.type("checkbox"), .name("active"), .flag("checked", person.isActive))
                " Active"
            }
            button { "Save" }
            span(.class("invite")) {
                button(Attribute("formaction", "/people/\(person.id)/invite"), .class("quiet")) {
                    person.canSignIn ? "New password link" : "Invite"
                }
                if !person.canSignIn { span(.class("sub"), Attribute("title", "This person has no password yet.")) { "not yet in" } }
            }
        }
    }

    @Sendable
    private static func add(_ visit: Visit) async throws -> Reply {
        let (name, email) = (visit.form.text("name"), visit.form.text("email"))
        guard !name.isEmpty, email.contains("@") else {
            throw Refusal.invalid(message: "Name or e-mail address is missing.", remedy: "Fill in both.")
        }
        let role = Role(rawValue: visit.form.text("role")) ?? .viewOnly
        let person = try await visit.store.write { try $0.addPerson(name: name, email: email, role: role) }
        return try await show(visit, link: Accounts(site: visit.site).passwordLink(for: person.id))
    }

    @Sendable
    private static func change(_ visit: Visit) async throws -> Reply {
        let id: Identifier<Person> = try visit.identifier("id")
        let form = visit.form
        try await visit.store.write { transaction in
            guard var person = try transaction.person(id) else { throw StoreError.notFound("The person") }
            person.name = form.text("name").isEmpty ? person.name : form.text("name")
            person.email = form.text("email").isEmpty ? person.email : form.text("email")
            person.role = Role(rawValue: form.text("role")) ?? person.role
            person.isActive = form.flag("active")
            try transaction.update(person)
        }
        return .seeOther("/people")
    }
}
