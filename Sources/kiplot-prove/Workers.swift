import ArgumentParser
import Foundation

/// Copies of this program that work beside each other: a play owns its thread, so cores are used by processes.
enum Workers {
    /// Starts one for each list of arguments, and returns what each has printed.
    static func run(_ commands: [[String]]) throws -> [Data] {
        let workers = try commands.map { arguments in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = arguments
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            return (process, output)
        }
        return try workers.map { process, output in
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
            return data
        }
    }
}
