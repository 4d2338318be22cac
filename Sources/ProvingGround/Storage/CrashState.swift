/// What a loss of power leaves of a run.
struct CrashState {
    var moment: Int
    var loss: PowerLoss
    var files: [String: [UInt8]]
    var acknowledged: Set<Int>

    static func all(
        at moment: Int, of log: StorageLog, _ lie: Lie?, _ losses: [PowerLoss], _ generator: inout SeededGenerator
    ) -> [CrashState] {
        var disk = Disk()
        var acknowledged: Set<Int> = []
        for (place, entry) in log.entries.prefix(moment).enumerated() {
            switch entry {
            case .operation(let operation):
                if lie?.conceals(operation, at: place, names: log.names) != true { disk.carryOut(operation) }
            case .acknowledged(let deed): acknowledged.insert(deed)
            }
        }
        return losses.map { loss in
            CrashState(moment: moment, loss: loss, files: loss.image(of: disk, &generator).files, acknowledged: acknowledged)
        }
    }

    var words: String { "power lost at \(moment), \(loss.rawValue)" }

    /// Equal for states that ask the same of the product. Two texts of 64 bits that meet by chance would hide one state among thousands.
    var fingerprint: Int {
        var hasher = Hasher()
        hasher.combine(acknowledged)
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            hasher.combine(name)
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        return hasher.finalize()
    }
}
