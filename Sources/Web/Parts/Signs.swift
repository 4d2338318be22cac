import Markup
import Portfolio

/// A bar that is filled as far as something has come. The words beside it say the same.
/// - Parameter percent: 0…100; what lies outside is cut.
func meter(_ percent: Double) -> Node {
    svg(
        .class("meter"), Attribute("viewBox", "0 0 100 6"), Attribute("preserveAspectRatio", "none"), Attribute("aria-hidden", "true")
    ) {
        rect(.class("done"), Attribute("width", String(min(100, max(0, percent)))), Attribute("height", "6"))
    }
}

/// The name of a stage, with the colour of its category.
func stageLabel(_ stage: Stage) -> Node { span(.class("stage \(stage.category.rawValue)")) { stage.name } }
