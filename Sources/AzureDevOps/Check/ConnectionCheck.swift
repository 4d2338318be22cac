import JSON

/// The report of *Test connection*, line by line.
public struct ConnectionReport: Hashable, Sendable {
    public enum Step: String, Hashable, Sendable, CaseIterable {
        case reached, authenticated, tokenAccepted, projectsVisible, mayRead, mayWrite, mayManageHooks

        public var title: String {
            switch self {
            case .reached: "Azure DevOps reached"
            case .authenticated: "Authenticated"
            case .tokenAccepted: "Access token accepted"
            case .projectsVisible: "Projects visible"
            case .mayRead: "May read work items"
            case .mayWrite: "May write work items"
            case .mayManageHooks: "May manage service hooks"
            }
        }
    }

    public enum Outcome: Hashable, Sendable {
        case passed(detail: String)
        case failed(cause: String, remedy: String)
        /// Works without, but less well.
        case warning(cause: String, remedy: String)
        case skipped
    }

    public struct Line: Hashable, Sendable {
        public var step: Step
        public var outcome: Outcome
    }

    public var lines: [Line] = []
    public var identity: ConnectionIdentity?
    public var projects: [TeamProject] = []

    /// Whether everything that is needed works.
    public var isUsable: Bool {
        lines.count == Step.allCases.count
            && lines.allSatisfy { line in
                switch line.outcome {
                case .passed, .warning: true
                case .failed: false
                case .skipped: line.step == .mayWrite || line.step == .mayManageHooks || line.step == .mayRead
                }
            }
    }

    mutating func add(_ step: Step, _ outcome: Outcome) { lines.append(Line(step: step, outcome: outcome)) }

    mutating func skipRest() {
        for step in Step.allCases.dropFirst(lines.count) { add(step, .skipped) }
    }
}

extension AzureDevOpsClient {
    /// Finds out what the token can do, without changing anything.
    ///
    /// - Parameter project: the project that matters; `nil` takes the first one that is visible.
    public func checkConnection(project: String? = nil) async -> ConnectionReport {
        var report = ConnectionReport()
        do {
            let identity = try await connectionIdentity()
            report.identity = identity
            report.add(.reached, .passed(detail: organisation.base))
            report.add(.authenticated, .passed(detail: identity.account ?? identity.displayName))
            report.add(.tokenAccepted, .passed(detail: "It belongs to \(identity.displayName)."))
        } catch {
            addFailure(error, to: &report)
            return report
        }
        do {
            report.projects = try await projects()
        } catch {
            report.add(.projectsVisible, error.outcome)
            report.skipRest()
            return report
        }
        let chosen = report.projects.first { $0.id == project || $0.name == project } ?? (project == nil ? report.projects.first : nil)
        guard let chosen else {
            report.add(
                .projectsVisible,
                .failed(
                    cause: project == nil ? "The token sees no project." : "The token does not see the project.",
                    remedy: "Add the token's owner to the project, and give the token the scope Project and team (read)."))
            report.skipRest()
            return report
        }
        report.add(.projectsVisible, .passed(detail: Self.names(report.projects)))
        await checkWorkItems(in: chosen, &report)
        await checkHooks(in: chosen, &report)
        return report
    }

    /// The three first lines together: what failed, and nothing after it.
    private func addFailure(_ error: AzureDevOpsError, to report: inout ConnectionReport) {
        switch error {
        case .tokenRejected:
            report.add(.reached, .passed(detail: organisation.base))
            report.add(.authenticated, error.outcome)
        case .forbidden, .organisationStopped, .notFound, .badRequest:
            report.add(.reached, .passed(detail: organisation.base))
            report.add(.authenticated, error.outcome)
        default:
            report.add(.reached, error.outcome)
        }
        report.skipRest()
    }

    private func checkWorkItems(in project: TeamProject, _ report: inout ConnectionReport) async {
        var example: Int64?
        do {
            example = try await query(
                "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = \(quotedForWIQL(project.name)) ORDER BY [System.Id] DESC",
                project: project.id, top: 1
            ).first
            if let example { _ = try await workItem(example) }
            report.add(
                .mayRead, .passed(detail: example.map { "Read #\($0) of \(project.name)." } ?? "\(project.name) has no work items yet."))
        } catch {
            report.add(.mayRead, error.outcome)
            report.add(.mayWrite, .skipped)
            return
        }
        do {
            if let example {
                let current = try await workItem(example)
                var patch = WorkItemPatch(expecting: current.revision)
                patch.set("System.Title", to: .string(current.title))
                _ = try await update(example, patch, validateOnly: true)
            } else if let type = try await workItemTypes(of: project.id).first {
                var patch = WorkItemPatch()
                patch.set("System.Title", to: "Connection test")
                _ = try await create(type.name, in: project.id, patch, validateOnly: true)
            }
            report.add(.mayWrite, .passed(detail: "Tried without saving."))
        } catch {
            switch error {
            case .ruleViolation, .staleRevision, .badRequest: report.add(.mayWrite, .passed(detail: "Tried without saving."))
            default: report.add(.mayWrite, error.outcome)
            }
        }
    }

    private func checkHooks(in project: TeamProject, _ report: inout ConnectionReport) async {
        do {
            if try await mayManageHooks(in: project.id) {
                report.add(.mayManageHooks, .passed(detail: "In \(project.name)."))
            } else {
                report.add(
                    .mayManageHooks,
                    .warning(
                        cause: "The token's owner may not create service hooks in \(project.name).",
                        remedy: "Make the owner a project administrator; or enter the hooks by hand: the integration's page shows how."))
            }
        } catch {
            report.add(.mayManageHooks, .warning(cause: error.message, remedy: error.remedy))
        }
    }

    private static func names(_ projects: [TeamProject]) -> String {
        let first = projects.prefix(5).map(\.name).joined(separator: ", ")
        return projects.count > 5 ? "\(first) and \(projects.count - 5) more" : first
    }
}

extension AzureDevOpsError {
    fileprivate var outcome: ConnectionReport.Outcome { .failed(cause: code.map { "\(message) (\($0))" } ?? message, remedy: remedy) }
}
