import Foundation
import JSON

extension World {
    /// A value as the service keeps it, from what a client sent. `nil` empties the field.
    func stored(_ value: JSONValue?, in field: FieldDefinition, free: Bool) throws(ServiceFault) -> JSONValue? {
        guard let value, !value.isNull, value.string != "" else { return nil }
        func invalid() -> ServiceFault { .rules([RuleError(field: field, flags: ["invalidType"])]) }
        switch field.kind {
        case .integer:
            guard let number = value.integer ?? value.string.flatMap({ Int64($0) }) else { throw invalid() }
            return .integer(number)
        case .double:
            guard let number = value.number ?? value.string.flatMap({ Double($0) }), number.isFinite else { throw invalid() }
            if let whole = Int64(exactly: number) { return .integer(whole) }
            return .number(number)
        case .boolean:
            guard let flag = value.bool ?? value.string.map({ $0.lowercased() == "true" }) else { throw invalid() }
            return .bool(flag)
        case .dateTime:
            guard let text = value.string, let milliseconds = ServiceTime.milliseconds(text) else { throw invalid() }
            return .string(ServiceTime(rounding: milliseconds).text)
        case .identity:
            guard let account = account(named: value) else {
                if free, let text = value.string { return .string(text) }
                throw .rules([RuleError(field: field, flags: ["hasValues", "limitedToValues", "invalidListValue"])])
            }
            return .string(account.id)
        case .string, .treePath, .guid:
            guard let text = value.string ?? value.integer.map({ String($0) }) else { throw invalid() }
            let flat = text.contains { $0.isNewline } ? text.replacing("\r\n", with: " ").replacing("\n", with: " ") : text
            let line = variants.blanks == .trimmed ? trimmed(flat) : flat
            guard line.count <= 255 || field.kind == .treePath else {
                throw .rules([RuleError(field: field, flags: ["invalidTooLong"])])
            }
            return line.isEmpty ? nil : .string(line)
        case .html, .history, .plainText:
            guard let text = value.string else { throw invalid() }
            guard text.count <= 1_000_000 else { throw .rules([RuleError(field: field, flags: ["invalidTooLong"])]) }
            return .string(kept(text, field))
        }
    }

    /// By object, by `Name <mail>`, by mail or by display name (FACTS.md 10).
    private func account(named value: JSONValue) -> Account? {
        if let id = value["id"]?.string, let known = account(id.lowercased()) { return known }
        guard var name = value.string ?? value["uniqueName"]?.string ?? value["displayName"]?.string else { return nil }
        if name.hasSuffix(">"), let open = name.lastIndex(of: "<") { name = String(name[name.index(after: open)...].dropLast()) }
        let folded = trimmed(name).lowercased()
        return accounts.first { $0.mail.lowercased() == folded || $0.id == folded } ?? accounts.first { $0.name.lowercased() == folded }
    }

    /// One string, every tag once, in the spelling of its first use (FACTS.md 12).
    mutating func storedTags(_ text: String, at now: ServiceTime) throws(ServiceFault) -> JSONValue? {
        var names: [String] = []
        var seen: Set<String> = []
        for part in text.split(whereSeparator: { $0 == ";" || $0 == "," }) {
            let name = trimmed(String(part))
            guard !name.isEmpty, seen.insert(name.lowercased()).inserted else { continue }
            guard name.count <= 400 else { throw .badRequest("InvalidTagNameException", "The tag name '\(name)' is not valid.") }
            if let known = tags[name.lowercased()] {
                names.append(known.name)
            } else {
                tags[name.lowercased()] = Tag(id: randomness.guid(), name: name, lastUpdate: now)
                names.append(name)
            }
        }
        guard names.count <= 100 else {
            throw .badRequest("TagLimitExceededException", "VS403314: A work item can have at most 100 tags.")
        }
        if variants.tagOrder == .alphabetical { names.sort { $0.lowercased() < $1.lowercased() } }
        return names.isEmpty ? nil : .string(names.joined(separator: "; "))
    }

    /// Whether a closer look is worth it: a tag that begins like a forbidden one, a scheme, or an attribute.
    private static func mayBeActive(_ text: String) -> Bool {
        var last: UInt8 = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "=") { return true }
            if last == UInt8(ascii: "<"), "sSiIoOeE".utf8.contains(byte) { return true }
            last = byte
        }
        return false
    }

    /// What the service keeps of HTML: no scripts, no handlers (the exact rules are not published).
    private func kept(_ text: String, _ field: FieldDefinition) -> String {
        guard field.kind != .plainText, variants.html == .sanitised, Self.mayBeActive(text) else { return text }
        var text = text
        for pattern in [#/(?is)<(script|style|iframe|object|embed)\b.*?</\1\s*>/#, #/(?i)<(script|style|iframe|object|embed)\b[^>]*>/#] {
            text.replace(pattern, with: "")
        }
        text.replace(#/(?i)[\s\/"']+on[a-z]+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/#, with: "")
        text.replace(#/(?i)(href|src)\s*=\s*("|')\s*javascript:[^"']*("|')/#, with: "")
        return text
    }
}

func trimmed(_ text: String) -> String {
    func isPlain(_ byte: UInt8?) -> Bool { byte.map { (0x21...0x7E).contains($0) } ?? true }
    if isPlain(text.utf8.first), isPlain(text.utf8.last) { return text }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
}
