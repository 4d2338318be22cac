/// What one outcome contributes to the progress of its initiative.
public struct Accomplishment: Hashable, Sendable {
    /// 0…100; `nil` when nobody has said.
    public var percentComplete: Double?
    public var effort: Double?
    public var isClosed: Bool

    public init(percentComplete: Double?, effort: Double?, isClosed: Bool = false) {
        self.percentComplete = percentComplete
        self.effort = effort
        self.isClosed = isClosed
    }
}

/// How far an initiative has come, when nobody typed it (`kiplot-domain.md` 14.2): the mean of its outcomes, weighted by effort, or the plain
/// mean when none has an effort. What is closed counts as complete unless it says otherwise.
public func progress(of outcomes: [Accomplishment]) -> Double? {
    guard !outcomes.isEmpty else { return nil }
    let efforts = outcomes.map { max(0, $0.effort ?? 0) }
    let total = efforts.reduce(0, +)
    let weights = total > 0 ? efforts : outcomes.map { _ in 1 }
    let weighted = zip(outcomes, weights).reduce(0) { sum, pair in
        sum + (pair.0.percentComplete ?? (pair.0.isClosed ? 100 : 0)) * pair.1
    }
    return (weighted / weights.reduce(0, +)).rounded()
}
