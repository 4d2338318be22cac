/// An IPv4 or IPv6 address, as its bytes.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// Four or sixteen.
    public let bytes: [UInt8]

    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// From four decimal numbers without leading zeros, and nothing else.
    public init?(ipv4 text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part -> UInt8? in
            guard let byte = UInt8(part), String(byte) == part else { return nil }
            return byte
        }
        guard parts.count == 4, bytes.count == 4 else { return nil }
        self.bytes = bytes
    }

    /// Whether it is an ordinary address of the public internet: not loopback, private, link-local, shared, multicast, reserved, nor
    /// an IPv6 address that carries another one inside (`security-operations.md` 5.5).
    public var isPublic: Bool { bytes.count == 4 ? Self.isPublicIPv4(bytes) : isPublicIPv6 }

    private static func isPublicIPv4(_ bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (169, 254, _), (192, 168, _), (224..., _, _): false
        case (100, 64...127, _), (172, 16...31, _), (198, 18...19, _): false
        case (192, 0, 0), (192, 0, 2), (198, 51, 100), (203, 0, 113), (192, 88, 99): false
        default: true
        }
    }

    /// Only 2000::/3, without Teredo (2001::/32), documentation (2001:db8::/32), and 6to4 (2002::/16).
    private var isPublicIPv6: Bool {
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return false }
        if bytes[0] == 0x20, bytes[1] == 0x01 {
            if bytes[2] == 0, bytes[3] == 0 { return false }
            if bytes[2] == 0x0D, bytes[3] == 0xB8 { return false }
        }
        return true
    }

    public var description: String {
        if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    }
}
