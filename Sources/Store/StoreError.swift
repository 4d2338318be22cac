/// Why the store did not do what it was asked, in words for a person.
public enum StoreError: Error, Hashable, Sendable {
    case notFound(String)
    /// Somebody else changed the same thing since it was read; nothing was written.
    case changedMeanwhile(String)
    case inUse(String, by: String)
    case taken(String)
    case unusable(String, remedy: String)

    public var message: String {
        switch self {
        case .notFound(let thing): "\(thing) does not exist any more."
        case .changedMeanwhile(let thing): "Somebody else changed the \(thing) in the meantime."
        case .inUse(let thing, let users): "\(thing) is in use by \(users)."
        case .taken(let thing): "\(thing) exists already."
        case .unusable(let reason, _): reason
        }
    }

    public var remedy: String {
        switch self {
        case .notFound: "Reload the page."
        case .changedMeanwhile: "Reload the page and make your change again."
        case .inUse: "Change what uses it first."
        case .taken: "Choose another name."
        case .unusable(_, let remedy): remedy
        }
    }
}
