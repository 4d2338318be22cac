import JSON

/// The value of one field. An empty field has no value (`nil`), never an empty one.
public enum FieldValue: Hashable, Sendable {
    case text(String)
    case richText(RichText)
    case number(Double)
    case date(CalendarDate)
    case flag(Bool)
    /// An option of a list, by its label.
    case choice(String)
    /// Options or tags, sorted, each once.
    case choices([String])
    case person(Identifier<Person>)
    case stage(Identifier<Stage>)
    case rag(RAG)
    case item(Identifier<Item>)
    case businessUnit(Identifier<BusinessUnit>)
    case team(Identifier<Team>)

    /// Several options or tags, in the one order in which equal sets are equal; `nil` for none.
    public static func set(of labels: some Sequence<String>) -> FieldValue? {
        let sorted = Set(labels).sorted()
        return sorted.isEmpty ? nil : .choices(sorted)
    }
}

extension FieldValue {
    /// The form in which the store keeps a value: the kind of value and the value, `["date","2026-11-23"]`.
    public var json: JSONValue {
        switch self {
        case .text(let text): ["text", .string(text)]
        case .richText(let text): [.string(text.format.rawValue), .string(text.source)]
        case .number(let number): ["number", .number(number)]
        case .date(let date): ["date", .string(date.description)]
        case .flag(let flag): ["flag", .bool(flag)]
        case .choice(let label): ["choice", .string(label)]
        case .choices(let labels): ["choices", .array(labels.map { .string($0) })]
        case .person(let id): ["person", .integer(id.number)]
        case .stage(let id): ["stage", .integer(id.number)]
        case .rag(let rag): ["rag", .string(rag.rawValue)]
        case .item(let id): ["item", .integer(id.number)]
        case .businessUnit(let id): ["businessUnit", .integer(id.number)]
        case .team(let id): ["team", .integer(id.number)]
        }
    }

    /// Reads what `json` wrote; `nil` for anything else.
    public init?(json: JSONValue) {
        guard let kind = json[0]?.string, let content = json[1] else { return nil }
        func identifier<Entity>() -> Identifier<Entity>? { content.integer.map { Identifier<Entity>($0) } }
        let value: FieldValue? =
            switch kind {
            case "text": content.string.map { .text($0) }
            case "html": content.string.map { .richText(RichText(format: .html, source: $0)) }
            case "markdown": content.string.map { .richText(RichText(format: .markdown, source: $0)) }
            case "number": content.number.map { .number($0) }
            case "date": content.string.flatMap { CalendarDate($0) }.map { .date($0) }
            case "flag": content.bool.map { .flag($0) }
            case "choice": content.string.map { .choice($0) }
            case "choices": content.array.map { .choices($0.compactMap(\.string)) }
            case "person": identifier().map { .person($0) }
            case "stage": identifier().map { .stage($0) }
            case "rag": content.string.flatMap { RAG(rawValue: $0) }.map { .rag($0) }
            case "item": identifier().map { .item($0) }
            case "businessUnit": identifier().map { .businessUnit($0) }
            case "team": identifier().map { .team($0) }
            default: nil
            }
        guard let value else { return nil }
        self = value
    }
}
