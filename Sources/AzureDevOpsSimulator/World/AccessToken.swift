/// What a personal access token may do, and whose it is.
public struct AccessToken: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, CaseIterable {
        case good
        /// 401 without a body.
        case refused
        /// 401 with TF400813: a known identity without access.
        case withoutAccess
        /// 203 with a page of HTML for reads, 401 for PATCH.
        case expired
    }

    /// The scopes that matter for work items (FACTS.md 4).
    public enum Scope: String, Hashable, Sendable, CaseIterable {
        case readWork = "vso.work"
        case writeWork = "vso.work_write"
        case readProjects = "vso.project"
        case manageProjects = "vso.project_manage"
        case readIdentities = "vso.identity"
        case everything = "vso.full"
    }

    public var account: String
    public var state: State = .good
    public var scopes: Set<Scope> = [.everything]
    /// Milliseconds since 1970; from then on the token is expired.
    public var expires: Int64?
    /// Whether the account itself has the permission, whatever the scopes say.
    public var mayWrite = true
    public var mayManageHooks = true
    public var mayBypassRules = true

    /// Whether the scopes reach a resource. Reading work items brings the right to make their hooks with it.
    func covers(_ call: ServiceCall) -> Bool {
        guard !scopes.contains(.everything), let start = call.path.firstIndex(where: { $0.lowercased() == "_apis" }) else { return true }
        let area = call.path.dropFirst(start + 1).first?.lowercased() ?? ""
        let isQuestion = !call.mayChange
        let mayRead = !scopes.isDisjoint(with: [.readWork, .writeWork])
        switch area {
        case "", "connectiondata", "resourceareas": return true
        case "wit": return isQuestion ? mayRead : scopes.contains(.writeWork)
        case "work", "hooks": return mayRead
        case "projects", "teams", "process", "operations", "projectcollections":
            return isQuestion ? mayRead || !scopes.isDisjoint(with: [.readProjects, .manageProjects]) : scopes.contains(.manageProjects)
        case "identities", "securitynamespaces", "security", "permissions", "accesscontrollists":
            return mayRead || scopes.contains(.readIdentities)
        default: return false
        }
    }
}
