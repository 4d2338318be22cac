import ArgumentParser
import Database
import Foundation
import JSON

/// The floor of taking hooks: writers that each wait until their own row is durable, as senders do, and share their commits.
struct InsertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inserts", abstract: "Inserts rows of the shape of a hook event, one for each commit that is asked for.")

    @Option(help: "A folder for the database.") var folder: String
    @Option(help: "How many write at once.") var writers = 64
    @Option(help: "How many rows in all.") var count = 50_000

    func run() async throws {
        let database = try await SQLiteDatabase.open(path: "\(folder)/inserts.sqlite")
        try await database.write { transaction in
            for statement in [
                """
                CREATE TABLE hook_event (
                    hook_id BIGINT NOT NULL, event_id TEXT NOT NULL, work_item_id BIGINT, revision BIGINT, received_at BIGINT NOT NULL,
                    PRIMARY KEY (hook_id, event_id))
                """, "CREATE INDEX hook_event_age ON hook_event (received_at)",
            ] { try transaction.run(statement) }
        }
        let (writers, count) = (writers, count)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for number in stride(from: writer, to: count, by: writers) {
                        let event = UUID().uuidString
                        try await database.write { transaction in
                            try transaction.run(
                                """
                                INSERT INTO hook_event (hook_id, event_id, work_item_id, revision, received_at)
                                VALUES ($1, $2, $3, $4, $5)
                                """,
                                [.integer(1), .text(event), .integer(Int64(number)), .integer(2), .integer(Int64(number))])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - start).seconds
        await database.close()
        let figures: JSONValue = [
            "rows": .integer(Int64(count)), "seconds": .figure(seconds), "perSecond": .figure(Double(count) / seconds),
        ]
        print(figures.text)
    }
}
