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

/// Makes clients: one pacer for each identity, because Azure DevOps' budget is per identity, whatever token it shows and whatever
/// integration it works for; one circuit for each token.
public actor Connections {
    private struct Identity: Hashable {
        var organisation: String
        /// Whom Azure DevOps knows it as, or the credential while that is unknown.
        var owner: String
    }

    private struct Circuit {
        var sealedToken: [UInt8]
        var circuit = CredentialCircuit()
    }

    private let store: Store
    private let vault: Vault
    private let transport: any Transport
    private let clock: any EngineClock
    let policy: AddressPolicy
    private var pacers: [Identity: RequestPacer] = [:]
    private var circuits: [Identifier<Credential>: Circuit] = [:]

    public init(store: Store, vault: Vault, transport: any Transport, policy: AddressPolicy, clock: any EngineClock) {
        self.store = store
        self.vault = vault
        self.transport = transport
        self.policy = policy
        self.clock = clock
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
    /// - Parameter isProbe: a person wants to know whether a rejected token is accepted again.
    func client(
        of instance: Identifier<Instance>, credential: Identifier<Credential>? = nil, isProbe: Bool = false
    ) async throws -> AzureDevOpsClient {
        let (found, stored) = try await store.read { transaction -> (Instance, Credential) in
            guard let found = try transaction.instance(instance), let stored = try transaction.credential(credential ?? found.credential)
            else {
                throw StoreError.notFound("The instance")
            }
            return (found, stored)
        }
        if isProbe { circuits[stored.id] = nil }
        return try client(of: found, stored, priority: .interactive)
    }

    /// A client for a token that is not stored yet.
    func client(url: String, token: Secret) throws(ConnectionProblem) -> AzureDevOpsClient {
        guard !token.isEmpty else {
            throw ConnectionProblem(message: "The personal access token is empty.", remedy: "Paste the token that Azure DevOps showed you.")
        }
        return AzureDevOpsClient(
            organisation: try organisation(url), personalAccessToken: token, transport: transport,
            pacer: RequestPacer(clock: clock))
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
        let identity = Identity(organisation: url.base, owner: credential.ownerID ?? "credential \(credential.id)")
        let pacer = pacers[identity] ?? RequestPacer(clock: clock)
        pacers[identity] = pacer
        if circuits[credential.id]?.sealedToken != credential.sealed {
            circuits[credential.id] = Circuit(sealedToken: credential.sealed)
        }
        return AzureDevOpsClient(
            organisation: url, personalAccessToken: Secret(bytes: token), transport: transport, pacer: pacer,
            circuit: circuits[credential.id]?.circuit ?? CredentialCircuit(), priority: priority)
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
