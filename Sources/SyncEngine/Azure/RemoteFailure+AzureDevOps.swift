import AzureDevOps
import FieldSync
import Store

extension LinkProblem {
    init(_ error: AzureDevOpsError) { self.init(message: error.message, remedy: error.remedy, code: error.code) }
}

extension RemoteFailure {
    init(_ error: AzureDevOpsError) {
        let problem = LinkProblem(error)
        switch error {
        case .staleRevision, .superseded: self = .stale
        case .ruleViolation(let violation): self = .refused(code: violation.code, reason: violation.message, fields: violation.fields)
        case .badRequest(let code, _, let message):
            self = .refused(code: code, reason: error.message, fields: RemoteFailure.fieldNamed(in: message).map { [$0: message] } ?? [:])
        case .workItemMissing: self = .missing(problem)
        case .tokenRejected: self = .credential(problem)
        case .throttled(let retryAfter): self = .later(problem, after: retryAfter)
        case .organisationStopped: self = .later(problem, after: .seconds(900))
        case .unreachable: self = .later(problem, after: nil)
        case .unavailable: self = .outOfOrder(problem)
        case .answerLost, .unexpectedAnswer, .answerTooLarge: self = .unknownOutcome(problem)
        case .refusedAddress, .forbidden, .projectMissing, .notFound: self = .permanent(problem)
        }
    }

    /// The reference name in `… field 'System.IterationPath'.`, if a message has one.
    private static func fieldNamed(in message: String) -> String? {
        message.split(whereSeparator: { " '\"".contains($0) }).map { $0.hasSuffix(".") ? String($0.dropLast()) : String($0) }
            .first { word in
                word.contains(".") && !word.contains("\\") && !word.contains("/")
                    && ["System.", "Microsoft.VSTS.", "Custom."].contains { word.hasPrefix($0) }
            }
    }
}
