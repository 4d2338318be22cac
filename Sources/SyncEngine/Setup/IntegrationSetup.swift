import AzureDevOps
import Database
import FieldSync
import Portfolio
import Store

/// What an administrator chooses for a project.
public struct IntegrationForm: Sendable {
    public enum Mapping: Sendable {
        case recommended
        /// The same set as other integrations: a change reaches all of them.
        case shared(Identifier<StoredMappingSet>)
        /// A copy of a set: a change stays with it.
        case copy(Identifier<StoredMappingSet>)
        case empty
    }

    public var instance: Identifier<Instance>
    public var project: String
    /// `nil`: the credential of the instance.
    public var token: Secret?
    public var mapping: Mapping
    public var defaultMode: SyncMode

    public init(
        instance: Identifier<Instance>, project: String, token: Secret? = nil, mapping: Mapping = .recommended,
        defaultMode: SyncMode = .automatic
    ) {
        self.instance = instance
        self.project = project
        self.token = token
        self.mapping = mapping
        self.defaultMode = defaultMode
    }
}

public struct IntegrationOutcome: Sendable {
    /// The lines of the connection test; a failed one stops the saving.
    public var report: ConnectionReport
    public var integration: Identifier<Integration>?
}

/// Projects: connected, paused, given another mapping or credential, and removed.
public struct IntegrationSetup: Sendable {
    let store: Store
    let connections: Connections
    let schemas: SchemaCache
    let vault: Vault
    let clock: any EngineClock
    let hooks: HookSetup

    public func add(_ form: IntegrationForm) async throws -> IntegrationOutcome {
        guard let instance = try await store.read({ try $0.instance(form.instance) }) else { throw StoreError.notFound("The instance") }
        let client: AzureDevOpsClient
        if let token = form.token, !token.isEmpty {
            client = try await connections.client(url: instance.url, token: token)
        } else {
            client = try await connections.client(of: form.instance)
        }
        let report = await client.checkConnection(project: form.project)
        guard report.isUsable, let project = report.projects.first(where: { $0.id == form.project || $0.name == form.project }) else {
            return IntegrationOutcome(report: report)
        }
        let mapping = try await mapping(form.mapping, project: project, client)
        let integration = try await save(form, instance, project, mapping, report)
        // Hooks that cannot be made leave the integration working: the sweep does it, and the page says so.
        try? await hooks.establish(integration.id)
        return IntegrationOutcome(report: report, integration: integration.id)
    }

    private enum ChosenMapping: Sendable {
        case existing(Identifier<StoredMappingSet>)
        case new(MappingSet)
    }

    private func mapping(
        _ choice: IntegrationForm.Mapping, project: TeamProject, _ client: AzureDevOpsClient
    ) async throws -> ChosenMapping {
        switch choice {
        case .shared(let id): return .existing(id)
        case .empty: return .new(MappingSet())
        case .copy(let id):
            guard let set = try await store.read({ try $0.mappingSet(id) }) else { throw StoreError.notFound("The mapping set") }
            return .new(set.mapping)
        case .recommended:
            let schema: ProjectSchema
            do throws(AzureDevOpsError) {
                schema = try await schemas.schema(of: project.id, types: nil, by: client)
            } catch {
                throw ConnectionProblem(error)
            }
            let workspace = try await store.read { try $0.workspace() }
            return .new(RecommendedMapping(schema: schema, stages: workspace.stages, catalogue: workspace.catalogue).mapping)
        }
    }

    private func save(
        _ form: IntegrationForm, _ instance: Instance, _ project: TeamProject, _ mapping: ChosenMapping, _ report: ConnectionReport
    ) async throws -> Integration {
        try await store.write { [vault] transaction in
            var credential: Identifier<Credential>?
            if let token = form.token, !token.isEmpty {
                var added = try transaction.addCredential(instance: instance.id, name: project.name) { id in
                    Credential(id: id, instance: instance.id, name: project.name, sealed: [])
                }
                added.seal(token, by: vault, report, expiresOn: nil)
                try transaction.update(added)
                credential = added.id
            }
            let set: Identifier<StoredMappingSet>
            switch mapping {
            case .existing(let id):
                guard var stored = try transaction.mappingSet(id) else { throw StoreError.notFound("The mapping set") }
                if !stored.isShared {
                    stored.isShared = true
                    _ = try transaction.save(stored, at: clock.now)
                }
                set = id
            case .new(let mapping):
                set = try transaction.addMappingSet(name: "\(instance.name) · \(project.name)", isShared: false, mapping: mapping).id
            }
            do {
                return try transaction.addIntegration(
                    Integration(
                        id: Identifier(0), instance: instance.id, projectID: project.id, projectName: project.name, credential: credential,
                        mappingSet: set, defaultMode: form.defaultMode))
            } catch DatabaseError.uniqueViolation {
                throw ConnectionProblem(
                    message: "The project \(project.name) is integrated already.", remedy: "Open its page, or choose another project.")
            }
        }
    }

    /// Pausing ends every writing at once; resuming sweeps first.
    public func setPaused(_ isPaused: Bool, _ id: Identifier<Integration>) async throws {
        try await store.write { transaction in
            _ = try transaction.change(id) { integration in
                integration.state = isPaused ? .paused : .active
                integration.epoch += 1
                if !isPaused { integration.needsSweep = true }
            }
        }
    }

    public func setDefaultMode(_ mode: SyncMode, _ id: Identifier<Integration>) async throws {
        let now = clock.now
        try await store.write { transaction in
            _ = try transaction.change(id) { $0.defaultMode = mode }
            try transaction.markAllDirty(in: id, priority: .sweep, cause: .rule, at: now)
        }
    }

    /// Takes another mapping set: a shared one, or a copy of its own.
    public func useMapping(_ set: Identifier<StoredMappingSet>, asCopy: Bool, for id: Identifier<Integration>) async throws {
        let now = clock.now
        try await store.write { transaction in
            guard let stored = try transaction.mappingSet(set) else { throw StoreError.notFound("The mapping set") }
            var chosen = stored.id
            if asCopy {
                guard let integration = try transaction.integration(id) else { throw StoreError.notFound("The integration") }
                chosen = try transaction.addMappingSet(
                    name: "\(stored.name) (copy for \(integration.projectName))", isShared: false, mapping: stored.mapping
                ).id
            }
            _ = try transaction.change(id) { $0.mappingSet = chosen }
            try transaction.markAllDirty(in: id, priority: .sweep, cause: .rule, at: now)
        }
    }

    /// Gives the project a credential of its own, or with `nil` the one of the instance again.
    public func setToken(_ token: Secret?, of id: Identifier<Integration>) async throws -> ConnectionReport? {
        guard let integration = try await store.read({ try $0.integration(id) }),
            let instance = try await store.read({ try $0.instance(integration.instance) })
        else { throw StoreError.notFound("The integration") }
        guard let token else {
            try await store.write { transaction in
                _ = try transaction.change(id) { integration in
                    integration.credential = nil
                    integration.epoch += 1
                    integration.needsSweep = true
                }
            }
            return nil
        }
        let report = await (try connections.client(url: instance.url, token: token)).checkConnection(project: integration.projectID)
        guard report.isUsable else { return report }
        try await store.write { [vault] transaction in
            var added = try transaction.addCredential(instance: instance.id, name: integration.projectName) { id in
                Credential(id: id, instance: instance.id, name: integration.projectName, sealed: [])
            }
            added.seal(token, by: vault, report, expiresOn: nil)
            try transaction.update(added)
            let credential = added.id
            _ = try transaction.change(id) { integration in
                integration.credential = credential
                integration.epoch += 1
                integration.needsSweep = true
            }
        }
        return report
    }

    /// Ends all synchronisation and removes our hooks. Items, work items, histories and links stay; connecting the project again
    /// finds them. Returns what could not be removed at Azure DevOps.
    public func delete(_ id: Identifier<Integration>) async throws -> [String] {
        try await store.write { transaction in
            _ = try transaction.change(id) { integration in
                integration.state = .deleting
                integration.epoch += 1
            }
        }
        let left = try await hooks.remove(id)
        try await store.write { transaction in
            try transaction.disconnectLinks(of: id)
            _ = try transaction.change(id) { integration in
                integration.state = .deleted
                integration.hookState = .none
            }
        }
        return left
    }

    /// Tries again to create the hooks that are missing.
    public func establishHooks(of id: Identifier<Integration>) async throws { try await hooks.establish(id) }

    /// Address and secret of each hook, for an administrator of the project who enters them by hand.
    public func hookInstructions(of id: Identifier<Integration>) async throws -> [HookInstruction] {
        try await store.read { try $0.hooks(of: id) }.filter { $0.status != .disabled }.map { hook in
            HookInstruction(
                event: hook.eventType, url: hooks.address(of: hook), userName: HookIntake.userName, secret: try hooks.secret(of: hook),
                status: hook.status, lastEventAt: hook.lastEventAt)
        }
    }

    /// What the project offers for mapping; everything when `types` is `nil`.
    public func schema(of id: Identifier<Integration>, types: Set<String>? = nil) async throws -> ProjectSchema {
        let connection = try await connections.connection(to: id, priority: .interactive)
        do throws(AzureDevOpsError) {
            return try await schemas.schema(of: connection.integration.projectID, types: types, by: connection.client)
        } catch {
            throw ConnectionProblem(error)
        }
    }
}

/// What to enter by hand.
public struct HookInstruction: Sendable {
    public var event: String
    public var url: String
    public var userName: String
    public var secret: String
    public var status: Hook.Status
    public var lastEventAt: Instant?
}
