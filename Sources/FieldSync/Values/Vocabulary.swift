import Portfolio

/// What values may refer to on the Kiplot side.
public struct Vocabulary: Hashable, Sendable {
    public var stages: [Stage]
    public var people: [Person]
    /// People whose e-mail address does not tell, by the unique name of Azure DevOps in lower case.
    public var peopleTable: [String: Identifier<Person>]
    public var businessUnits: [BusinessUnit]
    public var teams: [Team]
    public var catalogue: FieldCatalogue

    public init(
        stages: [Stage], people: [Person], peopleTable: [String: Identifier<Person>], businessUnits: [BusinessUnit], teams: [Team],
        catalogue: FieldCatalogue
    ) {
        self.stages = stages
        self.people = people
        self.peopleTable = peopleTable
        self.businessUnits = businessUnits
        self.teams = teams
        self.catalogue = catalogue
    }

    /// The person that Azure DevOps means: by the table, else by e-mail address.
    public func person(for identity: RemoteIdentity) -> Identifier<Person>? {
        if let entered = peopleTable[identity.identifyingName] { return entered }
        guard let name = identity.uniqueName?.lowercased() else { return nil }
        return people.first { $0.email.lowercased() == name }?.id
    }

    /// The unique name by which Azure DevOps knows a person: by the table, else the e-mail address.
    public func uniqueName(of id: Identifier<Person>) -> String? {
        if let entered = peopleTable.filter({ $0.value == id }).keys.sorted().first { return entered }
        return people.first { $0.id == id }?.email
    }
}
