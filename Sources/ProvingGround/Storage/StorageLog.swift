/// What a process asked of the disk that bears on what a power loss leaves behind.
enum StorageOperation: Sendable {
    /// The first opening of a name that was not there: an entry in the folder, and an empty file.
    case create(name: String, file: Int)
    case write(file: Int, offset: Int, bytes: [UInt8])
    case truncate(file: Int, size: Int)
    case sync(file: Int)
    /// Its entries: which names there are.
    case syncFolder
    case delete(name: String)

    var isSync: Bool {
        switch self {
        case .sync, .syncFolder: true
        case .create, .write, .truncate, .delete: false
        }
    }

    /// The file whose contents it settles.
    var settledFile: Int? { if case .sync(let file) = self { file } else { nil } }
}

/// The disk's side of a run, in order, with the promises that the product gave in between.
struct StorageLog: Sendable {
    enum Entry: Sendable {
        case operation(StorageOperation)
        /// The deed of this number was answered: from here on nothing may take it back.
        case acknowledged(Int)

        var operation: StorageOperation? { if case .operation(let operation) = self { operation } else { nil } }
    }

    var entries: [Entry] = []
    /// The name under which each file was created, by its number.
    var names: [String] = []

    var operations: [StorageOperation] { entries.compactMap(\.operation) }

    /// The places of the synchronisations that had something to settle.
    var settlements: [Int] {
        var disk = Disk()
        return entries.indices.filter { place in
            guard let operation = entries[place].operation else { return false }
            let before = disk.unsettled.count
            disk.carryOut(operation)
            return disk.unsettled.count < before
        }
    }

    /// The moments at which the power may fail, as numbers of entries that had happened. A promise counts from the moment at which it was
    /// given, so the moment before it, with the same disk, would ask for less and is left out.
    var moments: [Int] {
        (0...entries.count).filter { count in
            guard count < entries.count, case .acknowledged = entries[count] else { return true }
            return false
        }
    }
}
