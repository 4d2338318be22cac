/// What a text of HTML is made of. Comments and declarations are gone already.
enum HTMLToken: Hashable {
    case text(String)
    case open(name: String, attributes: [String: String], closesItself: Bool)
    case close(name: String)
}

/// Splits HTML into tokens: one pass, linear, without recursion. It need not agree with a browser about broken markup, because
/// no browser ever gets the markup: it gets nodes that are made from our tree.
struct HTMLTokenizer {
    private let bytes: [UInt8]
    private var position = 0
    /// Elements whose content is text up to their own end tag.
    private static let rawText: Set<String> = [
        "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext", "template", "svg", "math",
    ]

    init(_ source: String) { bytes = Array(source.utf8) }

    mutating func next() -> HTMLToken? {
        guard position < bytes.count else { return nil }
        if bytes[position] == UInt8(ascii: "<"), let token = markup() { return token }
        return text()
    }

    private mutating func text() -> HTMLToken {
        let start = position
        position += 1
        while position < bytes.count, !(bytes[position] == UInt8(ascii: "<") && startsMarkup(at: position)) { position += 1 }
        return .text(CharacterReferences.decode(bytes[start..<position]))
    }

    private func startsMarkup(at index: Int) -> Bool {
        guard index + 1 < bytes.count else { return false }
        let byte = bytes[index + 1]
        return isLetter(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?")
    }

    /// `nil` when the `<` is mere text.
    private mutating func markup() -> HTMLToken? {
        guard startsMarkup(at: position) else { return nil }
        switch bytes[position + 1] {
        case UInt8(ascii: "!"), UInt8(ascii: "?"):
            skipDeclaration()
            return .text("")
        case UInt8(ascii: "/"):
            position += 2
            let name = tagName()
            skip(past: UInt8(ascii: ">"))
            return name.isEmpty ? .text("") : .close(name: name)
        default:
            position += 1
            return openTag()
        }
    }

    private mutating func openTag() -> HTMLToken {
        let name = tagName()
        var attributes: [String: String] = [:]
        var closesItself = false
        while position < bytes.count, bytes[position] != UInt8(ascii: ">") {
            if isSpace(bytes[position]) || bytes[position] == UInt8(ascii: "/") {
                closesItself = bytes[position] == UInt8(ascii: "/")
                position += 1
                continue
            }
            closesItself = false
            let (attribute, value) = attributeAndValue()
            if attributes.count < 32, attributes[attribute] == nil { attributes[attribute] = value }
        }
        position = min(position + 1, bytes.count)
        if Self.rawText.contains(name), !closesItself { skipRawText(of: name) }
        return .open(name: name, attributes: attributes, closesItself: closesItself)
    }

    private mutating func tagName() -> String {
        let start = position
        while position < bytes.count, !isSpace(bytes[position]), bytes[position] != UInt8(ascii: ">"), bytes[position] != UInt8(ascii: "/")
        {
            position += 1
        }
        return String(decoding: bytes[start..<position].prefix(64), as: UTF8.self).lowercased()
    }

    private mutating func attributeAndValue() -> (String, String) {
        let start = position
        position += 1
        while position < bytes.count, !isSpace(bytes[position]), !Array("=>/".utf8).contains(bytes[position]) { position += 1 }
        let name = String(decoding: bytes[start..<position].prefix(64), as: UTF8.self).lowercased()
        while position < bytes.count, isSpace(bytes[position]) { position += 1 }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else { return (name, "") }
        position += 1
        while position < bytes.count, isSpace(bytes[position]) { position += 1 }
        guard position < bytes.count else { return (name, "") }
        let quote = bytes[position]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            position += 1
            let value = position
            while position < bytes.count, bytes[position] != quote { position += 1 }
            defer { position = min(position + 1, bytes.count) }
            return (name, CharacterReferences.decode(bytes[value..<position]))
        }
        let value = position
        while position < bytes.count, !isSpace(bytes[position]), bytes[position] != UInt8(ascii: ">") { position += 1 }
        return (name, CharacterReferences.decode(bytes[value..<position]))
    }

    private mutating func skipDeclaration() {
        if bytes[position...].starts(with: Array("<!--".utf8)) {
            position += 4
            while position < bytes.count, !bytes[position...].starts(with: Array("-->".utf8)) { position += 1 }
            position = min(position + 3, bytes.count)
        } else {
            skip(past: UInt8(ascii: ">"))
        }
    }

    private mutating func skip(past byte: UInt8) {
        while position < bytes.count, bytes[position] != byte { position += 1 }
        position = min(position + 1, bytes.count)
    }

    /// Drops everything up to the end tag of the element.
    private mutating func skipRawText(of name: String) {
        let end = Array("</\(name)".utf8)
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "<"), matches(end, at: position) { return }
            position += 1
        }
    }

    private func matches(_ text: [UInt8], at index: Int) -> Bool {
        guard index + text.count <= bytes.count else { return false }
        for offset in text.indices where bytes[index + offset] | 0x20 != text[offset] | 0x20 { return false }
        return true
    }

    private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}

/// `&amp;`, `&#39;`, `&#x27;` and the named references that occur in practice.
enum CharacterReferences {
    private static let named: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "copy": "©", "reg": "®", "trade": "™", "hellip": "…",
        "mdash": "—", "ndash": "–", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "bull": "•", "middot": "·", "euro": "€",
        "pound": "£", "sect": "§", "deg": "°", "times": "×", "divide": "÷", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö",
        "Uuml": "Ü", "szlig": "ß", "eacute": "é", "egrave": "è", "agrave": "à", "ccedil": "ç", "larr": "←", "rarr": "→", "harr": "↔",
        "laquo": "«", "raquo": "»", "zwnj": "\u{200C}", "zwj": "\u{200D}", "shy": "\u{AD}", "ensp": "\u{2002}", "emsp": "\u{2003}",
        "thinsp": "\u{2009}", "Tab": "\t", "NewLine": "\n", "colon": ":", "lpar": "(", "rpar": ")",
    ]

    static func decode(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        var position = bytes.startIndex
        while position < bytes.endIndex {
            if bytes[position] == UInt8(ascii: "&"), let (text, end) = reference(in: bytes, at: position) {
                result.append(contentsOf: text.utf8)
                position = end
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func reference(in bytes: ArraySlice<UInt8>, at start: Int) -> (String, Int)? {
        var end = start + 1
        while end < bytes.endIndex, end - start < 12, isNameByte(bytes[end]) { end += 1 }
        let name = String(decoding: bytes[start + 1..<end], as: UTF8.self)
        let afterSemicolon = end < bytes.endIndex && bytes[end] == UInt8(ascii: ";") ? end + 1 : end
        if name.hasPrefix("#") {
            let isHexadecimal = name.dropFirst().first == "x" || name.dropFirst().first == "X"
            let number = isHexadecimal ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
            guard let number, let scalar = Unicode.Scalar(number), number >= 0x20 || number == 9 || number == 10 else {
                return number == nil ? nil : ("\u{FFFD}", afterSemicolon)
            }
            return (String(Character(scalar)), afterSemicolon)
        }
        guard afterSemicolon > end, let text = named[name] else { return nil }
        return (text, afterSemicolon)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "#")
    }
}
