/// The words of a WIQL query.
enum QueryToken: Hashable, Sendable {
    case word(String)
    /// `[System.Id]`
    case field(String)
    case text(String)
    case number(Double)
    /// `@Me`, `@Today`, without the sign.
    case macro(String)
    case symbol(String)

    func isWord(_ word: String) -> Bool { if case .word(let own) = self { own.lowercased() == word } else { false } }
}

struct QueryLexer {
    /// - Throws: `ServiceFault` with TF51006 for a text that does not end and for signs that mean nothing.
    static func tokens(_ query: String) throws(ServiceFault) -> [QueryToken] {
        var tokens: [QueryToken] = []
        var rest = Substring(query)
        while let character = rest.first {
            switch character {
            case _ where character.isWhitespace: rest.removeFirst()
            case "[":
                guard let end = rest.firstIndex(of: "]") else { throw syntaxError("]") }
                tokens.append(.field(String(rest[rest.index(after: rest.startIndex)..<end])))
                rest = rest[rest.index(after: end)...]
            case "'", "\"": tokens.append(.text(try literal(&rest, quote: character)))
            case "@":
                rest.removeFirst()
                tokens.append(.macro(take(&rest) { $0.isLetter }))
            case "<", ">", "=":
                let sign = take(&rest) { "<>=".contains($0) }
                tokens.append(.symbol(sign))
            case "(", ")", ",", "*", "+", ".":
                rest.removeFirst()
                tokens.append(.symbol(String(character)))
            case "-":
                rest.removeFirst()
                tokens.append(.symbol("-"))
            case _ where character.isNumber:
                let digits = take(&rest) { $0.isNumber || $0 == "." }
                guard let number = Double(digits) else { throw syntaxError(digits) }
                tokens.append(.number(number))
            case _ where character.isLetter || character == "_":
                tokens.append(.word(take(&rest) { $0.isLetter || $0.isNumber || "._".contains($0) }))
            default: throw syntaxError(String(character))
            }
        }
        return tokens
    }

    private static func take(_ rest: inout Substring, while condition: (Character) -> Bool) -> String {
        let word = rest.prefix(while: condition)
        rest = rest.dropFirst(word.count)
        return String(word)
    }

    private static func literal(_ rest: inout Substring, quote: Character) throws(ServiceFault) -> String {
        rest.removeFirst()
        var text = ""
        while let character = rest.first {
            rest.removeFirst()
            if character == quote {
                guard rest.first == quote else { return text }
                rest.removeFirst()
            }
            text.append(character)
        }
        throw syntaxError("'")
    }

    static func syntaxError(_ near: String) -> ServiceFault {
        ServiceFault(
            status: 400, typeKey: "WiqlSyntaxException",
            message: "TF51006: The query statement is missing or has a wrong part near “\(near)”.",
            eventID: 3_000)
    }
}
