/// How a disk treats what it was told and never asked to keep, when the power fails.
enum PowerLoss: String, CaseIterable, Sendable {
    case nothingArrived, everythingArrived
    /// Everything arrived but the second half of the last write.
    case lastWriteTorn
    /// Sectors arrived or not, in any order.
    case someSectorsArrived

    /// What a disk writes as a whole or not at all, and without harm to its neighbours (SQLite's `POWERSAFE_OVERWRITE`, its default on Unix).
    static let sectorSize = 512

    func image(of disk: Disk, _ generator: inout SeededGenerator) -> Image {
        var image = disk.settled
        switch self {
        case .nothingArrived: break
        case .everythingArrived:
            for change in disk.unsettled { image.apply(change) }
        case .lastWriteTorn:
            let last = disk.unsettled.lastIndex { if case .write = $0 { true } else { false } }
            for (index, change) in disk.unsettled.enumerated() where index != last { image.apply(change) }
            if let last { for sector in disk.unsettled[last].firstHalf { image.apply(sector) } }
        case .someSectorsArrived:
            for change in Self.someSectors(of: disk.unsettled, &generator) { image.apply(change) }
        }
        return image
    }

    private static func someSectors(of changes: [Disk.Change], _ generator: inout SeededGenerator) -> [Disk.Change] {
        // File systems keep the changes of a folder in their order: a part of them, from the first on.
        let entries = changes.filter { $0.file == nil }
        let arrivedEntries = entries.prefix(generator.below(entries.count + 1))
        let likelihood = generator.pick([50, 500, 950])
        let sectors = changes.filter { $0.file != nil }.flatMap(\.sectors).filter { _ in generator.happens(likelihood) }
        return arrivedEntries + sectors.shuffled(using: &generator)
    }
}

extension Disk.Change {
    /// The parts of a write that arrive or get lost each on its own.
    fileprivate var sectors: [Disk.Change] {
        guard case .write(let file, let offset, let bytes) = self else { return [self] }
        var parts: [Disk.Change] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + PowerLoss.sectorSize - (offset + start) % PowerLoss.sectorSize)
            parts.append(
                .write(file: file, offset: offset + start, bytes: bytes[(bytes.startIndex + start)..<(bytes.startIndex + end)]))
            start = end
        }
        return parts
    }

    fileprivate var firstHalf: some Sequence<Disk.Change> {
        let sectors = sectors
        return sectors.prefix(sectors.count / 2)
    }
}
