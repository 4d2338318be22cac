/// Reads WIQL as `wiql-syntax.md` describes it.
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

    private mutating func expectSymbol(_ symbol: String) throws(ServiceFault) {
        guard acceptSymbol(symbol) else { throw QueryLexer.syntaxError(symbol) }
    }

    private mutating func query() throws(ServiceFault) -> Query {
        var query = Query()
        try expect("select")
        repeat { query.columns.append(try field()) } while acceptSymbol(",")
        try expect("from")
        if accept("workitemlinks") { query.isAboutLinks = true } else { try expect("workitems") }
        if accept("where") { query.condition = try disjunction() }
        while let token = next {
            if accept("order") {
                try expect("by")
                query.order = try order()
            } else if accept("asof") {
                query.asOf = try value()
            } else if accept("mode") {
                try mode(&query)
            } else {
                throw QueryLexer.syntaxError("\(token)")
            }
        }
        return query
    }

    private mutating func order() throws(ServiceFault) -> [(field: Query.Field, isDescending: Bool)] {
        var order: [(field: Query.Field, isDescending: Bool)] = []
        repeat {
            let field = try field()
            let isDescending = accept("desc")
            if !isDescending { _ = accept("asc") }
            order.append((field, isDescending))
        } while acceptSymbol(",")
        return order
    }

    private mutating func mode(_ query: inout Query) throws(ServiceFault) {
        try expectSymbol("(")
        repeat {
            guard case .word(let word) = next else { throw QueryLexer.syntaxError("mode") }
            position += 1
            switch word.lowercased() {
            case "mustcontain": query.mode = .mustContain
            case "maycontain": query.mode = .mayContain
            case "doesnotcontain": query.mode = .doesNotContain
            case "recursive": query.mode = .recursive
            case "returnmatchingchildren": query.returnsMatchingChildren = true
            default: throw QueryLexer.syntaxError(word)
            }
        } while acceptSymbol(",")
        try expectSymbol(")")
    }

    /// `[System.Id]`, `System.Id`, `[Source].[System.Id]` or `Source.[System.Id]`.
    private mutating func field() throws(ServiceFault) -> Query.Field {
        guard let name = fieldName() else { throw QueryLexer.syntaxError("a field") }
        let bare = name.hasSuffix(".") ? String(name.dropLast()) : name
        let sides: [String: Query.Field.Side] = ["source": .source, "target": .target]
        guard let side = sides[bare.lowercased()], name.hasSuffix(".") || acceptSymbol(".") else { return Query.Field(name: name) }
        guard let own = fieldName() else { throw QueryLexer.syntaxError("a field") }
        return Query.Field(side: side, name: own)
    }

    private mutating func fieldName() -> String? {
        switch next {
        case .field(let name), .word(let name):
            position += 1
            return name
        default: return nil
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
            try expectSymbol(")")
            return inner
        }
        return try comparison()
    }

    private mutating func comparison() throws(ServiceFault) -> Query.Condition {
        let field = try field()
        var isNegated = accept("not")
        func result(_ operation: Query.Comparison.Operator, _ values: [Query.Value]) -> Query.Condition {
            let comparison = Query.Condition.comparison(Query.Comparison(field: field, operation: operation, values: values))
            return isNegated ? .not(comparison) : comparison
        }
        if accept("was") { guard next?.isWord("ever") == true else { throw QueryLexer.syntaxError("ever") } }
        if accept("ever") {
            _ = acceptSymbol("=")
            return result(.ever, [try value()])
        }
        if accept("is") {
            if accept("not") { isNegated = true }
            try expect("empty")
            return result(.isEmpty, [])
        }
        if accept("in") {
            if accept("group") { return result(.inGroup, [try value()]) }
            try expectSymbol("(")
            var values: [Query.Value] = []
            repeat { values.append(try value()) } while acceptSymbol(",")
            try expectSymbol(")")
            return result(.isIn, values)
        }
        if accept("contains") { return result(accept("words") ? .containsWords : .contains, [try value()]) }
        if accept("under") { return result(.under, [try value()]) }
        guard case .symbol(let sign) = next else { throw QueryLexer.syntaxError("an operator") }
        let operators: [String: Query.Comparison.Operator] = [
            "=": .equal, "<>": .unequal, "<": .less, ">": .greater, "<=": .lessOrEqual, ">=": .greaterOrEqual,
        ]
        guard let operation = operators[sign] else { throw QueryLexer.syntaxError(sign) }
        position += 1
        return result(operation, [try value()])
    }

    private mutating func value() throws(ServiceFault) -> Query.Value {
        guard let token = next else { throw QueryLexer.syntaxError("a value") }
        position += 1
        switch token {
        case .text(let text): return .text(text)
        case .number(let number): return .number(number)
        case .symbol("-"):
            guard case .number(let number) = next else { throw QueryLexer.syntaxError("-") }
            position += 1
            return .number(-number)
        case .word(let word) where ["true", "false"].contains(word.lowercased()): return .text(word)
        case .field, .word:
            position -= 1
            return .field(try field())
        case .macro(let name): return try macro(name.lowercased())
        default: throw QueryLexer.syntaxError("a value")
        }
    }

    private mutating func macro(_ name: String) throws(ServiceFault) -> Query.Value {
        switch name {
        case "me": return .me
        case "project": return .project
        case "currentiteration":
            if acceptSymbol("(") {
                while let token = next, token != .symbol(")") { position += 1 }
                try expectSymbol(")")
            }
            return .currentIteration
        default:
            guard let period = Query.Period(rawValue: name) else { throw QueryLexer.syntaxError("@\(name)") }
            return .moment(period, offset: try offset())
        }
    }

    /// `- 7`, or `('-1d')`.
    private mutating func offset() throws(ServiceFault) -> Query.Offset {
        if acceptSymbol("(") {
            guard case .text(let text) = next else { throw QueryLexer.syntaxError("an offset") }
            position += 1
            try expectSymbol(")")
            let unit = text.last.flatMap { $0.isLetter ? $0 : nil }
            guard let count = Int(unit == nil ? text : String(text.dropLast())) else { throw QueryLexer.syntaxError(text) }
            return Query.Offset(count: count, unit: unit)
        }
        let sign = acceptSymbol("-") ? -1 : (acceptSymbol("+") ? 1 : 0)
        guard sign != 0 else { return Query.Offset() }
        guard case .number(let number) = next else { throw QueryLexer.syntaxError("an offset") }
        position += 1
        return Query.Offset(count: sign * Int(number))
    }
}
