import JSON

extension World {
    /// What a reader of the feed of revisions asks for (FACTS.md 17).
    struct RevisionsRequest: Sendable {
        /// Everything after this watermark.
        var after: Int64 = 0
        var since: Int64?
        var project: Project?
        /// Nothing newer than this: the feed is behind.
        var until: Int64?
        /// Reference names; empty for all but long texts.
        var fields: [String] = []
        var types: [String] = []
        var includesDeleted = false
        var includesIdentityReferences = false
        var includesTagReferences = false
        var latestOnly = false
        var discussionsOnly = false
        var longTexts = false
        var pageSize = 200
    }

    /// One page: `values`, and where the next one begins.
    func revisions(_ request: RevisionsRequest, url: String, base: String) -> JSONValue {
        var values: [JSONValue] = []
        var last = (watermark: request.after, id: Int64(0), revision: Int64(0))
        var isLast = true
        let start = revisionLog.partitioningIndex { $0.watermark > request.after }
        for entry in revisionLog[start...] {
            if let until = request.until, entry.at.milliseconds > until { break }
            if values.count == request.pageSize {
                isLast = false
                break
            }
            last = (entry.watermark, entry.workItem, entry.revision)
            if let since = request.since, entry.at.milliseconds < since { continue }
            guard let record = workItems[entry.workItem], let json = feedEntry(entry, record, request, base) else { continue }
            values.append(json)
        }
        let token = "\(last.watermark);\(last.id);\(last.revision)"
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
        if request.discussionsOnly, revision.comment == nil { return nil }
        if !request.types.isEmpty, !request.types.contains(revision.fields["System.WorkItemType"]?.string ?? "") { return nil }
        func print(_ name: String, _ value: JSONValue) -> JSONValue {
            guard let text = value.string, text.utf8.count == 36, field(name)?.kind == .identity, let account = account(text)
            else { return value }
            guard request.includesIdentityReferences else { return .string(account.text) }
            return ["id": .string(account.id), "uniqueName": .string(account.text)]
        }
        var fields =
            request.fields.isEmpty
            ? allFields(of: record, revision, isComplete: true, parent: nil, print: print)
            : self.fields(request.fields, of: record, revision, parent: nil, print: print)
        if request.fields.isEmpty, !request.longTexts {
            for (name, _) in fields where field(name)?.isLongText == true { fields[name] = nil }
        }
        if request.includesTagReferences, let text = fields["System.Tags"]?.string {
            fields["System.Tags"] = .array(
                text.split(separator: ";").compactMap { tags[trimmed(String($0)).lowercased()] }.map {
                    ["id": .string($0.id), "name": .string($0.name)]
                })
        }
        if record.deletion != nil, revision.number == record.current.number { fields["System.IsDeleted"] = true }
        return ["id": .integer(record.id), "rev": .integer(revision.number), "fields": .object(fields)]
    }

    /// What a reader of the feed of links asks for.
    struct LinksRequest: Sendable {
        var after: Int64
        var since: Int64?
        var project: Project?
        var until: Int64?
        /// Kinds of links without their direction; empty for all.
        var kinds: Set<String> = []
        /// Work item types of the source; empty for all.
        var types: Set<String> = []
    }

    func links(_ request: LinksRequest, url: String, base: String) -> JSONValue {
        var values: [JSONValue] = []
        var last = request.after
        var isLast = true
        for entry in linkLog.dropFirst(Int(request.after)) {
            if let until = request.until, entry.at.milliseconds > until { break }
            if values.count == 1_000 {
                isLast = false
                break
            }
            last = entry.sequence
            if let since = request.since, entry.at.milliseconds < since { continue }
            if let project = request.project, entry.projectID != project.id { continue }
            if !request.kinds.isEmpty, !request.kinds.contains(where: { $0 == entry.kind || $0.hasPrefix(entry.kind + "-") }) { continue }
            if !request.types.isEmpty, !request.types.contains(workItems[entry.source]?.type ?? "") { continue }
            values.append([
                "rel": .string(entry.kind), "sourceId": .integer(entry.source), "targetId": .integer(entry.target),
                "changedDate": .string(entry.at.text), "isActive": .bool(entry.isActive),
                "changedOperation": entry.isActive ? "create" : "remove", "comment": .string(entry.comment),
                "changedBy": account(entry.account)?.object(base: base) ?? .null,
                "sourceProjectId": .string(workItems[entry.source]?.projectID ?? entry.projectID),
                "targetProjectId": .string(workItems[entry.target]?.projectID ?? entry.projectID),
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
