// swift-tools-version:6.2
import PackageDescription

/// How fast the pure parts are: a package of its own, so that nobody who builds the product builds the package that measures.
let package = Package(
    name: "parts",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "kiplot-azure-devops", path: "../.."),
        // Counting allocations would need libraries of its own, and nothing here is judged by it.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Parts",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"), .product(name: "FieldSync", package: "kiplot-azure-devops"),
            ],
            path: "Benchmarks/Parts", resources: [.embedInCode("work-item.json")],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ])
