/// The rule by which requests of one identity start, apart from any waiting: who may start now, given what Azure DevOps has said.
public struct RequestBudget: Sendable {
    /// When a request may start.
    public enum Turn: Hashable, Sendable {
        case now
        /// Not before this moment, whatever else happens.
        case at(Duration)
        /// When another one ends.
        case later
    }

    /// Requests that may be on the wire at once while the service answers freely.
    public static let mostInFlight = 16
    /// Places that only a person's clicks and hooks may fill.
    public static let keptForPeople = 4
    /// Below these shares of the budget bulk work rests, and everything but a person's clicks (`sync-protocol.md` 4.2).
    static let shortShare = 0.2
    static let nearlyEmptyShare = 0.05
    /// How long the budget counts as short where the service does not say when it is whole again.
    static let unknownReset = Duration.seconds(30)

    public private(set) var inFlight = 0
    private var backgroundInFlight = 0
    /// Halved whenever the service holds requests back, and slowly raised again.
    private var cap = Double(mostInFlight)
    private var notBefore = Duration.zero
    private var shortUntil = Duration.zero
    private var nearlyEmptyUntil = Duration.zero

    public init() {}

    public func turn(_ priority: RequestPriority, at now: Duration) -> Turn {
        if notBefore > now { return .at(notBefore) }
        if priority != .interactive, nearlyEmptyUntil > now { return .at(nearlyEmptyUntil) }
        if priority == .bulk, shortUntil > now { return .at(shortUntil) }
        let places = max(1, Int(cap))
        if inFlight >= places { return .later }
        guard priority.isBackground else { return .now }
        return backgroundInFlight < max(1, places - Self.keptForPeople) ? .now : .later
    }

    public mutating func start(_ priority: RequestPriority) {
        inFlight += 1
        if priority.isBackground { backgroundInFlight += 1 }
    }

    public mutating func finish(_ priority: RequestPriority, advice: ServiceAdvice?, at now: Duration) {
        inFlight -= 1
        if priority.isBackground { backgroundInFlight -= 1 }
        guard let advice else { return }
        if let retryAfter = advice.retryAfter { notBefore = max(notBefore, now + retryAfter) }
        if advice.retryAfter != nil || (advice.delay ?? .zero) > .zero {
            cap = max(1, cap / 2)
        } else {
            cap = min(Double(Self.mostInFlight), cap + 0.25)
        }
        let share = advice.remaining.flatMap { remaining in advice.limit.map { $0 > 0 ? remaining / $0 : 1 } } ?? 1
        let reset = now + (advice.resetsAfter ?? Self.unknownReset)
        shortUntil = share < Self.shortShare ? reset : .zero
        nearlyEmptyUntil = share < Self.nearlyEmptyShare ? reset : .zero
    }
}

/// What goes first when requests of one identity wait for each other.
public enum RequestPriority: Int, Hashable, Comparable, Sendable, CaseIterable {
    case interactive, hook, sweep, bulk

    /// Work that nobody waits for.
    var isBackground: Bool { self >= .sweep }

    public static func < (left: RequestPriority, right: RequestPriority) -> Bool { left.rawValue < right.rawValue }
}
