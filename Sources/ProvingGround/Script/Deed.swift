/// What somebody does, or what befalls the house, in a play. Numbers choose among what is there at that moment, so that a deed makes
/// sense whatever came before it, and a script stays playable when deeds are taken out of it.
public enum Deed: Sendable {
    public enum Field: String, CaseIterable, Sendable { case name, description, effort, tags, stage }

    case editHere(item: Int, field: Field, value: Int)
    case editThere(workItem: Int, field: Field, value: Int)
    /// Another tool that has a token of the same identity.
    case editThereAsUs(workItem: Int, field: Field, value: Int)
    case editBoth(item: Int, field: Field, here: Int, there: Int)
    case editSeveralHere(item: Int, value: Int)
    case pressRead(item: Int)
    case pressWrite(item: Int)
    case settle(conflict: Int, choice: Int)
    case addItemAndCreate(value: Int)
    case addWorkItem(value: Int)
    case linkAgain(item: Int, workItem: Int)
    case unlink(item: Int)
    case delete(workItem: Int)
    case restore(workItem: Int)
    case destroy(workItem: Int)
    case moveAway(workItem: Int)
    case moveBack(workItem: Int)
    case retype(workItem: Int)
    case retypeBack(workItem: Int)
    case reparent(workItem: Int, parent: Int)
    case pull
    case push
    case pause
    case resume
    case changeMapping(choice: Int)
    case rejectToken(isDisabled: Bool)
    case acceptToken
    case takePermission
    case givePermission
    case addRule
    case removeRules
    case flipFormat(workItem: Int)
    case outage(seconds: Int)
    case databaseOutage(seconds: Int)
    case kill(node: Int)
    case freeze(node: Int, seconds: Int)
    case jumpClock(minutes: Int)
    case sendUnreadableHook
    case forgeHook
    case repeatHooks
    case breakHooks(seconds: Int)
    case stopHooks
    case renameProject(value: Int)
    /// Deletes a field that is mapped, or brings it back.
    case toggleField
    case approachWall(workItem: Int, wall: Int)
}

/// A deed and how long after the one before it happens.
public struct Scene: Sendable {
    public init(after: Int64, deed: Deed) {
        self.after = after
        self.deed = deed
    }

    /// Milliseconds.
    public var after: Int64
    public var deed: Deed
}

/// The whole script of a play, drawn from its seed.
public struct Script: Sendable {
    public var scenes: [Scene]

    public init(scenes: [Scene]) { self.scenes = scenes }

    public init(_ options: PlayOptions) {
        var generator = SeededGenerator(seed: options.seed ^ 0xDEED)
        // Each script has its own favourites, so that rare deeds come in numbers somewhere.
        let weights = options.isCalm ? Self.calmWeights : Self.weights
        let favourite = Self.draw(weights, &generator)
        var value = 0
        scenes = (0..<options.deeds).map { _ in
            value += 1
            let kind = generator.happens(100) ? favourite : Self.draw(weights, &generator)
            let gap: Int64 =
                switch generator.below(40) {
                case 0...15: generator.between(0, 50)
                case 16...33: generator.between(50, 3_000)
                case 34...38: generator.between(3_000, 40_000)
                default: generator.between(40_000, 400_000)
                }
            return Scene(after: gap, deed: Self.deed(kind, value, &generator))
        }
    }

    /// How often each kind of deed is drawn, in the order of `deed`.
    private static let weights = [
        60, 60, 25, 10, 10, 10, 20, 10, 4, 5, 4, 6, 8, 1, 4, 6, 3, 5, 5, 3, 3, 4, 6, 4, 2, 5, 2, 4, 3, 4, 3, 3, 2, 8, 4, 3, 2, 2, 4, 3, 3,
        8, 2, 3, 2,
    ]

    /// The same without whatever gets in the way of others.
    private static let calmWeights = weights.enumerated().map { kind, weight in
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 18, 19, 20, 41].contains(kind) ? weight : 0
    }

    private static func draw(_ weights: [Int], _ generator: inout SeededGenerator) -> Int {
        var rest = generator.below(weights.reduce(0, +))
        for (kind, weight) in weights.enumerated() {
            if rest < weight { return kind }
            rest -= weight
        }
        return 0
    }

    private static func deed(_ kind: Int, _ value: Int, _ generator: inout SeededGenerator) -> Deed {
        let one = generator.below(1_000)
        let other = generator.below(1_000)
        let field = generator.pick([Deed.Field.name, .name, .name, .description, .description, .effort, .tags, .stage])
        switch kind {
        case 0: return .editHere(item: one, field: field, value: value)
        case 1: return .editThere(workItem: one, field: field, value: value)
        case 2: return .editBoth(item: one, field: field, here: value * 2 + 1_000, there: value * 2 + 1_001)
        case 3: return .editSeveralHere(item: one, value: value)
        case 4: return .pressRead(item: one)
        case 5: return .pressWrite(item: one)
        case 6: return .settle(conflict: one, choice: other)
        case 7: return .addItemAndCreate(value: value)
        case 8: return .addWorkItem(value: value)
        case 9: return .linkAgain(item: one, workItem: other)
        case 10: return .unlink(item: one)
        case 11: return .delete(workItem: one)
        case 12: return .restore(workItem: one)
        case 13: return .destroy(workItem: one)
        case 14: return .moveAway(workItem: one)
        case 15: return .moveBack(workItem: one)
        case 16: return .retype(workItem: one)
        case 17: return .retypeBack(workItem: one)
        case 18: return .reparent(workItem: one, parent: other)
        case 19: return .pull
        case 20: return .push
        case 21: return .pause
        case 22: return .resume
        case 23: return .changeMapping(choice: one)
        case 24: return .rejectToken(isDisabled: generator.happens(500))
        case 25: return .acceptToken
        case 26: return .takePermission
        case 27: return .givePermission
        case 28: return .addRule
        case 29: return .removeRules
        case 30: return .flipFormat(workItem: one)
        case 31: return .outage(seconds: Int(generator.between(5, 300)))
        case 32: return .databaseOutage(seconds: Int(generator.between(1, 30)))
        case 33: return .kill(node: one)
        case 34: return .freeze(node: one, seconds: Int(generator.between(5, 120)))
        case 35: return .jumpClock(minutes: Int(generator.between(-60, 60)))
        case 36: return .sendUnreadableHook
        case 37: return .forgeHook
        case 38: return .repeatHooks
        case 39: return .breakHooks(seconds: Int(generator.between(10, 600)))
        case 40: return .stopHooks
        case 41: return .editThereAsUs(workItem: one, field: field, value: value)
        case 42: return .renameProject(value: value)
        case 43: return .toggleField
        default: return .approachWall(workItem: one, wall: other)
        }
    }
}
