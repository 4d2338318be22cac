/// What may be read at all. The defaults suit a webhook body or an API request from a stranger.
public struct JSONLimits: Sendable {
    /// The longest text, in bytes.
    public var bytes: Int
    /// The deepest nesting of arrays and objects.
    public var depth: Int

    public init(bytes: Int = 2 << 20, depth: Int = 64) {
        self.bytes = bytes
        self.depth = depth
    }

    /// For answers of Azure DevOps: a page of 200 work items with long texts.
    public static let answer = JSONLimits(bytes: 64 << 20, depth: 64)
}

/// Why a text is not JSON that we accept. `offset` counts bytes from the start.
public enum JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    case tooLong(limit: Int)
    case tooDeep(limit: Int, offset: Int)
    case duplicateName(String, offset: Int)
    case numberOutOfRange(offset: Int)
    case malformed(expected: String, offset: Int)

    public var description: String {
        switch self {
        case .tooLong(let limit): "The JSON text is longer than \(limit) bytes."
        case .tooDeep(let limit, let offset): "The JSON text is nested deeper than \(limit) levels at byte \(offset)."
        case .duplicateName(let name, let offset): "The JSON object has two members named “\(name.prefix(40))” at byte \(offset)."
        case .numberOutOfRange(let offset): "The JSON number at byte \(offset) is out of range."
        case .malformed(let expected, let offset): "The JSON text is malformed at byte \(offset): \(expected) expected."
        }
    }
}

extension JSONValue {
    /// Reads one JSON text (RFC 8259), with or without a leading byte order mark (FACTS.md 2).
    ///
    /// - Parameter unwanted: members of any object that are passed over and left out: of a large text of which little is used. They are
    ///   not checked beyond where they end.
    /// - Throws: `JSONError`: too long, too deep, a duplicate name, or malformed.
    public init(
        parsing bytes: some Collection<UInt8>, limits: JSONLimits = JSONLimits(), without unwanted: Set<String> = []
    ) throws(JSONError) {
        guard bytes.count <= limits.bytes else { throw .tooLong(limit: limits.bytes) }
        let parse = { (buffer: UnsafeBufferPointer<UInt8>) in
            Result { () throws(JSONError) in try JSONParser.parse(buffer, maximumDepth: limits.depth, without: unwanted) }
        }
        let result = bytes.withContiguousStorageIfAvailable(parse) ?? Array(bytes).withUnsafeBufferPointer(parse)
        self = try result.get()
    }

    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        try self.init(parsing: text.utf8, limits: limits)
    }
}

/// A recursive-descent parser whose recursion is bounded by `maximumDepth`.
private struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    let unwanted: Set<String>
    var position = 0

    /// Objects of Azure DevOps seldom have more members than this.
    private static let fewMembers = 24

    static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int, without unwanted: Set<String>
    ) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, maximumDepth: maximumDepth, unwanted: unwanted)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else {
            throw .malformed(expected: "the end of the text", offset: parser.position)
        }
        return value
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    func text(from start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard next == text.utf8Start[index] else { throw .malformed(expected: "a value", offset: position) }
            position += 1
        }
        return value
    }

    mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < maximumDepth else { throw .tooDeep(limit: maximumDepth, offset: position) }
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
            } else if next == UInt8(ascii: "]") {
                position += 1
                return .array(elements)
            } else {
                throw .malformed(expected: "“,” or “]”", offset: position)
            }
        }
    }

    mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < maximumDepth else { throw .tooDeep(limit: maximumDepth, offset: position) }
        position += 1
        var members: [(name: String, value: JSONValue)] = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(JSONObject())
        }
        // Names are looked through one by one while they are few; a stranger's object of a million members must not take for ever.
        var known: Set<String>?
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw .malformed(expected: "a name", offset: position) }
            let start = position
            let name = try string()
            if members.count == Self.fewMembers { known = Set(members.map(\.name)) }
            let isNew = known?.insert(name).inserted ?? !members.contains { $0.name == name }
            guard isNew else { throw .duplicateName(name, offset: start) }
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw .malformed(expected: "“:”", offset: position) }
            position += 1
            if unwanted.contains(name) { try pass(depth: depth + 1) } else { members.append((name, try value(depth: depth + 1))) }
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
            } else if next == UInt8(ascii: "}") {
                position += 1
                return .object(JSONObject(unique: members))
            } else {
                throw .malformed(expected: "“,” or “}”", offset: position)
            }
        }
    }

    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        skipPlain()
        if next == UInt8(ascii: "\"") {
            defer { position += 1 }
            return text(from: start)
        }
        return try stringWithEscapes(from: start)
    }

    /// Passes over a value of which nothing is kept: brackets are counted, and strings have an end.
    private mutating func pass(depth: Int) throws(JSONError) {
        skipSpace()
        var open = 0
        repeat {
            switch next {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open += 1
                guard depth + open <= maximumDepth else { throw .tooDeep(limit: maximumDepth, offset: position) }
                position += 1
            case UInt8(ascii: "\""): try passString()
            case nil: throw .malformed(expected: "the end of a value", offset: position)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open > 0 else { throw .malformed(expected: "a value", offset: position) }
                open -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard open > 0 else { throw .malformed(expected: "a value", offset: position) }
                position += 1
            default:
                let start = position
                while let byte = next, byte > 0x20, !",:]}\"".utf8.contains(byte) { position += 1 }
                guard position > start else { throw .malformed(expected: "a value", offset: position) }
            }
            skipSpace()
        } while open > 0
    }

    private mutating func passString() throws(JSONError) {
        position += 1
        skipPlain()
        while next == UInt8(ascii: "\\"), position + 1 < bytes.count {
            position += 2
            skipPlain()
        }
        guard next == UInt8(ascii: "\"") else { throw .malformed(expected: "a closing quotation mark", offset: position) }
        position += 1
    }

    /// Passes over what stands for itself in a string.
    private mutating func skipPlain() {
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSONError) -> String {
        var text: [UInt8] = []
        var start = start
        while true {
            skipPlain()
            text.append(contentsOf: bytes[start..<position])
            switch next {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
                start = position
            case nil:
                throw .malformed(expected: "a closing quotation mark", offset: position)
            default:
                throw .malformed(expected: "an escaped control character", offset: position)
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw .malformed(expected: "an escape", offset: position) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: UTF8.encode(try unicodeEscape()) ?? UTF8.encodedReplacementCharacter)
        default: throw .malformed(expected: "an escape", offset: position - 1)
        }
    }

    /// A lone surrogate becomes U+FFFD, as a lossless reading does not exist.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let high = try hexadecimal()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, next == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u") else {
            return "\u{FFFD}"
        }
        let before = position
        position += 2
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else {
            position = before
            return "\u{FFFD}"
        }
        let combined = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        return Unicode.Scalar(combined) ?? "\u{FFFD}"
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case let byte? where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): digit = byte - UInt8(ascii: "0")
            case let byte? where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte): digit = byte - UInt8(ascii: "a") + 10
            case let byte? where (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte): digit = byte - UInt8(ascii: "A") + 10
            default: throw .malformed(expected: "four hexadecimal digits", offset: position)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        var isWhole = true
        if next == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        skipDigits()
        let digits = position - firstDigit
        guard digits > 0, digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            throw .malformed(expected: "a value", offset: start)
        }
        if next == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            let fraction = position
            skipDigits()
            guard position > fraction else { throw .malformed(expected: "a digit", offset: position) }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            let exponent = position
            skipDigits()
            guard position > exponent else { throw .malformed(expected: "a digit", offset: position) }
        }
        guard position - start <= 64 else { throw .numberOutOfRange(offset: start) }
        let text = text(from: start)
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw .numberOutOfRange(offset: start) }
        return .number(value)
    }

    private mutating func skipDigits() {
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
    }
}
