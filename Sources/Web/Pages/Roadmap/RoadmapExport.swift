import Markup
import Portfolio
import Store

/// The roadmap as a drawing that stands alone: for slides, for mails, and for paper. It carries its colours with it, as attributes, because
/// a picture in a page may load nothing else.
struct RoadmapExport {
    private let roadmap: Roadmap
    private let scale: RoadmapScale
    private let lens: RoadmapLens
    private let title: String
    /// What is drawn on one sheet, from the top.
    private let lines: [Line]
    private let tops: [Identifier<Item>: Int]

    private enum Line {
        case lane(String)
        case row(Roadmap.Row)

        var height: Int {
            switch self {
            case .lane: 30
            case .row(let row): row.item.kind == .outcome ? 26 : 34
            }
        }
    }

    private static let names = 300
    private static let headHeight = 110
    private static let font = "Inter, Segoe UI, Helvetica, Arial, sans-serif"
    /// Rows of a sheet of paper.
    private static let sheet = 24

    @Sendable
    static func svg(_ visit: Visit) async throws -> Reply {
        let roadmap = try await RoadmapPages.read(visit)
        let export = RoadmapExport(roadmap, page: Int(visit.query.text("page")))
        return Reply(
            status: 200, headers: [("Content-Type", "image/svg+xml; charset=utf-8"), ("Cache-Control", "no-store")],
            body: .bytes(Array(export.node.html.utf8)))
    }

    /// - Parameter page: one sheet of paper, counted from 1; `nil` draws everything on one.
    private init(_ roadmap: Roadmap, page: Int?) {
        self.roadmap = roadmap
        scale = RoadmapScale(roadmap, least: 900)
        lens = RoadmapLens(lens: roadmap.view.lens, workspace: roadmap.workspace)
        var all: [Line] = []
        for lane in roadmap.lanes {
            if let title = lane.title { all.append(.lane("\(title)  \(lane.count)")) }
            all += lane.rows.map { .row($0) }
        }
        if let page, page >= 1 { all = Array(all.dropFirst((page - 1) * Self.sheet).prefix(Self.sheet)) }
        lines = all
        var tops: [Identifier<Item>: Int] = [:]
        var top = Self.headHeight
        for line in all {
            if case .row(let row) = line { tops[row.item.id] = top }
            top += line.height
        }
        self.tops = tops
        title = "Roadmap · \(roadmap.today.words)"
    }

    static func sheets(_ roadmap: Roadmap) -> Int {
        let lines = roadmap.lanes.reduce(0) { $0 + $1.rows.count + ($1.title == nil ? 0 : 1) }
        return max(1, (lines + sheet - 1) / sheet)
    }

    private var height: Int { Self.headHeight + lines.reduce(0) { $0 + $1.height } + 12 }

    private var node: Node {
        let width = Self.names + scale.width
        return Markup.svg(
            Attribute("xmlns", "http://www.w3.org/2000/svg"), Attribute("width", String(width)), Attribute("height", String(height)),
            Attribute("viewBox", "0 0 \(width) \(height)"), Attribute("font-family", Self.font), Attribute("font-size", "12")
        ) {
            titleElement { title }
            box(0, 0, width, height, "#ffffff")
            words(title, 20, 30, "#161922", size: 18, weight: "600")
            legend
            g(Attribute("transform", "translate(\(Self.names) 0)")) { grid }
            for line in placed { drawn(line.line, line.top) }
            for arrow in roadmap.arrows { drawn(arrow) }
            self.line(Self.names, 58, Self.names, height, "#e2e6ed")
        }
    }

    private var placed: [(line: Line, top: Int)] {
        var top = Self.headHeight
        return lines.map { line in
            defer { top += line.height }
            return (line, top)
        }
    }

    private var legend: [Node] {
        var x = 290
        return lens.legend.flatMap { entry -> [Node] in
            defer { x += 34 + entry.title.count * 7 }
            return [box(x, 20, 11, 11, colour(entry.colour), radius: 3), words(entry.title, x + 17, 30, "#555d6e")]
        }
    }

    private var grid: [Node] {
        scale.heads.flatMap { head in
            [
                head.isGroup ? box(head.x + 2, 60, head.width - 4, 20, "#eeecfd", radius: 5) : .nothing,
                words(head.label, head.x + 9, 74, head.isGroup ? "#4a3fd1" : "#161922", weight: "600"),
                line(head.x, 58, head.x, height, "#d5dae3"),
            ]
        }
            + scale.columns.flatMap { column in
                [
                    column.label.isEmpty ? .nothing : line(column.x, 84, column.x, height, "#eceff4"),
                    words(column.label, column.x + 9, 100, "#555d6e", size: 11),
                ]
            } + [line(scale.today, 84, scale.today, height, "#d13a48", width: 2)]
    }

    private func drawn(_ line: Line, _ top: Int) -> Node {
        switch line {
        case .lane(let title): return words(title, 20, top + 20, "#161922", size: 13, weight: "600")
        case .row(let row):
            let isOutcome = row.item.kind == .outcome
            let name = row.item.name
            let room = isOutcome ? 36 : 40
            return .group(
                [
                    words(
                        name.count > room ? "\(name.prefix(room - 1))…" : name, isOutcome ? 40 : 20, top + line.height / 2 + 4,
                        isOutcome ? "#555d6e" : "#161922", weight: isOutcome ? "400" : "500")
                ] + bar(row, top, line.height))
        }
    }

    private func bar(_ row: Roadmap.Row, _ top: Int, _ height: Int) -> [Node] {
        guard row.isPlanned, let start = row.start, let end = row.end, let place = scale.bar(start, end) else { return [] }
        let x = Self.names + place.x
        let inner = height - 10
        let fill = colour(lens.entry(row).colour)
        let percent = Int(row.percentComplete ?? 0)
        let facts = [row.percentComplete.map { "\(Int($0)) %" }, row.item.light?.title].compactMap { $0 }.joined(separator: " · ")
        return [
            box(x, top + 5, place.width, inner, "#ffffff", radius: 5),
            box(x, top + 5, place.width, inner, fill, radius: 5, opacity: "0.2"),
            percent > 0 ? box(x, top + 5, max(6, place.width * percent / 100), inner, fill, radius: 5, opacity: "0.45") : .nothing,
            rect(
                Attribute("x", "\(x).5"), Attribute("y", "\(top + 5).5"), Attribute("width", String(place.width - 1)),
                Attribute("height", String(inner - 1)),
                Attribute("rx", "5"), Attribute("fill", "none"), Attribute("stroke", fill)),
            row.item.kind == .outcome || place.width < 90 ? .nothing : words(facts, x + 9, top + height / 2 + 4, "#161922", size: 11),
        ]
    }

    /// From the end of what has to be finished to the start of what waits for it; an outcome whose row is closed is its initiative.
    private func drawn(_ arrow: Roadmap.Arrow) -> Node {
        func shown(_ item: Item) -> (id: Identifier<Item>, top: Int)? {
            if let top = tops[item.id] { return (item.id, top) }
            if case .item(let parent) = item[.parent], let top = tops[parent] { return (parent, top) }
            return nil
        }
        guard let from = shown(arrow.predecessor), let to = shown(arrow.successor), from.id != to.id,
            case .date(let end) = arrow.predecessor[.end], case .date(let start) = arrow.successor[.start],
            let first = scale.bar(end, end), let second = scale.bar(start, start)
        else { return .nothing }
        let (x1, y1, x2, y2) = (Self.names + first.x + 4, from.top + 15, Self.names + second.x, to.top + 15)
        let colour = arrow.isHealthy == false ? "#d13a48" : "#8a92a3"
        return element(
            "path",
            [
                Attribute(
                    "d", "M\(x1) \(y1)C\(x1 + 30) \(y1) \(x2 - 30) \(y2) \(x2) \(y2)M\(x2 - 6) \(y2 - 4)L\(x2) \(y2)L\(x2 - 6) \(y2 + 4)"),
                Attribute("fill", "none"), Attribute("stroke", colour), Attribute("stroke-width", "1.5"),
            ])
    }

    private func colour(_ name: String) -> String { RoadmapLens.colours[name] ?? "#8a92a3" }

    private func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ fill: String, radius: Int = 0, opacity: String? = nil) -> Node {
        rect(
            Attribute("x", String(x)), Attribute("y", String(y)), Attribute("width", String(max(0, width))),
            Attribute("height", String(max(0, height))),
            Attribute("rx", radius > 0 ? String(radius) : nil), Attribute("fill", fill), Attribute("fill-opacity", opacity))
    }

    private func line(_ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int, _ colour: String, width: Int = 1) -> Node {
        Markup.line(
            Attribute("x1", String(x1)), Attribute("y1", String(y1)), Attribute("x2", String(x2)), Attribute("y2", String(y2)),
            Attribute("stroke", colour), Attribute("stroke-width", String(width)))
    }

    private func words(_ text: String, _ x: Int, _ y: Int, _ fill: String, size: Int = 12, weight: String? = nil) -> Node {
        guard !text.isEmpty else { return .nothing }
        return element(
            "text",
            [
                Attribute("x", String(x)), Attribute("y", String(y)), Attribute("fill", fill), Attribute("font-size", String(size)),
                Attribute("font-weight", weight),
            ]
        ) { text }
    }
}
