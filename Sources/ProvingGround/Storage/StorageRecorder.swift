import Synchronization

/// Keeps the log of one folder while SQLite works in it, on whatever threads.
final class StorageRecorder: Sendable {
    private struct State {
        var log = StorageLog()
        /// The files that have a name at this moment.
        var files: [String: Int] = [:]
    }

    private let state = Mutex(State())

    var log: StorageLog { state.withLock { $0.log } }

    /// A deed was answered.
    func acknowledge(_ deed: Int) { state.withLock { $0.log.entries.append(.acknowledged(deed)) } }

    /// - Returns: the number of the file; a name that is not known is a new one.
    func opened(_ name: String) -> Int {
        state.withLock { state in
            if let known = state.files[name] { return known }
            let file = state.log.names.count
            state.log.names.append(name)
            state.files[name] = file
            state.log.entries.append(.operation(.create(name: name, file: file)))
            return file
        }
    }

    func deleted(_ name: String, settlesFolder: Bool) {
        state.withLock { state in
            guard state.files.removeValue(forKey: name) != nil else { return }
            state.log.entries.append(.operation(.delete(name: name)))
            if settlesFolder { state.log.entries.append(.operation(.syncFolder)) }
        }
    }

    func note(_ operation: StorageOperation) { state.withLock { $0.log.entries.append(.operation(operation)) } }
}
