import JSON

/// How an organisation began: the same beginning and the same calls after it lead to the same organisation.
public struct Beginning: Hashable, Sendable {
    public var projects: [String]
    public var process: ProcessTemplate
    /// Made up in each project.
    public var workItems: Int
    public var shape: World.GeneratedShape
    public var seed: UInt64
    /// Milliseconds since 1970.
    public var at: Int64

    public init(projects: [String], process: ProcessTemplate, workItems: Int, shape: World.GeneratedShape, seed: UInt64, at: Int64) {
        (self.projects, self.process, self.workItems) = (projects, process, workItems)
        (self.shape, self.seed, self.at) = (shape, seed, at)
    }

    public func world(base: String) -> World {
        var world = World(seed: seed)
        for name in projects {
            let project = world.addProject(name: name, process: process, at: at)
            if workItems > 0 { world.generate(workItems, shape, in: project, seed: seed, at: at, base: base) }
        }
        return world
    }

    /// Whether the two differ in more than the moment.
    public func isLike(_ other: Beginning) -> Bool {
        var same = other
        same.at = at
        return same == self
    }

    var json: JSONValue {
        [
            "projects": .array(projects.map { .string($0) }), "process": .string(process.rawValue), "workItems": .integer(workItems),
            "shape": .string(shape.rawValue), "seed": .string(String(seed)), "at": .integer(at),
        ]
    }

    init?(json: JSONValue) {
        guard let process = json["process"]?.string.flatMap({ ProcessTemplate(rawValue: $0) }), let workItems = json["workItems"]?.int,
            let shape = json["shape"]?.string.flatMap({ World.GeneratedShape(rawValue: $0) }),
            let seed = json["seed"]?.string.flatMap({ UInt64($0) }), let at = json["at"]?.integer
        else { return nil }
        self.init(
            projects: (json["projects"]?.array ?? []).compactMap(\.string), process: process, workItems: workItems, shape: shape,
            seed: seed,
            at: at)
    }
}
