import FieldSync

/// Makes a failing play as short as it can be while it still breaks the same invariant, so that a person can read it.
public struct Shrinker {
    private let prover: Prover
    private let seed: UInt64
    private let invariant: String
    private let isOver: () -> Bool
    private var options: PlayOptions
    private var scenes: [Scene]

    /// - Parameter isOver: asked between two plays; `true` ends the search with what has been found.
    public init(_ prover: Prover, seed: UInt64, invariant: String, isOver: @escaping () -> Bool) {
        self.prover = prover
        self.seed = seed
        self.invariant = invariant
        self.isOver = isOver
        options = PlayOptions(seed: seed)
        scenes = Script(options).scenes
    }

    /// - Returns: the shortest play that was found, told as a story.
    public mutating func shrink() throws -> Trial {
        try dropScenes()
        try simplifyOptions()
        try dropScenes()
        try shortenWaits()
        return try prover.play(seed, script: Script(scenes: scenes), options: options, keepsStory: true)
    }

    private func fails(_ scenes: [Scene], _ options: PlayOptions) throws -> Bool {
        try prover.play(seed, script: Script(scenes: scenes), options: options).violations.contains { $0.invariant == invariant }
    }

    /// Drops halves, quarters, eighths… as long as the play fails without them. A scene that goes leaves its time to the next.
    private mutating func dropScenes() throws {
        var size = max(1, scenes.count / 2)
        while !isOver() {
            var start = 0
            var hasDropped = false
            while start < scenes.count, !isOver() {
                let end = min(start + size, scenes.count)
                var rest = scenes
                let gap = rest[start..<end].reduce(0) { $0 + $1.after }
                rest.removeSubrange(start..<end)
                if start < rest.count { rest[start].after += gap }
                if try fails(rest, options) {
                    scenes = rest
                    hasDropped = true
                } else {
                    start = end
                }
            }
            if size == 1, !hasDropped { return }
            size = max(1, size / 2)
        }
    }

    private mutating func simplifyOptions() throws {
        var simpler: [(inout PlayOptions) -> Void] = [
            { $0.nodes = 1 }, { $0.normaliser = .none }, { $0.hooks = .reliable }, { $0.readLag = 0 }, { $0.queryLag = 0 },
            { $0.feedLag = 0 },
            { $0.answersConflict = false }, { $0.leavesOutMissing = false }, { $0.makesRevisionOfNothing = false },
            { $0.tagsAreManual = false }, { $0.policy = .hold }, { $0.descriptionDirection = .both }, { $0.effortDirection = .both },
        ]
        simpler += options.rates.keys.sorted { $0.rawValue < $1.rawValue }.map { fault in { $0.rates[fault] = nil } }
        for simplify in simpler where !isOver() {
            var given = options
            simplify(&given)
            if try fails(scenes, given) { options = given }
        }
    }

    private mutating func shortenWaits() throws {
        for index in scenes.indices where !isOver() && scenes[index].after > 1_000 {
            var shorter = scenes
            shorter[index].after = 100
            if try fails(shorter, options) { scenes = shorter }
        }
    }
}
