import Foundation
import JSON

extension AzureDevOpsClient {
    /// The most ids that one reading takes (FACTS.md 6).
    public static let largestBatch = 200

    /// Reads up to 200 work items with their relations. Ids that do not exist, or may not be read, are left out.
    public func workItems(_ ids: [Int64]) async throws(AzureDevOpsError) -> [WorkItem] {
        try await workItems(ids, ("$expand", "Relations"))
    }

    /// The same without relations, and with some fields only: a tenth of the bytes.
    /// - Parameter fields: reference names; one that the organisation does not have makes the whole call fail.
    public func workItems(_ ids: [Int64], fields: [String]) async throws(AzureDevOpsError) -> [WorkItem] {
        try await workItems(ids, ("fields", .array(fields.map { .string($0) })))
    }

    private func workItems(_ ids: [Int64], _ extent: (name: String, value: JSONValue)) async throws(AzureDevOpsError) -> [WorkItem] {
        guard !ids.isEmpty else { return [] }
        var body: JSONObject = ["ids": .array(ids.map { .integer($0) }), "errorPolicy": "Omit"]
        body[extent.name] = extent.value
        let (json, _) = try await call(.post, ["_apis", "wit", "workitemsbatch"], body: JSONValue.object(body).bytes, mayRetry: true)
        return try Self.list(json).compactMap { WorkItem(json: $0) }
    }

    /// - Throws: `workItemMissing` when it does not exist, is deleted or may not be read.
    public func workItem(_ id: Int64) async throws(AzureDevOpsError) -> WorkItem {
        let (json, response) = try await call(.get, ["_apis", "wit", "workitems", String(id)], query: [("$expand", "Relations")])
        guard let item = WorkItem(json: json) else { throw .unexpectedAnswer(status: response.status, detail: "no work item") }
        return item
    }

    /// A work item as a revision of the past left it.
    /// - Throws: `workItemMissing` when the work item or the revision does not exist.
    public func revision(_ number: Int64, of id: Int64) async throws(AzureDevOpsError) -> WorkItem {
        let (json, response) = try await call(
            .get, ["_apis", "wit", "workitems", String(id), "revisions", String(number)], query: [("$expand", "Relations")])
        guard let item = WorkItem(json: json) else { throw .unexpectedAnswer(status: response.status, detail: "no work item") }
        return item
    }

    /// Creates a work item. Never repeated by itself: it is not idempotent (FACTS.md 1.16).
    public func create(
        _ type: String, in project: String, _ patch: WorkItemPatch, validateOnly: Bool = false
    ) async throws(AzureDevOpsError) -> WorkItem {
        try await write(.post, [project, "_apis", "wit", "workitems", "$\(type)"], patch, validateOnly)
    }

    /// Applies a patch, all of it or nothing.
    /// - Throws: `staleRevision` when the revision that it expects is not the present one; `ruleViolation`; `answerLost`.
    public func update(_ id: Int64, _ patch: WorkItemPatch, validateOnly: Bool = false) async throws(AzureDevOpsError) -> WorkItem {
        try await write(.patch, ["_apis", "wit", "workitems", String(id)], patch, validateOnly)
    }

    private func write(
        _ method: ServiceRequest.Method, _ path: [String], _ patch: WorkItemPatch, _ validateOnly: Bool
    ) async throws(AzureDevOpsError) -> WorkItem {
        var query = [("$expand", "Relations")]
        if validateOnly { query.append(("validateOnly", "true")) }
        let (json, response) = try await call(method, path, query: query, body: patch.body, contentType: .patch)
        guard let item = WorkItem(json: json) else { throw .unexpectedAnswer(status: response.status, detail: "no work item") }
        return item
    }

    /// Whether a work item lies in the recycle bin of a project.
    public func isInRecycleBin(_ id: Int64, project: String) async throws(AzureDevOpsError) -> Bool {
        do {
            _ = try await call(.get, [project, "_apis", "wit", "recyclebin", String(id)])
            return true
        } catch {
            switch error {
            case .workItemMissing, .notFound: return false
            default: throw error
            }
        }
    }

    /// The ids that a WIQL query finds, in its order.
    /// - Parameter project: what `@project` means; `nil` for a query over all projects.
    public func query(
        _ wiql: String, project: String?, top: Int? = nil, timePrecision: Bool = false
    ) async throws(AzureDevOpsError) -> [Int64] {
        var parameters: [(String, String)] = []
        if let top { parameters.append(("$top", String(top))) }
        if timePrecision { parameters.append(("timePrecision", "true")) }
        let body: JSONValue = ["query": .string(wiql)]
        let (json, _) = try await call(
            .post, (project.map { [$0] } ?? []) + ["_apis", "wit", "wiql"], query: parameters, body: body.bytes, mayRetry: true)
        return try Self.list(json, named: "workItems").compactMap { $0["id"]?.integer }
    }

    /// The ids of all work items of a project, or of the organisation, that meet a condition of WIQL, in their order. A query finds 20,000 at most (FACTS.md 18),
    /// so this asks for page after page.
    public func ids(where condition: String, in project: String?) async throws(AzureDevOpsError) -> [Int64] {
        let page = 10_000
        let scope = project == nil ? "" : "[System.TeamProject] = @project AND "
        var ids: [Int64] = []
        while true {
            let wiql =
                "SELECT [System.Id] FROM WorkItems WHERE \(scope)[System.Id] > \(ids.last ?? 0) AND \(condition) ORDER BY [System.Id]"
            let found = try await query(wiql, project: project, top: page)
            ids += found
            if found.count < page { return ids }
        }
    }

    /// The next page of revisions since a token, or since a time.
    /// - Parameter fields: what each entry tells, by reference names.
    public func revisions(
        since start: FeedStart, project: String, fields: [String] = ["System.Rev"]
    ) async throws(AzureDevOpsError) -> RevisionsPage {
        let query =
            start.query + [("includeDeleted", "true"), ("fields", fields.joined(separator: ",")), ("$maxPageSize", "1000")]
        let (json, response) = try await call(.get, [project, "_apis", "wit", "reporting", "workitemrevisions"], query: query)
        let entries = try Self.list(json, named: "values").compactMap { value -> RevisionsPage.Entry? in
            guard let id = value["id"]?.integer, let revision = value["rev"]?.integer else { return nil }
            return RevisionsPage.Entry(id: id, revision: revision, fields: value["fields"]?.object ?? JSONObject())
        }
        return RevisionsPage(
            entries: entries, continuationToken: Self.continuationToken(json), isLast: json["isLastBatch"]?.bool ?? true,
            answeredAt: response.answeredAt)
    }

    /// The next page of changes of links since a token, or since a time: links make no revisions (FACTS.md 1.1).
    public func links(since start: FeedStart, project: String) async throws(AzureDevOpsError) -> LinksPage {
        let (json, _) = try await call(.get, [project, "_apis", "wit", "reporting", "workitemlinks"], query: start.query)
        let entries = try Self.list(json, named: "values").compactMap { value -> LinksPage.Entry? in
            let attributes = value["attributes"] ?? value
            guard let kind = value["rel"]?.string, let source = attributes["sourceId"]?.integer,
                let target = attributes["targetId"]?.integer
            else { return nil }
            return LinksPage.Entry(kind: kind, source: source, target: target, isActive: attributes["isActive"]?.bool ?? true)
        }
        return LinksPage(entries: entries, continuationToken: Self.continuationToken(json), isLast: json["isLastBatch"]?.bool ?? true)
    }

    /// Where a feed is read from.
    public enum FeedStart: Hashable, Sendable {
        case token(String)
        /// ISO 8601 in UTC.
        case time(String)

        var query: [(String, String)] {
            switch self {
            case .token(let token): [("continuationToken", token)]
            case .time(let time): [("startDateTime", time)]
            }
        }
    }

    /// Beside the entries, or in the address of the next page.
    private static func continuationToken(_ json: JSONValue) -> String? {
        if let token = json["continuationToken"]?.string { return token }
        guard let link = json["nextLink"]?.string, let query = link.split(separator: "?").last else { return nil }
        for pair in query.split(separator: "&") where pair.lowercased().hasPrefix("continuationtoken=") {
            return String(pair.dropFirst("continuationtoken=".count)).removingPercentEncoding
        }
        return nil
    }
}

/// A text as a literal of WIQL.
public func quotedForWIQL(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
