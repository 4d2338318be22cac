import JSON
import Portfolio

/// A person as Azure DevOps names one.
public struct RemoteIdentity: Sendable {
    public var id: String?
    /// Mail address, user principal name or `DOMAIN\user`.
    public var uniqueName: String?
    public var displayName: String

    public init(id: String? = nil, uniqueName: String? = nil, displayName: String) {
        self.id = id
        self.uniqueName = uniqueName
        self.displayName = displayName
    }

    /// What makes two of them the same person: the unique name, which every form of an identity carries
    /// (FACTS.md 1.9), else the id, else the display name.
    public var identifyingName: String { (uniqueName ?? id ?? displayName).lowercased() }
}

extension RemoteIdentity: Hashable {
    public static func == (left: RemoteIdentity, right: RemoteIdentity) -> Bool { left.identifyingName == right.identifyingName }
    public func hash(into hasher: inout Hasher) { hasher.combine(identifyingName) }
}

/// The canonical value of a field of a work item: two values that mean the same are equal
/// (`sync-protocol.md` 2.4). An empty field has no value (`nil`): Azure DevOps does not tell empty from absent.
public enum RemoteValue: Hashable, Sendable {
    case text(String)
    case richText(RichText)
    case number(Double)
    case flag(Bool)
    case instant(Instant)
    case identity(RemoteIdentity)
    /// Sorted and compared without regard to case; the written case is kept beside.
    case tags(RemoteTags)
}

/// A set of tags whose case does not matter for comparison but is kept for writing.
public struct RemoteTags: Sendable {
    public let labels: [String]

    public init(_ labels: some Sequence<String>) {
        var seen: Set<String> = []
        self.labels = labels.filter { seen.insert($0.lowercased()).inserted }.sorted { $0.lowercased() < $1.lowercased() }
    }
}

extension RemoteTags: Hashable {
    private var folded: [String] { labels.map { $0.lowercased() } }
    public static func == (left: RemoteTags, right: RemoteTags) -> Bool { left.folded == right.folded }
    public func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

extension RemoteValue {
    /// The form in which the store keeps a value.
    public var json: JSONValue {
        switch self {
        case .text(let text): ["text", .string(text)]
        case .richText(let text): [.string(text.format.rawValue), .string(text.source)]
        case .number(let number): ["number", .number(number)]
        case .flag(let flag): ["flag", .bool(flag)]
        case .instant(let instant): ["instant", .integer(instant.milliseconds)]
        case .identity(let identity):
            [
                "identity", .string(identity.displayName), identity.uniqueName.map { .string($0) } ?? .null,
                identity.id.map { .string($0) } ?? .null,
            ]
        case .tags(let tags): ["tags", .array(tags.labels.map { .string($0) })]
        }
    }

    /// Reads what `json` wrote; `nil` for anything else.
    public init?(json: JSONValue) {
        guard let kind = json[0]?.string, let content = json[1] else { return nil }
        let value: RemoteValue? =
            switch kind {
            case "text": content.string.map { .text($0) }
            case "html": content.string.map { .richText(RichText(format: .html, source: $0)) }
            case "markdown": content.string.map { .richText(RichText(format: .markdown, source: $0)) }
            case "number": content.number.map { .number($0) }
            case "flag": content.bool.map { .flag($0) }
            case "instant": content.integer.map { .instant(Instant(milliseconds: $0)) }
            case "identity":
                content.string.map { .identity(RemoteIdentity(id: json[3]?.string, uniqueName: json[2]?.string, displayName: $0)) }
            case "tags": content.array.map { .tags(RemoteTags($0.compactMap(\.string))) }
            default: nil
            }
        guard let value else { return nil }
        self = value
    }
}
