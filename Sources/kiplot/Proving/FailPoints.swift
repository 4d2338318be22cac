import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Named places between two steps that a crash could come between.
final class FailPoints: Sendable {
    private let trace: Int32?
    private let deadly: (name: String, passage: Int)?
    private let passages = Mutex<[String: Int]>([:])

    /// - Returns: `nil` when nothing is asked for.
    /// - Throws: `CommandProblem` when the trace cannot be written or the deadly point is not written as `NAME#NUMBER`.
    init?(trace path: String?, kill point: String?) throws {
        if path == nil, point == nil { return nil }
        trace = try path.map { path in
            let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw CommandProblem("KIPLOT_PROVE_TRACE \(path) cannot be written.", "Choose another file.") }
            return descriptor
        }
        deadly = try point.map { point in
            let parts = point.split(separator: "#")
            guard parts.count == 2, let passage = Int(parts[1]), passage > 0 else {
                throw CommandProblem(
                    "KIPLOT_PROVE_KILL “\(point)” is no fail point.", "Write it as the trace does, with #1 for the first passage.")
            }
            return (String(parts[0]), passage)
        }
    }

    /// Ends the process when this is the passage to die at.
    func pass(_ name: String) {
        let passage = passages.withLock { passages in
            let passage = (passages[name] ?? 0) + 1
            passages[name] = passage
            return passage
        }
        if let trace {
            let line = Array("\(name)#\(passage)\n".utf8)
            _ = Glibc.write(trace, line, line.count)
        }
        if let deadly, deadly == (name, passage) { Glibc.kill(getpid(), SIGKILL) }
    }
}
