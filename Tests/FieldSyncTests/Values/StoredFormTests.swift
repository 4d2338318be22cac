import FieldSync
import JSON
import Portfolio
import Testing

@Suite("The form in which values are stored")
struct StoredFormTests {
    @Test(
        "what no value wrote is read as none",
        arguments: [
            .null, "text", [], ["text"], [1, "x"], ["unknown", "x"], ["text", 1], ["number", "x"], ["flag", 1], ["instant", 0.5],
            ["tags", "x"],
            ["identity", .null], ["html", 1], ["markdown", .null],
        ] as [JSONValue])
    func unreadable(json: JSONValue) {
        #expect(RemoteValue(json: json) == nil)
    }

    @Test("tags and identities keep what does not count for comparison")
    func kept() throws {
        let tags = RemoteValue.tags(RemoteTags(["b", "A", "a"]))
        #expect(tags == .tags(RemoteTags(["a", "B"])))
        #expect(RemoteValue(json: tags.json)?.shortText == "A, b")
        let identity = RemoteValue.identity(RemoteIdentity(id: "6d1b", uniqueName: "Ann@contoso.com", displayName: "Ann"))
        guard case .identity(let stored)? = RemoteValue(json: identity.json) else {
            Issue.record("it must be an identity")
            return
        }
        #expect(stored.id == "6d1b" && stored.uniqueName == "Ann@contoso.com" && stored.displayName == "Ann")
        #expect(stored == RemoteIdentity(uniqueName: "ann@CONTOSO.com", displayName: "Somebody else"))
        #expect(RemoteIdentity(displayName: "Ann") != stored)
    }

    @Test("an identity without any name is nobody, and without a unique name it is told by its id")
    func nobody() {
        #expect(CanonicalForm.identity(["uniqueName": "", "displayName": ""]) == nil)
        #expect(CanonicalForm.identity(["id": "6d1b"]) == nil)
        #expect(CanonicalForm.identity(nil) == nil)
        #expect(CanonicalForm.identity("") == nil)
        let first = CanonicalForm.identity(["uniqueName": "", "displayName": "Team", "id": "1"])
        let second = CanonicalForm.identity(["uniqueName": "", "displayName": "Team", "id": "2"])
        #expect(first != second && first?.displayName == "Team")
        let unnamed = first.map { CanonicalForm.json(writing: .identity($0), type: .identity) }
        #expect(unnamed == "Team")
    }

    @Test(
        "every obstacle says what is wrong and what to do",
        arguments: [
            .unmapped(value: "v", field: "F"), .unknownPerson(RemoteIdentity(displayName: "Ann")),
            .unknownPerson(RemoteIdentity(uniqueName: "ann@contoso.com", displayName: "Ann")), .personWithoutAccount(name: "Ann"),
            .wrongType(value: "v", field: "F"), .unknownReference(value: "v", field: "F"), .markdownOverHTML(field: "F"),
            .refusedByKiplot(reason: "Too long."), .refusedByAzureDevOps(code: "TF401320", reason: "Rule."),
            .refusedByAzureDevOps(code: nil, reason: "Rule."),
        ] as [Obstacle])
    func obstacles(obstacle: Obstacle) {
        #expect(!obstacle.message.isEmpty && obstacle.remedy.hasSuffix("."))
        switch obstacle {
        case .unmapped, .wrongType, .unknownReference: #expect(obstacle.message.contains("v") && obstacle.message.contains("F"))
        case .unknownPerson(let identity): #expect(obstacle.message.contains(identity.uniqueName ?? identity.displayName))
        case .personWithoutAccount(let name): #expect(obstacle.message.contains(name))
        case .markdownOverHTML(let field): #expect(obstacle.message.contains(field))
        case .refusedByKiplot(let reason): #expect(obstacle.message == reason)
        case .refusedByAzureDevOps(let code, let reason): #expect(obstacle.message == (code == nil ? reason : "Rule. (TF401320)"))
        }
    }
}
