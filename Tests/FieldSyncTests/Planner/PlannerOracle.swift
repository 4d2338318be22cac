import FieldSync
import Portfolio

/// The planner's table (`sync-protocol.md` 2.5) once more, as a table: which row a state is in, what stands in the column of the
/// direction, and what that comes to for the values at hand.
///
/// It shares no line with the planner. It differs from the written table in one cell, as the product does: in a field that is only
/// written, nothing in Kiplot empties nothing in Azure DevOps when they meet for the first time.
struct PlannerOracle {
    private enum Row {
        case neitherChanged, remoteChanged, localChanged, bothChangedAlike, bothChanged
        case firstAlike, firstOnlyThere, firstOnlyHere, firstDifferent
    }

    private enum Cell {
        case nothing, settle, leave, pull, pullOverEdit, push, pushOverEdit, policy, source, conflict
    }

    private static func table(_ row: Row) -> (both: Cell, read: Cell, write: Cell) {
        switch row {
        case .neitherChanged: (.nothing, .nothing, .nothing)
        case .remoteChanged: (.pull, .pull, .pushOverEdit)
        case .localChanged: (.push, .pullOverEdit, .push)
        case .bothChangedAlike: (.settle, .settle, .settle)
        case .bothChanged: (.policy, .pullOverEdit, .pushOverEdit)
        case .firstAlike: (.settle, .settle, .settle)
        case .firstOnlyThere: (.pull, .pull, .leave)
        case .firstOnlyHere: (.push, .pullOverEdit, .push)
        case .firstDifferent: (.source, .pullOverEdit, .pushOverEdit)
        }
    }

    /// Which side is newer may be filled in later: the row does not depend on it.
    var state: FieldState
    private let base: AgreedPair?
    private let cells: (both: Cell, read: Cell, write: Cell)
    /// What reading and writing come to, apart from whose edit is overwritten.
    private let pulled: (Bool) -> FieldDecision
    private let pushed: (Bool) -> FieldDecision

    init(_ state: FieldState, in world: SmallWorld) {
        self.state = state
        let here = Self.number(state.local)
        let there = Self.number(state.remote)
        func isAlike(_ left: Int?, _ right: Int?) -> Bool {
            left == right || left.map(world.alike.contains) == true && right.map(world.alike.contains) == true
        }
        // `nil` where the value cannot travel, else what it becomes.
        let readAs: Int?? = there.map { world.reads[$0]! } ?? .some(nil)
        let writtenAs: Int?? = here.map { world.writes[$0]! } ?? .some(nil)
        let isReadable = there == nil || (readAs ?? nil) != nil
        let isWritable = here == nil || (writtenAs ?? nil) != nil
        let reading = readAs ?? nil
        let writing = writtenAs ?? nil
        let meanTheSame = isReadable && isAlike(reading, here) || isWritable && writing == there && (here == nil) == (there == nil)

        // “If R ∈ A: our own write landed although we did not hear it.”
        let landed = state.attempts.filter { $0.remote == state.remote }
        let isAsAgreed = state.agreed.map { $0.remote == state.remote } ?? false
        base = isAsAgreed ? state.agreed : landed.last { $0.local == state.local } ?? landed.last ?? state.agreed

        let row: Row
        if let base {
            switch (isAlike(here, Self.number(base.local)), base.remote == state.remote) {
            case (true, true): row = .neitherChanged
            case (true, false): row = .remoteChanged
            case (false, true): row = .localChanged
            case (false, false): row = meanTheSame ? .bothChangedAlike : .bothChanged
            }
        } else if meanTheSame {
            row = .firstAlike
        } else {
            row = here == nil ? .firstOnlyThere : there == nil ? .firstOnlyHere : .firstDifferent
        }
        cells = Self.table(row)

        let settled = FieldDecision.settle(AgreedPair(local: state.local, remote: state.remote))
        let pull = AgreedPair(local: reading.map { .number(Double($0)) }, remote: state.remote)
        let push = AgreedPair(local: state.local, remote: writing.map { .number(Double($0)) })
        pulled = { overEdit in
            if !isReadable { return .blocked(SmallWorld.unreadable(there ?? 0)) }
            return isAlike(reading, here) ? settled : .pull(pull, overwritesEdit: overEdit)
        }
        pushed = { overEdit in
            if !isWritable { return .blocked(SmallWorld.unwritable(here ?? 0)) }
            return writing == there ? settled : .push(push, overwritesEdit: overEdit)
        }
    }

    /// What the planner must decide.
    func decision(by rule: FieldRule) -> FieldDecision {
        if let settlement = state.settlement, settlement.local == state.local, settlement.remote == state.remote {
            if settlement.winner == .kiplot, rule.direction != .read { return pushed(false) }
            if settlement.winner == .azureDevOps, rule.direction != .write { return pulled(false) }
        }
        switch rule.direction {
        case .both: return outcome(of: cells.both, rule)
        case .read: return outcome(of: cells.read, rule)
        case .write: return outcome(of: cells.write, rule)
        }
    }

    private func outcome(of cell: Cell, _ rule: FieldRule) -> FieldDecision {
        switch cell {
        case .nothing: base == state.agreed ? .inStep : .settle(base!)
        case .settle, .leave: .settle(AgreedPair(local: state.local, remote: state.remote))
        case .pull: pulled(false)
        case .pullOverEdit: pulled(true)
        case .push: pushed(false)
        case .pushOverEdit: pushed(true)
        case .conflict: .conflict
        case .policy: outcome(of: policy(rule.conflictPolicy), rule)
        case .source: outcome(of: source(rule.initialSource), rule)
        }
    }

    private func policy(_ policy: ConflictPolicy) -> Cell {
        switch policy {
        case .hold: return .conflict
        case .azureDevOpsWins: return .pullOverEdit
        case .kiplotWins: return .pushOverEdit
        case .newest:
            let here = state.localChangedAt?.milliseconds ?? 0
            let there = state.remoteChangedAt?.milliseconds ?? 0
            return here == there || here * there == 0 ? .conflict : here < there ? .pullOverEdit : .pushOverEdit
        }
    }

    private func source(_ source: InitialSource?) -> Cell {
        switch source {
        case nil: .conflict
        case .azureDevOps?: .pullOverEdit
        case .kiplot?: .pushOverEdit
        }
    }

    private static func number(_ value: FieldValue?) -> Int? { if case .number(let number)? = value { Int(number) } else { nil } }
    private static func number(_ value: RemoteValue?) -> Int? { if case .number(let number)? = value { Int(number) } else { nil } }
}
