/// Lets the product work on a real file, and then lets the power fail at every moment of it, on disks that treat what was not
/// synchronised in every way that they may (A27).
public struct StorageProver: Sendable {
    /// How many crash states to try at most, of an honest disk, and of each that lies, until it is found out; and ten times the number of
    /// synchronisations that are left out.
    private let count: Int
    private let seed: UInt64
    private let deeds: Int

    public init(count: Int, seed: UInt64, deeds: Int = 240) {
        self.count = count
        self.seed = seed
        self.deeds = deeds
    }

    public func prove() async throws -> StorageTrial {
        let workshop = try Workshop()
        defer { workshop.clear() }
        let run = try await StorageRun.record(deeds, seed: seed, in: try workshop.folder("run"))
        var trial = StorageTrial(run)
        var survey = Survey(run, seed: seed, count: count)
        while let state = survey.next() {
            trial.states += 1
            trial.statesByLoss[state.loss.rawValue, default: 0] += 1
            if let finding = try await workshop.finding(state, run) { trial.violations.append(finding) }
        }
        for lie in Lie.habits { trial.controls.append(try await control(lie, run, workshop)) }
        trial.omissions = try await omissions(run, workshop)
        return trial
    }

    /// Leaves out one synchronisation at a time. The power fails after the next promise, and just before the next
    /// synchronisation that would make up for the one left out.
    private func omissions(_ run: StorageRun, _ workshop: Workshop) async throws -> [StorageTrial.Omission] {
        var generator = SeededGenerator(seed: seed)
        var omissions: [String: StorageTrial.Omission] = [:]
        let entries = run.log.entries
        for place in run.log.settlements.shuffled(using: &generator).prefix(max(1, count / 10)) {
            let subject = entries[place].operation?.settledFile.map { run.log.names[$0] } ?? "folder"
            var omission = omissions[subject] ?? StorageTrial.Omission(subject: subject)
            omission.syncs += 1
            if try await isFound(place, run, workshop, &generator) {
                omission.found += 1
            } else if place + 1 < entries.count, case .acknowledged(let deed) = entries[place + 1], run.loneDeeds.contains(deed) {
                // Of deeds done at once, the promise of one may come after the synchronisation of another.
                omission.unnoticed += 1
            }
            omissions[subject] = omission
        }
        return omissions.values.sorted { $0.subject < $1.subject }
    }

    private func isFound(_ place: Int, _ run: StorageRun, _ workshop: Workshop, _ generator: inout SeededGenerator) async throws -> Bool {
        let rest = run.log.entries[(place + 1)...]
        let file = run.log.entries[place].operation?.settledFile
        let promise = rest.firstIndex { $0.operation == nil } ?? rest.endIndex
        let substitute = rest.firstIndex { $0.operation.map { $0.isSync && $0.settledFile == file } ?? false } ?? rest.endIndex
        for moment in Set([min(promise + 1, substitute), substitute]).sorted() {
            for state in CrashState.all(at: moment, of: run.log, .once(place), PowerLoss.allCases, &generator)
            where try await workshop.finding(state, run) != nil { return true }
        }
        return false
    }

    private func control(_ lie: Lie, _ run: StorageRun, _ workshop: Workshop) async throws -> StorageTrial.Control {
        var control = StorageTrial.Control(lie: "\(lie)", states: 0)
        var survey = Survey(run, seed: seed, count: count, lie: lie)
        while control.finding == nil, let state = survey.next() {
            control.states += 1
            control.finding = try await workshop.finding(state, run)
        }
        return control
    }
}
