import JSON

extension AzureDevOpsClient {
    /// Who the token belongs to. A preview resource: it takes no released version (FACTS.md 3).
    public func connectionIdentity() async throws(AzureDevOpsError) -> ConnectionIdentity {
        let (json, response) = try await call(.get, ["_apis", "connectionData"], version: "7.1-preview.1")
        guard let identity = ConnectionIdentity(json: json) else {
            throw .unexpectedAnswer(status: response.status, detail: "it names no user")
        }
        guard !identity.isAnonymous else { throw .tokenRejected(code: nil) }
        return identity
    }

    /// Every project that the token may see.
    public func projects() async throws(AzureDevOpsError) -> [TeamProject] {
        var projects: [TeamProject] = []
        while projects.count < 10_000 {
            let query = [("stateFilter", "wellFormed"), ("$top", "200"), ("$skip", String(projects.count))]
            let (json, response) = try await call(.get, ["_apis", "projects"], query: query)
            let page = try Self.list(json).compactMap { TeamProject(json: $0) }
            projects += page
            if page.isEmpty || response[header: "X-MS-ContinuationToken"] == nil { break }
        }
        return projects.sorted { $0.name.lowercased() < $1.name.lowercased() }
    }

    public func project(_ idOrName: String) async throws(AzureDevOpsError) -> TeamProject {
        let (json, response) = try await call(.get, ["_apis", "projects", idOrName])
        guard let project = TeamProject(json: json) else { throw .unexpectedAnswer(status: response.status, detail: "no project") }
        return project
    }

    public func workItemTypes(of project: String) async throws(AzureDevOpsError) -> [WorkItemType] {
        let (json, _) = try await call(.get, [project, "_apis", "wit", "workitemtypes"])
        return try Self.list(json).compactMap { WorkItemType(json: $0) }.filter { !$0.isDisabled }
    }

    public func states(of type: String, in project: String) async throws(AzureDevOpsError) -> [WorkItemType.State] {
        let (json, _) = try await call(.get, [project, "_apis", "wit", "workitemtypes", type, "states"])
        return try Self.list(json).compactMap { WorkItemType.State(json: $0) }
    }

    public func fields(of type: String, in project: String) async throws(AzureDevOpsError) -> [WorkItemTypeField] {
        let (json, _) = try await call(
            .get, [project, "_apis", "wit", "workitemtypes", type, "fields"], query: [("$expand", "all")])
        return try Self.list(json).compactMap { WorkItemTypeField(json: $0) }
    }

    /// Types and read-only flags, which the fields of a work item type do not tell.
    public func fieldDescriptions(in project: String) async throws(AzureDevOpsError) -> [FieldDescription] {
        let (json, _) = try await call(.get, [project, "_apis", "wit", "fields"])
        return try Self.list(json).compactMap { FieldDescription(json: $0) }
    }

    /// Whether the token's owner may create service hooks in a project (FACTS.md 4: 1 view, 2 edit).
    public func mayManageHooks(in projectID: String) async throws(AzureDevOpsError) -> Bool {
        let body: JSONValue = [
            "alwaysAllowAdministrators": false,
            "evaluations": [
                [
                    "securityNamespaceId": "cb594ebe-87dd-4fc9-ac2c-6a10a4c92046",
                    "token": .string("PublisherSecurity/\(projectID)"), "permissions": 2,
                ]
            ],
        ]
        let (json, _) = try await call(.post, ["_apis", "security", "permissionevaluationbatch"], body: body.bytes, mayRetry: true)
        return json["evaluations"]?[0]?["value"]?.bool ?? json[0]?["value"]?.bool ?? false
    }
}
