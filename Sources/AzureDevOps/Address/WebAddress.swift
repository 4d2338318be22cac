import Foundation

/// The parts of an `http` or `https` address, read by one strict parser: what is odd is refused, not repaired.
public struct WebAddress: Hashable, Sendable {
    public let isSecure: Bool
    /// In lower case, ASCII.
    public let host: String
    public let port: Int
    /// Decoded segments of the path, without empty ones.
    public let segments: [String]

    /// - Throws: `AddressRefusal.malformed` for user info, backslashes, control characters, blanks, non-ASCII, a query, a fragment,
    ///   an address literal in an unusual form, or `..`.
    public init(_ text: String) throws(AddressRefusal) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 2_000, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            !bytes.contains(where: { Array("\\@#?%\"<>^`{|}".utf8).contains($0) && $0 != UInt8(ascii: "%") })
        else { throw .malformed }
        let lowered = text.lowercased()
        let rest: Substring
        if lowered.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else if lowered.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else {
            throw .malformed
        }
        let authority = rest.prefix { $0 != "/" }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first.map({ String($0).lowercased() }), Self.isHost(name) else { throw .malformed }
        host = name
        if parts.count == 2 {
            guard let number = Int(parts[1]), (1...65_535).contains(number), String(number) == parts[1] else { throw .malformed }
            port = number
        } else {
            port = isSecure ? 443 : 80
        }
        var decoded: [String] = []
        for segment in rest.dropFirst(authority.count).split(separator: "/") {
            guard let text = String(segment).removingPercentEncoding, text != ".", text != "..",
                !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0 == "/" || $0 == "\\" })
            else { throw .malformed }
            decoded.append(text)
        }
        segments = decoded
    }

    /// A name of letters, digits, hyphens and dots, or a plain dotted IPv4 address. Numbers in other forms are refused: they are a
    /// way to write a forbidden address so that nobody sees it.
    private static func isHost(_ name: String) -> Bool {
        guard !name.isEmpty, name.count <= 253 else { return false }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard
            labels.allSatisfy({ label in
                !label.isEmpty && label.count <= 63 && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
            })
        else { return false }
        let last = labels[labels.count - 1]
        let looksNumeric = last.allSatisfy(\.isNumber) || last.hasPrefix("0x")
        return !looksNumeric || NetworkAddress(ipv4: name) != nil
    }

    public var description: String {
        let standard = isSecure ? 443 : 80
        let base = "\(isSecure ? "https" : "http")://\(host)\(port == standard ? "" : ":\(port)")"
        return segments.isEmpty ? base : base + "/" + segments.map(percentEncoded).joined(separator: "/")
    }
}

/// One segment of a path, or one side of a query's pair, with everything but letters, digits and `-._~$` escaped (RFC 3986, 2.1).
public func percentEncoded(_ text: String) -> String {
    func isKept(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~$".utf8.contains(byte)
        }
    }
    // Nearly every segment stays as it is.
    if text.utf8.allSatisfy(isKept) { return text }
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in text.utf8 {
        if isKept(byte) { encoded.append(byte) } else { encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    }
    return String(decoding: encoded, as: UTF8.self)
}
