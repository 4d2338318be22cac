import Portfolio
import Store

/// What the colours of the bars say. Every colour has a word in the legend, and the bar's label says it, too.
struct RoadmapLens: Sendable {
    struct Entry: Sendable {
        /// The name of the colour: a class of the style sheet, and a colour of the exported drawing.
        var colour: String
        var title: String
    }

    let lens: RoadmapView.Lens
    let workspace: Workspace

    func entry(_ row: Roadmap.Row) -> Entry {
        switch lens {
        case .rag: row.item.light.map { Entry(colour: $0.rawValue, title: $0.title) } ?? Entry(colour: "plain", title: "No RAG")
        case .stage:
            if case .stage(let id) = row.item[.stage], let stage = workspace.stage(id) {
                Entry(colour: stage.category.rawValue, title: stage.category.title)
            } else {
                Entry(colour: "none", title: "No stage")
            }
        case .type:
            if case .choice(let name) = row.item[.type] { type(name) } else { Entry(colour: "none", title: "No type") }
        case .sync: Self.sync(row.standing)
        }
    }

    private func type(_ name: String) -> Entry {
        let index = workspace.itemTypes.firstIndex { $0.name == name } ?? 0
        return Entry(colour: Self.wheel[index % Self.wheel.count], title: name)
    }

    static func sync(_ standing: LinkStanding?) -> Entry {
        switch standing?.health {
        case nil: Entry(colour: "none", title: "Not linked")
        case .inSync: Entry(colour: "green", title: "In step")
        case .pending: Entry(colour: "blue", title: "Pending")
        case .conflict: Entry(colour: "red", title: "Conflict")
        case .failed: Entry(colour: "red", title: "Needs attention")
        case .outside: Entry(colour: "amber", title: "Outside of the integration")
        case .disconnected: Entry(colour: "none", title: "Disconnected")
        }
    }

    /// What stands in the legend, in a fixed order.
    var legend: [Entry] {
        switch lens {
        case .rag: RAG.allCases.map { Entry(colour: $0.rawValue, title: $0.title) } + [Entry(colour: "plain", title: "No RAG")]
        case .stage: Stage.Category.allCases.map { Entry(colour: $0.rawValue, title: $0.title) }
        case .type: workspace.itemTypes.filter(\.isEnabled).map { type($0.name) } + [Entry(colour: "none", title: "No type")]
        case .sync:
            [
                Entry(colour: "green", title: "In step"), Entry(colour: "blue", title: "Pending"),
                Entry(colour: "red", title: "Conflict or needs attention"), Entry(colour: "amber", title: "Outside of the integration"),
                Entry(colour: "none", title: "Not linked"),
            ]
        }
    }

    private static let wheel = ["violet", "blue", "teal", "amber", "pink", "green", "slate"]

    /// The colours of the style sheet in daylight, for the drawing that stands alone.
    static let colours: [String: String] = [
        "green": "#27925a", "amber": "#d98e0b", "red": "#d13a48", "blue": "#3478d4", "violet": "#6a5cff", "teal": "#17808f",
        "pink": "#b0409f",
        "slate": "#64708a", "none": "#8a92a3", "plain": "#6f78c9", "idea": "#8a92a3", "analysis": "#3478d4", "delivery": "#6a5cff",
        "closed": "#27925a",
    ]
}
