import JSON

/// One operation of a JSON Patch document as the service takes it: `op` in any case, or its number (FACTS.md 10).
struct PatchOperation: Sendable {
    enum Kind: String, Sendable { case add, remove, replace, test }

    enum Target: Hashable, Sendable {
        case revision
        case temporaryID
        case field(String)
        case format(String)
        case newRelation
        case relation(index: Int)
        case relationComment(index: Int)
    }

    var kind: Kind
    var target: Target
    var value: JSONValue?

    static func operations(_ body: [UInt8]) throws(ServiceFault) -> [PatchOperation] {
        guard let json = try? JSONValue(parsing: body, limits: .answer), let list = json.array else {
            throw .badRequest("VssPropertyValidationException", "You must pass a valid patch document in the body of the request.")
        }
        return try operations(list)
    }

    static func operations(_ list: [JSONValue]) throws(ServiceFault) -> [PatchOperation] {
        var operations: [PatchOperation] = []
        for json in list {
            guard let kind = kind(json["op"]), let path = json["path"]?.string else {
                throw .badRequest("VssPropertyValidationException", "You must pass a valid patch document in the body of the request.")
            }
            guard let target = target(path) else {
                throw .badRequest("VssPropertyValidationException", "The path \(path) of the patch document is not supported.")
            }
            operations.append(PatchOperation(kind: kind, target: target, value: json["value"]))
        }
        return operations
    }

    private static func kind(_ json: JSONValue?) -> Kind? {
        if let number = json?.integer { return [0: .add, 1: .remove, 2: .replace, 5: .test][number] }
        return json?.string.flatMap { Kind(rawValue: $0.lowercased()) }
    }

    private static func target(_ path: String) -> Target? {
        let parts = path.split(separator: "/").map(String.init)
        guard path.hasPrefix("/"), let first = parts.first?.lowercased() else { return nil }
        switch (first, parts.count) {
        case ("rev", 1): return .revision
        case ("id", 1): return .temporaryID
        case ("fields", 2): return .field(parts[1])
        case ("multilinefieldsformat", 2): return .format(parts[1])
        case ("relations", 2) where parts[1] == "-": return .newRelation
        case ("relations", 2): return Int(parts[1]).map { .relation(index: $0) }
        case ("relations", 4) where parts[2] == "attributes" && parts[3] == "comment":
            return Int(parts[1]).map { .relationComment(index: $0) }
        default: return nil
        }
    }
}
