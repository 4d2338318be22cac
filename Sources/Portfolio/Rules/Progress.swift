/// How far an initiative has come, when nobody typed it (`kiplot-domain.md` 14.2): the mean of its outcomes,
/// weighted by effort, or the plain mean when none has an effort.
public func progress(of outcomes: [(percentComplete: Double?, effort: Double?)]) -> Double? {
    guard !outcomes.isEmpty else { return nil }
    let efforts = outcomes.map { max(0, $0.effort ?? 0) }
    let total = efforts.reduce(0, +)
    let weights = total > 0 ? efforts : outcomes.map { _ in 1 }
    let weighted = zip(outcomes, weights).reduce(0) { $0 + ($1.0.percentComplete ?? 0) * $1.1 }
    return (weighted / weights.reduce(0, +)).rounded()
}
