import FieldSync
import JSON
import Portfolio
import Store

/// Reads a mapping out of the editor's form: `e0.kind`, `e0.f3.field`, `e0.f3.k1`…
struct MappingForm {
    let values: FormValues
    let workspace: Workspace

    var mapping: MappingSet {
        var set = MappingSet()
        for index in 0..<20 {
            guard let kind = values["e\(index).kind"].flatMap({ ItemKind(rawValue: $0) }) else { break }
            if values.flag("e\(index).remove") { continue }
            var entity = EntityMapping(kind: kind, workItemType: values.text("e\(index).type"))
            entity.parentDirection = Direction(rawValue: values.text("e\(index).parent"))
            entity.fields = fields(of: index)
            set.entities.append(entity)
        }
        return set
    }

    private func fields(of entity: Int) -> [FieldMapping] {
        var fields: [FieldMapping] = []
        for index in 0..<200 {
            let prefix = "e\(entity).f\(index)"
            guard let field = values["\(prefix).field"] else { break }
            if values.flag("\(prefix).remove") || (field.isEmpty && values.text("\(prefix).ado").isEmpty) { continue }
            fields.append(
                FieldMapping(
                    field: FieldKey(field), azureDevOpsField: values.text("\(prefix).ado"),
                    direction: Direction(rawValue: values.text("\(prefix).direction")) ?? .both,
                    mode: FieldMode(rawValue: values.text("\(prefix).mode")) ?? .inherit,
                    conflictPolicy: ConflictPolicy(rawValue: values.text("\(prefix).policy")) ?? .hold, valueMap: map(prefix),
                    addsMissingPeople: values.flag("\(prefix).people"), isEnabled: values.flag("\(prefix).enabled")))
        }
        return fields
    }

    private func map(_ prefix: String) -> ValueMap {
        var pairs: [ValueMap.Pair] = []
        for index in 0..<200 {
            guard let kiplot = values["\(prefix).k\(index)"] else { break }
            let remote = values.text("\(prefix).r\(index)")
            guard !remote.isEmpty, let value = (try? JSONValue(parsing: kiplot)).flatMap({ FieldValue(json: $0) }) else { continue }
            pairs.append(ValueMap.Pair(kiplot: value, azureDevOps: remote))
        }
        return ValueMap(pairs)
    }
}
