import ArgumentParser
import Foundation
import JSON
import Portfolio
import Store
import Web

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Lists people, adds them, and lets them choose a password.",
        subcommands: [List.self, Add.self, Password.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists people and their roles.")
        @OptionGroup var options: DatabaseOptions
        @Flag(help: "Print as JSON.") var json = false

        func run() async throws {
            try await UserCommand.withSite(options) { site in
                let people = try await site.store.read { try $0.people() }
                if json {
                    print(
                        JSONValue.array(
                            people.map {
                                [
                                    "name": .string($0.name), "email": .string($0.email), "role": .string($0.role.rawValue),
                                    "active": .bool($0.isActive),
                                ]
                            }
                        ).text)
                } else {
                    for person in people {
                        print("\(person.email)\t\(person.name)\t\(person.role.title)\(person.isActive ? "" : "\tinactive")")
                    }
                }
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds a person and prints a link to choose a password.")
        @OptionGroup var options: DatabaseOptions
        @Option(help: "The name.") var name: String
        @Option(help: "The e-mail address.") var email: String
        @Option(help: "administrator, fullAccess, member or viewOnly.") var role = "member"

        func run() async throws {
            guard let role = Role(rawValue: role) else {
                throw CommandProblem("There is no role “\(role)”.", "Choose administrator, fullAccess, member or viewOnly.")
            }
            try await UserCommand.withSite(options) { site in
                do {
                    let person = try await site.store.write { try $0.addPerson(name: name, email: email, role: role) }
                    print(try await Accounts(site: site).passwordLink(for: person.id))
                } catch let error as StoreError {
                    throw CommandProblem(error.message, error.remedy)
                }
            }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints a link with which a person chooses a new password.")
        @OptionGroup var options: DatabaseOptions
        @Option(help: "The e-mail address.") var email: String

        func run() async throws {
            try await UserCommand.withSite(options) { site in
                guard let person = try await site.store.read({ try $0.person(email: email) }) else {
                    throw CommandProblem("Nobody has the address \(email).", "kiplot user list shows who there is.")
                }
                print(try await Accounts(site: site).passwordLink(for: person.id))
            }
        }
    }

    private static func withSite(_ options: DatabaseOptions, _ body: (Site) async throws -> Void) async throws {
        let settings = try Settings(options)
        let publicURL = settings.publicURL ?? "http://127.0.0.1:8080"
        try await House.using(settings, publicURL: publicURL) { house in
            try await body(Site(store: house.store, engine: house.engine, publicURL: publicURL, logger: house.logger))
        }
    }
}
