/// What came of the losses of power after one run.
public struct StorageTrial: Sendable {
    /// A disk that lies, and how it was found out.
    public struct Control: Sendable {
        public var lie: String
        /// How many crash states were tried before one of them broke a promise.
        public var states: Int
        /// What broke; `nil` when nothing did, and the proof proves nothing.
        public var finding: String?
    }

    /// What comes of leaving out one synchronisation alone, one after the other.
    public struct Omission: Sendable {
        /// The name of the file, or “folder”.
        public var subject: String
        public var syncs = 0
        /// Without how many of them a promise was broken. Those that came before the first promise are needed for nothing yet.
        public var found = 0
        /// How many were followed at once by the promise of a deed that was done alone, and yet were not missed: the proof is blind there.
        public var unnoticed = 0
    }

    public var deeds: Int
    public var operations: Int
    public var writes: Int
    public var syncs: Int
    /// Writes to the main file: what checkpoints have moved out of the log.
    public var checkpointWrites: Int
    /// At how many moments the power can fail.
    public var moments: Int
    /// Different crash states, each started anew.
    public var states = 0
    /// What each kind of loss has contributed to them.
    public var statesByLoss: [String: Int] = [:]
    /// What was wrong, for each crash state in which something was.
    public var violations: [String] = []
    public var controls: [Control] = []
    public var omissions: [Omission] = []

    public var isPassed: Bool { violations.isEmpty && states > 0 && findsLies }

    private var findsLies: Bool {
        controls.allSatisfy { $0.finding != nil } && omissions.contains { $0.found > 0 } && omissions.allSatisfy { $0.unnoticed == 0 }
    }

    init(_ run: StorageRun) {
        let operations = run.log.operations
        deeds = run.deeds.count
        self.operations = operations.count
        syncs = operations.count(where: \.isSync)
        writes = operations.count { if case .write = $0 { true } else { false } }
        checkpointWrites = operations.count { if case .write(let file, _, _) = $0 { run.log.names[file].hasSuffix(".db") } else { false } }
        moments = run.log.moments.count
    }
}
