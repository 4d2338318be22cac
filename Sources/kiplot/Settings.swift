import ArgumentParser
import AzureDevOps
import Foundation
import Yams

/// The options that every command which opens the database takes. Each is also a KIPLOT_… environment variable, and a key of the
/// configuration file; the command line counts first, then the environment, then the file.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "Where the data is: sqlite:PATH. (KIPLOT_DATABASE; default sqlite:kiplot.sqlite)") var database: String?
    @Option(
        name: .customLong("key-file"),
        help: "The file with the key for secrets, 32 bytes in hexadecimal. (KIPLOT_KEY_FILE; default beside the database)")
    var keyFile: String?
    @Option(name: .customLong("public-url"), help: "How browsers and Azure DevOps reach this server. (KIPLOT_PUBLIC_URL)") var publicURL:
        String?
    @Option(
        name: .customLong("allow-host"),
        help:
            "A host of your own that may be called besides Azure DevOps Services, with or without a port; may be given several times. (KIPLOT_ALLOW_HOST, with commas)"
    )
    var allowHost: [String] = []
    @Option(help: "A configuration file in YAML. (KIPLOT_CONFIG)") var config: String?
}

/// What the options, the environment and the file come to.
struct Settings: Sendable {
    var databasePath: String
    var keyPath: String
    var publicURL: String?
    var policy: AddressPolicy
    var host: String
    var port: Int

    init(_ options: DatabaseOptions, host: String? = nil, port: Int? = nil) throws {
        let environment = ProcessInfo.processInfo.environment
        let file = try ConfigurationFile(path: options.config ?? environment["KIPLOT_CONFIG"])
        func value(_ given: String?, _ name: String) -> String? {
            given ?? environment["KIPLOT_" + name.uppercased().replacing("-", with: "_")] ?? file[name]
        }
        databasePath = try Self.path(value(options.database, "database") ?? "sqlite:kiplot.sqlite")
        keyPath = value(options.keyFile, "key-file") ?? databasePath + ".key"
        publicURL = try value(options.publicURL, "public-url").map(Self.publicURL)
        self.host = value(host, "host") ?? "127.0.0.1"
        let portText = value(port.map { String($0) }, "port") ?? "8080"
        guard let number = Int(portText), (0...65_535).contains(number) else {
            throw CommandProblem("The port “\(portText)” is no number from 0 to 65535.", "Correct --port.")
        }
        self.port = number
        let hosts = options.allowHost.isEmpty ? value(nil, "allow-host")?.split(separator: ",").map(String.init) ?? [] : options.allowHost
        policy = AddressPolicy(
            allowedHosts: try hosts.map { text in
                guard let host = AddressPolicy.AllowedHost(text.trimmingCharacters(in: .whitespaces)) else {
                    throw CommandProblem("“\(text)” is no host.", "Give a name or an address, with a port if needed: tfs.example.com:8443.")
                }
                return host
            })
    }

    /// For commands that make no database.
    /// - Throws: `CommandProblem` when there is none.
    func requireDatabase() throws {
        guard FileManager.default.fileExists(atPath: databasePath) else {
            throw CommandProblem("There is no database at \(databasePath).", "Point --database at the one of the server.")
        }
    }

    private static func path(_ text: String) throws -> String {
        if text.hasPrefix("postgres") {
            throw CommandProblem("PostgreSQL is not supported yet.", "Use the embedded database: --database sqlite:PATH.")
        }
        guard text.hasPrefix("sqlite:"), text.count > "sqlite:".count else {
            throw CommandProblem(
                "“\(text)” names no database.", "Write it as sqlite:PATH, for example sqlite:/var/lib/kiplot/kiplot.sqlite.")
        }
        return String(text.dropFirst("sqlite:".count))
    }

    private static func publicURL(_ text: String) throws -> String {
        let url = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard url.hasPrefix("https://") || url.hasPrefix("http://"), !url.dropFirst(8).isEmpty else {
            throw CommandProblem("“\(text)” is no address.", "Write --public-url as https://kiplot.example.com.")
        }
        return url
    }
}

/// The configuration file: the names of the options, with values.
struct ConfigurationFile {
    private var values: [String: String] = [:]
    private static let known = ["database", "key-file", "public-url", "allow-host", "host", "port"]

    init(path: String?) throws {
        guard let path else { return }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandProblem("The configuration file \(path) cannot be read.", "Check the path and the rights.")
        }
        let loaded: Any?
        do {
            loaded = try Yams.load(yaml: text)
        } catch {
            throw CommandProblem("The configuration file \(path) is no YAML: \(error).", "Correct the line that is named.")
        }
        guard let loaded else { return }
        guard let mapping = loaded as? [String: Any] else {
            throw CommandProblem(
                "The configuration file \(path) holds no names and values.", "Write one option on each line, such as port: 8080.")
        }
        for (name, value) in mapping {
            guard Self.known.contains(name) else {
                throw CommandProblem(
                    "The configuration file \(path) has an unknown option “\(name)”.", "Known are: \(Self.known.joined(separator: ", ")).")
            }
            values[name] = (value as? [Any])?.map { "\($0)" }.joined(separator: ",") ?? "\(value)"
        }
    }

    subscript(name: String) -> String? { values[name] }
}

/// Why a command cannot do its work: one sentence for the cause, one for the remedy.
struct CommandProblem: Error, CustomStringConvertible {
    let message: String
    let remedy: String

    init(_ message: String, _ remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    var description: String { "\(message) \(remedy)" }
}
