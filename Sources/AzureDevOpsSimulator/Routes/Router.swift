import JSON

extension World {
    /// Finds who answers a path.
    mutating func route(_ call: ServiceCall, _ caller: Caller, at now: Int64) throws(ServiceFault) -> ServiceAnswer {
        if call.method == "OPTIONS", call.path.count == 1, call.path[0].lowercased() == "_apis" { return Self.resourceLocations }
        guard let match = ResourceDirectory.match(call.path) else { throw .noController(call) }
        try match.location.check(call)
        var project: Project?
        if let name = call.path.first, name.lowercased() != "_apis" {
            guard let found = self.project(name) else { throw .projectMissing(name) }
            project = found
        }
        guard let resource = Resource(rawValue: match.location.id) else {
            throw ServiceFault(
                status: 501, typeKey: "NotImplementedException",
                message:
                    "The simulator does not serve \(match.location.area)/\(match.location.name); docs/simulator.md lists what it serves.",
                eventID: 0)
        }
        var parameters = match.parameters
        if call.path.count > 1, call.path[1].lowercased() != "_apis", project != nil { parameters["team"] = call.path[1] }
        return try answer(ServiceRequest(call, caller, project, parameters: parameters, at: now), resource)
    }

    private mutating func answer(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        switch resource {
        case .projects, .projectProperties, .collections, .processes, .operations, .teams, .allTeams, .teamMembers, .teamFieldValues,
            .teamIterations:
            try answerProjects(request, resource)
        case .connectionData, .resourceAreas, .identities, .permissionEvaluation, .permissions, .securityNamespaces, .accessControlLists:
            try answerIdentity(request, resource)
        case .workItems, .newWorkItem, .workItemsBatch, .workItemsDelete, .batch, .recycleBin, .nextStates, .updates, .revisions,
            .artifactQuery:
            try answerWorkItems(request, resource)
        case .comments, .commentVersions, .commentReactions, .commentReactionUsers: try answerComments(request, resource)
        case .attachments: try answerAttachments(request)
        case .wiql, .storedQueryResult, .queries, .queriesBatch, .temporaryQueries, .reportingRevisions, .reportingLinks,
            .reportingDiscussions:
            try answerQueries(request, resource)
        case .classificationNode, .classificationNodes: try answerNodes(request, resource)
        case .fields, .tags, .workItemTypes, .workItemTypeFields, .workItemTypeStates, .workItemTypeCategories, .relationTypes,
            .workItemIcons, .artifactLinkTypes, .typeColors, .typeColorsAndIcons, .stateColors, .allowedValues, .templates, .template:
            try answerMetadata(request, resource)
        case .publishers, .publishersQuery, .publisherInputValues, .consumers, .consumerActions, .eventTypes, .subscriptions,
            .subscriptionsQuery, .hookNotifications, .notificationsQuery, .testNotifications, .hookDiagnostics:
            try answerHooks(request, resource)
        }
    }

    /// What `OPTIONS _apis` lists.
    private static let resourceLocations = ServiceAnswer.list(
        ResourceDirectory.all.map { location -> JSONValue in
            [
                "id": .string(location.id), "area": .string(location.area), "resourceName": .string(location.name),
                "routeTemplate": .string(location.template), "resourceVersion": .integer(location.resourceVersion),
                "minVersion": .string(location.lowest.number), "maxVersion": .string(location.highest.number),
                "releasedVersion": .string(location.released.number),
            ]
        })
}
