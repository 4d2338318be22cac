import JSON
import Portfolio

/// Why a text is not a mapping set.
public struct MappingFormatError: Error, Hashable, Sendable {
    /// Where, as in `entities[0].fields[3].direction`.
    public var path: String
    public var message: String { "The mapping set cannot be read: \(path) is missing or has an unknown value." }
}

/// The one written form of a mapping set: in the store, in the API and in configuration files.
public enum MappingCodec {
    public static func json(_ set: MappingSet) -> JSONValue { ["format": 1, "entities": .array(set.entities.map(json))] }

    private static func json(_ entity: EntityMapping) -> JSONValue {
        var object: JSONObject = [
            "kind": .string(entity.kind.rawValue), "workItemType": .string(entity.workItemType),
            "fields": .array(entity.fields.map(json)),
        ]
        if let direction = entity.parentDirection { object["parentDirection"] = .string(direction.rawValue) }
        return .object(object)
    }

    private static func json(_ field: FieldMapping) -> JSONValue {
        [
            "field": .string(field.field.name), "azureDevOpsField": .string(field.azureDevOpsField),
            "direction": .string(field.direction.rawValue), "mode": .string(field.mode.rawValue),
            "conflictPolicy": .string(field.conflictPolicy.rawValue),
            "valueMap": .array(field.valueMap.pairs.map { [$0.kiplot.json, .string($0.azureDevOps)] }),
            "addsMissingPeople": .bool(field.addsMissingPeople), "isEnabled": .bool(field.isEnabled),
        ]
    }

    /// Reads what `json` wrote.
    public static func mappingSet(_ json: JSONValue) throws(MappingFormatError) -> MappingSet {
        guard json["format"]?.integer == 1 else { throw MappingFormatError(path: "format") }
        guard let entities = json["entities"]?.array else { throw MappingFormatError(path: "entities") }
        var set = MappingSet()
        for (index, entity) in entities.enumerated() { set.entities.append(try Self.entity(entity, at: "entities[\(index)]")) }
        return set
    }

    private static func entity(_ json: JSONValue, at path: String) throws(MappingFormatError) -> EntityMapping {
        guard let kind = json["kind"]?.string.flatMap({ ItemKind(rawValue: $0) }) else { throw MappingFormatError(path: "\(path).kind") }
        guard let type = json["workItemType"]?.string, !type.isEmpty else { throw MappingFormatError(path: "\(path).workItemType") }
        guard let fields = json["fields"]?.array else { throw MappingFormatError(path: "\(path).fields") }
        var entity = EntityMapping(kind: kind, workItemType: type)
        for (index, field) in fields.enumerated() { entity.fields.append(try Self.field(field, at: "\(path).fields[\(index)]")) }
        if let direction = json["parentDirection"], !direction.isNull {
            guard let known = direction.string.flatMap({ Direction(rawValue: $0) }) else {
                throw MappingFormatError(path: "\(path).parentDirection")
            }
            entity.parentDirection = known
        }
        return entity
    }

    private static func field(_ json: JSONValue, at path: String) throws(MappingFormatError) -> FieldMapping {
        func text(_ name: String) throws(MappingFormatError) -> String {
            guard let text = json[name]?.string, !text.isEmpty else { throw MappingFormatError(path: "\(path).\(name)") }
            return text
        }
        func choice<Choice: RawRepresentable>(_ name: String) throws(MappingFormatError) -> Choice where Choice.RawValue == String {
            guard let choice = Choice(rawValue: try text(name)) else { throw MappingFormatError(path: "\(path).\(name)") }
            return choice
        }
        var pairs: [ValueMap.Pair] = []
        for (index, pair) in (json["valueMap"]?.array ?? []).enumerated() {
            guard let kiplot = pair[0].flatMap({ FieldValue(json: $0) }), let azureDevOps = pair[1]?.string else {
                throw MappingFormatError(path: "\(path).valueMap[\(index)]")
            }
            pairs.append(ValueMap.Pair(kiplot: kiplot, azureDevOps: azureDevOps))
        }
        return FieldMapping(
            field: FieldKey(try text("field")), azureDevOpsField: try text("azureDevOpsField"), direction: try choice("direction"),
            mode: try choice("mode"), conflictPolicy: try choice("conflictPolicy"), valueMap: ValueMap(pairs),
            addsMissingPeople: json["addsMissingPeople"]?.bool ?? true, isEnabled: json["isEnabled"]?.bool ?? true)
    }
}
