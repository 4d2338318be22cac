import AzureDevOps
import FieldSync
import JSON
import Portfolio

extension RemoteSnapshot {
    /// A work item as the client read it.
    init(_ item: WorkItem) {
        var fields: [String: JSONValue] = [:]
        for (name, value) in item.fields { fields[name] = value }
        var formats: [String: RichText.Format] = [:]
        for name in item.markdownFields ?? [] { formats[name] = .markdown }
        let parentIndex = item.relations.firstIndex { $0.kind == WorkItem.Relation.parent }
        self.init(
            id: item.id, revision: item.revision, type: item.type, project: item.project, title: item.title, state: item.state,
            fields: fields,
            formats: formats, tellsFormats: item.markdownFields != nil,
            parent: parentIndex.flatMap { item.relations[$0].workItem } ?? item["System.Parent"]?.integer,
            parentRelation: parentIndex,
            hyperlinks: item.relations.filter { $0.kind == WorkItem.Relation.hyperlink }.map(\.url),
            changedAt: item["System.ChangedDate"]?.string.flatMap { Instant(iso8601: $0) },
            changedBy: CanonicalForm.identity(item["System.ChangedBy"]), createdBy: CanonicalForm.identity(item["System.CreatedBy"]),
            webURL: item.webURL)
    }
}
