import JSON

/// Somebody whom the organisation knows.
public struct Account: Hashable, Sendable {
    public var id: String
    public var name: String
    public var mail: String

    /// The form of api-versions before 5.0, of webhooks and of the recycle bin (FACTS.md 1.9).
    var text: String { "\(name) <\(mail)>" }

    var descriptor: String { "aad.\(base64(Array(id.utf8)).replacing("=", with: ""))" }

    /// The form since api-version 5.0 (`recordings/work-item-create.json`).
    func object(base: String) -> JSONValue {
        let avatar = "\(base)/_apis/GraphProfile/MemberAvatars/\(descriptor)"
        return [
            "displayName": .string(name), "url": .string("\(base)/_apis/Identities/\(id)"),
            "_links": ["avatar": ["href": .string(avatar)]], "id": .string(id), "uniqueName": .string(mail), "imageUrl": .string(avatar),
            "descriptor": .string(descriptor),
        ]
    }
}

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

    public var account: String
    public var state: State = .good
    public var mayWrite = true
    public var mayManageHooks = true
}

func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let chunk = bytes[start..<min(start + 3, bytes.count)]
        var value = UInt32(0)
        for offset in 0..<3 { value = value << 8 | (offset < chunk.count ? UInt32(chunk[start + offset]) : 0) }
        for offset in 0..<4 {
            result.append(offset <= chunk.count ? alphabet[Int(value >> UInt32(18 - 6 * offset) & 63)] : UInt8(ascii: "="))
        }
    }
    return String(decoding: result, as: UTF8.self)
}

/// `nil` for anything but canonical base64: one stray `=` is refused by the service as well (FACTS.md 4).
func bytes(base64 text: String) -> [UInt8]? {
    var values: [UInt8] = []
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 4) else { return nil }
    var bits = UInt32(0)
    var count = 0
    for (index, digit) in digits.enumerated() {
        let value: UInt32
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(digit - 65)
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(digit - 71)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(digit + 4)
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        case UInt8(ascii: "=") where index >= digits.count - 2 && digits[index...].allSatisfy { $0 == UInt8(ascii: "=") }: continue
        default: return nil
        }
        bits = bits << 6 | value
        count += 6
        if count >= 8 {
            count -= 8
            values.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
    }
    return base64(values) == text ? values : nil
}
