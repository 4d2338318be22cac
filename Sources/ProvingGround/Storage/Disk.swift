/// A disk between two synchronisations: what is settled for good, and what it has been told and may still lose.
struct Disk {
    enum Change {
        case create(name: String, file: Int)
        case write(file: Int, offset: Int, bytes: ArraySlice<UInt8>)
        case truncate(file: Int, size: Int)
        case delete(name: String)

        /// The file whose contents it changes; `nil` for a change of the folder.
        var file: Int? {
            switch self {
            case .write(let file, _, _), .truncate(let file, _): file
            case .create, .delete: nil
            }
        }
    }

    private(set) var settled = Image()
    private(set) var unsettled: [Change] = []

    mutating func carryOut(_ operation: StorageOperation) {
        switch operation {
        case .create(let name, let file): unsettled.append(.create(name: name, file: file))
        case .write(let file, let offset, let bytes): unsettled.append(.write(file: file, offset: offset, bytes: bytes[...]))
        case .truncate(let file, let size): unsettled.append(.truncate(file: file, size: size))
        case .delete(let name): unsettled.append(.delete(name: name))
        case .sync(let file): settle { $0.file == file }
        case .syncFolder: settle { $0.file == nil }
        }
    }

    private mutating func settle(_ isMeant: (Change) -> Bool) {
        for change in unsettled where isMeant(change) { settled.apply(change) }
        unsettled.removeAll(where: isMeant)
    }
}

/// What lies on a disk.
struct Image {
    /// Contents by the number of the file: those without a name are out of reach.
    private var contents: [Int: [UInt8]] = [:]
    private var names: [String: Int] = [:]

    /// What a process finds that starts on it.
    var files: [String: [UInt8]] { names.mapValues { contents[$0] ?? [] } }

    mutating func apply(_ change: Disk.Change) {
        switch change {
        case .create(let name, let file): names[name] = file
        case .delete(let name): names[name] = nil
        case .truncate(let file, let size): contents[file, default: []].resize(to: size)
        case .write(let file, let offset, let bytes):
            if (contents[file]?.count ?? 0) < offset + bytes.count { contents[file, default: []].resize(to: offset + bytes.count) }
            bytes.withUnsafeBytes { source in
                contents[file]?.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[offset...]).copyMemory(from: source) }
            }
        }
    }
}

extension [UInt8] {
    /// Cuts, or fills with zeros, as a file system does.
    fileprivate mutating func resize(to size: Int) {
        if size <= count { removeLast(count - size) } else { append(contentsOf: [UInt8](repeating: 0, count: size - count)) }
    }
}
