import Markup
import Portfolio
import Store

/// What stands around the drawing: how to look at it, what is not on it, what its colours say.
enum RoadmapTools {
    static func tools(_ visit: Visit, _ roadmap: Roadmap) -> [Node] {
        let view = roadmap.view
        return [
            div(.class("segments"), Attribute("role", "group"), .label("Zoom")) {
                for zoom in RoadmapView.Zoom.allCases {
                    a(
                        .class("button"), .href(visit.address(changing: ["zoom": zoom == .month ? "" : zoom.rawValue])),
                        Attribute("aria-current", zoom == view.zoom ? "true" : nil)
                    ) { zoom.title }
                }
            },
            a(.class("button"), .href("#today"), .id("to-today")) { "Today" },
            viewMenu(visit, view),
            exportMenu(visit),
            visit.may(.editEveryItem)
                ? a(.class("button primary"), .href("#new-name"), .id("to-new"), Attribute("aria-keyshortcuts", "n")) {
                    icon(.plus, 16)
                    "New initiative"
                } : .nothing,
        ]
    }

    private static func viewMenu(_ visit: Visit, _ view: RoadmapView) -> Node {
        func choice(_ name: String, _ value: String, _ words: String, isCurrent: Bool) -> Node {
            a(.href(visit.address(changing: [name: value])), Attribute("aria-current", isCurrent ? "true" : nil)) {
                if isCurrent { icon(.check, 14) } else { span(.class("gap")) }
                words
            }
        }
        return element("details", [.class("popover right"), .id("view-menu")]) {
            element("summary", []) {
                icon(.columns, 16)
                "View"
            }
            div(.class("panel view-panel")) {
                div(Attribute("role", "group"), .label("Swim lanes")) {
                    p(.class("panel-title")) { "Swim lanes" }
                    for lanes in RoadmapView.Lanes.allCases {
                        choice("lanes", lanes.rawValue, lanes.title, isCurrent: lanes == view.lanes)
                    }
                }
                div(Attribute("role", "group"), .label("Colours")) {
                    p(.class("panel-title")) { "Colours say" }
                    for lens in RoadmapView.Lens.allCases { choice("lens", lens.rawValue, lens.title, isCurrent: lens == view.lens) }
                    p(.class("panel-title")) { "Order" }
                    for order in RoadmapView.Order.allCases {
                        choice("order", order.rawValue, order.title, isCurrent: order == view.order)
                    }
                }
                div(Attribute("role", "group"), .label("Also show"), .class("wide")) {
                    p(.class("panel-title")) { "Also show" }
                    choice("dependencies", view.showsDependencies ? "" : "yes", "Dependencies", isCurrent: view.showsDependencies)
                    choice("tray", view.showsTray ? "no" : "", "Unplanned and parked", isCurrent: view.showsTray)
                }
            }
        }
    }

    private static func exportMenu(_ visit: Visit) -> Node {
        let drawing = visit.address("/roadmap.svg", keeping: Set(visit.query.names).sorted())
        return element("details", [.class("popover right"), .id("export-menu")]) {
            element("summary", [.label("Export")]) {
                icon(.download, 16)
                span(.class("wide-only")) { "Export" }
            }
            div(.class("panel")) {
                a(.href(drawing), Attribute("download", "roadmap.svg"), .id("export-svg")) { "Drawing (SVG)" }
                button(.type("button"), .class("scripted-only"), .id("export-png")) { "Picture (PNG)" }
                button(.type("button"), .class("scripted-only"), .id("export-print")) { "Print…" }
            }
        }
    }

    /// Initiatives that stand on no day: without dates, or parked. From here they are dragged onto the roadmap.
    static func tray(_ visit: Visit, _ roadmap: Roadmap) -> Node {
        guard roadmap.view.showsTray, !roadmap.tray.isEmpty else { return .nothing }
        return section(.class("tray"), .label("Unplanned and parked")) {
            div(.class("tray-head")) {
                h2 {
                    "Unplanned and parked "
                    span(.class("muted")) { String(roadmap.tray.count) }
                }
                a(.class("button quiet square"), .href(visit.address(changing: ["tray": "no"])), .label("Hide the tray")) {
                    icon(.close, 16)
                }
            }
            p(.class("hint scripted-only")) { "Drag onto the roadmap to plan. Drag a bar here to park it." }
            ul(.class("plain")) {
                for row in roadmap.tray.prefix(200) {
                    li(.class("tray-item"), .data("item", "\(row.item.id)"), .data("fixed", row.isMovable ? nil : "")) {
                        a(.href("/items/\(row.item.id)"), Attribute("draggable", "false")) { row.item.name }
                        span(.class("sub")) {
                            code { row.item.key }
                            row.isParked
                                ? " · Parked"
                                : row.start == nil && row.end == nil ? " · No dates" : row.start == nil ? " · No start" : " · No end"
                        }
                        a(
                            .class("button quiet plan"), .href("/roadmap/items/\(row.item.id)"),
                            .label("Plan \(row.item.key) \(row.item.name)")
                        ) { "Plan…" }
                    }
                }
            }
            if roadmap.tray.count > 200 { p(.class("hint")) { "\(roadmap.tray.count - 200) more; filter to find them." } }
        }
    }

    /// What the colours say, what leads where, and the dependencies in words.
    static func foot(_ visit: Visit, _ roadmap: Roadmap, _ lens: RoadmapLens) -> [Node] {
        [
            ul(.class("legend"), .label("Colours: \(lens.lens.title)")) {
                for entry in lens.legend {
                    li(.class(entry.colour)) {
                        if lens.lens == .rag, let light = RAG(rawValue: entry.colour) {
                            svg(
                                .class("sign \(light.rawValue)"), Attribute("width", "10"), Attribute("height", "10"),
                                Attribute("aria-hidden", "true")
                            ) {
                                element(
                                    "use",
                                    [Attribute("href", "#sign-\(light.rawValue)"), Attribute("width", "10"), Attribute("height", "10")])
                            }
                        } else {
                            span(.class("swatch"))
                        }
                        entry.title
                    }
                }
            },
            roadmap.total > Roadmap.limit
                ? p(.class("hint")) { "The first \(Roadmap.limit) of \(roadmap.total) initiatives; filter to see others." } : .nothing,
            p(.class("hint keys scripted-only")) {
                "Drag a bar or its ends. Arrow keys move by a \(roadmap.timeline.length.rawValue), with Shift the end; Alt drags by days."
            },
            roadmap.view.showsDependencies ? arrows(roadmap) : .nothing,
        ]
    }

    /// The overlay is drawn from this list by the script; without one, and for whoever does not see it, the list says the same.
    private static func arrows(_ roadmap: Roadmap) -> Node {
        element("details", [.class("arrows"), .id("arrows")]) {
            element("summary", []) {
                let bad = roadmap.arrows.count { $0.isHealthy == false }
                "\(roadmap.arrows.count) \(roadmap.arrows.count == 1 ? "dependency" : "dependencies")"
                if bad > 0 { span(.class("late")) { ", \(bad) too late" } }
            }
            ul(.class("plain")) {
                for arrow in roadmap.arrows {
                    li(
                        .data("from", "\(arrow.predecessor.id)"), .data("to", "\(arrow.successor.id)"),
                        .data("from-parent", parent(arrow.predecessor)),
                        .data("to-parent", parent(arrow.successor)), .class(arrow.isHealthy == false ? "late" : "")
                    ) {
                        a(.href("/roadmap/items/\(arrow.successor.id)")) { "\(arrow.successor.key) \(arrow.successor.name)" }
                        " waits for \(arrow.predecessor.key) \(arrow.predecessor.name)"
                        if arrow.isHealthy == false { ", which ends in a later \(roadmap.timeline.length.rawValue)" }
                        if arrow.isHealthy == nil { " (not both are planned)" }
                    }
                }
            }
            if roadmap.arrows.isEmpty {
                p(.class("hint")) { "Open an outcome with ⋯ and say what it waits for; then an arrow is drawn here." }
            }
        }
    }

    private static func parent(_ item: Item) -> String? { if case .item(let id) = item[.parent] { "\(id)" } else { nil } }

    static func empty(_ visit: Visit, _ roadmap: Roadmap) -> Node {
        let isFiltered =
            roadmap.workspace.facets(of: .initiative).contains { !visit.query.all($0.name).isEmpty } || !visit.query.text("q").isEmpty
        return div(.class("empty")) {
            icon(.roadmap, 34)
            if isFiltered {
                h2 { "Nothing planned fits the filter" }
                p { "Choose other values, or clear the filter to see every initiative." }
                p { a(.class("button"), .href(visit.address("/roadmap", keeping: RoadmapView.names))) { "Clear the filter" } }
            } else if !roadmap.tray.isEmpty {
                h2 { "Nothing has dates yet" }
                p {
                    "\(roadmap.tray.count) initiatives wait in the tray. Drag one onto a period, or choose “Plan…” to give it a start and an end."
                }
            } else {
                h2 { "Plan your first initiative" }
                p {
                    "An initiative is a bar from its start to its end. Type a name in the row below and press Enter; then drag the bar to where it belongs."
                }
                if visit.may(.viewIntegrations) {
                    p {
                        "Or "
                        a(.href("/integrations")) { "connect Azure DevOps" }
                        " and pull your epics: they appear here by themselves."
                    }
                }
            }
        }
    }
}
