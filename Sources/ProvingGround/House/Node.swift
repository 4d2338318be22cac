import Database
import Logging
import Portfolio
import Store
import SyncEngine

/// One process of the product: its own memory, clock and engine over the shared database. Killed, it is gone with all it had in memory.
final class Node: @unchecked Sendable {
    let number: Int
    let executor: NodeExecutor
    let clock: PlayClock
    private(set) var isAlive = true
    private(set) var store: Store!
    private(set) var engine: SyncEngine!
    private var life: Task<Void, Never>?
    private unowned let play: Play

    init(_ number: Int, in play: Play) {
        self.number = number
        self.play = play
        executor = NodeExecutor(play.scheduler)
        clock = play.clock
        store = Store(database: ObservedDatabase(play.database, play: play, node: self))
        let logger = Logger(label: "play") { _ in StoryLog(play: play, node: number) }
        engine = SyncEngine(
            store: store, vault: play.vault, transport: PlayNetwork(play: play, node: self),
            configuration: SyncEngine.Configuration(publicURL: Setting.publicURL, policy: Setting.policy, isAlone: play.options.nodes == 1),
            clock: clock, random: PlayRandom(play.scheduler), logger: logger)
    }

    func start() {
        let engine = engine!
        life = Task(executorPreference: executor) { [self] in
            // A process that cannot start ends, and is started again by whoever watches over it.
            do { try await engine.run() } catch { play.kill(self) }
        }
    }

    /// Nothing that it still does has any effect: every seam refuses.
    func die() {
        isAlive = false
        life?.cancel()
    }

    /// The engine knows its node through its network, and the node its engine: when the play is over, the knot is cut.
    func dissolve() {
        engine = nil
        store = nil
        life = nil
    }

    func checkAlive() throws(NodeEnd) { if !isAlive { throw .killed } }
}
