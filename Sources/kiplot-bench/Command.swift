import ArgumentParser
import Foundation
import JSON

/// The floors and loads that `make bench` compares the product with; each prints one line of JSON.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kiplot-bench",
        abstract: "Floors to measure the product against, and the load that it is measured under.",
        subcommands: [BatchesCommand.self, InsertsCommand.self, DeliveriesCommand.self])
}

struct Unmeasurable: Error, CustomStringConvertible {
    var description: String
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}

extension JSONValue {
    /// A figure as it is printed: four decimals are more than a measurement knows.
    static func figure(_ number: Double) -> JSONValue { .number((number * 10_000).rounded() / 10_000) }
}
