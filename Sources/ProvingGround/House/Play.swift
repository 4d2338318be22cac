import AzureDevOpsSimulator
import Database
import Foundation
import JSON
import Portfolio
import Store
import SyncEngine

/// One play: an organisation, a database, one or two processes of the product between them, and people on both sides, all on one thread.
///
/// `@unchecked Sendable`: everything happens on the scheduler's thread.
final class Play: @unchecked Sendable {
    var options: PlayOptions
    let scheduler: Scheduler
    let clock: PlayClock
    let database: InlineDatabase
    let vault: Vault
    let evidence: Evidence
    let integration: Identifier<Integration>
    let stageIDs: [Identifier<Stage>]
    var world: World
    private(set) lazy var witness = Witness(self)
    private(set) var nodes: [Node] = []
    /// Kept until the play is over: tasks do not keep their executors alive.
    private(set) var graveyard: [Node] = []
    private var nextNode = 1
    private var faults: SeededGenerator

    /// The connected project: its name may change.
    let projectID: String
    var isServiceOut = false
    var isDatabaseOut = false
    var isHookWayBroken = false
    var isSafetyPhase = true
    var happensNow: Fault?
    /// When the next look at the queue of deliveries is due.
    var deliveriesDue: Int64?
    /// Deliveries of the past, for those who repeat them.
    var pastDeliveries: [HookDelivery] = []
    /// Answers about the project itself, by address.
    var printedMetadata: [String: ServiceAnswer] = [:]
    /// Work that people have asked for and that goes on.
    var errands = 0

    init(_ options: PlayOptions, on setting: Setting, keepsStory: Bool = false) throws {
        self.options = options
        scheduler = Scheduler(seed: options.seed, now: setting.now)
        clock = PlayClock(scheduler)
        database = try InlineDatabase(copying: setting.database)
        vault = setting.vault
        integration = setting.integration
        stageIDs = setting.stageIDs
        world = setting.world
        projectID = setting.world.projectID(named: Setting.project) ?? ""
        evidence = Evidence(keepsStory: keepsStory)
        faults = SeededGenerator(seed: options.seed ^ 0xFA017)
    }

    var now: Int64 { scheduler.now }
    var projectName: String { world.projectName(withID: projectID) ?? Setting.project }

    func chance<Result>(_ body: (inout SeededGenerator) -> Result) -> Result { body(&faults) }

    /// Whether a fault occurs now; noted when it does.
    func happens(_ fault: Fault) -> Bool {
        guard isSafetyPhase, faults.happens(options.rate(fault)) else { return false }
        note(fault)
        return true
    }

    func note(_ fault: Fault) { evidence.note(fault) }
    func tell(_ line: @autoclosure () -> String) { evidence.tell(now, line()) }

    func startNode() {
        let node = Node(nextNode, in: self)
        nextNode += 1
        nodes.append(node)
        node.start()
    }

    /// SIGKILL; another process starts a little later.
    func kill(_ node: Node) {
        guard node.isAlive else { return }
        tell("node \(node.number) is killed")
        node.die()
        nodes.removeAll { $0 === node }
        graveyard.append(node)
        scheduler.after(chance { $0.between(10, 8_000) }) { [self] in
            guard nodes.count < options.nodes else { return }
            startNode()
            tell("node \(nodes.last?.number ?? 0) starts")
        }
    }

    /// Somebody whom the process serves: a page, an editor, a button.
    func errand(on node: Node?, _ body: @escaping @Sendable (Node) async throws -> Void) {
        guard let node = node ?? nodes.first(where: { !$0.executor.isFrozen }) else { return }
        errands += 1
        Task(executorPreference: node.executor) {
            // What a person is told of trouble is told elsewhere; nothing is confirmed.
            try? await body(node)
            self.errands -= 1
        }
    }

    /// A node that people talk to.
    func anyNode() -> Node? {
        let able = nodes.filter { !$0.executor.isFrozen }
        return able.isEmpty ? nil : chance { $0.pick(able) }
    }
}
