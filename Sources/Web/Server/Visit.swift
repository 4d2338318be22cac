import Foundation
import JSON
import Portfolio
import Store
import SyncEngine

/// One request, with who makes it.
struct Visit: Sendable {
    var method: String
    var path: String
    /// The parts of the path that the route left open, by name.
    var parameters: [String: String]
    var query: FormValues
    var form: FormValues
    var body: [UInt8]
    var headers: [String: String]
    var person: Person?
    var session: Session?
    let site: Site

    var store: Store { site.store }
    var engine: SyncEngine { site.engine }
    var now: Instant { site.engine.clock.now }

    /// The person who is signed in. Only routes that demand one reach this.
    func visitor() throws(Refusal) -> Person {
        guard let person else { throw .signInFirst }
        return person
    }

    func actor() throws(Refusal) -> Actor {
        let person = try visitor()
        return .person(person.id, name: person.name)
    }

    func may(_ permission: Permission) -> Bool { person?.role.may(permission) ?? false }

    func identifier<Entity>(_ name: String) throws(Refusal) -> Identifier<Entity> {
        guard let id = parameters[name].flatMap({ Identifier<Entity>($0) }) else { throw .notFound }
        return id
    }

    func cookie(_ name: String) -> String? {
        for part in (headers["cookie"] ?? "").split(separator: ";") {
            let sides = part.trimmingPrefix(" ").split(separator: "=", maxSplits: 1)
            if sides.count == 2, sides[0] == name { return String(sides[1]) }
        }
        return nil
    }

    /// Nothing is compressed for other sites: the length of a compressed page with a secret in it could tell them something of the secret.
    var acceptsGzip: Bool {
        let site = headers["sec-fetch-site"]
        return headers["accept-encoding"]?.contains("gzip") == true && (site == nil || site == "same-origin" || site == "none")
    }

    /// Whether the script asks, and takes a part of the page back.
    var isScripted: Bool { headers["x-requested-with"] == "kiplot" }
}

/// Names and values of a query or a form; a name may come several times.
struct FormValues: Sendable {
    private var pairs: [(name: String, value: String)] = []

    init(_ text: String = "") {
        for part in text.split(separator: "&").prefix(5_000) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(sides[0]), let value = sides.count > 1 ? Self.decoded(sides[1]) : "" else { continue }
            pairs.append((name, value))
        }
    }

    subscript(name: String) -> String? { pairs.last { $0.name == name }?.value }
    func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }
    var names: [String] { pairs.map(\.name) }
    func text(_ name: String) -> String { (self[name] ?? "").trimmed }
    func flag(_ name: String) -> Bool { self[name] != nil }

    private static func decoded(_ text: Substring) -> String? { text.replacing("+", with: " ").removingPercentEncoding }
}
