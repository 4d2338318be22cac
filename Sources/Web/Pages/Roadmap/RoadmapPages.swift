import JSON
import Markup
import Portfolio
import Store

/// The roadmap: initiatives as bars over the configured periods, with their outcomes below.
enum RoadmapPages {
    static let routes: [Route] =
        [
            Route("GET", "/roadmap", .having(.viewPortfolio), show),
            Route("GET", "/roadmap/rows", .having(.viewPortfolio), rows),
            Route("GET", "/roadmap.svg", .having(.viewPortfolio), RoadmapExport.svg),
        ] + RoadmapCard.routes + RoadmapActions.routes

    static func read(_ visit: Visit) async throws -> Roadmap {
        let person = try visit.visitor()
        guard let today = visit.now.day else { throw Refusal.notFound }
        let (query, view) = (visit.query, RoadmapView(visit.query))
        return try await visit.store.read { try Roadmap(query, view, today: today, for: person, $0) }
    }

    @Sendable
    private static func show(_ visit: Visit) async throws -> Reply {
        let roadmap = try await read(visit)
        let scale = RoadmapScale(roadmap, least: 2_200)
        let context = context(visit, roadmap.view, roadmap.today, roadmap.workspace)
        let drawing = RoadmapDrawing(roadmap: context, scale: scale)
        return try await visit.layout(
            "Roadmap", section: .roadmap, live: ["item:*", "items:initiative", "items:outcome", "configuration"], parts: [.roadmap]
        ) {
            heading("Roadmap") { RoadmapTools.tools(visit, roadmap) }
            visit.filterBar("/roadmap", roadmap.workspace.facets(of: .initiative), keeping: RoadmapView.names)
            div(.class(roadmap.view.showsTray && !roadmap.tray.isEmpty ? "planner with-tray" : "planner"), .id("planner")) {
                chart(visit, roadmap, drawing)
                div(.id("rm-side"), .data("part", ""), .class("side-slot")) { RoadmapTools.tray(visit, roadmap) }
            }
            div(.id("rm-foot"), .data("part", ""), .class("foot")) { RoadmapTools.foot(visit, roadmap, context.lens) }
        }
    }

    private static func chart(_ visit: Visit, _ roadmap: Roadmap, _ drawing: RoadmapDrawing) -> Node {
        section(
            .class("chart"), .id("chart"), Attribute("tabindex", "0"), .label("Initiatives by period"),
            .data("origin", String(drawing.scale.origin)),
            .data("width", String(drawing.scale.width)), .data("day", String(drawing.scale.dayWidth)),
            .data("today", String(drawing.scale.today)), .data("sheets", String(RoadmapExport.sheets(roadmap)))
        ) {
            RoadmapDrawing.symbols
            div(.class("sheet"), .id("sheet")) {
                div(.class("head-row")) {
                    div(.class("corner")) {
                        "Initiatives"
                        span(.class("muted"), .id("rm-total"), .data("part", "")) {
                            String(roadmap.rows.count { $0.item.kind == .initiative })
                        }
                    }
                    drawing.head
                }
                div(.class("body")) {
                    drawing.grid
                    ol(.class("rows"), .id("rows")) {
                        for (index, lane) in roadmap.lanes.enumerated() {
                            if let title = lane.title {
                                li(.class("lane"), .id("lane\(index)-\(title.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF })")) {
                                    h2 {
                                        title
                                        span(.class("muted")) { " \(lane.count)" }
                                    }
                                }
                            }
                            drawing.rows(lane.rows)
                        }
                        if roadmap.rows.isEmpty { li(.class("none"), .id("rm-none")) { RoadmapTools.empty(visit, roadmap) } }
                        if visit.may(.editEveryItem) { newRow(visit, roadmap, drawing.scale) }
                    }
                }
            }
        }
    }

    /// The last row makes an initiative: where somebody clicks in it says when it starts.
    private static func newRow(_ visit: Visit, _ roadmap: Roadmap, _ scale: RoadmapScale) -> Node {
        let proposal = roadmap.timeline.proposal(from: roadmap.today)
        return li(.class("row new"), .id("rm-new")) {
            div(.class("name")) {
                visit.post("/roadmap/create", .id("new-form")) {
                    input(.type("hidden"), .name("start"), .value(proposal.start.description))
                    input(.type("hidden"), .name("end"), .value(proposal.end.description))
                    input(
                        .name("name"), .id("new-name"), .label("Name of the new initiative"), Attribute("placeholder", "+ New initiative…"),
                        Attribute("maxlength", "255"), Attribute("autocomplete", "off"), .flag("required"))
                    button(.class("sr")) { "Create it" }
                }
            }
            svg(
                .class("track"), Attribute("width", String(scale.width)), Attribute("height", String(RoadmapDrawing.height)),
                Attribute("aria-hidden", "true"))
        }
    }

    static func context(_ visit: Visit, _ view: RoadmapView, _ today: CalendarDate, _ workspace: Workspace) -> RoadmapContext {
        RoadmapContext(
            today: today, workspace: workspace, lens: RoadmapLens(lens: view.lens, workspace: workspace),
            folding: { id in
                visit.address(
                    "/roadmap", keeping: Set(visit.query.names).subtracting(["of", "origin", "width"]).sorted(),
                    changing: ["expand": view.expanding(id)])
            })
    }

    /// The rows of the outcomes of one initiative, on the scale of the page that asks.
    @Sendable
    private static func rows(_ visit: Visit) async throws -> Reply {
        guard let id = Identifier<Item>(visit.query.text("of")), let origin = Int(visit.query.text("origin")),
            let width = Int(visit.query.text("width")), let today = visit.now.day
        else { throw Refusal.notFound }
        let person = try visit.visitor()
        let view = RoadmapView(visit.query)
        let (rows, workspace) = try await visit.store.read { transaction in
            (try Roadmap.outcomes(of: id, for: person, transaction), try transaction.workspace())
        }
        let scale = RoadmapScale(origin: origin, width: width, zoom: view.zoom, today: today)
        let drawing = RoadmapDrawing(roadmap: context(visit, view, today, workspace), scale: scale)
        return .page(visit.bare("Outcomes") { ol(.class("rows")) { drawing.rows(rows) } })
    }
}
