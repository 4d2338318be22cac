import JSON

/// One change of a work item: all of it is applied in one revision, or none of it (FACTS.md 10).
public struct WorkItemPatch: Hashable, Sendable {
    public private(set) var operations: [JSONValue] = []
    private var fields: Set<String> = []

    /// A patch that is applied only to this revision.
    public init(expecting revision: Int64) {
        operations.append(["op": "test", "path": "/rev", "value": .integer(revision)])
    }

    /// A patch for a work item that does not exist yet.
    public init() {}

    public var isEmpty: Bool { operations.allSatisfy { $0["op"] == "test" } }

    /// Sets a field; the empty string clears it. A field is set at most once (VS403691); the last value counts.
    public mutating func set(_ field: String, to value: JSONValue) {
        guard Self.isWritable(field) else { return }
        let path: JSONValue = .string("/fields/\(field)")
        operations.removeAll { $0["path"] == path }
        // `add` would merge tags with those that are there; `replace` sets exactly these (FACTS.md 1.4).
        let operation: JSONValue = field == "System.Tags" ? "replace" : "add"
        operations.append(["op": operation, "path": path, "value": value])
    }

    /// Says that a long text is Markdown. Counts only together with a change of the text (FACTS.md 12).
    public mutating func setMarkdown(_ field: String) {
        operations.append(["op": "add", "path": .string("/multilineFieldsFormat/\(field)"), "value": "Markdown"])
    }

    public mutating func add(_ relation: WorkItem.Relation) {
        var value: JSONObject = ["rel": .string(relation.kind), "url": .string(relation.url)]
        if let comment = relation.comment { value["attributes"] = ["comment": .string(comment)] }
        operations.append(["op": "add", "path": "/relations/-", "value": .object(value)])
    }

    /// Removes the relation at a position of the array as it was last read.
    public mutating func removeRelation(at index: Int) {
        operations.append(["op": "remove", "path": .string("/relations/\(index)")])
    }

    /// A reference name, and none of those that nobody may write (FACTS.md 8): no path from outside reaches `/rev` or `/id`.
    static func isWritable(_ field: String) -> Bool {
        let isName = field.utf8.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: "-")
        }
        return isName && !field.isEmpty && !readOnlyFields.contains(field.lowercased())
    }

    /// Truly read-only fields. The service says the same of area and iteration path, wrongly.
    public static let readOnlyFields: Set<String> = [
        "system.id", "system.rev", "system.watermark", "system.nodename", "system.authorizedas", "system.authorizeddate",
        "system.reviseddate",
        "system.personid", "system.commentcount", "system.externallinkcount", "system.hyperlinkcount", "system.attachedfilecount",
        "system.relatedlinkcount", "system.remotelinkcount", "system.boardcolumn", "system.boardlane", "system.boardcolumndone",
        "system.createddate", "system.createdby", "system.changeddate", "system.changedby", "system.parent", "system.workitemtype",
        "system.teamproject", "system.areaid", "system.iterationid",
    ]

    var body: [UInt8] { JSONValue.array(operations).bytes }
}
