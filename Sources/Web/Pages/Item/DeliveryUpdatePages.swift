import JSON
import Markup
import Portfolio
import Store

/// How an initiative is delivered, told by people: dated snapshots, the newest first.
enum DeliveryUpdatePages {
    static let routes: [Route] = [
        Route("GET", "/items/:id/updates", .having(.viewPortfolio), show),
        Route("POST", "/items/:id/updates", .having(.viewPortfolio), post),
        Route("POST", "/items/:id/updates/:update/remove", .having(.viewPortfolio), remove),
        Route("POST", "/configuration/delivery", .having(.configurePortfolio), configure),
    ]

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let page = try await ItemPages.page(visit)
        guard page.item.kind == .initiative else { throw Refusal.notFound }
        let before = visit.query["before"].flatMap { Int64($0) } ?? .max
        let id = page.item.id
        let (updates, form) = try await visit.store.read {
            (try $0.deliveryUpdates(of: id, before: before, limit: 21), try $0.deliveryUpdateForm())
        }
        return try await ItemPages.framed(visit, page, .updates) {
            if page.mayEdit { editor(visit, page, form) }
            timeline(visit, page, Array(updates.prefix(20)))
            if updates.count > 20, let last = updates.prefix(20).last {
                p { a(.class("button"), .href("/items/\(id)/updates?before=\(last.id)")) { "Older updates" } }
            }
        }
    }

    // MARK: Telling

    private static func editor(_ visit: Visit, _ page: ItemPage, _ form: DeliveryUpdateForm) -> Node {
        let lights = [("", "–")] + RAG.allCases.map { ($0.rawValue, $0.title) }
        return section(.class("card"), .id("tell")) {
            h2 { "How is it going?" }
            visit.post("/items/\(page.item.id)/updates", .class("delivery-form"), .data("auto", "submit"), .data("reset", "")) {
                div(.class("dimension-lights")) {
                    lightChoice("overall", "Overall", page.item.light?.rawValue ?? "", lights, lock: page.lock(.rag))
                    for (index, dimension) in form.dimensions.enumerated() {
                        let last = page.latestUpdate?.lights.first { $0.dimension == dimension }?.rag.rawValue ?? ""
                        lightChoice("light-\(index)", dimension, last, lights)
                    }
                }
                div(.class("update-texts")) {
                    for (index, heading) in form.headings.enumerated() {
                        div(.class("field")) {
                            label(Attribute("for", "text-\(index)")) { heading }
                            textarea(.name("text-\(index)"), .id("text-\(index)"), Attribute("rows", "3"), Attribute("maxlength", "20000"))
                            {}
                        }
                    }
                }
                button(.class("primary")) { "Post the update" }
                span(.class("hint")) { "It is kept with today's date. The overall light becomes the RAG of the initiative." }
            }
        }
    }

    private static func lightChoice(
        _ name: String, _ words: String, _ selected: String, _ lights: [(value: String, words: String)], lock: String? = nil
    ) -> Node {
        div(.class("field")) {
            label(Attribute("for", name)) { words }
            if let lock {
                span(.class("fixed")) { RAG(rawValue: selected)?.title ?? "–" }
                span(.class("hint")) { "Locked. \(lock)" }
            } else {
                choices(name, id: name, lights, selected: selected)
            }
        }
    }

    @Sendable
    private static func post(_ visit: Visit) async throws -> Reply {
        let page = try await ItemPages.page(visit)
        guard page.mayEdit else { throw Refusal.forbidden("edit this item") }
        guard page.item.kind == .initiative else { throw Refusal.notFound }
        let form = visit.form
        let person = try visit.visitor()
        let asked = try await visit.store.read { try $0.deliveryUpdateForm() }
        let isLocked = page.lock(.rag) != nil
        let light = isLocked ? page.item.light : RAG(rawValue: form.text("overall"))
        let lights = asked.dimensions.enumerated().compactMap { index, dimension in
            RAG(rawValue: form.text("light-\(index)")).map { DeliveryUpdate.Light(dimension: dimension, rag: $0) }
        }
        let texts = asked.headings.enumerated().compactMap { index, heading -> DeliveryUpdate.Text? in
            let words = String(form.text("text-\(index)").prefix(20_000))
            return words.isEmpty ? nil : DeliveryUpdate.Text(heading: heading, words: words)
        }
        guard light != nil || !texts.isEmpty else {
            throw Refusal.invalid(
                message: "The update says nothing.", remedy: "Choose an overall light, or write under one of the headings.")
        }
        let update = DeliveryUpdate(
            item: page.item.id, at: visit.now, author: person.id, authorName: person.name, light: light, lights: lights, texts: texts)
        let undo = try await keep(update, setsLight: !isLocked && light != nil, visit)
        guard visit.isScripted else { return .seeOther(ItemTab.updates.path(of: page.item.id)) }
        return .json(["saved": true, "message": "Update posted", "undo": .array(undo.map { .string($0) })])
    }

    /// Keeps the update and sets the light by the way of every edit, so that it travels. Returns what takes both back.
    private static func keep(_ update: DeliveryUpdate, setsLight: Bool, _ visit: Visit) async throws -> [String] {
        let origin = EditOrigin(actor: try visit.actor(), cause: .edit, at: visit.now)
        return try await visit.store.write { transaction in
            let id = try transaction.post(update)
            var undo = ["/items/\(update.item)/updates/\(id)/remove"]
            guard setsLight, let light = update.light, try transaction.item(update.item)?.light != light else { return undo }
            try transaction.edit(update.item, changes: [.rag: .rag(light)], origin: origin)
            if let entry = try transaction.history(of: update.item, field: .rag, limit: 1).first {
                undo.append("/items/\(update.item)/restore/\(entry.id)")
            }
            return undo
        }
    }

    /// Who posted an update may take it back, and so may those who edit everything.
    private static func mayRemove(_ visit: Visit, _ update: DeliveryUpdate) -> Bool {
        visit.may(.editEveryItem) || update.author == visit.person?.id
    }

    @Sendable
    private static func remove(_ visit: Visit) async throws -> Reply {
        let page = try await ItemPages.page(visit)
        let id: Identifier<DeliveryUpdate> = try visit.identifier("update")
        guard let update = try await visit.store.read({ try $0.deliveryUpdate(id) }), update.item == page.item.id else {
            throw Refusal.notFound
        }
        guard page.mayEdit, mayRemove(visit, update) else { throw Refusal.forbidden("remove this update") }
        try await visit.store.write { try $0.remove(update) }
        return visit.isScripted
            ? .json(["saved": true, "message": "Update removed"]) : .seeOther(ItemTab.updates.path(of: page.item.id))
    }

    // MARK: Reading

    private static func timeline(_ visit: Visit, _ page: ItemPage, _ updates: [DeliveryUpdate]) -> Node {
        section(.class("timeline"), .id("updates"), .data("part", "")) {
            h2(.class("sr")) { "Updates" }
            if updates.isEmpty {
                div(.class("card empty")) {
                    icon(.activity)
                    h2 { "No updates yet" }
                    p {
                        "An update tells in a few sentences how the initiative stands. Each is kept with its date, so that the story can be read."
                    }
                }
            }
            for update in updates {
                article(.class("card"), .id("update-\(update.id)")) {
                    summary(update)
                    if page.mayEdit, mayRemove(visit, update) {
                        visit.post(
                            "/items/\(page.item.id)/updates/\(update.id)/remove", .class("remove"), .data("auto", "submit"),
                            .data("confirm", "Remove this update? It is gone for good.")
                        ) {
                            button(.class("quiet"), .label("Remove the update of \(update.at.day?.words ?? "")")) { icon(.trash, 15) }
                        }
                    }
                }
            }
        }
    }

    static func summary(_ update: DeliveryUpdate) -> Node {
        .group([
            div(.class("update-head")) {
                avatar(update.authorName)
                strong { update.authorName }
                span(.class("muted")) { update.at.node }
                if let light = update.light { ragDot(light) }
            },
            ul(.class("plain lights")) {
                for light in update.lights {
                    li {
                        span(.class("muted")) { light.dimension }
                        ragDot(light.rag)
                    }
                }
            },
            div(.class("update-words")) {
                for text in update.texts {
                    h3 { text.heading }
                    for paragraph in text.words.split(whereSeparator: \.isNewline) { p { String(paragraph) } }
                }
            },
        ])
    }

    // MARK: Configuration

    /// A section of the configuration page: what an update asks for.
    static func configuration(_ visit: Visit, _ form: DeliveryUpdateForm) -> Node {
        section(.class("card"), .id("delivery-updates")) {
            h2 { "Delivery updates" }
            p(.class("hint")) { "What an update of an initiative asks for. Updates that were posted keep the names of their day." }
            visit.post("/configuration/delivery") {
                labelled("Lights", "dimensions", hint: "One a line; each is red, amber or green.") {
                    textarea(
                        .name("dimensions"), .id("dimensions"), Attribute("rows", "5"), Attribute("aria-describedby", "dimensions-hint")
                    ) {
                        form.dimensions.joined(separator: "\n")
                    }
                }
                labelled("Headings", "headings", hint: "One a line; under each there is a text.") {
                    textarea(.name("headings"), .id("headings"), Attribute("rows", "5"), Attribute("aria-describedby", "headings-hint")) {
                        form.headings.joined(separator: "\n")
                    }
                }
                button { "Save the delivery update" }
            }
        }
    }

    @Sendable
    private static func configure(_ visit: Visit) async throws -> Reply {
        func names(_ field: String) -> [String] {
            var seen: Set<String> = []
            return visit.form.text(field).split(whereSeparator: \.isNewline).map { String(String($0).trimmed.prefix(80)) }
                .filter { !$0.isEmpty && seen.insert($0).inserted }.prefix(12).map { $0 }
        }
        let form = DeliveryUpdateForm(dimensions: names("dimensions"), headings: names("headings"))
        try await visit.store.write { try $0.set(form) }
        return .seeOther("/configuration")
    }
}
