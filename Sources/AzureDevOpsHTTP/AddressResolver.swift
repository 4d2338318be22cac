import AzureDevOps
import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Looks names up and asks the policy about every address that they lead to.
struct AddressResolver: Sendable {
    /// - Throws: `AddressRefusal`, before anything is sent.
    func check(_ url: String, by policy: AddressPolicy) async throws(AddressRefusal) {
        let address = try WebAddress(String(url.prefix { $0 != "?" }))
        try policy.check(address)
        // The operator's own hosts are admitted with whatever they resolve to.
        if policy.isAllowedByOperator(host: address.host, port: address.port) { return }
        let found: [NetworkAddress]
        do {
            found = try await NIOThreadPool.singleton.runIfActive { Self.addresses(of: address.host) }
        } catch {
            throw .unresolvable(host: address.host)
        }
        guard !found.isEmpty else { throw .unresolvable(host: address.host) }
        for resolved in found { try policy.check(resolved: resolved, of: address) }
    }

    private static func addresses(of host: String) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [NetworkAddress] = []
        var next = list
        while let entry = next {
            if let address = NetworkAddress(entry.pointee) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}

extension NetworkAddress {
    fileprivate init?(_ entry: addrinfo) {
        guard let socket = entry.ai_addr else { return nil }
        switch entry.ai_family {
        case AF_INET:
            let bytes = socket.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                withUnsafeBytes(of: address.pointee.sin_addr) { Array($0) }
            }
            self.init(bytes: bytes)
        case AF_INET6:
            let bytes = socket.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                withUnsafeBytes(of: address.pointee.sin6_addr) { Array($0) }
            }
            self.init(bytes: bytes)
        default: return nil
        }
    }
}
