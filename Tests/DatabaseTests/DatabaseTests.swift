import Database
import Foundation
import Testing

@Suite("The embedded database")
struct DatabaseTests {
    private func remove(_ paths: String...) {
        for path in paths { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    }

    private func file() -> String { FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path }

    @Test("a write that fails leaves nothing behind, and its neighbours stand")
    func atomicity() async throws {
        struct Refused: Error {}
        let database = try await SQLiteDatabase.inMemory()
        try await database.write { try $0.run("CREATE TABLE t (n BIGINT NOT NULL)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try? await database.write { transaction in
                        try transaction.run("INSERT INTO t (n) VALUES ($1)", [.integer(Int64(number))])
                        if number.isMultiple(of: 2) { throw Refused() }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.read { try $0.row("SELECT count(*) FROM t")?.integer(0) } == 25)
        #expect(try await database.read { try $0.row("SELECT count(*) FROM t WHERE n % 2 = 0")?.integer(0) } == 0)
    }

    @Test("a database that was closed is whole in its one file")
    func closedIsWhole() async throws {
        let (path, copy) = (file(), file())
        defer { remove(path, copy) }
        let database = try await SQLiteDatabase.open(path: path)
        try await database.write { try $0.run("CREATE TABLE t (n BIGINT NOT NULL)") }
        try await database.write { try $0.run("INSERT INTO t (n) VALUES (7)") }
        await database.close()
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let other = try await SQLiteDatabase.open(path: copy)
        #expect(try await other.read { try $0.row("SELECT n FROM t")?.integer(0) } == 7)
        await other.close()
    }

    @Test("a database that is newer than the program is refused with cause and remedy")
    func newer() async throws {
        let path = file()
        defer { remove(path) }
        let database = try await SQLiteDatabase.open(path: path)
        try await Migrator([
            Migration(number: 1, name: "a", statements: { _ in ["CREATE TABLE a (n BIGINT)"] }),
            Migration(number: 2, name: "b", statements: { _ in [] }),
        ]).migrate(database)
        await #expect(throws: DatabaseError.self) {
            try await Migrator([Migration(number: 1, name: "a", statements: { _ in ["CREATE TABLE a (n BIGINT)"] })]).migrate(database)
        }
        await database.close()
    }

    @Test("a backup is a whole database, and a text file is none")
    func backup() async throws {
        let (path, copy, other) = (file(), file(), file())
        defer { remove(path, copy, other) }
        let database = try await SQLiteDatabase.open(path: path)
        try await database.write {
            try $0.run("CREATE TABLE t (n BIGINT)")
            try $0.run("INSERT INTO t VALUES (7)")
        }
        try await database.backUp(to: copy)
        await database.close()
        let restored = try await SQLiteDatabase.open(path: copy)
        #expect(try await restored.read { try $0.row("SELECT n FROM t")?.integer(0) } == 7)
        #expect(try await restored.integrityProblems().isEmpty)
        await restored.close()
        try String(repeating: "this is no database, but a rather long text that goes on. ", count: 100).write(
            toFile: other, atomically: true, encoding: .utf8)
        await #expect(throws: DatabaseError.self) {
            let broken = try await SQLiteDatabase.open(path: other)
            _ = try await broken.read { try $0.rows("SELECT 1 FROM sqlite_master") }
        }
    }

    @Test("a full disk is told with cause and remedy, and what was written before stands")
    func full() async throws {
        let database = try await SQLiteDatabase.inMemory()
        try await database.write { transaction in
            try transaction.run("CREATE TABLE t (n TEXT)")
            try transaction.run("INSERT INTO t VALUES ('kept')")
            _ = try transaction.rows("PRAGMA max_page_count = 4")
        }
        do {
            try await database.write { try $0.run("INSERT INTO t VALUES ($1)", [.text(String(repeating: "x", count: 1 << 20))]) }
            Issue.record("it must fail")
        } catch let error as DatabaseError {
            #expect(!error.message.isEmpty && !error.remedy.isEmpty)
            #expect(error.message.lowercased().contains("full") || error.message.lowercased().contains("space"), "\(error.message)")
        }
        #expect(try await database.read { try $0.row("SELECT count(*) FROM t")?.integer(0) } == 1)
    }
}
