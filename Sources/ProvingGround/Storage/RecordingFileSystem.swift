import GRDBSQLite
import Synchronization

/// Stands between SQLite and the machine's files, and writes down what happens in folders that somebody watches.
///
/// It becomes SQLite's default file system on first use, so that the product opens its database exactly as it always does; whatever lies
/// outside of a watched folder goes straight to the machine's own.
enum RecordingFileSystem {
    enum Problem: Error {
        case notRegistered(code: Int32)
    }

    private static let watched = Mutex<[String: StorageRecorder]>([:])
    private static let registration: Int32 = sqlite3_vfs_register(RecordingFileSystem.table, 1)

    /// Records every file of SQLite that is opened in the folder from now on.
    /// - Parameter folder: an absolute path without symbolic links, without a slash at the end.
    /// - Throws: `Problem.notRegistered`.
    static func watch(_ folder: String, _ recorder: StorageRecorder) throws {
        guard registration == SQLITE_OK else { throw Problem.notRegistered(code: registration) }
        watched.withLock { $0[folder] = recorder }
    }

    static func unwatch(_ folder: String) { watched.withLock { $0[folder] = nil } }

    fileprivate static func place(of path: UnsafePointer<CChar>?) -> (recorder: StorageRecorder, name: String)? {
        guard let path else { return nil }
        let parts = String(cString: path).split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, let recorder = watched.withLock({ $0[parts.dropLast().joined(separator: "/")] }) else { return nil }
        return (recorder, String(name))
    }
}

extension RecordingFileSystem {
    fileprivate typealias Table = UnsafeMutablePointer<sqlite3_vfs>

    private static let name: StaticString = "kiplot-recording"

    /// The machine's own file system.
    private nonisolated(unsafe) static let machine: Table = sqlite3_vfs_find(nil)

    /// Its table of functions, with two of them exchanged. The others find what they need in the table's `pAppData`, which stays.
    private nonisolated(unsafe) static let table: Table = {
        let table = Table.allocate(capacity: 1)
        table.initialize(to: machine.pointee)
        table.pointee.zName = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        table.pointee.pNext = nil
        table.pointee.szOsFile += CInt(RecordedFile.headerSize)
        table.pointee.xOpen = { _, path, file, flags, givenFlags in open(path, file, flags, givenFlags) }
        table.pointee.xDelete = { _, path, settlesFolder in delete(path, settlesFolder) }
        return table
    }()

    private static func open(
        _ path: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt, _ givenFlags: UnsafeMutablePointer<CInt>?
    ) -> CInt {
        guard let file, let place = place(of: path) else { return machine.pointee.xOpen(machine, path, file, flags, givenFlags) }
        let code = machine.pointee.xOpen(machine, path, RecordedFile.machineFile(of: file), flags, givenFlags)
        guard code == SQLITE_OK else {
            file.pointee.pMethods = nil
            return code
        }
        let journals = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL
        RecordedFile.begin(
            file,
            RecordedFile(
                recorder: place.recorder, number: place.recorder.opened(place.name),
                settlesFolder: flags & SQLITE_OPEN_CREATE != 0 && flags & journals != 0))
        return code
    }

    private static func delete(_ path: UnsafePointer<CChar>?, _ settlesFolder: CInt) -> CInt {
        let code = machine.pointee.xDelete(machine, path, settlesFolder)
        if code == SQLITE_OK, let place = place(of: path) { place.recorder.deleted(place.name, settlesFolder: settlesFolder != 0) }
        return code
    }
}
