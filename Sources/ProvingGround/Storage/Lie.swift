/// A synchronisation that a disk answers without doing it. Such a disk loses what was promised, and has to be found: a checker that cannot
/// fail proves nothing.
enum Lie: Hashable, Sendable {
    case everySync, writeAheadLog, mainFile, folder
    /// One alone: the operation at this place of the log.
    case once(Int)

    static let habits: [Lie] = [.everySync, .writeAheadLog, .mainFile, .folder]

    func conceals(_ operation: StorageOperation, at place: Int, names: [String]) -> Bool {
        switch (self, operation) {
        case (.everySync, .sync), (.everySync, .syncFolder), (.folder, .syncFolder): true
        case (.writeAheadLog, .sync(let file)): names[file].hasSuffix("-wal")
        case (.mainFile, .sync(let file)): names[file].hasSuffix(".db")
        case (.once(let liar), .sync), (.once(let liar), .syncFolder): liar == place
        default: false
        }
    }
}
