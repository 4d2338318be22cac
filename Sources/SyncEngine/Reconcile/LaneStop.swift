import AzureDevOps
import Store

/// What stops the work on a whole integration, not only on one link.
enum LaneStop: Error, Hashable, Sendable {
    /// The token is not accepted: everything waits for another one.
    case credential(LinkProblem)
    case later(LinkProblem, after: Duration?)
    /// The integration is paused or gone, or a secret cannot be opened.
    case unusable(LinkProblem)

    var problem: LinkProblem {
        switch self {
        case .credential(let problem), .later(let problem, _), .unusable(let problem): problem
        }
    }

    /// Reading changes nothing, so whatever went wrong is worth another try, but for the credential.
    init(reading failure: RemoteFailure) {
        self =
            switch failure {
            case .credential(let problem): .credential(problem)
            case .later(let problem, let after): .later(problem, after: after)
            default: .later(failure.problem, after: nil)
            }
    }
}

extension LaneStop {
    /// Whether it may concern one work item only: then the others go on.
    var mayConcernOne: Bool {
        switch self {
        case .later(_, nil): true
        default: false
        }
    }
}

/// Reads from Azure DevOps as a part of the work on an integration.
/// - Throws: `LaneStop` for whatever went wrong.
func reading<Value: Sendable>(_ call: () async throws -> Value) async throws -> Value {
    do {
        return try await call()
    } catch let error as AzureDevOpsError {
        throw LaneStop(reading: RemoteFailure(error))
    }
}
