import AzureDevOps
import JSON
import Markup
import Portfolio
import Store

/// Giving an outcome its team and its dates: by a form, by a drag, and back again.
enum PlanningEdits {
    private static func page(_ visit: Visit) async throws -> ItemPage {
        let page = try await ItemPages.page(visit)
        guard page.item.kind == .outcome else { throw Refusal.notFound }
        return page
    }

    @Sendable
    static func form(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        let item = page.item
        return try await visit.layout("Plan \(item.key)", section: .planning, live: ["item:\(item.id)"], parts: [.planning]) {
            section(.class("card narrow plan-form"), .id("plan-form")) {
                header(.class("card-head")) {
                    div {
                        p(.class("sub")) {
                            code { item.key }
                            if let parent = page.parent { " \(parent.name)" }
                        }
                        h1 { item.name }
                    }
                    a(.class("button quiet"), .href("/items/\(item.id)")) {
                        "Open"
                        icon(.chevron, 14)
                    }
                }
                lockNotice(page)
                if page.mayEdit { fields(visit, page) } else { summary(page) }
            }
        }
    }

    /// Says once what cannot be changed here, and why.
    private static func lockNotice(_ page: ItemPage) -> Node {
        let locked = (PlanningLocks.fields + [.effort]).filter { page.lock($0) != nil }
        guard let first = locked.first, let lock = page.lock(first) else { return .nothing }
        return notice("info", "\(locked.map(page.label).joined(separator: ", ")): locked.", lock)
    }

    private static func fields(_ visit: Visit, _ page: ItemPage) -> Node {
        let item = page.item
        var team = ""
        if case .team(let id) = item[.team] { team = "\(id)" }
        func lock(_ key: FieldKey) -> Attribute { .flag("disabled", page.lock(key) != nil) }
        return visit.post("/planning/\(item.id)", .data("plan", "")) {
            labelled("Team", "plan-team") {
                choices(
                    "team", id: "plan-team", [("", "No team")] + page.workspace.teams.map { ("\($0.id)", $0.name) }, selected: team,
                    lock(.team))
            }
            div(.class("fields")) {
                labelled("Start", "plan-start") {
                    input(.type("date"), .name("start"), .id("plan-start"), .value(item.date(.start)?.description ?? ""), lock(.start))
                }
                labelled("End", "plan-end") {
                    input(.type("date"), .name("end"), .id("plan-end"), .value(item.date(.end)?.description ?? ""), lock(.end))
                }
                labelled("Effort", "plan-effort") {
                    input(
                        .type("number"), .name("effort"), .id("plan-effort"), Attribute("step", "any"), Attribute("min", "0"),
                        .value(page.workspace.words(item[.effort])), lock(.effort))
                }
            }
            div(.class("actions")) {
                button(.class("primary")) { "Save" }
                if item[.start] != nil || item[.end] != nil, page.lock(.start) == nil, page.lock(.end) == nil {
                    button(.name("do"), .value("unplan"), .class("quiet"), .flag("formnovalidate")) { "Take the dates off" }
                }
                a(.class("button quiet"), .href("/planning"), .data("close", "")) { "Cancel" }
            }
        }
    }

    private static func summary(_ page: ItemPage) -> Node {
        div {
            dl {
                for key in [FieldKey.team, .start, .end, .effort] {
                    dt { page.label(key) }
                    dd { page.item[key] == nil ? "–" : page.words(page.item[key]) }
                }
            }
            p(.class("sub")) { "You may look at it. Its owner, or whoever shares it with you, can change it." }
        }
    }

    @Sendable
    static func save(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        let form = visit.form
        var changes: [FieldKey: FieldValue?] = [:]
        for key in PlanningLocks.fields + [.effort] {
            guard let definition = page.workspace.catalogue[key], form[key.name] != nil else { continue }
            changes[key] = try FieldInput.value(form.all(key.name), for: definition)
        }
        if form["do"] == "unplan" { (changes[.start], changes[.end]) = (.some(nil), .some(nil)) }
        return try await apply(visit, page, changes)
    }

    /// A drag: the place where the card was let go, as periods. The dates snap to the edges of periods.
    @Sendable
    static func move(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        let (item, form) = (page.item, visit.form)
        let timeline = try await visit.store.read { try $0.timeline() }
        var changes: [FieldKey: FieldValue?] = [:]
        if let team = form["team"] { changes[.team] = Identifier<Team>(team).map { .team($0) } }
        let (shift, stretch) = (Int(form.text("shift")) ?? 0, Int(form.text("stretch")) ?? 0)
        if form["tray"] != nil {
            (changes[.start], changes[.end]) = (.some(nil), .some(nil))
        } else if let day = CalendarDate(form.text("to")) {
            let period = timeline.period(containing: day)
            changes[.start] = .date(period.start)
            changes[.end] = .date(period.end)
        } else if let start = item.date(.start), let end = item.date(.end), shift != 0 || stretch != 0 {
            let first = timeline.period(containing: start).index + shift
            let last = max(first, timeline.period(containing: end).index + shift + stretch)
            if shift != 0 { changes[.start] = .date(timeline.period(first).start) }
            changes[.end] = .date(timeline.period(last).end)
        }
        return try await apply(visit, page, changes)
    }

    /// Puts back what a drag or the form has changed, unless somebody has changed it again.
    @Sendable
    static func takeBack(_ visit: Visit) async throws -> Reply {
        let page = try await page(visit)
        var changes: [FieldKey: FieldValue?] = [:]
        var versions: [FieldKey: Int64] = [:]
        for name in visit.query.names where !name.hasPrefix("v.") {
            let key = FieldKey(name)
            guard PlanningLocks.fields.contains(key) || key == .effort, let definition = page.workspace.catalogue[key] else { continue }
            changes[key] = try FieldInput.value(visit.query.all(name), for: definition)
            versions[key] = Int64(visit.query.text("v.\(name)"))
        }
        return try await apply(visit, page, changes, expecting: versions)
    }

    private static func apply(
        _ visit: Visit, _ page: ItemPage, _ wanted: [FieldKey: FieldValue?], expecting versions: [FieldKey: Int64] = [:]
    ) async throws -> Reply {
        let item = page.item
        guard page.mayEdit else { throw Refusal.forbidden("plan \(item.key)") }
        let changes = wanted.filter { item[$0.key] != $0.value }
        for key in changes.keys.sorted() {
            guard let lock = page.lock(key) else { continue }
            throw Refusal.invalid(message: "\(page.label(key)) of \(item.key) is locked. \(lock)", remedy: "")
        }
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        let after: Item
        do {
            after = try await visit.store.write { try $0.edit(item.id, changes: changes, expecting: versions, origin: origin) }
        } catch StoreError.changedMeanwhile {
            throw Refusal.invalid(
                message: "\(item.key) was changed by somebody else in the meantime.", remedy: "The page shows the new plan now.")
        }
        guard visit.isScripted else { return .seeOther("/planning") }
        let undo = changes.keys.sorted().map { key in
            "\(key.name)=\(percentEncoded(text(item[key])))&v.\(key.name)=\(after.version(of: key))"
        }
        return .json([
            "saved": true, "message": .string(words(after, page)),
            "undo": undo.isEmpty ? .null : .string("/planning/\(item.id)/undo?\(undo.joined(separator: "&"))"),
        ])
    }

    private static func text(_ value: FieldValue?) -> String {
        switch value {
        case .team(let id): "\(id)"
        case .date(let date): date.description
        case .number(let number): String(number)
        default: ""
        }
    }

    /// `OUT-3: Portal, Nov 2026 to Jan 2027`
    private static func words(_ item: Item, _ page: ItemPage) -> String {
        let team = item[.team] == nil ? "no team" : page.workspace.words(item[.team])
        guard let start = item.date(.start), let end = item.date(.end) else { return "\(item.key): \(team), no dates" }
        return "\(item.key): \(team), \(start.words) to \(end.words)"
    }
}
