import Markup

/// One step of a form that is filled in step by step. Without a script all steps stand below each other, and one button sends them.
struct WizardStep {
    var title: String
    var explanation: String
    var content: [Node]

    init(_ title: String, _ explanation: String, @NodeBuilder content: () -> [Node]) {
        self.title = title
        self.explanation = explanation
        self.content = content()
    }
}

extension Visit {
    /// A form in steps. The script shows one after the other, and nothing that was typed is lost on the way back.
    /// - Parameters:
    ///   - start: the step that is shown first, as after an answer that finds fault with it.
    ///   - working: what is said while the form is being worked on, because that takes more than a second.
    ///   - actions: the buttons of the last step.
    func wizard(
        _ action: String, _ steps: [WizardStep], start: Int = 0, working: String, @NodeBuilder actions: () -> [Node]
    ) -> Node {
        let last = actions()
        return post(
            action, .class("wizard"), .data("wizard", String(start)), .data("working", working)
        ) {
            stepper(steps.map(\.title), current: start)
            div(.class("steps")) {
                for (index, step) in steps.enumerated() {
                    element("fieldset", [.class("step card"), .id("step-\(index + 1)")]) {
                        element("legend", [.class("sr")]) { "Step \(index + 1) of \(steps.count): \(step.title)" }
                        h2(Attribute("tabindex", "-1")) {
                            span(.class("step-number")) { String(index + 1) }
                            step.title
                        }
                        p(.class("muted")) { step.explanation }
                        step.content
                        div(.class("actions step-actions")) {
                            if index > 0 { button(.type("button"), .data("back", ""), .flag("hidden")) { "Back" } }
                            if index < steps.count - 1 {
                                button(.type("button"), .class("primary"), .data("next", ""), .flag("hidden")) { "Next" }
                            } else {
                                last
                            }
                        }
                    }
                }
                workingNotice(working)
            }
        }
    }

    private func stepper(_ titles: [String], current: Int) -> Node {
        nav(.class("stepper"), .label("Steps")) {
            ol {
                for (index, title) in titles.enumerated() {
                    li {
                        a(
                            .href("#step-\(index + 1)"), .data("step", String(index)),
                            Attribute("aria-current", index == current ? "step" : nil)
                        ) {
                            span(.class("step-number")) { String(index + 1) }
                            span { title }
                        }
                    }
                }
            }
        }
    }
}

/// Stands hidden in a form whose work takes more than a second; the script shows it when the form is sent.
func workingNotice(_ words: String) -> Node {
    div(.class("working"), Attribute("role", "status"), .flag("hidden")) {
        progress(.label(words))
        span { words }
    }
}

/// A choice among a few, as cards that say what each means.
func choiceCards(
    _ name: String, label: String, _ options: [(value: String, title: String, words: String)], selected: String, isCompact: Bool = false
) -> Node {
    div(.class("choices\(isCompact ? " compact" : "")"), Attribute("role", "radiogroup"), .label(label)) {
        for choice in options {
            Markup.label(.class("choice")) {
                input(
                    .type("radio"), .name(name), .value(choice.value), .flag("checked", choice.value == selected), .flag("required"))
                span {
                    strong { choice.title }
                    if !choice.words.isEmpty { span(.class("muted")) { choice.words } }
                }
            }
        }
    }
}

/// What is wrong with a field, at the field.
func fieldProblem(_ id: String, _ message: String, _ remedy: String) -> Node {
    p(.class("field-problem"), .id("\(id)-problem"), Attribute("role", "alert")) {
        strong { message }
        " \(remedy)"
    }
}
