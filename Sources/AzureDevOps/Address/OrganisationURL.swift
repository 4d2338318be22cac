/// The address of one organisation of Azure DevOps Services, or of one collection of a Server (FACTS.md 2).
public struct OrganisationURL: Hashable, Sendable, CustomStringConvertible {
    public enum Deployment: String, Hashable, Sendable { case services, server }

    /// Why a text is not such an address.
    public enum Problem: Error, Hashable, Sendable {
        case refused(AddressRefusal)
        case noOrganisation
        case projectGiven(organisation: String)
        case noCollection

        public var message: String {
            switch self {
            case .refused(let refusal): refusal.message
            case .noOrganisation: "The address names no organisation."
            case .projectGiven: "This is the address of a project or a page, not of the organisation."
            case .noCollection: "The address names no collection."
            }
        }

        public var remedy: String {
            switch self {
            case .refused(let refusal): refusal.remedy
            case .noOrganisation: "Add the name of the organisation: https://dev.azure.com/your-organisation."
            case .projectGiven(let organisation): "Enter \(organisation); you choose the project in the next step."
            case .noCollection: "Add the collection: https://server/tfs/DefaultCollection."
            }
        }
    }

    public let deployment: Deployment
    /// Without a slash at the end.
    public let base: String
    public let address: WebAddress

    /// Reads and normalises what an administrator typed.
    /// - Throws: `Problem`, with what to type instead.
    public init(_ text: String, policy: AddressPolicy) throws(Problem) {
        var trimmed = Substring(text)
        while trimmed.first?.isWhitespace == true { trimmed.removeFirst() }
        while trimmed.last?.isWhitespace == true || trimmed.last == "/" { trimmed.removeLast() }
        let address: WebAddress
        do {
            address = try WebAddress(String(trimmed))
            try policy.check(address)
        } catch {
            throw .refused(error)
        }
        if address.host.hasSuffix(".visualstudio.com") {
            guard address.segments.isEmpty || address.segments == ["DefaultCollection"] else {
                throw .projectGiven(organisation: "https://\(address.host)")
            }
            deployment = .services
        } else if address.host == "dev.azure.com" {
            guard let organisation = address.segments.first else { throw .noOrganisation }
            guard address.segments.count == 1 else {
                throw .projectGiven(organisation: "https://dev.azure.com/\(percentEncoded(organisation))")
            }
            deployment = .services
        } else {
            guard !address.segments.isEmpty else { throw .noCollection }
            deployment = .server
        }
        self.address = address
        base = address.description
    }

    public var description: String { base }
}
