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
            case equal, unequal, less, greater, lessOrEqual, greaterOrEqual, contains, containsWords, isIn, under, isEmpty, ever, inGroup
        }

        var field: Field
        var operation: Operator
        var values: [Value]
    }

    /// A field by the name that stands in the query; link queries say whose it is.
    struct Field: Hashable, Sendable {
        enum Side: Hashable, Sendable { case source, target }

        var side: Side?
        var name: String
    }

    enum Value: Hashable, Sendable {
        case text(String)
        case number(Double)
        case me
        case project
        /// The start of a period, moved by an offset.
        case moment(Period, offset: Offset)
        case currentIteration
        case field(Field)
    }

    enum Period: String, Hashable, Sendable {
        case today
        case startOfDay = "startofday"
        case startOfWeek = "startofweek"
        case startOfMonth = "startofmonth"
        case startOfYear = "startofyear"
    }

    /// `- 7` counts in the period's own unit, `'-2h'` in the unit it names.
    struct Offset: Hashable, Sendable {
        var count = 0
        var unit: Character?
    }

    enum LinkMode: Hashable, Sendable { case mustContain, mayContain, doesNotContain, recursive }

    var columns: [Field] = []
    var condition: Condition = .always
    var order: [(field: Field, isDescending: Bool)] = []
    var isAboutLinks = false
    var mode = LinkMode.mustContain
    /// Whether a recursive query keeps those parents whose children match.
    var returnsMatchingChildren = false
    var asOf: Value?
}

extension Query.Condition {
    /// What must all hold, at the top of the tree.
    var conjuncts: [Query.Condition] { if case .all(let parts) = self { parts.flatMap(\.conjuncts) } else { [self] } }

    /// Whose fields it looks at; `nil` stands for the link's own.
    var sides: Set<Query.Field.Side?> {
        switch self {
        case .always: []
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.sides) }
        case .not(let part): part.sides
        case .comparison(let comparison): [comparison.field.side]
        }
    }
}
