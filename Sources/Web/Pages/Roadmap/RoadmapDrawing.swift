import Markup
import Portfolio
import Store

/// The rows of the roadmap: a name that stays at the left, and a bar on the grid of periods. A bar is a link to its item; where it
/// stands is said by attributes of SVG, so that it stands there without a script and under a strict content security policy.
struct RoadmapDrawing: Sendable {
    let roadmap: RoadmapContext
    let scale: RoadmapScale

    static let height = 38
    static let outcomeHeight = 30

    func rows(_ rows: [Roadmap.Row]) -> [Node] { rows.map(row) }

    private func row(_ row: Roadmap.Row) -> Node {
        let isOutcome = row.item.kind == .outcome
        return li(.class(isOutcome ? "row outcome" : "row"), .id("r\(row.item.id)")) {
            name(row)
            track(row)
        }
    }

    private func name(_ row: Roadmap.Row) -> Node {
        let item = row.item
        return div(.class("name")) {
            if row.outcomes > 0, item.kind == .initiative {
                a(
                    .class("fold"), .href(roadmap.folding(item.id)), Attribute("role", "button"),
                    Attribute("aria-expanded", row.isExpanded ? "true" : "false"),
                    .label("\(row.outcomes) \(row.outcomes == 1 ? "outcome" : "outcomes") of \(item.name)")
                ) { String(row.outcomes) }
            }
            a(.class("title"), .href("/items/\(item.id)"), Attribute("title", item.name.count > 26 ? item.name : nil)) { item.name }
            span(.class("key")) { item.key }
            a(.class("more"), .href("/roadmap/items/\(item.id)"), .label("Plan \(item.key) \(item.name)")) { "⋯" }
        }
    }

    private func track(_ row: Roadmap.Row) -> Node {
        let height = row.item.kind == .outcome ? Self.outcomeHeight : Self.height
        return svg(.class("track"), Attribute("width", String(scale.width)), Attribute("height", String(height))) {
            if row.isPlanned, let start = row.start, let end = row.end {
                if let place = scale.bar(start, end) {
                    bar(row, start, end, place, height)
                } else {
                    let isPast = end < roadmap.today
                    element(
                        "text",
                        [
                            .class("beside"), .data("x", "0"), Attribute("x", isPast ? "8" : String(scale.width - 150)),
                            Attribute("y", String(height / 2 + 4)),
                        ]
                    ) {
                        isPast ? "← ended \(end.words)" : "starts \(start.words) →"
                    }
                }
            } else {
                element("text", [.class("beside"), Attribute("x", String(scale.today + 8)), Attribute("y", String(height / 2 + 4))]) {
                    row.isParked ? "Parked" : "No dates yet"
                }
            }
        }
    }

    private func bar(_ row: Roadmap.Row, _ start: CalendarDate, _ end: CalendarDate, _ place: (x: Int, width: Int), _ height: Int) -> [Node]
    {
        let inner = height - 12
        let entry = roadmap.lens.entry(row)
        let owner = ownerName(row.item)
        let text = place.width - (row.item.light == nil ? 16 : 32)
        let isOwnerInside = owner != nil && row.item.kind == .initiative && place.width >= 64
        let isNameInside = Double(row.item.name.count) * 6.6 <= Double(text - (isOwnerInside ? 24 : 0))
        let mark = mark(row.standing)
        let besideX = place.x + place.width + (mark == nil ? 8 : 24)
        return [
            element(
                "a",
                [
                    .class("bar \(entry.colour)\(isClosed(row.item) ? " over" : "")"), .href("/items/\(row.item.id)"),
                    .data("item", "\(row.item.id)"),
                    .data("start", start.description), .data("end", end.description), .data("fixed", row.isMovable ? nil : ""),
                    .label(roadmap.words(row)),
                ]
            ) {
                svg(
                    .class("b"), Attribute("x", String(place.x)), Attribute("y", "6"), Attribute("width", String(place.width)),
                    Attribute("height", String(inner))
                ) {
                    rect(.class("g"), Attribute("width", "100%"), Attribute("height", "100%"), Attribute("rx", "6"))
                    if let percent = row.percentComplete, percent > 0 {
                        rect(.class("d"), Attribute("width", "\(Int(percent))%"), Attribute("height", "100%"), Attribute("rx", "6"))
                    }
                    if let light = row.item.light, place.width >= 22 {
                        use("sign-\(light.rawValue)", "sign \(light.rawValue)", x: 7, y: inner / 2 - 5, size: 10)
                    }
                    if isNameInside {
                        element("text", [Attribute("x", row.item.light == nil ? "9" : "23"), Attribute("y", String(inner / 2 + 4))]) {
                            row.item.name
                        }
                    }
                    if isOwnerInside, let owner { avatarNode(owner, inner) }
                }
            },
            mark.map { mark in
                g(.class("mark \(mark.kind)")) {
                    titleElement { mark.words }
                    use("mark-\(mark.kind)", nil, x: place.x + place.width + 5, y: height / 2 - 7, size: 14)
                }
            } ?? .nothing,
            isNameInside
                ? .nothing
                : element("text", [.class("beside"), Attribute("x", String(besideX)), Attribute("y", String(height / 2 + 4))]) {
                    row.item.name
                },
        ]
    }

    private func use(_ symbol: String, _ name: String?, x: Int, y: Int, size: Int) -> Node {
        element(
            "use",
            [
                Attribute("href", "#\(symbol)"), Attribute("class", name), Attribute("x", String(x)), Attribute("y", String(y)),
                Attribute("width", String(size)), Attribute("height", String(size)),
            ])
    }

    /// At the right end of the bar, however wide it becomes.
    private func avatarNode(_ name: String, _ inner: Int) -> Node {
        let colour = name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % 8
        return svg(.class("owner tint-\(colour)"), Attribute("x", "100%"), Attribute("overflow", "visible")) {
            element("circle", [Attribute("cx", "-14"), Attribute("cy", String(inner / 2)), Attribute("r", "9")])
            element("text", [Attribute("x", "-14"), Attribute("y", String(inner / 2 + 3))]) { initials(of: name) }
        }
    }

    private func isClosed(_ item: Item) -> Bool {
        if case .stage(let id) = item[.stage] { roadmap.workspace.stage(id)?.category == .closed } else { false }
    }

    private func ownerName(_ item: Item) -> String? {
        if case .person(let id) = item[.owner] { roadmap.workspace.person(id)?.name } else { nil }
    }

    /// What is wrong, or under way, between the item and its work item.
    private func mark(_ standing: LinkStanding?) -> (kind: String, words: String)? {
        switch standing?.health {
        case .pending: ("pending", "On its way to Azure DevOps")
        case .conflict: ("bad", "Conflict: both sides changed it. Open it to choose.")
        case .failed: ("bad", "Azure DevOps did not take a change. Open it to see why.")
        case .outside: ("bad", "Its work item left the integration, or was deleted.")
        case .inSync, .disconnected, nil: nil
        }
    }

    /// The grid behind the rows, with today.
    var grid: Node {
        svg(
            .class("grid-lines"), .id("rm-grid"), Attribute("width", String(scale.width)), Attribute("height", "100%"),
            Attribute("aria-hidden", "true")
        ) {
            for column in scale.columns {
                line(
                    .class(column.label.isEmpty ? "weak" : ""), Attribute("x1", "\(column.x).5"), Attribute("x2", "\(column.x).5"),
                    Attribute("y2", "100%"))
            }
            for head in scale.heads where head.x > 0 {
                line(.class("strong"), Attribute("x1", "\(head.x).5"), Attribute("x2", "\(head.x).5"), Attribute("y2", "100%"))
            }
            line(.class("today"), Attribute("x1", String(scale.today)), Attribute("x2", String(scale.today)), Attribute("y2", "100%"))
        }
    }

    /// Two rows on top: groups of periods, and periods.
    var head: Node {
        svg(
            .class("periods"), .id("rm-periods"), Attribute("width", String(scale.width)), Attribute("height", "52"),
            Attribute("aria-hidden", "true")
        ) {
            for head in scale.heads {
                svg(
                    .class(head.isGroup ? "head group" : "head"), Attribute("x", String(head.x)), Attribute("width", String(head.width)),
                    Attribute("height", "26")
                ) {
                    if head.isGroup {
                        rect(
                            Attribute("x", "2"), Attribute("y", "3"), Attribute("width", String(max(0, head.width - 4))),
                            Attribute("height", "20"), Attribute("rx", "5"))
                    }
                    element("text", [Attribute("x", "9"), Attribute("y", "17")]) { head.label }
                }
            }
            for column in scale.columns {
                let isNow = column.period.start <= roadmap.today && roadmap.today <= column.period.end
                svg(
                    .class(isNow ? "period now" : "period"), Attribute("x", String(column.x)), Attribute("y", "26"),
                    Attribute("width", String(column.width)),
                    Attribute("height", "26"), Attribute("overflow", column.label.isEmpty ? nil : "visible"),
                    .data("start", column.period.start.description),
                    .data("end", column.period.end.description)
                ) {
                    element("text", [Attribute("x", "9"), Attribute("y", "17")]) { column.label }
                }
            }
            element("path", [.class("today"), .id("today"), Attribute("d", "M\(scale.today - 5) 46h10l-5 6z")])
        }
    }

    /// Shapes that every bar refers to, so that each stands in the page once: RAG is told by shape as well as by colour.
    static let symbols = svg(.class("symbols"), Attribute("width", "0"), Attribute("height", "0"), Attribute("aria-hidden", "true")) {
        for (name, path) in [
            ("sign-green", "M5 0a5 5 0 100 10A5 5 0 105 0M4.300 7.600L1.900 5.200l.9-.9 1.500 1.500 3-3.200.9.900z"),
            ("sign-amber", "M5 .3l5 9.400H0zM4.400 3.600v3.100h1.200V3.600zM4.400 7.500v1.100h1.200V7.500z"),
            ("sign-red", "M3 0h4l3 3v4l-3 3H3L0 7V3zM4.400 2v4h1.200V2zM4.400 7v1.200h1.200V7z"),
        ] {
            element("symbol", [.id(name), Attribute("viewBox", "0 0 10 10")]) {
                element("path", [Attribute("d", path), Attribute("fill-rule", "evenodd")])
            }
        }
        for (name, path) in [
            ("mark-bad", "M7 1l6.500 11.500H.5zM7 5v3.500M7 10.200v.4"), ("mark-pending", "M12 7a5 5 0 11-1.500-3.500M12 1.500v3H9"),
        ] {
            element("symbol", [.id(name), Attribute("viewBox", "0 0 14 14")]) { element("path", [Attribute("d", path)]) }
        }
    }
}

func initials(of name: String) -> String {
    name.split(separator: " ").prefix(2).compactMap(\.first).map { String($0).uppercased() }.joined()
}

/// What the rows are drawn from, whether all of them or those of one initiative.
struct RoadmapContext: Sendable {
    var today: CalendarDate
    var workspace: Workspace
    var lens: RoadmapLens
    /// The address that opens or closes the row of an initiative.
    var folding: @Sendable (Identifier<Item>) -> String

    /// A bar in words, for whoever does not see it.
    func words(_ row: Roadmap.Row) -> String {
        let item = row.item
        var parts = ["\(item.key) \(item.name)"]
        if let start = row.start, let end = row.end { parts.append("\(start.words) to \(end.words)") }
        parts.append(workspace.words(item[.stage]))
        if let percent = row.percentComplete { parts.append("\(Int(percent)) % complete") }
        if let light = item.light { parts.append("RAG \(light.title.lowercased())") }
        if item[.owner] != nil { parts.append("owned by \(workspace.words(item[.owner]))") }
        if let standing = row.standing { parts.append("Azure DevOps: \(RoadmapLens.sync(standing).title.lowercased())") }
        return parts.joined(separator: ", ")
    }
}
