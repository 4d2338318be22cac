import Database
import FieldSync
import Logging
import Portfolio
import Store
import SyncEngine

/// What every page needs.
public struct Site: Sendable {
    public let store: Store
    public let engine: SyncEngine
    public let publicURL: String
    let logger: Logger

    public init(store: Store, engine: SyncEngine, publicURL: String, logger: Logger) {
        self.store = store
        self.engine = engine
        self.publicURL = publicURL
        self.logger = logger
    }

    /// Cookies are bound to https wherever the site is reached by it.
    var isSecure: Bool { publicURL.hasPrefix("https://") }
    var cookieName: String { isSecure ? "__Host-kiplot" : "kiplot" }
}

/// Who may take a route.
enum Access: Sendable {
    case everybody
    case signedIn
    case having(Permission)
    /// Bearer tokens of the API.
    case token(Permission)
}

/// One address, who may go there, and what happens. Routes without an access do not exist, so that none is forgotten.
struct Route: Sendable {
    let method: String
    let pattern: [String]
    let access: Access
    let handle: @Sendable (Visit) async throws -> Reply

    init(_ method: String, _ pattern: String, _ access: Access, _ handle: @escaping @Sendable (Visit) async throws -> Reply) {
        self.method = method
        self.pattern = pattern.split(separator: "/").map(String.init)
        self.access = access
        self.handle = handle
    }

    /// The open parts of the path, by name; `nil` when the route is another one.
    func match(_ path: [String]) -> [String: String]? {
        guard path.count == pattern.count else { return nil }
        var parameters: [String: String] = [:]
        for (part, segment) in zip(pattern, path) {
            if part.hasPrefix(":") { parameters[String(part.dropFirst())] = segment } else if part != segment { return nil }
        }
        return parameters
    }
}

/// An error of any layer, in the words that people see.
func words(of error: any Error) -> (message: String, remedy: String, status: Int)? {
    switch error {
    case let refusal as Refusal: (refusal.message, refusal.remedy, refusal.status)
    case let problem as ConnectionProblem: (problem.message, problem.remedy, 422)
    case let error as StoreError:
        if case .notFound = error { (error.message, error.remedy, 404) } else { (error.message, error.remedy, 409) }
    case let violation as ItemRuleViolation: (violation.message, "", 422)
    case let error as DatabaseError:
        if case .uniqueViolation = error {
            ("Something with this name exists already.", "Choose another name.", 409)
        } else {
            (error.message, error.remedy, 503)
        }
    default: nil
    }
}
