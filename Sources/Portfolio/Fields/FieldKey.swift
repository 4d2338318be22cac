/// The stable name of a field of an item: `name`, `stage`, `custom.7`.
public struct FieldKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let name: String

    public init(_ name: String) { self.name = name }

    public static func < (left: FieldKey, right: FieldKey) -> Bool { left.name < right.name }

    public var description: String { name }

    public static let name = FieldKey("name")
    public static let description = FieldKey("description")
    public static let type = FieldKey("type")
    public static let owner = FieldKey("owner")
    public static let stage = FieldKey("stage")
    public static let status = FieldKey("status")
    public static let start = FieldKey("start")
    public static let end = FieldKey("end")
    public static let effort = FieldKey("effort")
    public static let rag = FieldKey("rag")
    public static let percentComplete = FieldKey("percentComplete")
    public static let businessUnit = FieldKey("businessUnit")
    public static let team = FieldKey("team")
    public static let tags = FieldKey("tags")
    public static let parent = FieldKey("parent")
    public static let parked = FieldKey("parked")
    public static let rank = FieldKey("rank")

    /// A field that an administrator has added.
    public static func custom(_ id: Identifier<CustomField>) -> FieldKey { FieldKey("custom.\(id)") }

    /// The custom field behind this key; `nil` for a system field.
    public var customField: Identifier<CustomField>? {
        name.hasPrefix("custom.") ? Identifier(name.dropFirst("custom.".count)) : nil
    }
}
