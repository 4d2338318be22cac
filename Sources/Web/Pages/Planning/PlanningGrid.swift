import Markup
import Portfolio
import Store

/// The bands of teams below the row of periods. Columns are classes, because no style may stand in the page.
struct PlanningGrid {
    let page: PlanningPage
    let visit: Visit

    private var count: Int { page.periods.periods.count }

    var node: Node {
        div(.class("plan n\(count)"), .id("plan"), .data("part", ""), .data("count", String(count))) {
            div(.class("plan-months cells")) {
                for (column, period) in page.periods.periods.enumerated() {
                    div(
                        .class(page.periods.first + column == page.periods.present ? "month now" : "month"),
                        .data("start", period.start.description),
                        .data("words", period.label)
                    ) {
                        span { period.shortLabel }
                        if column == 0 || period.start.month == 1, period.label != period.shortLabel {
                            span(.class("year")) { " \(period.start.year)" }
                        }
                        if page.periods.first + column == page.periods.present { span(.class("sr")) { " (now)" } }
                    }
                }
            }
            for band in page.bands { bandNode(band) }
        }
    }

    private func bandNode(_ band: PlanningPage.Band) -> Node {
        let id = band.team.map { "\($0.id)" } ?? ""
        let name = band.team?.name ?? "No team"
        return section(.class(band.team == nil ? "band nobody" : "band"), .data("team", id), .data("name", name), .label(name)) {
            header(.class("band-head")) {
                h2 { if let team = band.team { a(.href("/teams/\(team.id)")) { team.name } } else { name } }
                span(.class("sub")) {
                    band.total == 0 ? "Nothing in these periods" : "\(band.total) \(band.total == 1 ? "outcome" : "outcomes")"
                    if band.withoutEffort > 0 { ", \(band.withoutEffort) without effort" }
                }
            }
            if band.effort.contains(where: { $0 > 0 }) { demand(band, name) }
            div(.class("band-body")) {
                for lane in band.lanes { div(.class("lane cells")) { for bar in lane { barNode(bar) } } }
                if band.lanes.isEmpty { div(.class("lane cells vacant")) {} }
            }
            if band.total > band.shown {
                p(.class("sub band-foot")) {
                    "The first \(band.shown) of \(band.total). "
                    a(.href(visit.address(changing: ["team": id]))) { "All of \(name)" }
                }
            }
        }
    }

    private func demand(_ band: PlanningPage.Band, _ name: String) -> Node {
        let most = band.effort.max() ?? 1
        return div(.class("demand cells"), Attribute("role", "group"), .label("Effort of \(name)")) {
            for (column, effort) in band.effort.enumerated() {
                div {
                    svg(
                        .class("demand-bar"), Attribute("viewBox", "0 0 10 100"), Attribute("preserveAspectRatio", "none"),
                        Attribute("aria-hidden", "true")
                    ) {
                        let height = Int(effort / max(most, 0.001) * 100)
                        rect(Attribute("y", String(100 - height)), Attribute("width", "10"), Attribute("height", String(height)))
                    }
                    if effort > 0 {
                        span { TeamPages.words(effort: effort) }
                        span(.class("sr")) { " in \(page.periods.periods[column].label)" }
                    }
                }
            }
        }
    }

    private func barNode(_ bar: PlanningPage.Bar) -> Node {
        let (first, last) = (max(0, bar.first), min(count - 1, bar.last))
        var classes = "bar c\(first + 1) w\(max(1, last - first + 1)) \(PlanningBar.tint(bar, page))"
        if bar.first < 0 { classes += " earlier" }
        if bar.last >= count { classes += " later" }
        return PlanningBar.link(
            bar, page, classes, more: [.data("first", String(bar.first)), .data("last", String(bar.last))])
    }
}

/// The outcomes without dates, at the side.
struct PlanningTray {
    let page: PlanningPage

    var node: Node {
        aside(.class("tray"), .id("tray"), .data("part", ""), .label("Outcomes without dates")) {
            header {
                h2 { "Without dates" }
                span(.class("tally")) { String(page.trayTotal) }
            }
            if page.tray.isEmpty {
                p(.class("calm")) {
                    icon(.check, 18)
                    "Everything that fits the filter has its place. Drag a card here to take its dates off."
                }
            }
            for bar in page.tray { PlanningBar.link(bar, page, "bar \(PlanningBar.tint(bar, page))", more: [.data("loose", "")]) }
            if page.trayTotal > page.tray.count {
                p(.class("sub")) { "And \(page.trayTotal - page.tray.count) more: the filters above narrow the list." }
            }
        }
    }
}

/// One card: a link to its dates, which the script lets people drag.
enum PlanningBar {
    static func link(_ bar: PlanningPage.Bar, _ page: PlanningPage, _ classes: String, more: [Attribute]) -> Node {
        let outcome = bar.outcome
        let dates =
            switch (outcome.start, outcome.end) {
            case (let start?, let end?): "\(start.words) to \(end.words)"
            case (let start?, nil): "from \(start.words)"
            case (nil, let end?): "until \(end.words)"
            case (nil, nil): "no dates"
            }
        var title = "\(outcome.key) \(outcome.name): \(dates)"
        if let lock = bar.lock { title += ". Locked. \(lock)" }
        if bar.needsAttention { title += ". Needs attention." }
        return element(
            "a",
            [
                .class(classes), .href("/planning/\(outcome.id)"), .data("item", "\(outcome.id)"), .data("key", outcome.key),
                Attribute("title", title), .data("movable", bar.mayMove ? "" : nil), .data("lock", bar.lock),
                Attribute("draggable", "false"),
            ] + more
        ) {
            span(.class("bar-name")) {
                if bar.needsAttention { icon(.warning, 13) }
                outcome.name
            }
            lens(outcome, page)
            if bar.needsAttention { span(.class("sr")) { " Needs attention." } }
            if bar.lock != nil { span(.class("bar-lock")) { "Locked" } }
        }
    }

    static func tint(_ bar: PlanningPage.Bar, _ page: PlanningPage) -> String {
        switch page.lens {
        case .rag: "light-\(bar.outcome.light?.rawValue ?? "none")"
        case .stage: "stage-\(page.workspace.stage(bar.outcome.stage)?.category.rawValue ?? "idea")"
        default: ""
        }
    }

    private static func lens(_ outcome: PlannedOutcome, _ page: PlanningPage) -> Node {
        switch page.lens {
        case .effort:
            return span(.class("bar-lens")) { outcome.effort.map { "Effort \(TeamPages.words(effort: $0))" } ?? "No effort" }
        case .rag: return outcome.light.map { ragDot($0) } ?? span(.class("bar-lens")) { "No RAG" }
        case .type: return span(.class("bar-lens")) { outcome.type ?? "No type" }
        case .percent:
            return span(.class("bar-lens")) {
                if let percent = outcome.percentComplete {
                    meter(percent)
                    " \(Int(percent)) %"
                } else {
                    "No % yet"
                }
            }
        case .stage:
            let stage = page.workspace.stage(outcome.stage)
            return span(.class("bar-lens stage \(stage?.category.rawValue ?? "")")) { stage?.name ?? "" }
        }
    }
}
