import FieldSync
import Portfolio
import Store

extension StoreTransaction {
    /// Adds people whom Azure DevOps names in a mapped account field and Kiplot does not know, without a sign-in. Returns whether any
    /// were added.
    func addMissingPeople(named request: PlanningRequest, mapping: MappingSet, vocabulary: Vocabulary) throws -> Bool {
        var known = vocabulary
        var added = false
        for snapshot in request.snapshots.values {
            guard let entity = mapping.entity(forWorkItemType: snapshot.type) else { continue }
            for field in entity.enabledFields where field.addsMissingPeople && field.direction.reads {
                guard vocabulary.catalogue[field.field]?.type == .account,
                    let identity = CanonicalForm.identity(snapshot.fields[field.azureDevOpsField]), known.person(for: identity) == nil,
                    let email = identity.uniqueName, email.contains("@")
                else { continue }
                let person = try addPerson(name: identity.displayName, email: email, role: .viewOnly)
                known.people.append(person)
                added = true
            }
        }
        return added
    }
}
