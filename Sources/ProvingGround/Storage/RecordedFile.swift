import GRDBSQLite

/// One file that SQLite has opened in a watched folder. SQLite allocates it: a header of ours, and behind it the machine's own file, to
/// which every call goes on.
final class RecordedFile {
    private let recorder: StorageRecorder
    private let number: Int
    /// The first synchronisation of a journal that may be new synchronises its folder, too: SQLite's file system for Unix does that below
    /// us (`UNIXFILE_DIRSYNC` in its `os_unix.c`).
    private var settlesFolder: Bool

    init(recorder: StorageRecorder, number: Int, settlesFolder: Bool) {
        self.recorder = recorder
        self.number = number
        self.settlesFolder = settlesFolder
    }

    private func synchronised() {
        recorder.note(.sync(file: number))
        if settlesFolder { recorder.note(.syncFolder) }
        settlesFolder = false
    }
}

extension RecordedFile {
    fileprivate typealias File = UnsafeMutablePointer<sqlite3_file>

    /// What SQLite sees of the file begins with the table of its methods.
    private struct Header {
        var file: sqlite3_file
        var record: Unmanaged<RecordedFile>
    }

    /// Whatever comes behind it has to be aligned for any type.
    static let headerSize = (MemoryLayout<Header>.size + 15) / 16 * 16

    static func machineFile(of file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
        (UnsafeMutableRawPointer(file) + headerSize).assumingMemoryBound(to: sqlite3_file.self)
    }

    /// Makes SQLite call us for a file that the machine has opened. `close` ends it.
    static func begin(_ file: UnsafeMutablePointer<sqlite3_file>, _ record: RecordedFile) {
        UnsafeMutableRawPointer(file).bindMemory(to: Header.self, capacity: 1).initialize(
            to: Header(file: sqlite3_file(pMethods: methods), record: .passRetained(record)))
    }

    private static func record(_ file: File) -> Unmanaged<RecordedFile> {
        UnsafeRawPointer(file).assumingMemoryBound(to: Header.self).pointee.record
    }

    /// The machine's file and its methods, for calls that only pass through.
    private static func machine(_ file: File?) -> (file: File, call: sqlite3_io_methods) {
        guard let file else { preconditionFailure("SQLite names the file of every call") }
        let machine = machineFile(of: file)
        return (machine, machine.pointee.pMethods.pointee)
    }

    private static func close(_ file: File) -> CInt {
        let (machine, call) = machine(file)
        let code = call.xClose(machine)
        record(file).release()
        file.pointee.pMethods = nil
        return code
    }

    /// Tells the recorder of a call that has succeeded.
    private static func note(_ file: File?, _ code: CInt, _ body: (RecordedFile) -> Void) -> CInt {
        if code == SQLITE_OK, let file { record(file)._withUnsafeGuaranteedRef(body) }
        return code
    }

    private nonisolated(unsafe) static let methods: UnsafePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: sqlite3_io_methods())
        methods.pointee.iVersion = 3
        methods.pointee.xClose = { file in file.map(close) ?? SQLITE_OK }
        methods.pointee.xWrite = { file, bytes, count, offset in
            let (machine, call) = machine(file)
            return note(file, call.xWrite(machine, bytes, count, offset)) { record in
                let bytes = Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
                record.recorder.note(.write(file: record.number, offset: Int(offset), bytes: bytes))
            }
        }
        methods.pointee.xTruncate = { file, size in
            let (machine, call) = machine(file)
            return note(file, call.xTruncate(machine, size)) { $0.recorder.note(.truncate(file: $0.number, size: Int(size))) }
        }
        methods.pointee.xSync = { file, flags in
            let (machine, call) = machine(file)
            return note(file, call.xSync(machine, flags)) { $0.synchronised() }
        }
        passThrough(&methods.pointee)
        return UnsafePointer(methods)
    }()

    /// What changes nothing on the disk. Shared memory is rebuilt after a loss of power, whatever it held.
    private static func passThrough(_ methods: inout sqlite3_io_methods) {
        methods.xRead = { file, bytes, count, offset in
            let (machine, call) = RecordedFile.machine(file)
            return call.xRead(machine, bytes, count, offset)
        }
        methods.xFileSize = { file, size in
            let (machine, call) = RecordedFile.machine(file)
            return call.xFileSize(machine, size)
        }
        methods.xLock = { file, level in
            let (machine, call) = RecordedFile.machine(file)
            return call.xLock(machine, level)
        }
        methods.xUnlock = { file, level in
            let (machine, call) = RecordedFile.machine(file)
            return call.xUnlock(machine, level)
        }
        methods.xCheckReservedLock = { file, isReserved in
            let (machine, call) = RecordedFile.machine(file)
            return call.xCheckReservedLock(machine, isReserved)
        }
        methods.xFileControl = { file, operation, argument in
            let (machine, call) = RecordedFile.machine(file)
            return call.xFileControl(machine, operation, argument)
        }
        methods.xSectorSize = { file in
            let (machine, call) = RecordedFile.machine(file)
            return call.xSectorSize(machine)
        }
        methods.xDeviceCharacteristics = { file in
            let (machine, call) = RecordedFile.machine(file)
            return call.xDeviceCharacteristics(machine)
        }
        methods.xShmMap = { file, region, size, extends, memory in
            let (machine, call) = RecordedFile.machine(file)
            return call.xShmMap(machine, region, size, extends, memory)
        }
        methods.xShmLock = { file, offset, count, flags in
            let (machine, call) = RecordedFile.machine(file)
            return call.xShmLock(machine, offset, count, flags)
        }
        methods.xShmBarrier = { file in
            let (machine, call) = RecordedFile.machine(file)
            call.xShmBarrier(machine)
        }
        methods.xShmUnmap = { file, deletes in
            let (machine, call) = RecordedFile.machine(file)
            return call.xShmUnmap(machine, deletes)
        }
        methods.xFetch = { file, offset, count, memory in
            let (machine, call) = RecordedFile.machine(file)
            return call.xFetch(machine, offset, count, memory)
        }
        methods.xUnfetch = { file, offset, memory in
            let (machine, call) = RecordedFile.machine(file)
            return call.xUnfetch(machine, offset, memory)
        }
    }
}
