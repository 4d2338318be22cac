import Foundation

/// Where crash states are laid out as files.
struct Workshop {
    private let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appending(path: "kiplot-storage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    func clear() { try? FileManager.default.removeItem(at: root) }

    func folder(_ name: String) throws -> String {
        let folder = root.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path(percentEncoded: false)
    }

    /// Starts the product on a crash state.
    /// - Returns: what is wrong with it; `nil` when all is well.
    func finding(_ state: CrashState, _ run: StorageRun) async throws -> String? {
        let folder = try folder("crash")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, bytes) in state.files { try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)")) }
        let findings = await StorageJudge(deeds: run.deeds).findings(
            at: "\(folder)/\(StorageRun.fileName)", acknowledged: state.acknowledged)
        return findings.first.map { "\(state.words): \($0)\(findings.count > 1 ? ", and \(findings.count - 1) more" : "")" }
    }
}
