import Portfolio
import Store

/// Why Azure DevOps did not do what it was asked, as the engine has to tell the cases apart.
public enum RemoteFailure: Error, Hashable, Sendable {
    /// The work item changed since it was read; nothing was applied.
    case stale
    /// A rule of the project refused the write; nothing was applied. `fields` maps reference names to reasons, where they were named.
    case refused(code: String?, reason: String, fields: [String: String])
    /// Deleted, never there, or not readable with this token: Azure DevOps does not tell (FACTS.md 1.17).
    case missing(LinkProblem)
    /// The token is not accepted: everything that needs it waits.
    case credential(LinkProblem)
    /// Nothing was applied; worth another try.
    case later(LinkProblem, after: Duration?)
    /// The request may have been applied, or not.
    case unknownOutcome(LinkProblem)
    /// The same, and the service is in trouble as a whole: others had better wait too.
    case outOfOrder(LinkProblem)
    /// Another try would end the same way.
    case permanent(LinkProblem)

    public var problem: LinkProblem {
        switch self {
        case .stale:
            LinkProblem(message: "The work item changed at the same moment.", remedy: "Nothing to do: it is read again and planned anew.")
        case .refused(let code, let reason, _):
            LinkProblem(message: reason, remedy: "Change the value so that the rules of the project allow it.", code: code)
        case .missing(let problem), .credential(let problem), .later(let problem, _), .unknownOutcome(let problem),
            .outOfOrder(let problem), .permanent(let problem):
            problem
        }
    }
}
