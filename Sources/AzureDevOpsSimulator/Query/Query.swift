/// A WIQL query, read into a tree.
struct Query: Sendable {
    indirect enum Condition: Sendable {
        case all([Condition])
        case any([Condition])
        case not(Condition)
        case comparison(Comparison)
        case always
    }

    struct Comparison: Sendable {
        enum Operator: Sendable {
            case equal, unequal, less, greater, lessOrEqual, greaterOrEqual, contains, containsNot, isIn, isNotIn, under, notUnder, isEmpty,
                isNotEmpty, ever
        }

        var field: String
        var operation: Operator
        var values: [Value]
    }

    enum Value: Hashable, Sendable {
        case text(String)
        case number(Double)
        case me
        case project
        /// Days from today.
        case today(Int)
        case field(String)
    }

    var columns: [String] = []
    var condition: Condition = .always
    var order: [(field: String, isDescending: Bool)] = []
    var isAboutLinks = false
}

/// Reads WIQL as `wiql-syntax.md` describes it: flat queries in full, link queries as far as their conditions on the source.
struct QueryParser {
    private var tokens: [QueryToken]
    private var position = 0

    static func query(_ text: String) throws(ServiceFault) -> Query {
        guard text.count <= 32_000 else {
            throw ServiceFault.badRequest("WiqlSyntaxException", "TF51003: The query is longer than 32000 characters.")
        }
        var parser = QueryParser(tokens: try QueryLexer.tokens(text))
        return try parser.query()
    }

    private init(tokens: [QueryToken]) { self.tokens = tokens }

    private var next: QueryToken? { position < tokens.count ? tokens[position] : nil }

    private mutating func accept(_ word: String) -> Bool {
        guard next?.isWord(word) == true else { return false }
        position += 1
        return true
    }

    private mutating func acceptSymbol(_ symbol: String) -> Bool {
        guard next == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ word: String) throws(ServiceFault) {
        guard accept(word) else { throw QueryLexer.syntaxError(word) }
    }

    private mutating func query() throws(ServiceFault) -> Query {
        var query = Query()
        try expect("select")
        repeat { query.columns.append(try fieldName()) } while acceptSymbol(",")
        try expect("from")
        if accept("workitemlinks") { query.isAboutLinks = true } else { try expect("workitems") }
        if accept("where") { query.condition = try disjunction() }
        if accept("order") {
            try expect("by")
            repeat {
                let field = try fieldName()
                let isDescending = accept("desc")
                if !isDescending { _ = accept("asc") }
                query.order.append((field, isDescending))
            } while acceptSymbol(",")
        }
        if accept("asof") { position += 1 }
        if accept("mode") { position = tokens.count }
        guard next == nil else { throw QueryLexer.syntaxError("\(tokens[position])") }
        return query
    }

    private mutating func fieldName() throws(ServiceFault) -> String {
        switch next {
        case .field(let name), .word(let name):
            position += 1
            return name
        default: throw QueryLexer.syntaxError("a field")
        }
    }

    private mutating func disjunction() throws(ServiceFault) -> Query.Condition {
        var parts = [try conjunction()]
        while accept("or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(ServiceFault) -> Query.Condition {
        var parts = [try negation()]
        while accept("and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(ServiceFault) -> Query.Condition {
        if accept("not") { return .not(try negation()) }
        if acceptSymbol("(") {
            let inner = try disjunction()
            guard acceptSymbol(")") else { throw QueryLexer.syntaxError(")") }
            return inner
        }
        return try comparison()
    }

    private mutating func comparison() throws(ServiceFault) -> Query.Condition {
        let field = try fieldName()
        let isEver = accept("ever")
        if accept("is") {
            let isNot = accept("not")
            try expect("empty")
            return .comparison(Query.Comparison(field: field, operation: isNot ? .isNotEmpty : .isEmpty, values: []))
        }
        let isNot = accept("not")
        if accept("in") {
            if accept("group") { return .comparison(Query.Comparison(field: field, operation: .equal, values: [try value()])) }
            guard acceptSymbol("(") else { throw QueryLexer.syntaxError("(") }
            var values: [Query.Value] = []
            repeat { values.append(try value()) } while acceptSymbol(",")
            guard acceptSymbol(")") else { throw QueryLexer.syntaxError(")") }
            return .comparison(Query.Comparison(field: field, operation: isNot ? .isNotIn : .isIn, values: values))
        }
        if accept("contains") {
            _ = accept("words")
            return .comparison(Query.Comparison(field: field, operation: isNot ? .containsNot : .contains, values: [try value()]))
        }
        if accept("under") {
            return .comparison(Query.Comparison(field: field, operation: isNot ? .notUnder : .under, values: [try value()]))
        }
        guard case .symbol(let sign) = next else { throw QueryLexer.syntaxError("an operator") }
        let operators: [String: Query.Comparison.Operator] = [
            "=": isEver ? .ever : .equal, "<>": .unequal, "<": .less, ">": .greater, "<=": .lessOrEqual, ">=": .greaterOrEqual,
        ]
        guard let operation = operators[sign] else { throw QueryLexer.syntaxError(sign) }
        position += 1
        return .comparison(Query.Comparison(field: field, operation: operation, values: [try value()]))
    }

    private mutating func value() throws(ServiceFault) -> Query.Value {
        defer { position += 1 }
        switch next {
        case .text(let text): return .text(text)
        case .number(let number): return .number(number)
        case .symbol("-"):
            position += 1
            guard case .number(let number) = next else { throw QueryLexer.syntaxError("-") }
            return .number(-number)
        case .field(let name): return .field(name)
        case .word(let word) where ["true", "false"].contains(word.lowercased()): return .text(word)
        case .macro(let name):
            switch name.lowercased() {
            case "me": return .me
            case "project": return .project
            case "today": return .today(try days())
            default: throw QueryLexer.syntaxError("@\(name)")
            }
        default: throw QueryLexer.syntaxError("a value")
        }
    }

    /// The `- 7` of `@Today - 7`; leaves the position on the last token of the value.
    private mutating func days() throws(ServiceFault) -> Int {
        guard position + 2 < tokens.count, case .symbol(let sign) = tokens[position + 1], sign == "-" || sign == "+",
            case .number(let number) = tokens[position + 2]
        else { return 0 }
        position += 2
        return sign == "-" ? -Int(number) : Int(number)
    }
}
