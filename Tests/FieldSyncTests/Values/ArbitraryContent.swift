import FieldSync
import Foundation
import JSON
import Portfolio

extension RemoteFieldType {
    static let all: [RemoteFieldType] = [
        .string, .integer, .double, .boolean, .dateTime, .html, .plainText, .treePath, .history, .guid, .identity, .tags,
    ]
}

/// Contents of fields as they occur, and as nobody should send them: made of pieces on which canonical forms have to decide something.
extension Dice {
    private static let letters = [
        "a", "Z", "é", "e\u{301}", "Å", "A\u{30A}", "ß", "İ", "ﬁ", "日本", "👩‍👩‍👧", "\u{301}", "\u{200D}", "\u{A0}", "\u{2028}", "0", "'", "\"",
        "\\",
    ]
    /// None of them becomes an ASCII letter when it is decomposed: behind a `<` that would begin an element.
    private static let lettersInMarkup = ["a", "Z", "が", "か\u{3099}", "ώ", "ω\u{301}", "日本", "👩‍👩‍👧", "\u{A0}", "\u{2028}", "0", "'", "\""]
    private static let blanks = [" ", "  ", "\t", "\n", "\r", "\r\n", "\r\r\n", "\n\n"]
    private static let signs = ["&", "<", ">", "&lt;", "&gt;", "&amp;", "&amp;lt;", "&#39;", "&nbsp;", ";", ",", "#", "*"]
    private static let markup = [
        "<b>", "</b>", "<i>", "</i>", "<u>", "</u>", "<s>", "</s>", "<sub>", "</sub>", "<sup>", "</sup>", "<code>", "</code>", "<div>",
        "</div>", "<p>", "</p>", "<br>", "<hr>", "<ul>", "</ul>", "<ol>", "</ol>", "<li>", "</li>", "<blockquote>", "</blockquote>",
        "<pre>", "</pre>", "<h1>", "</h1>", "<h6>", "</h6>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th colspan=2>",
        "<td rowspan='3'>", "<tbody>", "</tbody>", "<span style='x'>", "</span>", "<a href='https://a.example/?b=1&amp;c=2'>", "</a>",
        "<a href='javascript:x'>", "<a href=\"#\" data-vss-mention=\"version:2.0,0a-1b\">", "<img src=\"https://a.example/i.png\" alt='x'>",
        "<img src=x>", "<!-- c -->", "<script>x</script>", "<svg><b>x</b></svg>", "<br/>", "<div/>", "<?x?>", "</>", "<",
    ]

    mutating func text() -> String { some(0...8, of: Self.letters + Self.blanks + Self.signs + ["<\u{338}"]).joined() }

    mutating func html() -> String {
        some(0...14, of: Self.lettersInMarkup + Self.blanks + Self.signs + Self.markup + Self.markup).joined()
    }

    mutating func markdown() -> String {
        some(0...12, of: Self.letters + Self.blanks + Self.signs + ["# ", "- ", "**", "`", "[a](https://a.example)", "| a |", "> "])
            .joined()
    }

    mutating func double() -> Double {
        switch number(0...6) {
        case 0: Double(number(-3...3))
        case 1: Double(number(-1_000_000...1_000_000)) / 8
        case 2: Double(bitPattern: next())
        case 3:
            one(of: [
                0.1, -0.0, 1e15, 1e16, 9_007_199_254_740_992, 1e300, .leastNonzeroMagnitude, .infinity, -.infinity, .nan, 0x1p63, -0x1p63,
            ])
        case 4: Double(number(-100...100)) + 0.5
        default: Double(number(0...100))
        }
    }

    mutating func day() -> CalendarDate {
        CalendarDate(daysSinceEpoch: number(-719_162...2_932_896)) ?? CalendarDate(year: 1, month: 1, day: 1)!
    }

    /// A moment as Azure DevOps writes it, in any of its precisions and with any offset.
    mutating func moment() -> String {
        let time = [number(0...23), number(0...59), number(0...59)].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        let fraction = one(of: ["", ".5", ".077", ".1234567", ".0000000"])
        return "\(day())T\(time)\(fraction)\(one(of: ["Z", "", "+08:00", "-11:30", "+0000"]))"
    }

    mutating func identity() -> JSONValue {
        let name = one(of: ["Ann", "Żółć", "Z\u{307}o\u{301}łc\u{301}", "O'Neil, B. <x>"])
        let address = one(of: ["ann@contoso.com", "ANN@contoso.com", "CONTOSO\\ann", ""])
        switch number(0...5) {
        case 0: return .string("\(name) <\(address)>")
        case 1: return .string(name)
        case 2: return .string(address)
        case 3: return ["displayName": .string(name), "id": "6d1b"]
        case 4: return ["name": .string(name), "uniqueName": .string(address)]
        default: return ["displayName": .string(name), "uniqueName": .string(address), "id": "6d1b", "imageUrl": "x"]
        }
    }

    /// What the JSON of a field of this type may hold: mostly what it should, sometimes anything.
    mutating func json(_ type: RemoteFieldType) -> JSONValue {
        switch number(0...15) {
        case 0: return .null
        case 1: return one(of: [.bool(true), .integer(Int64.max), .number(0.5), .array([]), .object([:]), .string(""), .string(" ")])
        default: break
        }
        switch type {
        case .html, .history: return .string(html())
        case .plainText, .string, .guid: return .string(text())
        case .treePath: return .string("Fabrikam\\\(text())")
        case .integer: return one(of: [.integer(number(-5...5)), .integer(Int64.min), .number(double()), .string("\(number(0...9))")])
        case .double: return one(of: [.number(double()), .integer(number(-9...9)), .string("\(double())")])
        case .boolean: return one(of: [.bool(true), .bool(false), .string("True"), .string("false"), .string("x")])
        case .dateTime: return .string(one(of: [moment(), moment(), moment(), day().description, "yesterday", "2026-02-30T00:00:00Z"]))
        case .identity: return identity()
        case .tags:
            return .string(
                some(0...5, of: ["a", "A", "b", "é", "e\u{301}", " c ", "", "d e"]).joined(separator: one(of: [";", "; ", ","])))
        }
    }
}

extension JSONValue {
    /// The same with every text composed, or decomposed.
    func normalised(_ form: (String) -> String) -> JSONValue {
        switch self {
        case .string(let text): .string(form(text))
        case .array(let elements): .array(elements.map { $0.normalised(form) })
        case .object(let object): .object(JSONObject(object.members.map { ($0.name, $0.value.normalised(form)) }))
        default: self
        }
    }
}
