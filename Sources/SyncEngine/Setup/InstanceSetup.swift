import AzureDevOps
import Portfolio
import Store

/// What an administrator enters about an instance.
public struct InstanceForm: Sendable {
    public var name: String
    public var url: String
    public var token: Secret
    public var expiresOn: CalendarDate?

    public init(name: String, url: String, token: Secret, expiresOn: CalendarDate? = nil) {
        self.name = name
        self.url = url
        self.token = token
        self.expiresOn = expiresOn
    }
}

/// What saving has led to: the report, and the instance when it was usable.
public struct InstanceOutcome: Sendable {
    public var report: ConnectionReport
    public var instance: Identifier<Instance>?
}

/// Instances and their credentials: validated before they are kept, and sealed when they are.
public struct InstanceSetup: Sendable {
    let store: Store
    let connections: Connections
    let vault: Vault
    let clock: any EngineClock

    /// *Test*: tries everything, keeps nothing.
    public func check(url: String, token: Secret) async throws(ConnectionProblem) -> ConnectionReport {
        await (try connections.client(url: url, token: token)).checkConnection()
    }

    /// *Save*: tries everything, and keeps the instance when all that is needed works.
    public func add(_ form: InstanceForm) async throws -> InstanceOutcome {
        let name = form.name.trimmed
        guard !name.isEmpty else { throw ConnectionProblem(message: "The name is empty.", remedy: "Type a name for the instance.") }
        let address = try connections.organisation(form.url)
        let taken = try await store.read { try $0.instances().contains { $0.name.lowercased() == name.lowercased() } }
        guard !taken else {
            throw ConnectionProblem(message: "There is an instance “\(name)” already.", remedy: "Choose another name.")
        }
        let report = try await check(url: form.url, token: form.token)
        guard report.isUsable else { return InstanceOutcome(report: report) }
        let now = clock.now
        let instance = try await store.write { [vault] transaction in
            var instance = try transaction.addInstance(
                name: name, url: address.base, deployment: address.deployment == .services ? .services : .server
            ) { id in
                Credential(id: id, instance: Identifier(0), name: "Default", sealed: [])
            }
            guard var credential = try transaction.credential(instance.credential) else { throw StoreError.notFound("The credential") }
            credential.seal(form.token, by: vault, report, expiresOn: form.expiresOn)
            try transaction.update(credential)
            instance.health = .healthy
            instance.checkedAt = now
            try transaction.update(instance)
            return instance
        }
        return InstanceOutcome(report: report, instance: instance.id)
    }

    public func rename(_ id: Identifier<Instance>, name: String, url: String) async throws {
        let address = try connections.organisation(url)
        guard !name.trimmed.isEmpty else { throw ConnectionProblem(message: "The name is empty.", remedy: "Type a name for the instance.") }
        try await store.write { transaction in
            guard var instance = try transaction.instance(id) else { throw StoreError.notFound("The instance") }
            instance.name = name.trimmed
            instance.url = address.base
            instance.deployment = address.deployment == .services ? .services : .server
            try transaction.update(instance)
        }
    }

    /// Replaces the token of a credential; what waited for it goes on.
    public func replaceToken(
        of id: Identifier<Credential>, by token: Secret, expiresOn: CalendarDate?, project: String? = nil
    ) async throws -> ConnectionReport {
        let (credential, instance) = try await store.read { transaction -> (Credential, Instance) in
            guard let credential = try transaction.credential(id), let instance = try transaction.instance(credential.instance) else {
                throw StoreError.notFound("The credential")
            }
            return (credential, instance)
        }
        let report = await (try connections.client(url: instance.url, token: token)).checkConnection(project: project)
        guard report.isUsable else { return report }
        let now = clock.now
        try await store.write { [vault] transaction in
            var changed = credential
            changed.seal(token, by: vault, report, expiresOn: expiresOn)
            changed.rejectedAt = nil
            try transaction.update(changed)
            var healthy = instance
            healthy.health = .healthy
            healthy.healthDetail = nil
            healthy.checkedAt = now
            try transaction.update(healthy)
            for integration in try transaction.integrations(of: instance.id) where integration.credential ?? instance.credential == id {
                _ = try transaction.change(integration.id) { integration in
                    integration.epoch += 1
                    integration.needsSweep = true
                }
            }
        }
        return report
    }

    /// Tries the stored credential again and notes how it went.
    public func recheck(_ id: Identifier<Instance>) async throws -> ConnectionReport {
        let client = try await connections.client(of: id, isProbe: true)
        let report = await client.checkConnection()
        let now = clock.now
        try await store.write { transaction in
            guard var instance = try transaction.instance(id), var credential = try transaction.credential(instance.credential) else {
                return
            }
            instance.checkedAt = now
            instance.health = report.isUsable ? .healthy : (report.identity == nil ? .credentialRejected : .unreachable)
            instance.healthDetail = report.firstFailure
            if report.isUsable, credential.rejectedAt != nil {
                credential.rejectedAt = nil
                try transaction.update(credential)
            }
            try transaction.update(instance)
        }
        return report
    }

    /// - Throws: `StoreError.inUse` while a project of it is integrated.
    public func remove(_ id: Identifier<Instance>) async throws {
        try await store.write { transaction in
            let users = try transaction.integrations(of: id)
            guard users.isEmpty else { throw StoreError.inUse("This instance", by: users.map(\.projectName).joined(separator: ", ")) }
            try transaction.removeInstance(id)
        }
    }

    /// The projects that can be chosen, live from Azure DevOps.
    public func projects(of id: Identifier<Instance>) async throws -> [TeamProject] {
        let client = try await connections.client(of: id)
        do throws(AzureDevOpsError) {
            return try await client.projects()
        } catch {
            throw ConnectionProblem(error)
        }
    }
}

extension Credential {
    mutating func seal(_ token: Secret, by vault: Vault, _ report: ConnectionReport, expiresOn: CalendarDate?) {
        sealed = vault.seal(token.revealed(), for: Vault.purpose(ofCredential: id, of: instance))
        ownerID = report.identity?.id
        ownerName = report.identity?.displayName
        self.expiresOn = expiresOn
    }
}

extension ConnectionReport {
    /// The first line that failed, in words.
    public var firstFailure: String? {
        for line in lines { if case .failed(let cause, let remedy) = line.outcome { return "\(cause) \(remedy)" } }
        return nil
    }
}
