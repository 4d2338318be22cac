import JSON

/// The whole truth, for whoever judges a client by it: no part of Azure DevOps, which forgets and hides.
extension World {
    /// A revision as it was saved: identities are account ids, empty fields are absent.
    public struct PastRevision: Sendable {
        public var number: Int64
        /// The display name of whoever saved it.
        public var author: String
        /// Milliseconds since 1970.
        public var at: Int64
        public var fields: JSONObject
    }

    /// Every work item that was not destroyed, in the order of their numbers.
    public var workItemNumbers: [Int64] { workItems.keys.sorted() }

    public func pastRevisions(of id: Int64) -> [PastRevision] {
        (workItems[id]?.revisions ?? []).map { revision in
            let author = revision.fields["System.ChangedBy"]?.string.flatMap { account($0)?.name } ?? ""
            return PastRevision(number: revision.number, author: author, at: revision.changed.milliseconds, fields: revision.fields)
        }
    }

    /// The number of the newest revision, and what it holds.
    public func newestRevision(of id: Int64) -> Int64? { workItems[id]?.current.number }
    public func newestFields(of id: Int64) -> JSONObject? { workItems[id]?.current.fields }
    public func firstFields(of id: Int64) -> JSONObject? { workItems[id]?.revisions.first?.fields }

    /// Whether it exists outside the recycle bin.
    public func isLiving(_ id: Int64) -> Bool { living(id) != nil }
    public func isMarkdown(_ field: String, of id: Int64) -> Bool { workItems[id]?.markdownFields.contains(field) ?? false }
    public func parent(of id: Int64) -> Int64? { workItems[id]?.parent }
    public func hyperlinks(of id: Int64) -> [String] { (workItems[id]?.relations ?? []).filter { $0.kind == "Hyperlink" }.map(\.url) }
    public func projectName(of id: Int64) -> String? { workItems[id].flatMap { project($0.projectID)?.name } }
    public func type(of id: Int64) -> String? { workItems[id]?.type }

    /// Lets a work item go on as if it had been saved very often.
    public mutating func skipRevisions(of id: Int64, to number: Int64) { workItems[id]?.nextRevision = number }

    public var deletedFieldNames: Set<String> { deletedFields }
    public mutating func deleteField(_ referenceName: String) { deletedFields.insert(referenceName) }
    public mutating func bringBackField(_ referenceName: String) { deletedFields.remove(referenceName) }

    /// The id of the project that a work item belongs to: it stays when the project gets another name.
    public func projectID(of id: Int64) -> String? { workItems[id]?.projectID }
    public func projectName(withID id: String) -> String? { project(id)?.name }
    public func projectID(named name: String) -> String? { project(name)?.id }

    /// The newest revision of each work item that a reader of the feed has been shown up to a token.
    public func newestRevisions(upTo token: String) -> [Int64: Int64] {
        guard let watermark = token.split(separator: ";").first.flatMap({ Int64($0) }) else { return [:] }
        var newest: [Int64: Int64] = [:]
        for entry in revisionLog.prefix(while: { $0.watermark <= watermark }) { newest[entry.workItem] = entry.revision }
        return newest
    }
}
