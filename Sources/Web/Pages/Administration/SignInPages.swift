import Markup
import Portfolio
import Store

enum SignInPages {
    static let routes: [Route] = [
        Route("GET", "/sign-in", .everybody) { visit in .page(form(visit)) },
        Route("POST", "/sign-in", .everybody, signIn),
        Route("POST", "/sign-out", .signedIn, signOut),
        Route("GET", "/setup", .everybody, showSetup),
        Route("POST", "/setup", .everybody, setUp),
        Route("GET", "/profile", .signedIn, profile),
        Route("POST", "/profile/name", .signedIn, rename),
        Route("POST", "/profile/theme", .signedIn, chooseTheme),
        Route("POST", "/profile/password", .signedIn, changePassword),
        Route("POST", "/profile/tokens", .signedIn, addToken),
        Route("POST", "/profile/tokens/:id/remove", .signedIn) { visit in
            guard let id = visit.parameters["id"].flatMap({ Int64($0) }) else { throw Refusal.notFound }
            let person = try visit.visitor()
            try await visit.store.write { try $0.removeAPIToken(id, of: person.id) }
            return .seeOther("/profile")
        },
    ]

    private static func form(_ visit: Visit, problem: String? = nil) -> Node {
        visit.bare("Sign in") {
            section(.class("card welcome")) {
                mark
                h1 { "Sign in to Kiplot" }
                if let problem { notice("error", problem) }
                visit.post("/sign-in") {
                    input(.type("hidden"), .name("next"), .value(visit.query["next"] ?? visit.form["next"] ?? "/"))
                    labelled("E-mail address", "email") {
                        input(
                            .type("email"), .name("email"), .id("email"), Attribute("autocomplete", "username"), .flag("required"),
                            .flag("autofocus"), .value(visit.form.text("email")))
                    }
                    labelled("Password", "password") {
                        input(
                            .type("password"), .name("password"), .id("password"), Attribute("autocomplete", "current-password"),
                            .flag("required"))
                    }
                    button(.class("primary")) { "Sign in" }
                }
                p(.class("hint")) { "Password forgotten? An administrator of Kiplot can send you a link to choose a new one." }
            }
        }
    }

    private static var mark: Node { span(.class("brand-mark"), Attribute("aria-hidden", "true")) { icon(.logo, 26) } }

    @Sendable
    private static func signIn(_ visit: Visit) async throws -> Reply {
        let accounts = Accounts(site: visit.site)
        let person: Person?
        do {
            person = try await accounts.signIn(email: visit.form.text("email"), password: visit.form["password"] ?? "")
        } catch let refusal as Refusal {
            return .page(form(visit, problem: "\(refusal.message) \(refusal.remedy)"), status: 429)
        }
        guard let person else {
            return .page(form(visit, problem: "Address and password do not belong together. Check both."), status: 401)
        }
        let next = visit.form["next"] ?? "/"
        var reply = Reply.seeOther(next.hasPrefix("/") && !next.hasPrefix("//") ? next : "/")
        reply.headers.append(accounts.cookie(try await accounts.begin(sessionFor: person.id)))
        return reply
    }

    @Sendable
    private static func signOut(_ visit: Visit) async throws -> Reply {
        if let session = visit.session { try await visit.store.write { try $0.endSession(tokenDigest: session.tokenDigest) } }
        var reply = Reply.seeOther("/sign-in")
        reply.headers.append(Accounts(site: visit.site).cookie("", lasting: 0))
        return reply
    }

    @Sendable
    private static func showSetup(_ visit: Visit) async throws -> Reply {
        guard let invitation = try await Accounts(site: visit.site).invitation(visit.query["token"] ?? "") else {
            throw Refusal.invalid(
                message: "This link was used already, or is too old.",
                remedy: "Ask an administrator for a new one; before there is one, start the server again: it prints a new link.")
        }
        return .page(setupForm(visit, needsName: invitation.person == nil, token: visit.query["token"] ?? ""))
    }

    private static func setupForm(_ visit: Visit, needsName: Bool, token: String, problem: String? = nil) -> Node {
        visit.bare("Welcome") {
            section(.class("card welcome")) {
                mark
                h1 { needsName ? "Welcome to Kiplot" : "Choose a password" }
                if let problem { notice("error", problem) }
                visit.post("/setup") {
                    input(.type("hidden"), .name("token"), .value(token))
                    if needsName {
                        p { "You are the first one here: create your account as the administrator." }
                        labelled("Your name", "name") {
                            input(.name("name"), .id("name"), .flag("required"), .value(visit.form.text("name")))
                        }
                        labelled("E-mail address", "email") {
                            input(
                                .type("email"), .name("email"), .id("email"), .flag("required"), Attribute("autocomplete", "username"),
                                .value(visit.form.text("email")))
                        }
                    }
                    labelled("Password", "password", hint: "At least \(Accounts.shortestPassword) characters; a sentence is good.") {
                        input(
                            .type("password"), .name("password"), .id("password"), .flag("required"),
                            Attribute("minlength", String(Accounts.shortestPassword)), Attribute("autocomplete", "new-password"))
                    }
                    button(.class("primary")) { needsName ? "Create the administrator" : "Set the password" }
                }
            }
        }
    }

    @Sendable
    private static func setUp(_ visit: Visit) async throws -> Reply {
        let accounts = Accounts(site: visit.site)
        let token = visit.form["token"] ?? ""
        do {
            let person = try await accounts.accept(
                token, name: visit.form.text("name"), email: visit.form.text("email"), password: visit.form["password"] ?? "")
            var reply = Reply.seeOther("/")
            reply.headers.append(accounts.cookie(try await accounts.begin(sessionFor: person.id)))
            return reply
        } catch let refusal as Refusal {
            let needsName = try await accounts.invitation(token)?.person == nil
            return .page(setupForm(visit, needsName: needsName, token: token, problem: "\(refusal.message) \(refusal.remedy)"), status: 422)
        }
    }

    @Sendable
    private static func profile(_ visit: Visit) async throws -> Reply { try await profile(visit, newToken: nil) }

    private static func profile(_ visit: Visit, newToken: String?, message: String? = nil) async throws -> Reply {
        let person = try visit.visitor()
        let tokens = try await visit.store.read { transaction in
            try transaction.apiTokens(of: person.id).map { (id: $0.id, name: $0.name, at: $0.createdAt) }
        }
        return try await visit.layout("Your account", section: .profile, parts: [.home]) {
            heading("Your account")
            if let message { notice("good", message) }
            div(.class("account")) {
                themeCard(visit)
                section(.class("card")) {
                    h2 { "You" }
                    visit.post("/profile/name") {
                        labelled("Name", "name", hint: "As others see it in lists and histories.") {
                            input(
                                .name("name"), .id("name"), .value(person.name), .flag("required"), Attribute("maxlength", "120"),
                                Attribute("autocomplete", "name"))
                        }
                        p(.class("sub")) { "\(person.email) · \(person.role.title). An administrator can change these." }
                        button { "Change the name" }
                    }
                }
                passwordCard(visit)
                tokensCard(visit, tokens, newToken: newToken)
            }
        }
    }

    private static func themeCard(_ visit: Visit) -> Node {
        let cookie = visit.cookie("kiplot-theme")
        let chosen = cookie == "light" || cookie == "dark" ? cookie : "device"
        return section(.class("card")) {
            h2 { "Theme" }
            visit.post("/profile/theme", .class("themes"), .data("theme-form", "")) {
                for (value, words) in [("device", "As the device"), ("light", "Light"), ("dark", "Dark")] {
                    label(.class("theme \(value)")) {
                        span(.class("swatch"), Attribute("aria-hidden", "true"))
                        input(.type("radio"), .name("theme"), .value(value), .flag("checked", value == chosen))
                        " \(words)"
                    }
                }
                button(.class("save")) { "Use this theme" }
            }
        }
    }

    private static func passwordCard(_ visit: Visit) -> Node {
        section(.class("card")) {
            h2 { "Password" }
            visit.post("/profile/password") {
                labelled("Present password", "old") {
                    input(
                        .type("password"), .name("old"), .id("old"), .flag("required"), Attribute("autocomplete", "current-password"))
                }
                labelled("New password", "new", hint: "At least \(Accounts.shortestPassword) characters; a sentence is good.") {
                    input(
                        .type("password"), .name("new"), .id("new"), .flag("required"),
                        Attribute("minlength", String(Accounts.shortestPassword)), Attribute("autocomplete", "new-password"))
                }
                button { "Change the password" }
            }
        }
    }

    private static func tokensCard(_ visit: Visit, _ tokens: [(id: Int64, name: String, at: Instant)], newToken: String?) -> Node {
        section(.class("card"), .id("tokens")) {
            h2 { "Tokens for the API" }
            if let newToken {
                notice("good", "Copy the token now; it is not shown again:")
                p { code { newToken } }
            }
            if tokens.isEmpty {
                p(.class("muted")) { "None. A token lets a program of yours read and change the portfolio with your rights." }
            }
            ul(.class("plain rows")) {
                for token in tokens {
                    li {
                        div {
                            token.name
                            p(.class("sub")) {
                                "since "
                                token.at.node
                            }
                        }
                        visit.post("/profile/tokens/\(token.id)/remove", .class("inline")) {
                            button(.class("quiet"), .label("Remove \(token.name)")) { "Remove" }
                        }
                    }
                }
            }
            visit.post("/profile/tokens", .class("inline")) {
                input(.name("name"), .label("Name of the token"), .flag("required"), Attribute("placeholder", "What it is for"))
                button { "Make a token" }
            }
        }
    }

    @Sendable
    private static func rename(_ visit: Visit) async throws -> Reply {
        let id = try visit.visitor().id
        let name = String(visit.form.text("name").prefix(120))
        guard !name.isEmpty else { throw Refusal.invalid(message: "Your name is empty.", remedy: "Go back and type it.") }
        try await visit.store.write { transaction in
            guard var person = try transaction.person(id) else { throw StoreError.notFound("The person") }
            person.name = name
            try transaction.update(person)
        }
        return .seeOther("/profile")
    }

    /// A choice of the browser, not of the person: it is kept there, and the page arrives in the right colours.
    @Sendable
    private static func chooseTheme(_ visit: Visit) async throws -> Reply {
        let theme = visit.form.text("theme")
        let isFixed = theme == "light" || theme == "dark"
        var reply = Reply.seeOther("/profile")
        reply.headers.append(
            (
                "Set-Cookie",
                "kiplot-theme=\(isFixed ? theme : ""); Path=/; SameSite=Lax; Max-Age=\(isFixed ? 31_536_000 : 0)\(visit.site.isSecure ? "; Secure" : "")"
            ))
        return reply
    }

    @Sendable
    private static func changePassword(_ visit: Visit) async throws -> Reply {
        let person = try visit.visitor()
        let hash = try await visit.store.read { try $0.passwordHash(of: person.id) } ?? ""
        guard try await Secrets.verify(password: visit.form["old"] ?? "", against: hash) else {
            throw Refusal.invalid(message: "The present password is another one.", remedy: "Go back and type it again.")
        }
        let new = visit.form["new"] ?? ""
        try Accounts.check(password: new)
        let newHash = try await Secrets.hash(password: new)
        let session = visit.session?.tokenDigest
        try await visit.store.write { try $0.setPasswordHash(newHash, of: person.id, keeping: session) }
        return try await profile(visit, newToken: nil, message: "The password is changed; everywhere else you are signed out.")
    }

    @Sendable
    private static func addToken(_ visit: Visit) async throws -> Reply {
        let person = try visit.visitor()
        let token = "kpl_" + Secrets.newToken()
        let name = visit.form.text("name")
        let now = visit.now
        try await visit.store.write { try $0.addAPIToken(digest: Secrets.digest(token), person: person.id, name: name, at: now) }
        return try await profile(visit, newToken: token)
    }
}
