// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies + [product("ArgumentParser", "swift-argument-parser")], swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

/// What every program that speaks HTTP needs; `MemberImportVisibility` wants each of them named.
let server: [Target.Dependency] = [
    product("Hummingbird", "hummingbird"),
    product("HTTPTypes", "swift-http-types"),
    product("Logging", "swift-log"),
    product("NIOCore", "swift-nio"),
    product("ServiceLifecycle", "swift-service-lifecycle"),
    product("UnixSignals", "swift-service-lifecycle"),
]
let client: [Target.Dependency] = [
    product("AsyncHTTPClient", "async-http-client"),
    product("NIOFoundationCompat", "swift-nio"),
    product("NIOHTTP1", "swift-nio"),
    product("NIOPosix", "swift-nio"),
    product("NIOSSL", "swift-nio-ssl"),
    product("NIOHTTPCompression", "swift-nio-extras"),
]

let package = Package(
    name: "kiplot-azure-devops",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "kiplot", targets: ["kiplot"]),
        .executable(name: "azure-devops-simulator", targets: ["azure-devops-simulator"]),
        .library(name: "AzureDevOps", targets: ["AzureDevOps", "AzureDevOpsHTTP"]),
        .library(name: "FieldSync", targets: ["FieldSync", "JSON", "Portfolio"]),
        .library(name: "AzureDevOpsSimulator", targets: ["AzureDevOpsSimulator", "AzureDevOpsSimulatorHTTP"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Pure modules: no clock, no network, no database.
        module("JSON"),
        module("Markup"),
        module("Portfolio", ["JSON"]),
        module("FieldSync", ["JSON", "Portfolio"]),

        // The outside world, each behind one small interface.
        module("AzureDevOps", ["JSON"]),
        module("AzureDevOpsHTTP", ["AzureDevOps", product("Logging", "swift-log"), product("NIOCore", "swift-nio")] + client),
        module("Database", [product("GRDB", "GRDB.swift"), product("GRDBSQLite", "GRDB.swift")]),
        module("Store", ["JSON", "Portfolio", "FieldSync", "Database"]),

        // The product.
        module(
            "SyncEngine",
            [
                "JSON", "Portfolio", "FieldSync", "AzureDevOps", "Store", "Database",
                product("Crypto", "swift-crypto"), product("Logging", "swift-log"),
            ]),
        .target(name: "WebAssets", exclude: ["web", "vendor"]),
        .target(name: "Gzip", linkerSettings: [.linkedLibrary("z")]),
        module(
            "Web",
            [
                "JSON", "Markup", "Portfolio", "FieldSync", "Store", "Database", "SyncEngine", "WebAssets", "Gzip",
                product("Crypto", "swift-crypto"), product("CryptoExtras", "swift-crypto"),
            ] + server),
        program(
            "kiplot",
            [
                "JSON", "Portfolio", "FieldSync", "Database", "Store", "SyncEngine", "Web", "AzureDevOps", "AzureDevOpsHTTP",
                "AzureDevOpsSimulator", "AzureDevOpsSimulatorHTTP",
                product("Yams", "Yams"), product("Crypto", "swift-crypto"),
            ] + server),

        // The simulated Azure DevOps: shares nothing with the product but JSON.
        module("AzureDevOpsSimulator", ["JSON"]),
        module(
            "AzureDevOpsSimulatorHTTP",
            ["AzureDevOpsSimulator", "JSON", product("AsyncHTTPClient", "async-http-client"), product("NIOHTTP1", "swift-nio")] + server),
        program(
            "azure-devops-simulator",
            [
                "AzureDevOpsSimulator", "AzureDevOpsSimulatorHTTP", product("AsyncHTTPClient", "async-http-client"),
                product("NIOHTTP1", "swift-nio"),
            ] + server),

        // The proof: the real engine in a world of our own, where every step is drawn from a seed.
        module(
            "ProvingGround",
            [
                "JSON", "Portfolio", "FieldSync", "AzureDevOps", "Database", "Store", "SyncEngine", "AzureDevOpsSimulator",
                product("Logging", "swift-log"), product("GRDBSQLite", "GRDB.swift"),
            ]),
        program("kiplot-prove", ["ProvingGround"]),

        // The floors and loads that the product is measured against.
        program(
            "kiplot-bench",
            [
                "JSON", "Database", product("AsyncHTTPClient", "async-http-client"), product("NIOCore", "swift-nio"),
                product("NIOHTTP1", "swift-nio"),
            ]),

        tests("JSONTests", ["JSON"]),
        tests("MarkupTests", ["Markup"]),
        tests("PortfolioTests", ["Portfolio"]),
        tests("FieldSyncTests", ["FieldSync", "Portfolio", "JSON"]),
        tests("AzureDevOpsTests", ["AzureDevOps", "JSON"]),
        tests("DatabaseTests", ["Database"]),
        tests("StoreTests", ["Store", "Database", "Portfolio", "FieldSync"]),
        tests(
            "SyncEngineTests",
            [
                "SyncEngine", "Store", "Database", "Portfolio", "FieldSync", "AzureDevOps", "AzureDevOpsSimulator", "JSON",
                product("Logging", "swift-log"),
            ]),
        tests("ProvingGroundTests", ["ProvingGround", "FieldSync"]),
        tests("WebTests", ["Web", "Markup", "FieldSync", "Portfolio"]),
        tests("AzureDevOpsSimulatorTests", ["AzureDevOpsSimulator", "JSON"], exclude: ["Recordings"]),
    ]
)
