import JSON

/// Who somebody is, what he may do, and where the resources stand.
extension World {
    func answerIdentity(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        switch (resource, request.method) {
        case (.connectionData, "GET"): return connectionData(request.caller.account)
        case (.resourceAreas, "GET"): return try resourceAreas(request)
        case (.identities, "GET"): return identities(request)
        case (.permissionEvaluation, "POST"): return try evaluatePermissions(request)
        case (.permissions, "GET"): return .list([.bool(request.caller.token.mayWrite)])
        case (.securityNamespaces, "GET"): return securityNamespaces(request)
        case (.accessControlLists, "GET"): return accessControlLists(request)
        default: throw request.notAllowed()
        }
    }

    /// `recordings/connection-data.json`
    private func connectionData(_ account: Account) -> ServiceAnswer {
        let user: JSONValue = [
            "id": .string(account.id), "descriptor": .string(claims(account)), "subjectDescriptor": .string(account.descriptor),
            "providerDisplayName": .string(account.name), "customDisplayName": .string(account.name), "isActive": true,
            "properties": ["Account": ["$type": "System.String", "$value": .string(account.mail)]], "resourceVersion": 2, "metaTypeId": 0,
        ]
        return ServiceAnswer(json: [
            "authenticatedUser": user, "authorizedUser": user, "instanceId": .string(organisationID),
            "deploymentId": "ed30ce5c-9d0a-f73c-3580-4315c7f84d83", "deploymentType": "hosted",
            "locationServiceData": [
                "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7", "defaultAccessMappingMoniker": "PublicAccessMapping",
                "lastChangeId": .integer(watermark), "lastChangeId64": .integer(watermark),
            ],
        ])
    }

    private func claims(_ account: Account) -> String {
        "Microsoft.IdentityModel.Claims.ClaimsIdentity;72f988bf-86f1-41af-91ab-2d7cd011db47\\\(account.mail)"
    }

    /// `recordings/resource-areas.json`, all at one address.
    private func resourceAreas(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let areas = [
            ("fb13a388-40dd-4a04-b530-013a739c72ef", "policy"), ("79134c72-4a58-4b42-976c-04e7115f32bf", "core"),
            ("5264459e-e5e0-4bd8-b118-0985e68a4ec5", "wit"), ("4e080c62-fa21-4fbc-8fef-2a10a2b38049", "git"),
            ("1d4f49f9-02b9-4e26-b826-2cdb6195f2a9", "work"), ("5d6898bb-45ec-463f-95f9-54d49c71752e", "build"),
            ("0d55247a-1c47-4462-9b1f-5e2125590ee6", "Account"), ("965220d5-5bb9-42cf-8d67-9b146df2a5a4", "Build"),
            ("8a3d49b8-91f0-46ef-b33d-dda338c25db3", "IMS"), ("bb1e7ec9-e901-4b68-999a-de7012b920f8", "Graph"),
        ].map { area -> JSONValue in
            ["id": .string(area.0), "name": .string(area.1), "locationUrl": .string("\(request.base)/")]
        }
        guard let id = request["areaId"] else { return .list(areas) }
        guard let area = areas.first(where: { $0["id"]?.string == id.lowercased() }) else {
            throw ServiceFault(
                status: 404, typeKey: "VssResourceNotFoundException", message: "The resource area \(id) is not registered.", eventID: 0)
        }
        return ServiceAnswer(json: area)
    }

    /// `recordings/security-namespaces.json`; searched by the whole name, mail or account.
    private func identities(_ request: ServiceRequest) -> ServiceAnswer {
        let wanted = request.query("filterValue")?.lowercased()
        let kind = request.query("searchFilter")?.lowercased() ?? "general"
        let ids = Set(request.list("identityIds").map { $0.lowercased() } + [request["identityId"]].compactMap { $0?.lowercased() })
        let found = accounts.filter { account in
            if ids.contains(account.id) { return true }
            guard let wanted else { return false }
            switch kind {
            case "displayname": return account.name.lowercased() == wanted
            case "mailaddress", "accountname": return account.mail.lowercased() == wanted
            default: return [account.name.lowercased(), account.mail.lowercased(), account.id].contains(wanted)
            }
        }
        return .list(found.map(identity))
    }

    private func identity(_ account: Account) -> JSONValue {
        func property(_ value: String, _ type: String = "System.String") -> JSONValue {
            ["$type": .string(type), "$value": .string(value)]
        }
        return [
            "id": .string(account.id), "descriptor": .string(claims(account)), "subjectDescriptor": .string(account.descriptor),
            "providerDisplayName": .string(account.name), "isActive": true, "members": [], "memberOf": [], "memberIds": [],
            "properties": [
                "SchemaClassName": property("User"), "Description": property(""),
                "Domain": property("72f988bf-86f1-41af-91ab-2d7cd011db47"),
                "Account": property(account.mail), "DN": property(""), "Mail": property(account.mail), "SpecialType": property("Generic"),
                "PUID": property("aad:"), "ComplianceValidated": property("2026-04-01T00:00:00Z", "System.DateTime"),
                "http://schemas.microsoft.com/identity/claims/objectidentifier": property(account.directoryID),
                "DirectoryAlias": property(String(account.mail.prefix { $0 != "@" })),
            ], "resourceVersion": 2, "metaTypeId": 255,
        ]
    }

    private func evaluatePermissions(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        let evaluations = (body["evaluations"]?.array ?? []).map { evaluation -> JSONValue in
            var object = evaluation.object ?? JSONObject()
            let isHooks = object["securityNamespaceId"]?.string == SecurityNamespace.serviceHooks
            object["value"] = .bool(isHooks ? request.caller.token.mayManageHooks : request.caller.token.mayWrite)
            return .object(object)
        }
        return ServiceAnswer(json: [
            "alwaysAllowAdministrators": body["alwaysAllowAdministrators"] ?? false, "evaluations": .array(evaluations),
        ])
    }

    private func securityNamespaces(_ request: ServiceRequest) -> ServiceAnswer {
        let wanted = request["securityNamespaceId"]?.lowercased()
        return .list(SecurityNamespace.all.filter { wanted == nil || $0["namespaceId"]?.string == wanted })
    }

    private func accessControlLists(_ request: ServiceRequest) -> ServiceAnswer {
        let descriptors = request.list("descriptors").map { $0.lowercased() }
        let found = accounts.filter { descriptors.isEmpty ? $0 == request.caller.account : descriptors.contains(claims($0).lowercased()) }
        let entries = found.map { account -> (String, JSONValue) in
            (claims(account), ["descriptor": .string(claims(account)), "allow": 0, "deny": 0, "extendedInfo": [:]])
        }
        return .list([
            [
                "inheritPermissions": true, "token": .string(request.query("token") ?? ""),
                "acesDictionary": .object(JSONObject(entries)), "includeExtendedInfo": true,
            ]
        ])
    }
}
