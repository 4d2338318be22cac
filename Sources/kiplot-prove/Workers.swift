import ArgumentParser
import Dispatch
import Foundation
import Synchronization

/// Copies of this program that work beside each other: a play owns its thread, so cores are used by processes.
enum Workers {
    /// Seeds that one worker plays. Of a process that was killed in a play, whatever still waited stays in memory; a worker that ends
    /// gives it back.
    static let seedsEach = 200

    /// Runs one worker for each list of arguments, so many at a time, and hands over what each has printed.
    static func run(_ commands: [[String]], atOnce jobs: Int, _ use: @escaping @Sendable (Data) throws -> Void) throws {
        let waiting = Mutex(commands[...])
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: max(1, jobs)) { _ in
            while failure.withLock({ $0 == nil }), let next = waiting.withLock({ $0.popFirst() }) {
                do {
                    try use(output(of: next))
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Runs one worker, and returns what it has printed.
    static func output(of arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
        return data
    }
}
