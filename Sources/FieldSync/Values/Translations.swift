import JSON
import Portfolio

/// How the values of a pair of fields translate (`kiplot-domain.md` 13.2).
public enum Translations {
    /// The translation for one mapping. Pairs that do not fit are refused by the mapping check; here they translate as text.
    public static func translation(
        for mapping: FieldMapping, definition: FieldDefinition, schema: FieldSchema, vocabulary: Vocabulary
    ) -> any Translation {
        let label = definition.label
        switch definition.type {
        case .text: return TextTranslation(label: label, target: schema, longest: longest(schema))
        case .longText: return RichTextTranslation(label: label, target: schema.type)
        case .number: return NumberTranslation(label: label, isWhole: schema.type == .integer, range: nil)
        case .percentage: return NumberTranslation(label: label, isWhole: schema.type == .integer, range: 0...100)
        case .date: return DateTranslation(label: label)
        case .flag: return FlagTranslation(label: label, map: mapping.valueMap, isBoolean: schema.type == .boolean)
        case .tags: return TagsTranslation(label: label, target: schema.type, options: nil)
        case .list(multiple: true): return TagsTranslation(label: label, target: schema.type, options: definition.options)
        case .list(multiple: false):
            return ChoiceTranslation(
                label: label, map: mapping.valueMap, equals: definition.options.map { (FieldValue.choice($0), $0) })
        case .stage:
            return ChoiceTranslation(
                label: label, map: mapping.valueMap, equals: vocabulary.stages.map { (FieldValue.stage($0.id), $0.name) })
        case .rag:
            return ChoiceTranslation(label: label, map: mapping.valueMap, equals: RAG.allCases.map { (FieldValue.rag($0), $0.title) })
        case .team:
            return ChoiceTranslation(
                label: label, map: mapping.valueMap, equals: vocabulary.teams.map { (FieldValue.team($0.id), $0.name) },
                readsLastSegment: schema.type == .treePath)
        case .businessUnit:
            return ChoiceTranslation(
                label: label, map: mapping.valueMap, equals: vocabulary.businessUnits.map { (FieldValue.businessUnit($0.id), $0.name) },
                readsLastSegment: schema.type == .treePath)
        case .account: return AccountTranslation(label: label, vocabulary: vocabulary, isIdentity: schema.type == .identity)
        case .parent: return TextTranslation(label: label, target: schema, longest: nil)
        }
    }

    /// FACTS.md 6: single-line strings hold 255 characters.
    private static func longest(_ schema: FieldSchema) -> Int? { schema.type == .string ? 255 : nil }
}

/// One line of text. Anything can be read as text; what is written must fit.
struct TextTranslation: Translation {
    let label: String
    let target: FieldSchema
    let longest: Int?

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        switch remote {
        case nil: return nil
        case .text(let text): return .text(CanonicalForm.normalised(text, keepingLines: false))
        case .richText(let text): return .text(CanonicalForm.normalised(RichTextTree(text).plainText, keepingLines: false))
        case .number(let number): return .text(number.shortText)
        case .flag(let flag): return .text(flag ? "true" : "false")
        case .instant(let instant): return .text(instant.description)
        case .identity(let identity): return .text(identity.displayName)
        case .tags(let tags): return .text(tags.labels.joined(separator: "; "))
        }
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .text(let text) = local else { return nil }
        let line = CanonicalForm.normalised(text, keepingLines: target.type == .plainText || target.type == .html)
        guard !line.isEmpty else { return nil }
        if let longest, line.count > longest { throw .wrongType(value: line, field: label) }
        if !target.allowedValues.isEmpty {
            guard let allowed = target.allowedValues.first(where: { $0.lowercased() == line.lowercased() }) else {
                throw .unmapped(value: line, field: label)
            }
            return .text(allowed)
        }
        return .text(line)
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { left == right }
}

/// Formatted text. Formats never mix: HTML is not written over Markdown, nor the reverse (A22).
struct RichTextTranslation: Translation {
    let label: String
    let target: RemoteFieldType

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        switch remote {
        case nil: return nil
        case .richText(let text): return .richText(text)
        case .text(let text):
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let tree = RichTextTree(nodes: lines.map { .paragraph($0.isEmpty ? [] : [.text(String($0))]) })
            return .richText(.html(tree.html))
        default: throw .wrongType(value: "a value that is no text", field: label)
        }
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .richText(let text) = local, let canonical = CanonicalForm.canonical(text) else { return nil }
        switch target {
        case .html, .history: return .richText(canonical)
        case .plainText: return CanonicalForm.text(RichTextTree(text).plainText, keepingLines: true)
        default: return CanonicalForm.text(String(RichTextTree(text).plainText.prefix(255)), keepingLines: false)
        }
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool {
        if left == right { return true }
        func canonical(_ value: FieldValue?) -> RichText? {
            if case .richText(let text) = value { CanonicalForm.canonical(text) } else { nil }
        }
        return canonical(left) == canonical(right)
    }
}

struct NumberTranslation: Translation {
    let label: String
    let isWhole: Bool
    let range: ClosedRange<Double>?

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard let remote else { return nil }
        guard case .number(let number) = remote, number.isFinite, range?.contains(number) ?? true else {
            throw .wrongType(value: remote.shortText, field: label)
        }
        return .number(number)
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .number(let number) = local else { return nil }
        return .number(isWhole ? number.rounded() : number)
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { left == right }
}

/// A day ↔ a moment. A day is written as its midnight in UTC. Azure DevOps' own date picker stores the midnight of its user
/// (FACTS.md 12: `T16:00:00Z` from UTC+8), so a moment is read as the day of the nearest midnight in UTC: that is right for every
/// user from UTC-11 to UTC+12. The moment itself stays the agreed one, so reading it back never rewrites it.
struct DateTranslation: Translation {
    let label: String

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard let remote else { return nil }
        guard case .instant(let instant) = remote else { throw .wrongType(value: remote.shortText, field: label) }
        guard let day = instant.adding(.seconds(12 * 3_600)).day else {
            throw .wrongType(value: remote.shortText, field: label)
        }
        return .date(day)
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .date(let day) = local else { return nil }
        return .instant(Instant(startOf: day))
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { left == right }
}

struct FlagTranslation: Translation {
    let label: String
    let map: ValueMap
    let isBoolean: Bool

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard let remote else { return nil }
        switch remote {
        case .flag(false): return nil
        case .flag(true): return .flag(true)
        case .text(let text):
            guard let value = map.kiplot(for: text) else { throw .unmapped(value: text, field: label) }
            return value == .flag(false) ? nil : value
        default: throw .wrongType(value: remote.shortText, field: label)
        }
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        let flag = local == .flag(true)
        if isBoolean { return .flag(flag) }
        guard let text = map.azureDevOps(for: .flag(flag)) else { throw .unmapped(value: flag ? "yes" : "no", field: label) }
        return .text(text)
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { (left == .flag(true)) == (right == .flag(true)) }
}

/// One of several values ↔ a text: by the value map, else by equal names.
struct ChoiceTranslation: Translation {
    let label: String
    let map: ValueMap
    let equals: [(FieldValue, String)]
    /// An area path stands for the team or unit that its last segment names.
    var readsLastSegment = false

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard let remote else { return nil }
        let text = remote.shortText
        if let mapped = map.kiplot(for: text) { return mapped }
        let name = readsLastSegment ? text.split(separator: "\\").last.map { String($0) } ?? text : text
        guard let equal = equals.first(where: { $0.1.lowercased() == name.lowercased() }) else {
            throw .unmapped(value: text, field: label)
        }
        return equal.0
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard let local else { return nil }
        if let mapped = map.azureDevOps(for: local) { return .text(mapped) }
        guard let equal = equals.first(where: { $0.0 == local }) else {
            throw .unknownReference(value: local.json[1]?.string ?? local.json.text, field: label)
        }
        if readsLastSegment || !map.pairs.isEmpty { throw .unmapped(value: equal.1, field: label) }
        return .text(equal.1)
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { left == right }
}

/// Several labels ↔ tags, or a joined text.
struct TagsTranslation: Translation {
    let label: String
    let target: RemoteFieldType
    /// The options of a list; `nil` where any label may be used.
    let options: [String]?

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard let remote else { return nil }
        let labels: [String]
        switch remote {
        case .tags(let tags): labels = tags.labels
        case .text(let text):
            labels = text.split(separator: ";").map { String($0).trimmed }.filter { !$0.isEmpty }
        default: throw .wrongType(value: remote.shortText, field: label)
        }
        guard let options else { return .set(of: labels) }
        var known: [String] = []
        for tag in labels {
            guard let option = options.first(where: { $0.lowercased() == tag.lowercased() }) else {
                throw .unmapped(value: tag, field: label)
            }
            known.append(option)
        }
        return .set(of: known)
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .choices(let labels) = local, !labels.isEmpty else { return nil }
        if let broken = labels.first(where: { $0.contains(";") || $0.contains(",") }) { throw .wrongType(value: broken, field: label) }
        return target == .tags ? .tags(RemoteTags(labels)) : .text(labels.joined(separator: "; "))
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool {
        func folded(_ value: FieldValue?) -> Set<String> {
            if case .choices(let labels) = value { Set(labels.map { $0.lowercased() }) } else { [] }
        }
        return folded(left) == folded(right)
    }
}

/// A person ↔ an identity, by e-mail address or by the people table.
struct AccountTranslation: Translation {
    let label: String
    let vocabulary: Vocabulary
    let isIdentity: Bool

    func kiplot(from remote: RemoteValue?) throws(Obstacle) -> FieldValue? {
        guard let remote else { return nil }
        guard case .identity(let identity) = remote else { throw .wrongType(value: remote.shortText, field: label) }
        guard let person = vocabulary.person(for: identity) else { throw .unknownPerson(identity) }
        return .person(person)
    }

    func azureDevOps(from local: FieldValue?) throws(Obstacle) -> RemoteValue? {
        guard case .person(let id) = local else { return nil }
        guard let person = vocabulary.people.first(where: { $0.id == id }) else {
            throw .unknownReference(value: id.description, field: label)
        }
        guard isIdentity else { return .text(person.name) }
        guard let name = vocabulary.uniqueName(of: id), !name.isEmpty else { throw .personWithoutAccount(name: person.name) }
        return .identity(RemoteIdentity(uniqueName: name, displayName: person.name))
    }

    func isSame(_ left: FieldValue?, _ right: FieldValue?) -> Bool { left == right }
}

extension RemoteValue {
    /// A few words for a message or a cell of a table.
    public var shortText: String {
        switch self {
        case .text(let text): text
        case .richText(let text): RichTextTree(text).plainText
        case .number(let number): number.shortText
        case .flag(let flag): flag ? "yes" : "no"
        case .instant(let instant): instant.description
        case .identity(let identity): identity.displayName
        case .tags(let tags): tags.labels.joined(separator: ", ")
        }
    }
}

extension Double {
    /// Without a fraction where there is none; beyond what an integer holds, with an exponent.
    fileprivate var shortText: String { self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : String(self) }
}
