import AzureDevOps
import Database
import FieldSync
import JSON
import Portfolio
import Store
import SyncEngine

/// The product at work on a real file, with everything that it asked of the disk and everything that it promised.
struct StorageRun: Sendable {
    enum Problem: Error {
        case refused(deed: Int, answer: HookIntake.Answer)
    }

    static let fileName = "kiplot.db"
    private static let hook = "the-hook"
    private static let secret = "the-secret"
    private static let person = Actor.person(Identifier(1), name: "Ada")

    let deeds: [StorageDeed]
    /// The numbers of the deeds that were done while no other was.
    let loneDeeds: Set<Int>
    let log: StorageLog

    /// - Parameters:
    ///   - count: of the deeds after the preparation. Half-way the product is stopped and started again, as for an upgrade.
    ///   - folder: an empty one.
    static func record(_ count: Int, seed: UInt64, in folder: String) async throws -> StorageRun {
        let recorder = StorageRecorder()
        try RecordingFileSystem.watch(folder, recorder)
        defer { RecordingFileSystem.unwatch(folder) }
        var generator = SeededGenerator(seed: seed)
        let preparation = StorageDeed(
            number: 0, act: .prepare(items: (1...6).map { StorageDeed.values("Prepared \($0)", &generator) }))
        var house = try await House(folder, recorder)
        let items = try await house.prepare(preparation)
        let groups = StorageDeed.groups(count, items: items, &generator)
        for (index, group) in groups.enumerated() {
            if index == groups.count / 2 {
                await house.database.close()
                house = try await House(folder, recorder)
            }
            try await house.perform(group)
        }
        await house.database.close()
        let lone = groups.filter { $0.count == 1 }.joined().map(\.number)
        return StorageRun(deeds: [preparation] + groups.joined(), loneDeeds: Set(lone), log: recorder.log)
    }

    /// The parts of a running product that change what is stored.
    private struct House {
        let database: SQLiteDatabase
        private let store: Store
        private let intake: HookIntake
        private let recorder: StorageRecorder

        init(_ folder: String, _ recorder: StorageRecorder) async throws {
            database = try await SQLiteDatabase.open(path: "\(folder)/\(fileName)")
            store = try await Store.open(database)
            intake = HookIntake(store: store, clock: SystemClock())
            self.recorder = recorder
        }

        func prepare(_ deed: StorageDeed) async throws -> [Identifier<Item>] {
            guard case .prepare(let items) = deed.act else { return [] }
            let ids = try await store.write { transaction in
                let instance = try transaction.addInstance(
                    name: "Contoso", url: Setting.organisation, deployment: .services
                ) { Credential(id: $0, instance: Identifier(1), name: "Default", sealed: [7]) }
                let mapping = try transaction.addMappingSet(name: "Contoso", isShared: false, mapping: MappingSet())
                let integration = try transaction.addIntegration(
                    Integration(
                        id: Identifier(0), instance: instance.id, projectID: "1", projectName: Setting.project, mappingSet: mapping.id))
                try transaction.add(
                    Hook(
                        publicID: hook, integration: integration.id, eventType: WorkItemEventKind.updated.rawValue,
                        secretDigest: HookIntake.digest(ofSecret: secret), sealedSecret: []))
                return try items.enumerated().map { index, values in
                    let item = try transaction.create(
                        .initiative, values: values, origin: EditOrigin(actor: person, cause: .creation, at: deed.at))
                    _ = try transaction.connect(
                        NewLink(
                            integration: integration.id, item: item.id, workItem: Int64(index + 1), workItemType: "Epic",
                            marker: "marker-\(index)", at: deed.at))
                    return item.id
                }
            }
            recorder.acknowledge(deed.number)
            return ids
        }

        func perform(_ group: [StorageDeed]) async throws {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for deed in group {
                    tasks.addTask {
                        try await perform(deed)
                        recorder.acknowledge(deed.number)
                    }
                }
                try await tasks.waitForAll()
            }
        }

        private func perform(_ deed: StorageDeed) async throws {
            switch deed.act {
            case .prepare: break
            case .create(let values):
                try await store.write {
                    _ = try $0.create(.outcome, values: values, origin: EditOrigin(actor: person, cause: .creation, at: deed.at))
                }
            case .edit(let item, let values):
                let changes = values.mapValues { Optional($0) }
                try await store.write {
                    try $0.edit(item, changes: changes, origin: EditOrigin(actor: person, cause: .edit, at: deed.at))
                }
            case .receive:
                let authorization = "Basic \(base64(Array("\(HookIntake.userName):\(secret)".utf8)))"
                let answer = await intake.receive(hook: hook, authorization: authorization, body: deed.delivery)
                guard answer == .accepted else { throw Problem.refused(deed: deed.number, answer: answer) }
            }
        }
    }
}
