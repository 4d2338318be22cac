import JSON

extension World {
    /// What a reader of the feed of revisions asks for (FACTS.md 17).
    struct RevisionsRequest: Sendable {
        /// Everything after this watermark.
        var after: Int64 = 0
        var since: Int64?
        var project: Project?
        var fields: [String] = []
        var types: [String] = []
        var includesDeleted = false
        var includesIdentityReferences = false
        var latestOnly = false
        var longTexts = false
        var pageSize = 200
    }

    /// One page: `values`, and where the next one begins.
    func revisions(_ request: RevisionsRequest, url: String, base: String) -> JSONValue {
        var values: [JSONValue] = []
        var last = request.after
        var isLast = true
        let start = revisionLog.partitioningIndex { $0.watermark > request.after }
        for entry in revisionLog[start...] {
            if values.count == request.pageSize {
                isLast = false
                break
            }
            last = entry.watermark
            if let since = request.since, entry.at.milliseconds < since { continue }
            guard let record = workItems[entry.workItem], let json = feedEntry(entry, record, request, base) else { continue }
            values.append(json)
        }
        let token = "\(last);\(values.last?["id"]?.integer ?? 0);\(values.last?["rev"]?.integer ?? 0)"
        return [
            "values": .array(values), "nextLink": .string("\(url)?continuationToken=\(token.replacing(";", with: "%3B"))"),
            "continuationToken": .string(token), "isLastBatch": .bool(isLast),
        ]
    }

    private func feedEntry(
        _ entry: RevisionLogEntry, _ record: WorkItemRecord, _ request: RevisionsRequest, _ base: String
    ) -> JSONValue? {
        if let project = request.project, record.projectID != project.id { return nil }
        if record.deletion != nil, !request.includesDeleted { return nil }
        if request.latestOnly, entry.revision != record.current.number { return nil }
        guard let revision = record.revisions.first(where: { $0.number == entry.revision }) else { return nil }
        if !request.types.isEmpty, !request.types.contains(revision.fields["System.WorkItemType"]?.string ?? "") { return nil }
        var style = Rendering(
            base: base, expansion: .fields, identitiesAreObjects: request.includesIdentityReferences, fields: request.fields)
        style.carriesLinks = false
        var fields = json(record, style, revision: revision)["fields"]?.object ?? JSONObject()
        if request.fields.isEmpty, !request.longTexts {
            for (name, _) in fields where field(name)?.isLongText == true { fields[name] = nil }
        }
        if record.deletion != nil, revision.number == record.current.number { fields["System.IsDeleted"] = true }
        return ["id": .integer(record.id), "rev": .integer(revision.number), "fields": .object(fields)]
    }

    func links(after: Int64, since: Int64?, project: Project?, types: [String], url: String, pageSize: Int) -> JSONValue {
        var values: [JSONValue] = []
        var last = after
        var isLast = true
        for entry in linkLog.dropFirst(Int(after)) {
            if values.count == pageSize {
                isLast = false
                break
            }
            last = entry.sequence
            if let since, entry.at.milliseconds < since { continue }
            if let project, entry.projectID != project.id { continue }
            if !types.isEmpty, !types.contains(entry.kind) { continue }
            values.append([
                "rel": .string(entry.kind), "sourceId": .integer(entry.source), "targetId": .integer(entry.target),
                "changedDate": .string(entry.at.text), "isActive": .bool(entry.isActive),
            ])
        }
        return [
            "values": .array(values), "nextLink": .string("\(url)?continuationToken=\(last)"), "continuationToken": .string(String(last)),
            "isLastBatch": .bool(isLast),
        ]
    }
}

extension Array {
    /// The first index whose element satisfies a condition that holds from there on.
    func partitioningIndex(_ condition: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
