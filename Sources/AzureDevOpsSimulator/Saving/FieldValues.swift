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
            let line = trimmed(text.replacing("\r\n", with: " ").replacing("\n", with: " "))
            guard line.count <= 255 || field.kind == .treePath else {
                throw .rules([RuleError(field: field, flags: ["invalidTooLong"])])
            }
            return line.isEmpty ? nil : .string(line)
        case .html, .history, .plainText:
            guard let text = value.string else { throw invalid() }
            guard text.count <= 1_000_000 else { throw .rules([RuleError(field: field, flags: ["invalidTooLong"])]) }
            return .string(text)
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

    /// One string, sorted, every tag once, in the spelling of its first use (FACTS.md 12).
    mutating func storedTags(_ text: String) -> JSONValue? {
        var spelled: [String: String] = [:]
        for part in text.split(whereSeparator: { $0 == ";" || $0 == "," }) {
            let tag = trimmed(String(part))
            guard !tag.isEmpty else { continue }
            let folded = tag.lowercased()
            if tagSpelling[folded] == nil { tagSpelling[folded] = tag }
            spelled[folded] = tagSpelling[folded]
        }
        let sorted = spelled.sorted { $0.key < $1.key }.map(\.value)
        return sorted.isEmpty ? nil : .string(sorted.joined(separator: "; "))
    }
}

func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
