import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine

/// How a play goes: a phase in which everything may go wrong, and one in which nothing does any more and everything must come to rest.
extension Play {
    /// Steps that a play may take at most; a play of two hundred deeds takes some tens of thousands.
    private static let mostSteps = 3_000_000
    /// How long both sides may take to agree once nothing goes wrong any more: two sweeps, and the hourly pass that overlaps.
    private static let patience: Int64 = 5_400_000

    func run(_ script: Script, quietMilliseconds: Int64) throws {
        try setUp()
        for _ in 0..<options.nodes { startNode() }
        for scene in script.scenes {
            guard advance(to: now + scene.after) else { return }
            perform(scene.deed)
        }
        guard advance(to: now + 1_000) else { return }
        calmDown()
        guard try comeToRest() else { return }
        try audit()
        guard try comeToRest() else { return }
        let callsBefore = evidence.calls.count
        let editsBefore = try historyCount()
        guard advance(to: now + quietMilliseconds) else { return }
        try checkQuiet(callsBefore, editsBefore)
        // A sweep may just be about to look at links again.
        for _ in 0..<5 where try !isSettled() { guard advance(to: now + 60_000) else { return } }
        for node in nodes { node.die() }
        _ = scheduler.run(until: now + 60_000, mostSteps: Self.mostSteps)
        evidence.stamp("\(scheduler.steps)")
    }

    /// Gives back what the processes hold, once everything has been judged.
    func dissolve() { for node in nodes + graveyard { node.dissolve() } }

    /// - Returns: `false` when the play has to be broken off.
    private func comeToRest() throws -> Bool {
        let end = now + Self.patience
        var isAtRest = false
        while now < end {
            guard advance(to: now + 20_000) else { return false }
            isAtRest = try errands == 0 && isSettled()
            if try isAtRest && hasConverged() { break }
        }
        evidence.tell(now, isAtRest ? "everything is at rest" : "there is still something to do")
        return true
    }

    /// What no feed of the project tells (moved, destroyed, restored elsewhere) is found by comparing everything.
    private func audit() throws {
        evidence.isAudited = true
        errand(on: nodes.first) { [self] node in
            tell("Ada starts an audit that heals")
            _ = try await node.engine.audits.start(in: integration, heals: true, by: "Ada")
        }
    }

    private func advance(to moment: Int64) -> Bool {
        if scheduler.run(until: moment, mostSteps: Self.mostSteps) { return true }
        evidence.violations.append(Violation("A34", "the engine runs in circles: more than \(Self.mostSteps) steps"))
        return false
    }

    private func setUp() throws {
        world.lags.reads = options.readLag
        world.lags.queries = options.queryLag
        world.lags.feeds = options.feedLag
        if options.readLag > 0 { note(.staleRead) }
        if options.queryLag > 0 { note(.searchLag) }
        if options.feedLag > 0 { note(.feedLag) }
        if options.answersConflict { world.variants.staleRevision = .conflict }
        if options.leavesOutMissing { world.variants.omittedWorkItems = .leftOut }
        if options.makesRevisionOfNothing { world.variants.unchangedPatch = .makesRevision }
        let options = options
        try database.writeNow { transaction in
            let store = StoreTransaction(transaction)
            guard let found = try store.integration(integration), var set = try store.mappingSet(found.mappingSet) else { return }
            for entity in set.mapping.entities.indices {
                for index in set.mapping.entities[entity].fields.indices {
                    set.mapping.entities[entity].fields[index].conflictPolicy = options.policy
                    switch set.mapping.entities[entity].fields[index].field {
                    case .description: set.mapping.entities[entity].fields[index].direction = options.descriptionDirection
                    case .effort: set.mapping.entities[entity].fields[index].direction = options.effortDirection
                    case .tags: set.mapping.entities[entity].fields[index].mode = options.tagsAreManual ? .manual : .automatic
                    default: break
                    }
                }
            }
            _ = try store.save(set, at: Instant(milliseconds: now))
            evidence.epoch = found.epoch
            // What both sides agreed on before the play began is evidence, too.
            for row in try transaction.rows("SELECT id, state, seen_revision, dirty, settled, fields, synced_at FROM link ORDER BY id") {
                guard let id = row.integer(0) else { continue }
                evidence.marks[id] = [(now, row.integer(3) ?? 0, false)]
                evidence.linkRows[id] = [
                    Evidence.LinkRow(
                        at: now, node: 0, state: row.text(1) ?? "", seenRevision: row.integer(2) ?? 0, dirty: row.integer(3) ?? 0,
                        settled: row.integer(4) ?? 0, fields: row.text(5) ?? "{}", syncedAt: row.integer(6),
                        isActive: true, epoch: found.epoch)
                ]
            }
        }
    }

    /// The liveness phase: the network, the machines and the organisation are in order, and whatever was paused goes on.
    private func calmDown() {
        tell("— from here on nothing goes wrong any more —")
        isSafetyPhase = false
        evidence.liveness = now
        options.endFaults()
        world.lags = Lags()
        isServiceOut = false
        isDatabaseOut = false
        isHookWayBroken = false
        for node in nodes { scheduler.setFrozen(false, node.executor) }
        clock.skew = 0
        world.control("DELETE", "rules", at: now)
        bringBackField()
        acceptToken()
        while nodes.count < options.nodes { startNode() }
        errand(on: nodes.first) { [self] node in
            guard try await node.store.read({ [integration] in try $0.integration(integration) })?.state == .paused else { return }
            try await node.engine.integrations.setPaused(false, integration)
            tell("the integration is resumed")
        }
    }

    private func isSettled() throws -> Bool {
        try database.readNow { transaction in
            let store = StoreTransaction(transaction)
            return try store.linkCounts(of: integration).waiting == 0 && store.runningRuns().isEmpty
                && store.runningAudit(of: integration) == nil
                && store.integration(integration)?.needsSweep == false
                && transaction.row("SELECT count(*) FROM attempt")?.integer(0) == 0
        }
    }

    private func hasConverged() throws -> Bool {
        let agreement = Agreement(self)
        // Before the audit only what the feeds tell can be known.
        return try agreement.disagreements().isEmpty && (!evidence.isAudited || agreement.strays().isEmpty)
    }

    private func historyCount() throws -> Int64 { try database.readNow { try $0.row("SELECT count(*) FROM history")?.integer(0) } ?? 0 }

    /// A4: once everything agrees, nobody writes anything.
    private func checkQuiet(_ calls: Int, _ edits: Int64) throws {
        for call in evidence.calls[calls...] where call.isPatch || call.isCreation {
            evidence.violations.append(Violation("A4", "\(describe(call.number)) although nobody had done anything"))
        }
        if try historyCount() != edits { evidence.violations.append(Violation("A4", "an item changed although nobody had done anything")) }
    }
}
