import AzureDevOps
import Markup

/// The connection test, line by line: each failed line says the cause, what to do, and where.
/// - Parameter organisation: the address at Azure DevOps where tokens and rights are given.
func reportList(_ report: ConnectionReport, organisation: String? = nil) -> Node {
    ul(.class("plain report"), Attribute("role", "status"), .label("Result of the test")) {
        for line in report.lines {
            switch line.outcome {
            case .passed(let detail):
                li(.class("good")) {
                    strong { "✓ \(line.step.title)" }
                    span(.class("muted")) { " \(detail)" }
                }
            case .failed(let cause, let remedy): troubled("bad", "✗", line.step, cause, remedy, organisation)
            case .warning(let cause, let remedy): troubled("warning", "!", line.step, cause, remedy, organisation)
            case .skipped: li(.class("muted")) { "– \(line.step.title): not tried" }
            }
        }
    }
}

private func troubled(
    _ kind: String, _ sign: String, _ step: ConnectionReport.Step, _ cause: String, _ remedy: String, _ organisation: String?
) -> Node {
    li(.class(kind)) {
        strong { "\(sign) \(step.title)" }
        " \(cause) "
        em { remedy }
        if let scope = step.scope { p(.class("scope")) { "The right that is needed: \(scope)." } }
        if step.scope != nil, let organisation, organisation.hasPrefix("http") {
            p {
                a(
                    .href("\(organisation)/_usersSettings/tokens"), Attribute("target", "_blank"), Attribute("rel", "noopener noreferrer")
                ) {
                    "Open the access tokens of Azure DevOps"
                    icon(.external, 14)
                }
            }
        }
    }
}

extension ConnectionReport.Step {
    /// The scope of a personal access token, in the words of Azure DevOps' own page.
    fileprivate var scope: String? {
        switch self {
        case .reached: nil
        case .authenticated, .tokenAccepted: "a token of this organisation that has not expired"
        case .projectsVisible: "Project and team › Read"
        case .mayRead: "Work items › Read"
        case .mayWrite: "Work items › Read & write"
        case .mayManageHooks: "project administrator, or “Edit subscriptions” in the security of the service hooks"
        }
    }
}
