/// Somebody who can own an item. Who has a password can sign in as well.
public struct Person: Hashable, Sendable {
    public var id: Identifier<Person>
    public var name: String
    /// Compared without regard to case.
    public var email: String
    public var role: Role
    public var isActive: Bool
    public var canSignIn: Bool

    public init(id: Identifier<Person>, name: String, email: String, role: Role, isActive: Bool = true, canSignIn: Bool = false) {
        self.id = id
        self.name = name
        self.email = email
        self.role = role
        self.isActive = isActive
        self.canSignIn = canSignIn
    }
}

/// What a person may do (`kiplot-domain.md` 11).
public enum Role: String, Hashable, Sendable, CaseIterable {
    case administrator, fullAccess, member, viewOnly

    public var title: String {
        switch self {
        case .administrator: "Administrator"
        case .fullAccess: "Full Access"
        case .member: "Member"
        case .viewOnly: "View only"
        }
    }

    public var permissions: Set<Permission> {
        switch self {
        case .administrator: Set(Permission.allCases)
        case .fullAccess: [.viewPortfolio, .editEveryItem, .editSharedItems, .synchroniseItems, .runBulk, .viewIntegrations]
        case .member: [.viewPortfolio, .editSharedItems, .synchroniseItems]
        case .viewOnly: [.viewPortfolio]
        }
    }

    public func may(_ permission: Permission) -> Bool { permissions.contains(permission) }
}

/// One right, asked on the server for every route (`kiplot-domain.md` 11.2).
public enum Permission: String, Hashable, Sendable, CaseIterable {
    /// See items, their links, status and history.
    case viewPortfolio
    case editEveryItem
    /// Edit the items that one owns or that are shared with edit rights.
    case editSharedItems
    /// Read, Write, Link, Create and Unlink on an item that one may edit.
    case synchroniseItems
    case runBulk
    /// See the set-up of integrations, never secrets.
    case viewIntegrations
    case configureIntegrations
    case configurePortfolio
    case managePeople
}
