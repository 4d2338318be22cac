import AzureDevOpsSimulator
import Foundation

/// The organisation of the demonstration.
enum DemoWorld {
    static func world(workItems: Int) -> World {
        var world = World(seed: 11)
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        world.addToken(DemoCommand.token)
        let project = world.addProject(name: "Contoso", process: .agile, at: now)
        world.addProject(name: "Fabrikam", process: .scrum, at: now)
        world.addField(
            FieldDefinition(referenceName: "Custom.RAG", name: "RAG", kind: .string, allowedValues: ["Green", "Amber", "Red"]),
            to: ["Epic", "Feature"])
        world.generate(workItems, .plan, in: project, seed: 11, at: now, base: "http://127.0.0.1:8090/contoso")
        return world
    }
}
