import AzureDevOps
import Markup
import Portfolio
import Store

/// A field that items can be filtered by, with the values that people choose from. Several values of one field: any of them.
struct Facet: Sendable {
    /// The name in the address.
    var name: String
    var title: String
    var values: [(value: String, words: String)]
}

extension Workspace {
    /// What a list, a board or the roadmap of a kind can be filtered by. The names are those that `ItemListPages.query` reads.
    func facets(of kind: ItemKind) -> [Facet] {
        [
            Facet(name: "stage", title: "Stage", values: stages.filter { $0.appliesTo.contains(kind) }.map { ("\($0.id)", $0.name) }),
            Facet(name: "owner", title: "Owner", values: people.map { ("\($0.id)", $0.name) }),
            Facet(name: "team", title: "Team", values: teams.map { ("\($0.id)", $0.name) }),
            Facet(name: "unit", title: "Business unit", values: businessUnits.map { ("\($0.id)", $0.name) }),
            Facet(name: "type", title: "Type", values: itemTypes.filter(\.isEnabled).map { ($0.name, $0.name) }),
            Facet(name: "rag", title: "RAG", values: RAG.allCases.map { ($0.rawValue, $0.title) }),
            Facet(
                name: "link", title: "Azure DevOps",
                values: [("linked", "Linked"), ("notLinked", "Not linked"), ("attention", "Needs attention")]),
        ].filter { !$0.values.isEmpty }
    }
}

extension Visit {
    /// Filters that stack and live in the address: a search, and a menu of values for each facet. Works without a script by its button.
    /// - Parameter kept: other names of the address that stay as they are.
    func filterBar(_ action: String, _ facets: [Facet], keeping kept: [String] = [], placeholder: String = "Search name, key, tags") -> Node
    {
        Markup.form(.class("filters"), Attribute("role", "search"), .action(action), .data("auto", "")) {
            for name in kept { for value in query.all(name) { input(.type("hidden"), .name(name), .value(value)) } }
            input(.type("search"), .name("q"), .label("Search"), Attribute("placeholder", placeholder), .value(query.text("q")))
            for facet in facets { facetMenu(facet) }
            if facets.contains(where: { !query.all($0.name).filter { !$0.isEmpty }.isEmpty }) || !query.text("q").isEmpty {
                a(.class("button quiet"), .href(address(action, keeping: kept))) { "Clear" }
            }
            button(.class("apply")) { "Filter" }
        }
    }

    private func facetMenu(_ facet: Facet) -> Node {
        let chosen = Set(query.all(facet.name))
        let words = facet.values.filter { chosen.contains($0.value) }.map(\.words)
        return element("details", [.class("popover facet\(words.isEmpty ? "" : " chosen")")]) {
            element("summary", [.class(words.isEmpty ? "quiet" : "")]) {
                if words.isEmpty {
                    facet.title
                } else {
                    "\(facet.title): \(words.prefix(2).joined(separator: ", "))\(words.count > 2 ? " +\(words.count - 2)" : "")"
                }
                icon(.down, 14)
            }
            div(.class("panel"), Attribute("role", "group"), .label(facet.title)) {
                for choice in facet.values {
                    label {
                        input(.type("checkbox"), .name(facet.name), .value(choice.value), .flag("checked", chosen.contains(choice.value)))
                        choice.words
                    }
                }
            }
        }
    }

    /// A path with some names of the present address, and others changed; an empty value leaves a name out.
    func address(_ path: String, keeping kept: [String], changing changes: [String: String] = [:]) -> String {
        var pairs: [String] = []
        for name in kept where changes[name] == nil {
            for value in query.all(name) where !value.isEmpty { pairs.append("\(percentEncoded(name))=\(percentEncoded(value))") }
        }
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            pairs.append("\(percentEncoded(name))=\(percentEncoded(value))")
        }
        return pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    }

    /// The present address with some names changed.
    func address(changing changes: [String: String]) -> String {
        address(path, keeping: Set(query.names).sorted(), changing: changes)
    }
}
