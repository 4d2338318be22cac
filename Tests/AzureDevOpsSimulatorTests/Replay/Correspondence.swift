import Foundation

/// Which of our names stands for which recorded one.
///
/// Ids, moments and descriptors cannot be equal on both sides, but what is equal in the recording must be equal with us and what
/// differs there must differ here: a mapping in both directions for each kind of name. Persons map in one direction only, because the
/// recordings gave the same person several names when they were made anonymous.
struct Correspondence {
    enum Kind: String {
        case guid, moment, localMoment, descriptor, mail, person
        /// Numbers that the service hands out.
        case node, link, watermark, personNumber, notification, change, projectRevision, comment
        var isOneToOne: Bool { self != .mail && self != .person }
    }

    private var ours: [String: String] = [:]
    private var recorded: [String: String] = [:]
    /// Texts that a request brought along: they come back as they were sent.
    private var literals: Set<String> = ["9999-01-01T00:00:00Z", "00000000-0000-0000-0000-000000000000"]

    /// Says that the two stand for each other; `false` when that contradicts what was learnt before.
    mutating func pair(_ recordedText: String, _ ourText: String, _ kind: Kind) -> Bool {
        if literals.contains(recordedText) { return recordedText == ourText }
        let key = "\(kind.rawValue) \(recordedText)"
        let back = "\(kind.rawValue) \(ourText)"
        if let known = ours[key] { return known == ourText }
        if kind.isOneToOne, recorded[back] != nil { return false }
        ours[key] = ourText
        recorded[back] = recordedText
        return true
    }

    mutating func keepLiteral(_ text: String) { literals.insert(text) }

    /// A recorded request in our names.
    func translated(_ text: String) -> String {
        var result = ""
        for part in Self.parts(of: text) {
            result += part.kind.flatMap { ours["\($0.rawValue) \(part.text)"] } ?? part.text
        }
        return result
    }

    func translated(node number: String) -> String { ours["\(Kind.node.rawValue) \(number)"] ?? number }

    struct Part: Equatable {
        var kind: Kind?
        var text: String
    }

    private static let patterns: [(Kind, String)] = [
        (.guid, "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"),
        (.moment, "\\d{4}-\\d\\d-\\d\\dT\\d\\d(?::|%3A)\\d\\d(?::|%3A)\\d\\d(?:\\.\\d+)?Z"),
        (.localMoment, "\\d{1,2}/\\d{1,2}/\\d{4} \\d{1,2}:\\d\\d:\\d\\d [AP]M"),
        (.descriptor, "(?:aad|msa|win)\\.[A-Za-z0-9]{20,}"),
        (.mail, "[A-Za-z0-9_.]+@[A-Za-z0-9.]+\\.[a-z]+"),
        (.comment, "(?<=/comments/)\\d+"),
        (.person, "Test User \\d+"),
    ]

    private static let expression = try! NSRegularExpression(pattern: patterns.map { "(\($0.1))" }.joined(separator: "|"))

    /// A text cut at the names in it.
    static func parts(of text: String) -> [Part] {
        var parts: [Part] = []
        let whole = text as NSString
        var end = 0
        for match in expression.matches(in: text, range: NSRange(location: 0, length: whole.length)) {
            if match.range.location > end {
                parts.append(Part(kind: nil, text: whole.substring(with: NSRange(location: end, length: match.range.location - end))))
            }
            let index = patterns.indices.first { match.range(at: $0 + 1).location != NSNotFound }
            parts.append(Part(kind: index.map { patterns[$0].0 }, text: whole.substring(with: match.range)))
            end = match.range.location + match.range.length
        }
        if end < whole.length { parts.append(Part(kind: nil, text: whole.substring(from: end))) }
        return parts
    }
}
