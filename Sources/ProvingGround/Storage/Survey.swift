/// Crash states of one run, each once, drawn from a seed: moments in any order, and at each of them every kind of loss.
struct Survey {
    /// Sectors are drawn more than once where there are fewer moments than states were asked for.
    private static let mostRounds = 8

    private let run: StorageRun
    private let lie: Lie?
    private let count: Int
    private var generator: SeededGenerator
    private var moments: [Int] = []
    private var waiting: [CrashState] = []
    private var seen: Set<Int> = []
    private var rounds = 0

    /// - Parameter lie: `nil` for an honest disk.
    init(_ run: StorageRun, seed: UInt64, count: Int, lie: Lie? = nil) {
        self.run = run
        self.count = count
        self.lie = lie
        generator = SeededGenerator(seed: seed)
    }

    /// - Returns: `nil` when as many were drawn as were asked for, or when there are no more.
    mutating func next() -> CrashState? {
        guard seen.count < count else { return nil }
        while true {
            while let state = waiting.popLast() { if seen.insert(state.fingerprint).inserted { return state } }
            if moments.isEmpty {
                guard rounds < Self.mostRounds else { return nil }
                rounds += 1
                moments = run.log.moments.shuffled(using: &generator)
            }
            guard let moment = moments.popLast() else { return nil }
            waiting = states(at: moment)
        }
    }

    private mutating func states(at moment: Int) -> [CrashState] {
        // From the second round on, only drawn losses can be new.
        let losses = rounds == 1 ? PowerLoss.allCases : [.someSectorsArrived]
        return CrashState.all(at: moment, of: run.log, lie, losses, &generator)
    }
}
