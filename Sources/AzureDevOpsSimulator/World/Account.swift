import Foundation
import JSON

/// Somebody whom the organisation knows.
public struct Account: Hashable, Sendable {
    public let id: String
    public let name: String
    public let mail: String
    let descriptor: String

    init(id: String, name: String, mail: String) {
        (self.id, self.name, self.mail) = (id, name, mail)
        descriptor = "aad.\(base64(Array(id.utf8)).replacing("=", with: ""))"
    }

    /// In the directory that the organisation belongs to: another id for the same person.
    var directoryID: String { String(id.dropLast(12)) + String(id.suffix(12).reversed()) }

    /// The form of api-versions before 5.0, of webhooks and of the recycle bin (FACTS.md 1.9).
    var text: String { "\(name) <\(mail)>" }

    /// The form since api-version 5.0 (`recordings/work-item-create.json`).
    func object(base: String) -> JSONValue {
        let avatar = "\(base)/_apis/GraphProfile/MemberAvatars/\(descriptor)"
        return [
            "displayName": .string(name), "url": .string("\(base)/_apis/Identities/\(id)"),
            "_links": ["avatar": ["href": .string(avatar)]], "id": .string(id), "uniqueName": .string(mail), "imageUrl": .string(avatar),
            "descriptor": .string(descriptor),
        ]
    }
}

func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

/// `nil` for anything but canonical base64: one stray `=` is refused by the service as well (FACTS.md 4).
func bytes(base64 text: String) -> [UInt8]? {
    guard let bytes = Data(base64Encoded: text).map(Array.init), base64(bytes) == text else { return nil }
    return bytes
}
