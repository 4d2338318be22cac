import Database
import Portfolio

/// All that the product remembers. Questions and commands are methods of `StoreTransaction`, so that several of them
/// can be one transaction; SQL stands nowhere else.
public struct Store: Sendable {
    public let database: any Database
    /// Tells, after each commit, what it touched.
    public let changes = ChangeFeed()
    private let onCommit: CommitWatch?

    /// Wraps a database whose schema is current; see `Store.open`.
    /// - Parameter onCommit: told of every commit, before and after; whoever proves that a crash loses nothing kills the process there.
    public init(database: any Database, onCommit: CommitWatch? = nil) {
        self.database = database
        self.onCommit = onCommit
    }

    /// Asks questions of one consistent snapshot.
    public func read<Result: Sendable>(_ body: @escaping @Sendable (StoreTransaction) throws -> Result) async throws -> Result {
        try await database.read { try body(StoreTransaction($0)) }
    }

    /// Changes something. When this returns, everything is durable and everybody who listens has been told.
    @discardableResult
    public func write<Result: Sendable>(
        file: StaticString = #fileID, function: StaticString = #function,
        _ body: @escaping @Sendable (StoreTransaction) throws -> Result
    ) async throws -> Result {
        let (result, touched) = try await database.write { [onCommit] connection in
            let transaction = StoreTransaction(connection)
            let result = try body(transaction)
            onCommit?(CommitMoment(side: .before, file: file, function: function))
            return (result, transaction.touched)
        }
        onCommit?(CommitMoment(side: .after, file: file, function: function))
        changes.publish(touched)
        return result
    }
}

extension Store {
    /// What is worked off before it is asked whether somebody waits.
    private static let portion = 20

    /// Works many things off in one transaction, portion by portion, until somebody waits for it: the rest is for a transaction after theirs,
    /// so that a person never waits for a bulk.
    /// - Returns: what came of the first elements, and what is left.
    public func writeUntilAwaited<Element: Sendable, Result: Sendable>(
        _ elements: ArraySlice<Element>, file: StaticString = #fileID, function: StaticString = #function,
        _ body: @escaping @Sendable (StoreTransaction, ArraySlice<Element>) throws -> [Result]
    ) async throws -> (results: [Result], left: ArraySlice<Element>) {
        try await write(file: file, function: function) { transaction in
            var results: [Result] = []
            var left = elements
            repeat {
                results += try body(transaction, left.prefix(Self.portion))
                left = left.dropFirst(Self.portion)
            } while !left.isEmpty && !transaction.sql.isAwaited
            return (results, left)
        }
    }
}

/// Hears of commits; called on whatever thread commits.
public typealias CommitWatch = @Sendable (CommitMoment) -> Void

/// The moment just before or just after what some piece of code has changed becomes durable.
public struct CommitMoment: Sendable {
    public enum Side: String, Sendable { case before, after }

    public let side: Side
    let file: StaticString
    let function: StaticString

    /// The code that commits, as `Reconciler.forget`.
    public var place: String {
        let file = "\(file)".split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? ""
        return "\(file).\("\(function)".prefix { $0 != "(" })"
    }
}

/// One open transaction of the store.
///
/// Used only inside the body that it is handed to, on one thread.
public final class StoreTransaction {
    public let sql: any Transaction
    /// What this transaction has changed so far, for those who listen.
    public private(set) var touched: Set<Topic> = []
    /// What `workspace()` has read already in this transaction.
    var workspaceAsRead: Workspace?

    public init(_ sql: any Transaction) { self.sql = sql }

    public func touch(_ topic: Topic) {
        touched.insert(topic)
        if topic == .configuration { workspaceAsRead = nil }
    }
}

/// Something that a page may show, or that a worker may wait for.
public enum Topic: Hashable, Sendable {
    case item(Identifier<Item>)
    /// The list of items of a kind: something came, went or moved.
    case items(ItemKind)
    /// Stages, custom fields, people, teams…
    case configuration
    case instance(Identifier<Instance>)
    case integration(Identifier<Integration>)
    /// Something was done in the integration: a receipt was filed.
    case activity(Identifier<Integration>)
    /// A link of the integration has become dirty.
    case work(Identifier<Integration>)
    case run(Identifier<Run>)
    /// Conflicts, blocked fields, credentials: what waits for a person.
    case attention
    /// More happened than could be told one by one: look at everything again.
    case everything
}
