import FieldSync
import JSON
import Portfolio

/// How a link's row holds what it remembers of its fields: one text, because a row for each field would take three times the space
/// (`security-operations.md` 8.2).
public enum LinkFieldsCodec {
    static func text(_ fields: [FieldKey: LinkField]) -> String {
        var object = JSONObject()
        for key in fields.keys.sorted() { object[key.name] = fields[key].map(json) }
        return JSONValue.object(object).text
    }

    public static func fields(_ text: String?) -> [FieldKey: LinkField] {
        guard let text, let object = try? JSONValue(parsing: text, limits: .answer).object else { return [:] }
        var fields: [FieldKey: LinkField] = [:]
        for (name, value) in object { fields[FieldKey(name)] = field(value) }
        return fields
    }

    /// The remote value is left out where it is the agreed one, which is nearly always; a long text that both sides write alike stands
    /// there once.
    private static func json(_ field: LinkField) -> JSONValue {
        var object = JSONObject()
        if let agreed = field.agreed {
            let pair = pair(agreed)
            if let both = pair[0], both == pair[1] { object["alike"] = both } else { object["agreed"] = pair }
        }
        if field.agreed.map({ $0.remote != field.remote }) ?? true { object["remote"] = field.remote?.json ?? .null }
        if let revision = field.readIn { object["in"] = .integer(revision) }
        if let target = field.target { object["of"] = .string(target) }
        if let settled = field.settlement {
            object["settled"] = [.string(settled.winner.rawValue), settled.local?.json ?? .null, settled.remote?.json ?? .null]
        }
        if field.isInConflict { object["conflict"] = true }
        if field.isWaiting { object["waiting"] = true }
        if let at = field.syncedAt { object["syncedAt"] = .integer(at.milliseconds) }
        if let obstacle = field.obstacle {
            object["obstacle"] = [
                .string(obstacle.message), .string(obstacle.remedy), obstacle.code.map { .string($0) } ?? .null,
                .string(obstacle.fingerprint),
            ]
        }
        return .object(object)
    }

    private static func field(_ json: JSONValue) -> LinkField {
        let agreed = json["alike"].map { pair([$0, $0]) } ?? json["agreed"].map(pair)
        let remote = json["remote"].map { RemoteValue(json: $0) } ?? agreed?.remote
        var field = LinkField(agreed: agreed, remote: remote, target: json["of"]?.string)
        field.readIn = json["in"]?.integer
        if let settled = json["settled"], let winner = settled[0]?.string.flatMap({ InitialSource(rawValue: $0) }) {
            field.settlement = Settlement(
                winner, local: settled[1].flatMap { FieldValue(json: $0) }, remote: settled[2].flatMap { RemoteValue(json: $0) })
        }
        field.isInConflict = json["conflict"]?.bool ?? false
        field.isWaiting = json["waiting"]?.bool ?? false
        field.syncedAt = json["syncedAt"]?.integer.map { Instant(milliseconds: $0) }
        if let obstacle = json["obstacle"] {
            field.obstacle = FieldObstacle(
                message: obstacle[0]?.string ?? "", remedy: obstacle[1]?.string ?? "", code: obstacle[2]?.string,
                fingerprint: obstacle[3]?.string ?? "")
        }
        return field
    }

    static func pair(_ pair: AgreedPair) -> JSONValue { [pair.local?.json ?? .null, pair.remote?.json ?? .null] }

    static func pair(_ json: JSONValue) -> AgreedPair {
        AgreedPair(local: json[0].flatMap { FieldValue(json: $0) }, remote: json[1].flatMap { RemoteValue(json: $0) })
    }
}
