import ArgumentParser
import Database
import Foundation
import Store
import SyncEngine

/// Puts a backup where the server finds it. What both sides did since then is not in it, so it starts carefully.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Puts a backup in the place of the database, with every integration paused. The server must not run.",
        discussion: """
            Azure DevOps has gone on since the backup was made. So nothing is written there until you resume each integration; then \
            everything that differs is read first, work items that were being created are looked for before they are created, and what \
            both sides changed is shown as a conflict.
            """)

    @OptionGroup var options: DatabaseOptions
    @Argument(help: "The backup, as `kiplot backup` has written it.") var file: String
    @Flag(help: "Move a database that is there out of the way; it is kept beside the new one.") var replace = false

    func run() async throws {
        let settings = try Settings(options)
        let files = FileManager.default
        guard files.fileExists(atPath: file) else { throw CommandProblem("There is no file \(file).", "Check the path.") }
        let lock = try DatabaseLock.takeWithoutServer(for: settings.databasePath)
        defer { lock.release() }
        let isOccupied = files.fileExists(atPath: settings.databasePath)
        guard !isOccupied || replace else {
            throw CommandProblem("There is a database at \(settings.databasePath).", "Add --replace to move it out of the way.")
        }
        do {
            let prepared = settings.databasePath + ".restoring"
            let restoration = try await prepare(prepared, keyPath: settings.keyPath)
            if isOccupied { print("The database that was there is now \(try moveAway(settings.databasePath)).") }
            // The log goes first: a database without its log would look complete.
            try move(prepared, to: settings.databasePath, inOrder: ["-wal", "-shm", ""])
            report(restoration)
        } catch let error as DatabaseError {
            throw CommandProblem(error.message, error.remedy)
        } catch let error as CocoaError {
            throw CommandProblem("The files could not be moved: \(error.localizedDescription)", "Look at the rights and the free space.")
        }
    }

    /// A copy of the backup that is sound, current and careful. The backup itself stays as it is.
    private func prepare(_ place: String, keyPath: String) async throws -> Restoration {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: place + suffix) }
        try FileManager.default.copyItem(atPath: file, toPath: place)
        let database = try await SQLiteDatabase.open(path: place)
        let problems = try await database.integrityProblems()
        guard problems.isEmpty else {
            await database.close()
            throw CommandProblem("The backup is damaged: \(problems.joined(separator: "; ")).", "Take an older backup.")
        }
        do {
            let store = try await Store.open(database)
            _ = try await KeyFile.vault(for: store, at: keyPath)
            let now = SystemClock().now
            let restoration = try await store.write { try $0.noteRestored(at: now) }
            await database.close()
            return restoration
        } catch {
            await database.close()
            throw error
        }
    }

    private func moveAway(_ path: String) throws -> String {
        var number = 1
        while FileManager.default.fileExists(atPath: "\(path).before-restore-\(number)") { number += 1 }
        let kept = "\(path).before-restore-\(number)"
        try move(path, to: kept, inOrder: ["", "-wal", "-shm"])
        return kept
    }

    private func move(_ path: String, to target: String, inOrder suffixes: [String]) throws {
        for suffix in suffixes where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.moveItem(atPath: path + suffix, toPath: target + suffix)
        }
    }

    private func report(_ restoration: Restoration) {
        print("Restored. Start the server, look at the items, then resume the integrations: \(restoration.paused) are paused.")
        print("Items that were linked after the backup was made have no link now: link them again before you create work items.")
        if restoration.stoppedRuns > 0 { print("Bulk runs that were under way and do not go on: \(restoration.stoppedRuns).") }
        if restoration.unknownCreations > 0 {
            print("Work items that were being created and are looked for first: \(restoration.unknownCreations).")
        }
    }
}
