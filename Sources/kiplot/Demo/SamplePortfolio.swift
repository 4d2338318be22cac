import AzureDevOps
import Foundation
import Portfolio
import ServiceLifecycle
import Store
import SyncEngine
import Web

/// People, a connected project, its epics and features pulled, and some initiatives that only Kiplot knows.
struct SamplePortfolio: Service {
    let site: Site
    let organisation: String
    /// Tells when the simulated organisation answers.
    let started: AsyncStream<Void>
    let isConnected: Bool
    let onReady: @Sendable () -> Void

    func run() async throws {
        for await _ in started.cancelOnGracefulShutdown() {
            try await build()
            onReady()
        }
    }

    private func build() async throws {
        let store = site.store
        let now = site.engine.clock.now
        let administrator = try await store.write { try Self.addOrganisation($0) }
        try await Accounts(site: site).setPassword(DemoCommand.password, of: administrator.id)
        guard isConnected else { return }
        try await connect()
        try await store.write { transaction in
            try Self.addInitiatives(of: administrator, at: now, transaction)
            try Self.plan(at: now, transaction)
        }
    }

    private static func addOrganisation(_ transaction: StoreTransaction) throws -> Person {
        let administrator = try transaction.addPerson(name: "Demo Administrator", email: DemoCommand.email, role: .administrator)
        for (name, email, role) in [
            ("Dana Developer", "dana@contoso.com", Role.member), ("Priya Nair", "priya@contoso.com", .fullAccess),
            ("Tom Becker", "tom@contoso.com", .member), ("Lucía Romero", "lucia@contoso.com", .viewOnly),
        ] { try transaction.addPerson(name: name, email: email, role: role) }
        for (unit, teams) in [("Digital", ["Portal", "Mobile"]), ("Operations", ["Platform", "Logistics"]), ("Finance", ["Billing"])] {
            let unit = try transaction.addBusinessUnit(name: unit, parent: nil)
            for team in teams { try transaction.addTeam(name: team, businessUnit: unit.id) }
        }
        return administrator
    }

    /// What only Kiplot knows: no work item yet.
    private static func addInitiatives(of administrator: Person, at now: Instant, _ transaction: StoreTransaction) throws {
        let origin = EditOrigin(actor: .person(administrator.id, name: administrator.name), cause: .creation, at: now)
        func day(_ offset: Int) -> FieldValue? { now.day?.adding(days: offset).map { .date($0) } }
        for (name, start, length, light) in [
            ("Enter the Nordic market", 20, 160, RAG.amber), ("Replace the data warehouse", -30, 210, .green),
            ("Carbon reporting", 60, 120, .red),
        ] {
            var values: [FieldKey: FieldValue] = [.name: .text(name), .owner: .person(administrator.id), .rag: .rag(light)]
            values[.start] = day(start)
            values[.end] = day(start + length)
            _ = try transaction.create(.initiative, values: values, origin: origin)
        }
        _ = try transaction.create(
            .initiative, values: [.name: .text("Voice ordering"), .owner: .person(administrator.id), .parked: .flag(true)], origin: origin)
        _ = try transaction.create(
            .initiative, values: [.name: .text("Second-hand marketplace"), .owner: .person(administrator.id)], origin: origin)
    }

    /// What Azure DevOps does not hold: units, teams, types, lights and progress, spread so that every lens has something to show.
    private static func plan(at now: Instant, _ transaction: StoreTransaction) throws {
        let workspace = try transaction.workspace()
        let priya = workspace.people.first { $0.name == "Priya Nair" }
        let actor = priya.map { Actor.person($0.id, name: $0.name) } ?? .kiplot
        let origin = EditOrigin(actor: actor, cause: .edit, at: now)
        for (index, item) in try transaction.items(matching: ItemQuery(kind: .initiative, order: .number, limit: 200)).items.enumerated() {
            var changes: [FieldKey: FieldValue?] = [:]
            changes[.businessUnit] = .businessUnit(workspace.businessUnits[index % workspace.businessUnits.count].id)
            changes[.type] = .choice(workspace.itemTypes[index % workspace.itemTypes.count].name)
            if item[.rag] == nil, index % 4 != 3 { changes[.rag] = .rag([RAG.green, .amber, .green, .red][index % 4]) }
            if item[.owner] == nil { changes[.owner] = .person(workspace.people[index % workspace.people.count].id) }
            try transaction.edit(item.id, changes: changes, origin: origin)
        }
        for (index, item) in try transaction.items(matching: ItemQuery(kind: .outcome, order: .number, limit: 500)).items.enumerated() {
            let category = if case .stage(let id) = item[.stage] { workspace.stage(id)?.category } else { Stage.Category?.none }
            var changes: [FieldKey: FieldValue?] = [.team: .team(workspace.teams[index * 7 % workspace.teams.count].id)]
            switch category {
            case .closed: changes[.percentComplete] = .number(100)
            case .delivery: changes[.percentComplete] = .number(Double(15 + index * 23 % 75))
            default: break
            }
            if index % 3 == 0 { changes[.rag] = .rag([RAG.green, .amber, .red][index / 3 % 3]) }
            try transaction.edit(item.id, changes: changes, origin: origin)
        }
    }

    private func connect() async throws {
        let engine = site.engine
        let outcome = try await engine.instances.add(
            InstanceForm(name: "Contoso", url: organisation, token: Secret(DemoCommand.token)))
        guard let instance = outcome.instance else {
            throw CommandProblem("The simulated Azure DevOps could not be connected: \(outcome.report.firstFailure ?? "")", "Start again.")
        }
        let connected = try await engine.integrations.add(IntegrationForm(instance: instance, project: "Contoso"))
        guard let integration = connected.integration else {
            throw CommandProblem("The project could not be connected: \(connected.report.firstFailure ?? "")", "Start again.")
        }
        let topics = engine.store.changes.topics()
        let run = try await engine.runs.start(.pull, in: integration, createsItems: true, by: "Demo Administrator")
        for await _ in topics {
            if try await engine.store.read({ try $0.run(run.id)?.state }) != .running { return }
        }
    }
}
