import AzureDevOps
import Markup

/// The connection test, line by line: each failed line says the cause and what to do.
func reportList(_ report: ConnectionReport) -> Node {
    ul(.class("plain report"), Attribute("role", "status")) {
        for line in report.lines {
            switch line.outcome {
            case .passed(let detail):
                li(.class("good")) {
                    strong { "✓ \(line.step.title)" }
                    span(.class("muted")) { " \(detail)" }
                }
            case .failed(let cause, let remedy):
                li(.class("bad")) {
                    strong { "✗ \(line.step.title)" }
                    " \(cause) "
                    em { remedy }
                }
            case .warning(let cause, let remedy):
                li(.class("warning")) {
                    strong { "! \(line.step.title)" }
                    " \(cause) "
                    em { remedy }
                }
            case .skipped: li(.class("muted")) { "– \(line.step.title): not tried" }
            }
        }
    }
}
