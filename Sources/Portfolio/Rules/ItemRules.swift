/// Why a value cannot be stored. Each case names the field and what to do.
public enum ItemRuleViolation: Error, Hashable, Sendable {
    case required(label: String)
    case tooLong(label: String, limit: Int)
    case wrongType(label: String)
    case notAnOption(label: String, value: String)
    case outOfRange(label: String, range: ClosedRange<Double>)
    case endsBeforeStart(start: CalendarDate, end: CalendarDate)
    case unknownField(String)

    public var message: String {
        switch self {
        case .required(let label): "\(label) must not be empty. Type a value."
        case .tooLong(let label, let limit): "\(label) is longer than \(limit) characters. Shorten it."
        case .wrongType(let label): "This is not a value for \(label). Choose or type another."
        case .notAnOption(let label, let value): "“\(value.prefix(60))” is not an option of \(label). Choose one from the list."
        case .outOfRange(let label, let range): "\(label) must be between \(Int(range.lowerBound)) and \(Int(range.upperBound))."
        case .endsBeforeStart(let start, let end):
            "The end (\(end)) is before the start (\(start)). Choose a later end or an earlier start."
        case .unknownField(let name): "There is no field “\(name.prefix(60))” on this item. Reload the page; it may have been removed."
        }
    }
}

/// The rules of items that hold whoever writes: a person, Azure DevOps, a run or the API.
public struct ItemRules: Sendable {
    public static let longestName = 255
    /// Azure DevOps' own limit for long text (FACTS.md 6).
    public static let longestText = 1_000_000

    public let catalogue: FieldCatalogue

    public init(catalogue: FieldCatalogue) { self.catalogue = catalogue }

    /// Whether one field may have one value. References are checked by the store.
    public func check(_ value: FieldValue?, for key: FieldKey, of kind: ItemKind) throws(ItemRuleViolation) {
        guard let definition = catalogue[key], definition.appliesTo.contains(kind) else { throw .unknownField(key.name) }
        guard let value else {
            if definition.isRequired { throw .required(label: definition.label) }
            return
        }
        switch (definition.type, value) {
        case (.text, .text(let text)):
            guard !text.isEmpty else { throw .required(label: definition.label) }
            guard text.count <= ItemRules.longestName else { throw .tooLong(label: definition.label, limit: ItemRules.longestName) }
        case (.longText, .richText(let text)):
            guard text.source.count <= ItemRules.longestText else {
                throw .tooLong(label: definition.label, limit: ItemRules.longestText)
            }
        case (.percentage, .number(let number)):
            guard (0...100).contains(number) else { throw .outOfRange(label: definition.label, range: 0...100) }
        case (.number, .number(let number)):
            guard number.isFinite else { throw .wrongType(label: definition.label) }
        case (.list(multiple: false), .choice(let label)):
            guard definition.options.contains(label) else { throw .notAnOption(label: definition.label, value: label) }
        case (.list(multiple: true), .choices(let labels)):
            if let unknown = labels.first(where: { !definition.options.contains($0) }) {
                throw .notAnOption(label: definition.label, value: unknown)
            }
        case (.date, .date), (.flag, .flag), (.tags, .choices), (.account, .person), (.stage, .stage), (.rag, .rag),
            (.parent, .item), (.businessUnit, .businessUnit), (.team, .team):
            break
        default: throw .wrongType(label: definition.label)
        }
    }

    /// Whether the values fit together, after a change.
    public func check(_ values: [FieldKey: FieldValue]) throws(ItemRuleViolation) {
        if case .date(let start) = values[.start], case .date(let end) = values[.end], end < start {
            throw .endsBeforeStart(start: start, end: end)
        }
    }
}
