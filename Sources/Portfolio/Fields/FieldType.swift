/// What a field holds (`kiplot-domain.md` 3.2).
public enum FieldType: Hashable, Sendable {
    case text
    case longText
    case number
    /// A number from 0 to 100.
    case percentage
    case date
    case flag
    /// One of the field's options, or several.
    case list(multiple: Bool)
    /// Words that people make up as they go.
    case tags
    case account
    case stage
    case rag
    /// The initiative that an outcome belongs to.
    case parent
    case businessUnit
    case team
}

/// A traffic light.
public enum RAG: String, Hashable, Sendable, CaseIterable {
    case green, amber, red

    public var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

/// Formatted text as it was written: never shown as it is, always rebuilt from our own tree first.
public struct RichText: Hashable, Sendable {
    public enum Format: String, Hashable, Sendable { case html, markdown }

    public var format: Format
    public var source: String

    public init(format: Format = .html, source: String) {
        self.format = format
        self.source = source
    }

    public static func html(_ source: String) -> RichText { RichText(format: .html, source: source) }
}
