import FieldSync
import Portfolio

extension Workspace {
    /// A value in words, for receipts, histories and messages. Long texts are cut.
    public func words(_ value: FieldValue?, limit: Int = 200) -> String {
        func cut(_ text: String) -> String { text.count > limit ? "\(text.prefix(limit))…" : text }
        return switch value {
        case nil: ""
        case .text(let text): cut(text)
        case .richText(let text): cut(RichTextTree(text).plainText)
        case .number(let number): number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
        case .date(let date): date.words
        case .flag(let flag): flag ? "yes" : "no"
        case .choice(let label): label
        case .choices(let labels): cut(labels.joined(separator: ", "))
        case .person(let id): person(id)?.name ?? "somebody who was removed"
        case .stage(let id): stage(id)?.name ?? "a stage that was removed"
        case .rag(let light): light.title
        case .item(let id): "item \(id)"
        case .businessUnit(let id): businessUnit(id)?.name ?? "a unit that was removed"
        case .team(let id): team(id)?.name ?? "a team that was removed"
        }
    }
}
