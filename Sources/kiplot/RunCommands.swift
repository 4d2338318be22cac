import ArgumentParser
import Foundation
import JSON
import Portfolio
import Store
import SyncEngine

/// What pull, push and sync have in common.
struct RunOptions: ParsableArguments {
    @OptionGroup var database: DatabaseOptions
    @Option(help: "The project, by its name.") var integration: String
    @Option(help: "Only these items, by their keys, with commas: INI-1,OUT-7.") var items: String?
    @Flag(name: .customLong("create-items"), help: "Create items for work items that have none.") var createsItems = false
    @Flag(name: .customLong("create-work-items"), help: "Create work items for items that have none.") var createsWorkItems = false
    @Flag(name: .customLong("dry-run"), help: "Say what would happen, and change nothing.") var isDryRun = false
    @Flag(help: "Print the result as JSON.") var json = false
}

struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pull", abstract: "Reads work items into the portfolio.")
    @OptionGroup var options: RunOptions
    func run() async throws { try await BulkRun(options, .pull).run() }
}

struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "push", abstract: "Writes items to Azure DevOps.")
    @OptionGroup var options: RunOptions
    func run() async throws { try await BulkRun(options, .push).run() }
}

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sync", abstract: "Brings both sides in step.")
    @OptionGroup var options: RunOptions
    func run() async throws { try await BulkRun(options, .both).run() }
}

/// A bulk sync from the command line. A server that runs on the same database does the work; without one, this process does.
struct BulkRun {
    let options: RunOptions
    let direction: Run.Direction

    init(_ options: RunOptions, _ direction: Run.Direction) {
        self.options = options
        self.direction = direction
    }

    func run() async throws {
        let settings = try Settings(options.database)
        try settings.requireDatabase()
        let lock = try DatabaseLock.take(for: settings.databasePath)
        defer { lock?.release() }
        let finished = try await House.using(settings) { house in
            let run: Run
            do {
                run = try await start(house)
            } catch let problem as ConnectionProblem {
                throw CommandProblem(problem.message, problem.remedy)
            }
            let finished = try await withThrowingTaskGroup(of: Void.self) { group in
                if lock != nil { group.addTask { try await house.engine.work(on: run) } }
                let watched = try await watch(run, house)
                try await group.waitForAll()
                return watched
            }
            try await report(finished, house)
            return finished
        }
        if finished.failed > 0 || finished.state != .finished { throw ExitCode(2) }
    }

    private func start(_ house: House) async throws -> Run {
        let wanted = options.integration.lowercased()
        let keys = options.items?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).uppercased() }
        let (integration, selection) = try await house.store.read { transaction -> (Integration, [Identifier<Item>]?) in
            let all = try transaction.integrations()
            guard let integration = all.first(where: { $0.projectName.lowercased() == wanted || "\($0.id)" == wanted }) else {
                let names = all.map(\.projectName).joined(separator: ", ")
                throw CommandProblem(
                    "There is no integration “\(options.integration)”.",
                    names.isEmpty ? "Add one in the browser first." : "There are: \(names).")
            }
            let selection = try keys?.map { key -> Identifier<Item> in
                guard let dash = key.firstIndex(of: "-"), let number = Int64(key[key.index(after: dash)...]),
                    let kind = ItemKind.allCases.first(where: { key.hasPrefix($0.keyPrefix) }),
                    let item = try transaction.item(kind: kind, number: number)
                else { throw CommandProblem("There is no item \(key).", "Give keys such as INI-1 or OUT-7.") }
                return item.id
            }
            return (integration, selection)
        }
        return try await house.engine.runs.start(
            direction, in: integration.id, selection: selection, createsItems: options.createsItems,
            createsWorkItems: options.createsWorkItems,
            isDryRun: options.isDryRun, by: "Command line")
    }

    private func watch(_ run: Run, _ house: House) async throws -> Run {
        let isTerminal = isatty(STDERR_FILENO) != 0 && !options.json
        while true {
            guard let current = try await house.store.read({ try $0.run(run.id) }) else {
                throw CommandProblem("The run is gone.", "Start it again.")
            }
            if isTerminal {
                let share = current.total > 0 ? current.done * 30 / current.total : 0
                let bar = String(repeating: "█", count: share) + String(repeating: "·", count: 30 - share)
                FileHandle.standardError.write(Data("\r\(bar) \(current.done) of \(current.total), \(current.failed) failed ".utf8))
            }
            if current.state != .running {
                if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
                return current
            }
            if let detail = current.detail, current.done == 0, detail.hasPrefix("Waiting:") {
                throw CommandProblem(detail, "The run goes on by itself when a server runs.")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func report(_ run: Run, _ house: House) async throws {
        let entries = try await house.store.read { transaction in
            try transaction.entries(of: run.id, outcome: nil, limit: 100_000).map { entry in
                (entry, try entry.item.flatMap { try transaction.item($0)?.key })
            }
        }
        if options.json {
            let list = entries.map { entry, key -> JSONValue in
                [
                    "item": key.map { .string($0) } ?? .null, "workItem": entry.workItem.map { .integer($0) } ?? .null,
                    "outcome": .string(entry.outcome.rawValue), "reason": entry.reason.map { .string($0) } ?? .null,
                ]
            }
            let json: JSONValue = [
                "run": .integer(run.id.number), "state": .string(run.state.rawValue), "total": .integer(run.total),
                "done": .integer(run.done), "inStep": .integer(run.inStep),
                "failed": .integer(run.failed), "entries": .array(list),
            ]
            print(json.text)
            return
        }
        for (entry, key) in entries where entry.outcome == .failed || options.isDryRun {
            print("\(key ?? "-") \(entry.workItem.map { "#\($0)" } ?? "") \(entry.outcome.title): \(entry.reason ?? "")")
        }
        print(
            "\(options.isDryRun ? "Preview" : "Run") \(run.id) \(run.state.rawValue): \(run.done) of \(run.total), \(run.failed) failed; \(run.inStep) more are in step already."
        )
    }
}
