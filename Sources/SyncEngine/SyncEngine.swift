import AzureDevOps
import Database
import Logging
import Portfolio
import Store

/// Keeps the portfolio and Azure DevOps in step. One for each process; runs until it is shut down.
public struct SyncEngine: Sendable {
    public struct Configuration: Sendable {
        /// How Azure DevOps reaches us, without a slash at the end: in hooks and in markers.
        public var publicURL: String
        public var policy: AddressPolicy
        /// Whether no other process works on the same database: then writes that were on the wire when the last one died are dead, too.
        public var isAlone: Bool

        public init(publicURL: String, policy: AddressPolicy, isAlone: Bool = true) {
            self.publicURL = publicURL
            self.policy = policy
            self.isAlone = isAlone
        }
    }

    public let store: Store
    public let items: ItemCommands
    public let runs: RunCommands
    public let audits: AuditCommands
    public let instances: InstanceSetup
    public let integrations: IntegrationSetup
    public let intake: HookIntake
    public let configuration: Configuration
    public let clock: any EngineClock

    private let reconciler: Reconciler
    private let sweeper: Sweeper
    private let runWorker: RunWorker
    private let auditor: Auditor
    private let health: Health
    private let random: any EngineRandom
    private let logger: Logger

    public init(
        store: Store, vault: Vault, transport: any Transport, configuration: Configuration, clock: any EngineClock = SystemClock(),
        random: any EngineRandom = SystemRandom(), logger: Logger
    ) {
        let connections = Connections(store: store, vault: vault, transport: transport, policy: configuration.policy, clock: clock)
        let schemas = SchemaCache(clock: clock)
        let reconciler = Reconciler(
            store: store, connections: connections, schemas: schemas, locks: Locks(), clock: clock, random: random,
            publicURL: configuration.publicURL)
        let hooks = HookSetup(
            store: store, connections: connections, vault: vault, clock: clock, random: random, publicURL: configuration.publicURL)
        let health = Health(store: store, clock: clock)
        self.store = store
        self.configuration = configuration
        self.clock = clock
        self.random = random
        self.logger = logger
        self.reconciler = reconciler
        self.health = health
        sweeper = Sweeper(store: store, connections: connections, clock: clock, publicURL: configuration.publicURL)
        runWorker = RunWorker(store: store, reconciler: reconciler, sweeper: sweeper, clock: clock)
        auditor = Auditor(store: store, reconciler: reconciler, clock: clock)
        items = ItemCommands(store: store, reconciler: reconciler, health: health, clock: clock)
        runs = RunCommands(store: store, clock: clock)
        audits = AuditCommands(store: store, clock: clock)
        instances = InstanceSetup(store: store, connections: connections, vault: vault, clock: clock)
        integrations = IntegrationSetup(
            store: store, connections: connections, schemas: schemas, vault: vault, clock: clock, hooks: hooks)
        intake = HookIntake(store: store, clock: clock)
    }

    /// Works one bulk run off, and nothing else: for a command that has no server beside it.
    /// - Throws: `ConnectionProblem` when Azure DevOps cannot be used; the run can be resumed.
    public func work(on run: Run) async throws {
        do {
            try await runWorker.work(on: run)
        } catch let stop as LaneStop {
            try await health.note(stop, of: run.integration)
            throw ConnectionProblem(message: stop.problem.message, remedy: stop.problem.remedy)
        }
    }

    /// Works for every active integration, and notices those that come and go, until the task is cancelled.
    public func run() async throws {
        if configuration.isAlone { try await store.write { try $0.markSentAttemptsUnknown() } }
        await supervise()
    }

    private func supervise() async {
        let bell = Bell()
        let topics = store.changes.topics()
        let running = RunningIntegrations()
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await touched in topics where touched.contains(where: \.mayChangeIntegrations) { bell.ring() }
            }
            while !Task.isCancelled {
                let active = (try? await store.read { try $0.activeIntegrations() }) ?? []
                for id in active where await running.start(id) {
                    group.addTask {
                        await worker(id).run()
                        await running.end(id)
                        bell.ring()
                    }
                }
                await bell.wait(atMost: .seconds(60), clock: clock)
            }
            group.cancelAll()
        }
    }

    private func worker(_ id: Identifier<Integration>) -> IntegrationWorker {
        IntegrationWorker(
            id: id, store: store, reconciler: reconciler, sweeper: sweeper, hooks: integrations.hooks, runs: runWorker,
            auditor: auditor, health: health, clock: clock, random: random, logger: logger)
    }
}

private actor RunningIntegrations {
    private var ids: Set<Identifier<Integration>> = []

    /// Returns `false` when somebody works for it already.
    func start(_ id: Identifier<Integration>) -> Bool { ids.insert(id).inserted }
    func end(_ id: Identifier<Integration>) { ids.remove(id) }
}

extension Topic {
    fileprivate var mayChangeIntegrations: Bool {
        switch self {
        case .integration, .instance, .everything: true
        default: false
        }
    }
}
