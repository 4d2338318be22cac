/// Why Azure DevOps did not do what it was asked. Codes such as TF401320 are kept for searching.
public enum AzureDevOpsError: Error, Hashable, Sendable {
    case refusedAddress(AddressRefusal)
    /// The request did not reach the service.
    case unreachable(reason: String)
    /// What the request was for has been taken back before its turn came; nothing was sent.
    case superseded
    /// The request may have been applied.
    case answerLost(reason: String)
    /// 401, or a sign-in page in place of an answer (FACTS.md 1.19): the token is wrong, expired or revoked.
    case tokenRejected(code: String?)
    /// The token is accepted but may not do this.
    case forbidden(code: String?, message: String)
    /// TF24668: the organisation is switched off. Waiting does not help.
    case organisationStopped
    /// TF401232: deleted, never there, or not readable.
    case workItemMissing(code: String?)
    case projectMissing(code: String?)
    case notFound(code: String?, message: String)
    /// 412, or 409 with TF26071: the work item changed since it was read.
    case staleRevision
    case ruleViolation(RuleViolation)
    case badRequest(code: String?, typeKey: String?, message: String)
    case throttled(retryAfter: Duration?)
    /// 5xx and the like: worth another try.
    case unavailable(status: Int, code: String?)
    case answerTooLarge
    /// An answer that is no JSON or lacks what it must hold.
    case unexpectedAnswer(status: Int, detail: String)

    /// TF401320 and its kin: which fields the rules refused, and why.
    public struct RuleViolation: Hashable, Sendable {
        public var code: String?
        public var message: String
        /// Reference name → what Azure DevOps said of it.
        public var fields: [String: String]
    }

    /// What a caller should do about it (FACTS.md 5).
    public enum Disposition: Hashable, Sendable {
        case renewCredential
        case refresh
        case retryLater
        case unknownOutcome
        case permanent
    }

    public var disposition: Disposition {
        switch self {
        case .tokenRejected: .renewCredential
        case .staleRevision, .superseded: .refresh
        case .unreachable, .throttled, .unavailable: .retryLater
        case .answerLost, .unexpectedAnswer, .answerTooLarge: .unknownOutcome
        default: .permanent
        }
    }

    public var code: String? {
        switch self {
        case .tokenRejected(let code), .forbidden(let code, _), .workItemMissing(let code), .projectMissing(let code),
            .notFound(let code, _), .badRequest(let code, _, _), .unavailable(_, let code):
            code
        case .organisationStopped: "TF24668"
        case .staleRevision: "TF26071"
        case .ruleViolation(let violation): violation.code
        default: nil
        }
    }

    /// The cause, in a sentence for a person.
    public var message: String {
        switch self {
        case .refusedAddress(let refusal): refusal.message
        case .unreachable(let reason): "Azure DevOps cannot be reached: \(reason)."
        case .superseded: "The integration was paused or changed before the request was sent."
        case .answerLost(let reason): "Azure DevOps did not answer: \(reason)."
        case .tokenRejected: "Azure DevOps does not accept the access token: it is wrong, expired or revoked."
        case .forbidden: "The access token does not allow this."
        case .organisationStopped: "The organisation is switched off."
        case .workItemMissing: "The work item does not exist, was deleted, or the access token may not read it."
        case .projectMissing: "The project does not exist, or the access token may not see it."
        case .notFound(_, let message): message.isEmpty ? "Azure DevOps knows no such thing." : message
        case .staleRevision: "The work item was changed by somebody else at the same moment."
        case .ruleViolation(let violation): violation.message
        case .badRequest(_, _, let message): message.isEmpty ? "Azure DevOps refused the request." : message
        case .throttled: "Azure DevOps asks us to slow down."
        case .unavailable(let status, _): "Azure DevOps is out of order at the moment (status \(status))."
        case .answerTooLarge: "The answer of Azure DevOps is too large."
        case .unexpectedAnswer(let status, let detail): "Azure DevOps answered with something unexpected (status \(status): \(detail))."
        }
    }

    /// What to do about it, in a sentence for a person.
    public var remedy: String {
        switch self {
        case .refusedAddress(let refusal): refusal.remedy
        case .unreachable: "Check the address and the network between this server and Azure DevOps; it is tried again by itself."
        case .superseded: "Nothing to do: it is planned anew."
        case .answerLost: "Nothing to do: what happened is found out by reading."
        case .tokenRejected: "Create a new personal access token in Azure DevOps and replace the one of this instance."
        case .forbidden:
            "Give the token the scopes Work items (read & write) and Project and team (read), and its owner the rights in the project."
        case .organisationStopped: "Ask the owner of the organisation to start it again."
        case .workItemMissing: "Look for the work item in the recycle bin of Azure DevOps, or unlink the item."
        case .projectMissing: "Check the project's name and the rights of the token's owner."
        case .notFound: "Check the address."
        case .staleRevision: "Nothing to do: it is read again and planned anew."
        case .ruleViolation: "Change the value so that the rules of the project allow it."
        case .badRequest: "Check the mapping of the field."
        case .throttled, .unavailable: "Nothing to do: it is tried again by itself."
        case .answerTooLarge: "Shorten the texts of the work item."
        case .unexpectedAnswer: "Check that the address is Azure DevOps itself, and not a proxy or a sign-in page."
        }
    }
}
