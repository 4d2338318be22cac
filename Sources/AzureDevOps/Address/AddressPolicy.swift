/// Why an address may not be called.
public enum AddressRefusal: Error, Hashable, Sendable {
    case malformed
    case insecure(host: String)
    case hostNotAllowed(host: String, port: Int)
    case addressNotAllowed(host: String, address: String)
    case unresolvable(host: String)

    public var message: String {
        switch self {
        case .malformed: "This is not an address of Azure DevOps."
        case .insecure(let host): "The address of \(host) is not secure: it does not begin with https."
        case .hostNotAllowed(let host, let port): "The server may not call \(host) on port \(port)."
        case .addressNotAllowed(let host, _): "\(host) leads into a network that the server may not call."
        case .unresolvable(let host): "The name \(host) is not known."
        }
    }

    public var remedy: String {
        switch self {
        case .malformed: "Enter an address such as https://dev.azure.com/your-organisation or https://server/tfs/collection."
        case .insecure: "Use https; or let the operator of this server allow the host with http."
        case .hostNotAllowed: "Check the address; for a server of your own, the operator adds it to the allowed hosts (--allow-host)."
        case .addressNotAllowed: "Check the address; for a server of your own, the operator adds it to the allowed hosts (--allow-host)."
        case .unresolvable: "Check the address for a typing error, and that this server can resolve it."
        }
    }
}

/// Which hosts may be called (`security-operations.md` 5.5): Azure DevOps Services, and what the operator has allowed.
public struct AddressPolicy: Hashable, Sendable {
    /// A host of the operator's own: its private addresses and plain `http` are admitted with it.
    public struct AllowedHost: Hashable, Sendable {
        public var host: String
        public var port: Int?

        /// From `tfs.example.com` or `127.0.0.1:8090`; `nil` when it is neither.
        public init?(_ text: String) {
            let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), let first = parts.first, !first.isEmpty else { return nil }
            host = String(first)
            guard parts.count == 2 else { return }
            guard let number = Int(parts[1]), (1...65_535).contains(number) else { return nil }
            port = number
        }
    }

    public var allowedHosts: [AllowedHost]

    public init(allowedHosts: [AllowedHost] = []) { self.allowedHosts = allowedHosts }

    public func isAllowedByOperator(host: String, port: Int) -> Bool {
        allowedHosts.contains { $0.host == host && ($0.port == nil || $0.port == port) }
    }

    func isServices(host: String) -> Bool {
        host == "dev.azure.com" || host == "vssps.dev.azure.com"
            || (host.hasSuffix(".visualstudio.com") && host.count > ".visualstudio.com".count)
    }

    /// Whether an address may be called at all, before its name is looked up.
    public func check(_ address: WebAddress) throws(AddressRefusal) {
        if isAllowedByOperator(host: address.host, port: address.port) { return }
        guard isServices(host: address.host) else { throw .hostNotAllowed(host: address.host, port: address.port) }
        guard address.isSecure else { throw .insecure(host: address.host) }
        guard address.port == 443 else { throw .hostNotAllowed(host: address.host, port: address.port) }
    }

    /// Whether what a name resolved to may be called.
    public func check(resolved: NetworkAddress, of address: WebAddress) throws(AddressRefusal) {
        if isAllowedByOperator(host: address.host, port: address.port) { return }
        guard resolved.isPublic else { throw .addressNotAllowed(host: address.host, address: resolved.description) }
    }
}
