import Portfolio
import Store

/// How somebody looks at the roadmap: everything that the address says besides the filters.
struct RoadmapView: Sendable {
    enum Zoom: String, CaseIterable, Sendable {
        case month, quarter, year

        var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

        var dayWidth: Double {
            switch self {
            case .month: 3.4
            case .quarter: 1.5
            case .year: 0.62
            }
        }
    }

    enum Lanes: String, CaseIterable, Sendable {
        case none = ""
        case unit, team, owner, stage

        var title: String {
            switch self {
            case .none: "None"
            case .unit: "Business unit"
            case .team: "Team"
            case .owner: "Owner"
            case .stage: "Stage"
            }
        }
    }

    enum Lens: String, CaseIterable, Sendable {
        case rag = ""
        case stage, type, sync

        var title: String {
            switch self {
            case .rag: "RAG"
            case .stage: "Stage"
            case .type: "Type"
            case .sync: "Azure DevOps"
            }
        }
    }

    enum Order: String, CaseIterable, Sendable {
        case start = ""
        case rank, name

        var title: String {
            switch self {
            case .start: "Start date"
            case .rank: "Priority"
            case .name: "Name"
            }
        }

        var order: ItemQuery.Order {
            switch self {
            case .start: .start
            case .rank: .rank
            case .name: .name
            }
        }
    }

    var zoom: Zoom
    var lanes: Lanes
    var lens: Lens
    var order: Order
    var showsDependencies: Bool
    var showsTray: Bool
    var expanded: [Identifier<Item>]

    /// The names of the address that are no filters.
    static let names = ["zoom", "lanes", "lens", "order", "dependencies", "tray", "expand"]

    init(_ values: FormValues) {
        zoom = Zoom(rawValue: values.text("zoom")) ?? .month
        lanes = Lanes(rawValue: values.text("lanes")) ?? .none
        lens = Lens(rawValue: values.text("lens")) ?? .rag
        order = Order(rawValue: values.text("order")) ?? .start
        showsDependencies = values.text("dependencies") == "yes"
        showsTray = values.text("tray") != "no"
        expanded = values.all("expand").flatMap { $0.split(separator: ",") }.prefix(500).compactMap { Identifier<Item>($0) }
    }

    /// The value of `expand` with one initiative opened or closed.
    func expanding(_ id: Identifier<Item>) -> String {
        let others = expanded.filter { $0 != id }
        return (others.count == expanded.count ? others + [id] : others).map(\.description).joined(separator: ",")
    }
}
