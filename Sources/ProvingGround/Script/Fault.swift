/// What goes wrong on the way and in the machine, by its number in the catalogue (`sync-protocol.md` 3.3).
public enum Fault: Int, CaseIterable, Sendable {
    case connectionRefused = 1
    case nameNotFound = 2
    case certificateExpired = 4
    case resetBeforeSending = 5
    case resetBeforeApplying = 6
    case answerLost = 7
    case answerPastDeadline = 8
    case appliedAfterRetry = 9
    case truncatedBody = 10
    case answerTooLarge = 11
    case signInPage = 12
    case redirect = 13
    case slowBody = 14
    case staleRevision = 15
    case ruleViolation = 16
    case ruleChangesOther = 17
    case htmlRewritten = 18
    case valueTrimmed = 19
    case tokenRevoked = 20
    case permissionLost = 21
    case deleted = 22
    case restored = 23
    case destroyed = 24
    case moved = 25
    case retyped = 26
    case projectRenamed = 27
    case fieldRemoved = 28
    case revisionWall = 29
    case staleRead = 30
    case searchLag = 31
    case feedLag = 32
    case feedTokenRejected = 33
    case tooManyRequests = 34
    case retryAfterWithSuccess = 35
    case longDelay = 36
    case outage = 37
    case identityDisabled = 38
    case formatFlipped = 39
    case hookLost = 40
    case hookTwice = 41
    case hookTwiceNewID = 42
    case hookLate = 43
    case hookBurst = 44
    case hookUnreadable = 45
    case hookForged = 46
    case hooksOnProbation = 47
    case hooksDisabled = 48
    case hooksMadeTwice = 49
    case killed = 50
    case frozen = 51
    case diskFull = 53
    case inputOutputError = 54
    case databaseBusy = 55
    case commitUnknown = 56
    case databaseOutage = 57
    case clockJump = 58
    case editedAtOnce = 63

    /// Those of the catalogue that a simulation in one process cannot bring about, and where they are met instead.
    public static let elsewhere: [(number: Int, name: String, reason: String)] = [
        (3, "DNS answer changes between check and connect", "the address guard's own tests: the simulation has no names"),
        (52, "power loss", "`kiplot-prove torn` tears SQLite's files; the simulation's database is in memory"),
        (59, "memory pressure", "not simulated: Swift ends the process, which is fault 50"),
        (60, "two versions during an upgrade", "one process owns the database: there is no rolling upgrade"),
        (61, "restore of an old backup", "the flow “restore” of the crash driver, with the real commands"),
        (62, "key missing at start", "the flow “restore” of the crash driver: the server refuses to start"),
        (64, "one tenant with 1,000 times the load", "one integration in a play; a test of the pacer"),
    ]

    public var name: String {
        var words = ""
        for character in "\(self)" { words += character.isUppercase ? " \(character.lowercased())" : String(character) }
        return words
    }
}
