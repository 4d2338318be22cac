import JSON

/// A condition with every name and value resolved, so that many work items can be held against it quickly.
indirect enum PreparedCondition: Sendable {
    case always
    case all([PreparedCondition])
    case any([PreparedCondition])
    case not(PreparedCondition)
    case test(Test)

    struct Test: Sendable {
        var field: String
        var operation: Query.Comparison.Operator
        var operands: [Operand]
        /// Dates count by the day.
        var cutsToDay: Bool
        var isIdentity: Bool
        var isTags: Bool
    }

    enum Operand: Sendable {
        case text(String)
        case number(Double)
        /// Any of these accounts.
        case accounts(Set<String>)
        case field(String)
        case nothing
    }

    func matches(_ item: QueriedItem) -> Bool {
        switch self {
        case .always: return true
        case .all(let parts): return parts.allSatisfy { $0.matches(item) }
        case .any(let parts): return parts.contains { $0.matches(item) }
        case .not(let part): return !part.matches(item)
        case .test(let test): return test.holds(for: item)
        }
    }
}

/// A work item as a query sees it, at one moment.
struct QueriedItem: Sendable {
    let record: WorkItemRecord
    let revision: WorkItemRecord.Revision

    /// - Parameter moment: `nil` for now.
    init?(_ record: WorkItemRecord, at moment: Int64?) {
        guard let moment else {
            guard record.deletion == nil else { return nil }
            (self.record, revision) = (record, record.current)
            return
        }
        guard record.deletion.map({ $0.at.milliseconds > moment }) ?? true, let revision = record.revision(at: moment) else { return nil }
        (self.record, self.revision) = (record, revision)
    }

    func value(_ name: String) -> JSONValue? {
        switch name {
        case "System.Id": .integer(record.id)
        case "System.Rev": .integer(revision.number)
        case "System.Watermark": .integer(revision.watermark)
        case "System.Parent": record.parent.map { .integer($0) }
        case "System.AuthorizedDate": .string(revision.changed.text)
        case "System.RevisedDate": .string(record.end(of: revision))
        case "System.RelatedLinkCount": .integer(record.relations.count { $0.target != nil })
        case "System.HyperLinkCount": .integer(record.relations.count { $0.kind == "Hyperlink" })
        case "System.AttachedFileCount": .integer(record.relations.count { $0.kind == "AttachedFile" })
        case "System.ExternalLinkCount": .integer(record.relations.count { $0.kind == "ArtifactLink" })
        default: revision.fields[name]
        }
    }
}

extension PreparedCondition.Test {
    func holds(for item: QueriedItem) -> Bool {
        if operation == .ever {
            return item.record.revisions.contains { revision in
                revision.number <= item.revision.number && operands.contains { isSame(revision.fields[field], $0, item) }
            }
        }
        let own = item.value(field)
        switch operation {
        case .equal: return isSame(own, operands[0], item)
        case .unequal: return !isSame(own, operands[0], item)
        case .less: return order(own, item).map { $0 < 0 } ?? false
        case .greater: return order(own, item).map { $0 > 0 } ?? false
        case .lessOrEqual: return order(own, item).map { $0 <= 0 } ?? false
        case .greaterOrEqual: return order(own, item).map { $0 >= 0 } ?? false
        case .isIn, .inGroup: return operands.contains { isSame(own, $0, item) }
        case .contains, .containsWords: return contains(own)
        case .under: return isUnder(own)
        case .isEmpty: return own == nil
        case .ever: return false
        }
    }

    private func isSame(_ own: JSONValue?, _ operand: PreparedCondition.Operand, _ item: QueriedItem) -> Bool {
        switch operand {
        case .nothing: return own == nil
        case .accounts(let ids): return own?.string.map { ids.contains($0) } ?? false
        default:
            guard own != nil else { return false }
            return QueryOrder.compare(own, value(operand, item), cutsToDay: cutsToDay) == 0
        }
    }

    private func order(_ own: JSONValue?, _ item: QueriedItem) -> Int? {
        guard own != nil, let other = value(operands[0], item) else { return nil }
        return QueryOrder.compare(own, other, cutsToDay: cutsToDay)
    }

    private func value(_ operand: PreparedCondition.Operand, _ item: QueriedItem) -> JSONValue? {
        switch operand {
        case .text(let text): .string(text)
        case .number(let number): .number(number)
        case .field(let name): item.value(name)
        case .accounts, .nothing: nil
        }
    }

    private func contains(_ own: JSONValue?) -> Bool {
        guard case .text(let needle) = operands[0], let own = own?.string else { return false }
        // What does not contain the letters contains neither the tag nor, but for wildcards, the words.
        if operation != .containsWords, !FoldedText.contains(own, needle) { return false }
        guard isTags || operation == .containsWords else { return true }
        let (text, wanted) = (own.lowercased(), needle.lowercased())
        if isTags { return text.split(separator: ";").contains { trimmed(String($0)) == wanted } }
        let words = Set(text.split { !$0.isLetter && !$0.isNumber })
        return wanted.split(separator: " ").allSatisfy { word in
            word.hasSuffix("*") ? words.contains { $0.hasPrefix(word.dropLast()) } : words.contains(word)
        }
    }

    private func isUnder(_ own: JSONValue?) -> Bool {
        guard case .text(let path) = operands[0], let text = own?.string else { return false }
        guard FoldedText.hasPrefix(text, path) else { return false }
        return text.utf8.count == path.utf8.count || FoldedText.hasPrefix(text, path + "\\")
    }
}

/// How values stand to each other: numbers by size, dates by time, texts without regard to case; empty before everything.
enum QueryOrder {
    static func compare(_ left: JSONValue?, _ right: JSONValue?, cutsToDay: Bool = false) -> Int {
        guard let left, let right else { return (left == nil ? 0 : 1) - (right == nil ? 0 : 1) }
        if let first = left.number, let second = right.number { return first < second ? -1 : (first > second ? 1 : 0) }
        guard let first = left.string, let second = right.string else {
            let texts = (plain(left), plain(right))
            if let numbers = Double(texts.0).flatMap({ first in Double(texts.1).map { (first, $0) } }) {
                return numbers.0 < numbers.1 ? -1 : (numbers.0 > numbers.1 ? 1 : 0)
            }
            return sign(texts.0, texts.1)
        }
        if first == second { return 0 }
        if let order = momentOrder(first, second, cutsToDay: cutsToDay) { return order }
        if let moments = moments(first, second) {
            let days = cutsToDay ? (moments.0 / 86_400_000, moments.1 / 86_400_000) : moments
            return days.0 < days.1 ? -1 : (days.0 > days.1 ? 1 : 0)
        }
        return FoldedText.compare(first, second)
    }

    /// The order of two moments in the form in which they are kept, as far as it shows before the fraction; `nil` where it does not.
    private static func momentOrder(_ left: String, _ right: String, cutsToDay: Bool) -> Int? {
        func isMoment(_ text: String) -> Bool {
            let bytes = text.utf8
            return bytes.count >= 20 && bytes.last == UInt8(ascii: "Z") && bytes.dropFirst(10).first == UInt8(ascii: "T")
        }
        guard isMoment(left), isMoment(right) else { return nil }
        let length = cutsToDay ? 10 : 19
        for (one, other) in zip(left.utf8.prefix(length), right.utf8.prefix(length)) where one != other { return one < other ? -1 : 1 }
        return cutsToDay ? 0 : nil
    }

    private static func moments(_ left: String, _ right: String) -> (Int64, Int64)? {
        guard left.utf8.count >= 10, right.utf8.count >= 10, left.utf8.first.map({ (0x30...0x39).contains($0) }) == true,
            let first = ServiceTime.milliseconds(left), let second = ServiceTime.milliseconds(right)
        else { return nil }
        return (first, second)
    }

    private static func sign(_ left: String, _ right: String) -> Int { left < right ? -1 : (left > right ? 1 : 0) }

    private static func plain(_ value: JSONValue) -> String {
        value.string ?? value.integer.map { String($0) } ?? value.number.map { String($0) } ?? value.bool.map { $0 ? "true" : "false" }
            ?? ""
    }
}
