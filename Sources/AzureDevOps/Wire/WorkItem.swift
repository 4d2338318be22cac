import JSON

/// A work item as every call returns it (FACTS.md 9). Absent fields are empty ones.
public struct WorkItem: Hashable, Sendable {
    public var id: Int64
    public var revision: Int64
    public var fields: JSONObject
    /// Empty when none were asked for.
    public var relations: [Relation]
    /// Fields that hold Markdown; all others hold HTML. `nil` where the answer does not tell, as lists of work items do (FACTS.md 9).
    public var markdownFields: Set<String>?
    public var webURL: String?

    public struct Relation: Hashable, Sendable {
        public var kind: String
        public var url: String
        public var comment: String?

        public init(kind: String, url: String, comment: String? = nil) {
            self.kind = kind
            self.url = url
            self.comment = comment
        }

        /// The work item at the other end: the last segment of its address (FACTS.md 2).
        public var workItem: Int64? { url.split(separator: "/").last.flatMap { Int64($0) } }

        public static let parent = "System.LinkTypes.Hierarchy-Reverse"
        public static let child = "System.LinkTypes.Hierarchy-Forward"
        public static let hyperlink = "Hyperlink"
    }

    public subscript(field: String) -> JSONValue? { fields[field] }
    public var type: String { fields["System.WorkItemType"]?.string ?? "" }
    public var title: String { fields["System.Title"]?.string ?? "" }
    public var state: String { fields["System.State"]?.string ?? "" }
    public var project: String { fields["System.TeamProject"]?.string ?? "" }

    /// `nil` when `json` is no work item.
    public init?(json: JSONValue) {
        guard let id = json["id"]?.integer, let revision = json["rev"]?.integer, let fields = json["fields"]?.object else { return nil }
        self.id = id
        self.revision = revision
        self.fields = fields
        relations = (json["relations"]?.array ?? []).compactMap { relation in
            guard let kind = relation["rel"]?.string, let url = relation["url"]?.string else { return nil }
            return Relation(kind: kind, url: url, comment: relation["attributes"]?["comment"]?.string)
        }
        markdownFields = json["multilineFieldsFormat"]?.object.map { formats in
            Set(formats.members.filter { $0.value.string?.lowercased() == "markdown" }.map(\.name))
        }
        webURL = json["_links"]?["html"]?["href"]?.string
    }
}
