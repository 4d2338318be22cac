import AzureDevOps
import Portfolio
import Store

/// Why an integration cannot be worked on at the moment, in words.
public struct ConnectionProblem: Error, Hashable, Sendable {
    public var message: String
    public var remedy: String

    public init(message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    public init(_ error: AzureDevOpsError) { self.init(message: error.message, remedy: error.remedy) }
}

/// A client for one integration, with what it was made from.
struct Connection: Sendable {
    var client: AzureDevOpsClient
    var instance: Instance
    var integration: Integration
    var credential: Identifier<Credential>
    /// Whom Azure DevOps knows us as; `nil` while unknown.
    var ownerID: String?
}

/// Makes clients: one pacer for each credential, because Azure DevOps' budget is per identity.
public actor Connections {
    private let store: Store
    private let vault: Vault
    private let transport: any Transport
    let policy: AddressPolicy
    private var pacers: [Identifier<Credential>: RequestPacer] = [:]

    public init(store: Store, vault: Vault, transport: any Transport, policy: AddressPolicy) {
        self.store = store
        self.vault = vault
        self.transport = transport
        self.policy = policy
    }

    /// - Throws: `ConnectionProblem` when the credential cannot be opened or the address is no longer allowed; `StoreError.notFound`.
    func connection(to id: Identifier<Integration>, priority: RequestPriority) async throws -> Connection {
        let (integration, instance, credential) = try await store.read { transaction -> (Integration, Instance, Credential) in
            guard let integration = try transaction.integration(id), let instance = try transaction.instance(integration.instance),
                let credential = try transaction.credential(integration.credential ?? instance.credential)
            else { throw StoreError.notFound("The integration") }
            return (integration, instance, credential)
        }
        return Connection(
            client: try client(of: instance, credential, priority: priority), instance: instance, integration: integration,
            credential: credential.id, ownerID: credential.ownerID)
    }

    /// A client for an instance, with its own credential or another one of it.
    func client(of instance: Identifier<Instance>, credential: Identifier<Credential>? = nil) async throws -> AzureDevOpsClient {
        let (found, stored) = try await store.read { transaction -> (Instance, Credential) in
            guard let found = try transaction.instance(instance), let stored = try transaction.credential(credential ?? found.credential)
            else {
                throw StoreError.notFound("The instance")
            }
            return (found, stored)
        }
        return try client(of: found, stored, priority: .interactive)
    }

    /// A client for a token that is not stored yet.
    func client(url: String, token: Secret) throws(ConnectionProblem) -> AzureDevOpsClient {
        guard !token.isEmpty else {
            throw ConnectionProblem(message: "The personal access token is empty.", remedy: "Paste the token that Azure DevOps showed you.")
        }
        return AzureDevOpsClient(
            organisation: try organisation(url), personalAccessToken: token, transport: transport, pacer: RequestPacer())
    }

    /// The organisation or collection behind an address that somebody has typed.
    nonisolated func organisation(_ url: String) throws(ConnectionProblem) -> OrganisationURL {
        do {
            return try OrganisationURL(url, policy: policy)
        } catch {
            throw ConnectionProblem(message: error.message, remedy: error.remedy)
        }
    }

    private func client(of instance: Instance, _ credential: Credential, priority: RequestPriority) throws -> AzureDevOpsClient {
        let url = try organisation(instance.url)
        let token: [UInt8]
        do {
            token = try vault.open(credential.sealed, for: Vault.purpose(ofCredential: credential.id, of: instance.id))
        } catch {
            throw ConnectionProblem(message: error.message, remedy: error.remedy)
        }
        let pacer = pacers[credential.id] ?? RequestPacer()
        pacers[credential.id] = pacer
        return AzureDevOpsClient(
            organisation: url, personalAccessToken: Secret(bytes: token), transport: transport, pacer: pacer, priority: priority)
    }
}

extension RequestPriority {
    init(_ priority: Priority) {
        self =
            switch priority {
            case .interactive: .interactive
            case .hook: .hook
            case .sweep: .sweep
            case .bulk: .bulk
            }
    }
}
