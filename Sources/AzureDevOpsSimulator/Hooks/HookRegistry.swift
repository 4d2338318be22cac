import JSON

/// Subscriptions, and what is to be delivered to them.
struct HookRegistry: Sendable {
    var subscriptions: [Subscription] = []
    var notifications: [Notification] = []
    /// Subscriptions that are only tried out, as long as their test is on its way.
    var tests: [String: Subscription] = [:]
    /// Milliseconds between a save and its delivery; the service takes one to seven seconds.
    var delay: Int64 = 150
    /// Up to this many milliseconds more, by chance: deliveries overtake each other.
    var jitter: Int64 = 0
    /// Every n-th delivery is dropped, sent twice, or held back behind later ones; 0 for none.
    var dropsEvery = 0
    var duplicatesEvery = 0
    var reordersEvery = 0
    var announced = 0
    var lastNotification: Int64 = 0
    /// Notifications that are kept for inspection.
    static let kept = 2_000
}

/// One event on its way to one subscription.
struct Notification: Sendable {
    enum Status: String, Sendable { case queued, processing, requestInProgress, completed }
    enum Result: String, Sendable { case pending, succeeded, failed, filtered }

    /// Unique in the organisation.
    var number: Int64
    /// As the subscription counts.
    var ownNumber: Int64
    var subscription: String
    var eventID: String
    var eventType: String
    var activityID: String
    var status = Status.queued
    var result = Result.pending
    var created: ServiceTime
    var modified: ServiceTime
    var due: Int64
    var attempts = 0
    var lastStatus: Int?
    var body: [UInt8]
}

enum WorkItemEvent: String, Sendable, CaseIterable {
    case created = "workitem.created"
    case updated = "workitem.updated"
    case deleted = "workitem.deleted"
    case restored = "workitem.restored"
    case commented = "workitem.commented"

    var title: String {
        switch self {
        case .created: "Work item created"
        case .updated: "Work item updated"
        case .deleted: "Work item deleted"
        case .restored: "Work item restored"
        case .commented: "Work item commented on"
        }
    }
}

/// One HTTP request that the shell shall make.
public struct HookDelivery: Sendable {
    public var notification: Int64
    public var subscription: String
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
}
