import JSON
import Portfolio

/// Something that the product is asked to do in a run, and the traces by which it is found again.
struct StorageDeed: Sendable {
    enum Act: Sendable {
        /// An integration with a hook, and the items that are linked in it: one transaction.
        case prepare(items: [[FieldKey: FieldValue]])
        case create([FieldKey: FieldValue])
        case edit(Identifier<Item>, [FieldKey: FieldValue])
        case receive(workItem: Int64)
    }

    /// Prepared items are linked to the work items 1, 2, 3…; nobody knows those from here on.
    static let firstStranger: Int64 = 1_000

    let number: Int
    let act: Act

    /// No two deeds happen at the same moment, so that a history tells whose a line is.
    var at: Instant { Instant(milliseconds: Setting.start + Int64(number)) }
    var event: String { "event-\(number)" }

    /// The lines that it writes into histories, as (field, value).
    var lines: [(field: FieldKey, value: FieldValue)] {
        switch act {
        case .prepare(let items): items.flatMap { $0.map { ($0.key, $0.value) } }
        case .create(let values), .edit(_, let values): values.map { ($0.key, $0.value) }
        case .receive: []
        }
    }

    /// What Azure DevOps sends.
    var delivery: [UInt8]? {
        guard case .receive(let workItem) = act else { return nil }
        let body: JSONValue = [
            "id": .string(event), "eventType": "workitem.updated",
            "resource": ["workItemId": .integer(workItem), "rev": .integer(Int64(number))],
        ]
        return body.bytes
    }
}

extension StorageDeed {
    /// What a run does, in groups that are done at once: they may share a commit.
    static func groups(_ count: Int, items: [Identifier<Item>], _ generator: inout SeededGenerator) -> [[StorageDeed]] {
        var groups: [[StorageDeed]] = []
        var number = 1
        while number <= count {
            let size = generator.happens(250) ? 2 + generator.below(5) : 1
            let last = min(count, number + size - 1)
            groups.append((number...last).map { StorageDeed(number: $0, act: act($0, items, &generator)) })
            number = last + 1
        }
        return groups
    }

    private static func act(_ number: Int, _ items: [Identifier<Item>], _ generator: inout SeededGenerator) -> Act {
        switch generator.below(10) {
        case 0: .create(values("Item of deed \(number)", &generator))
        case 1: .receive(workItem: firstStranger + Int64(number))
        case 2...4: .receive(workItem: Int64(1 + generator.below(items.count)))
        default:
            .edit(
                generator.pick(items),
                values("Edit \(number)", &generator).merging([.tags: .choices(["edit-\(number)"])]) { given, _ in given })
        }
    }

    /// A description may need many pages of the file: the longer it is, the more ways there are to tear it.
    static func values(_ name: String, _ generator: inout SeededGenerator) -> [FieldKey: FieldValue] {
        let words = generator.below(generator.happens(300) ? 1_200 : 60)
        let text = (0...words).map { _ in String(generator.next(), radix: 36) }.joined(separator: " ")
        return [.name: .text(name), .description: .richText(RichText(format: .html, source: "<p>\(text)</p>"))]
    }
}
