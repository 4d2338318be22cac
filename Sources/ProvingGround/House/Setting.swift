import AzureDevOps
import AzureDevOpsSimulator
import Database
import FieldSync
import JSON
import Logging
import Portfolio
import Store
import SyncEngine

/// Where every play begins: an organisation with two projects, and a portfolio that is connected to one of them and in step with it.
/// Made once, by the product itself; each play gets a copy.
public struct Setting: @unchecked Sendable {
    static let organisation = "http://127.0.0.1:8090/contoso"
    static let publicURL = "http://127.0.0.1:8080"
    static let policy = AddressPolicy(allowedHosts: [AddressPolicy.AllowedHost("127.0.0.1:8090")].compactMap { $0 })
    static let project = "Contoso"
    static let otherProject = "Elsewhere"
    static let token = "secret"
    /// 2026-03-02T08:00:00Z.
    static let start: Int64 = 1_772_438_400_000

    let world: World
    /// Only ever copied, which it does one after the other.
    let database: InlineDatabase
    let vault: Vault
    let integration: Identifier<Integration>
    let stageIDs: [Identifier<Stage>]
    let now: Int64

    public enum SettingProblem: Error {
        case notConnected(String)
        case notSettled
    }

    private init(
        world: World, database: InlineDatabase, vault: Vault, integration: Identifier<Integration>, stageIDs: [Identifier<Stage>],
        now: Int64
    ) {
        self.world = world
        self.database = database
        self.vault = vault
        self.integration = integration
        self.stageIDs = stageIDs
        self.now = now
    }

    private static func organisationWithWork() -> World {
        var world = World(seed: 7)
        world.addToken(token)
        world.addProject(name: project, process: .agile, at: start - 86_400_000)
        world.addProject(name: otherProject, process: .agile, at: start - 86_400_000)
        for number in 1...3 {
            world.control(
                "POST", "work-items",
                ["project": .string(project), "type": "Epic", "fields": ["System.Title": .string("Epic \(number)")]], at: start - 3_600_000)
        }
        for number in 1...3 {
            world.control(
                "POST", "work-items",
                [
                    "project": .string(project), "type": "Feature", "fields": ["System.Title": .string("Feature \(number)")],
                    "parent": .integer(number),
                ], at: start - 3_000_000)
        }
        return world
    }

    /// - Throws: `SettingProblem` when the product does not get itself connected.
    public static func make() throws -> Setting {
        var options = PlayOptions(seed: 0)
        options.endFaults()
        options.nodes = 1
        options.hooks = .reliable
        options.normaliser = .none
        let vault = try Vault(key: Array(repeating: 7, count: 32))
        let empty = Setting(
            world: organisationWithWork(), database: try InlineDatabase(), vault: vault, integration: Identifier(1), stageIDs: [],
            now: start)
        let play = try Play(options, on: empty)
        let outcome = Outcome()
        let node = Node(1, in: play)
        Task(executorPreference: node.executor) {
            do {
                outcome.result = .success(try await connect(node, play))
            } catch {
                outcome.result = .failure(error)
            }
        }
        _ = play.scheduler.run(until: start + 60_000, mostSteps: 1_000_000)
        guard let stageIDs = try outcome.result?.get() else { throw SettingProblem.notSettled }
        node.start()
        _ = play.scheduler.run(until: start + 300_000, mostSteps: 1_000_000)
        let isSettled = try play.database.readNow { transaction in
            try StoreTransaction(transaction).linkCounts(of: empty.integration).waiting == 0
                && transaction.row("SELECT count(*) FROM link")?.integer(0) == 6
        }
        guard isSettled else { throw SettingProblem.notSettled }
        node.die()
        _ = play.scheduler.run(until: start + 301_000, mostSteps: 1_000_000)
        return Setting(
            world: play.world, database: play.database, vault: vault, integration: empty.integration, stageIDs: stageIDs, now: play.now)
    }

    /// What setting up came to; written and read on the play's thread.
    private final class Outcome: @unchecked Sendable {
        var result: Result<[Identifier<Stage>], any Error>?
    }

    private static func connect(_ node: Node, _ play: Play) async throws -> [Identifier<Stage>] {
        let store = try await Store.open(play.database)
        let instance = try await node.engine.instances.add(
            InstanceForm(name: "Contoso", url: organisation, token: Secret(token)))
        guard let id = instance.instance else { throw SettingProblem.notConnected("\(instance.report)") }
        let added = try await node.engine.integrations.add(IntegrationForm(instance: id, project: project))
        guard let integration = added.integration else { throw SettingProblem.notConnected("\(added.report)") }
        try await store.write { transaction in
            guard let found = try transaction.integration(integration), var set = try transaction.mappingSet(found.mappingSet) else {
                return
            }
            // A few fields of each kind of value are enough, and every seed plays faster.
            let kept: [ItemKind: Set<FieldKey>] = [
                .initiative: [.name, .description, .effort, .tags, .stage], .outcome: [.name, .description, .tags],
            ]
            for index in set.mapping.entities.indices {
                let entity = set.mapping.entities[index]
                set.mapping.entities[index].fields = entity.fields.filter { kept[entity.kind]?.contains($0.field) ?? false }
                set.mapping.entities[index].parentDirection = entity.kind == .outcome ? .both : nil
                for field in set.mapping.entities[index].fields.indices {
                    set.mapping.entities[index].fields[field].direction = .both
                    set.mapping.entities[index].fields[field].isEnabled = true
                }
            }
            _ = try transaction.save(set, at: Instant(milliseconds: play.now))
        }
        _ = try await node.engine.runs.start(.pull, in: integration, createsItems: true, by: "Ada")
        return try await store.read { try $0.workspace().stages.filter { $0.appliesTo.contains(.initiative) }.map(\.id) }
    }
}

extension World {
    /// Something that a person of the organisation does.
    @discardableResult
    mutating func control(_ method: String, _ path: String, _ body: JSONValue = .null, at now: Int64) -> JSONValue? {
        let answer = control(
            ServiceCall(
                method: method, path: path.split(separator: "/").map(String.init), query: [:], headers: [:], body: body.bytes,
                base: Setting.organisation), at: now)
        guard answer.status < 300 else { return nil }
        return try? JSONValue(parsing: answer.body, limits: .answer)
    }
}
