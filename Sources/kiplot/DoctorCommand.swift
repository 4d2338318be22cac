import ArgumentParser
import AzureDevOps
import Database
import Foundation
import JSON
import Store
import SyncEngine

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Checks the database, the key, and every connection to Azure DevOps.")

    @OptionGroup var options: DatabaseOptions
    @Flag(help: "Print the findings as JSON.") var json = false

    func run() async throws {
        let settings = try Settings(options)
        try settings.requireDatabase()
        let findings = try await House.using(settings) { try await self.findings(in: $0) }
        if json {
            print(JSONValue.array(findings.map { ["good": .bool($0.isGood), "finding": .string($0.words)] }).text)
        } else {
            for finding in findings { print("\(finding.isGood ? "✓" : "✗") \(finding.words)") }
        }
        if findings.contains(where: { !$0.isGood }) { throw ExitCode(2) }
    }

    private func findings(in house: House) async throws -> [(isGood: Bool, words: String)] {
        var findings: [(isGood: Bool, words: String)] = []
        let problems = try await house.database.integrityProblems()
        findings.append(
            (
                problems.isEmpty,
                problems.isEmpty
                    ? "The database is sound." : "The database is damaged: \(problems.joined(separator: "; ")). Restore a backup."
            ))
        for instance in try await house.store.read({ try $0.instances() }) {
            do {
                for line in try await house.engine.instances.recheck(instance.id).lines {
                    switch line.outcome {
                    case .passed(let detail): findings.append((true, "\(instance.name): \(line.step.title). \(detail)"))
                    case .warning(let cause, let remedy), .failed(let cause, let remedy):
                        findings.append((false, "\(instance.name): \(line.step.title): \(cause) \(remedy)"))
                    case .skipped: break
                    }
                }
            } catch let problem as ConnectionProblem {
                findings.append((false, "\(instance.name): \(problem.message) \(problem.remedy)"))
            }
        }
        return findings
    }
}
