import FieldSync
import JSON
import Portfolio
import Store

/// Reads a mapping out of the editor's form: `e0.kind`, `e0.f3.field`, `e0.f3.k1`…
struct MappingForm {
    let values: FormValues
    let workspace: Workspace

    /// As it stands in the form, with rows that are not filled in yet: the positions are those that the person sees.
    var draft: MappingSet {
        var set = MappingSet()
        for index in 0..<20 {
            guard let kind = values["e\(index).kind"].flatMap({ ItemKind(rawValue: $0) }) else { break }
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

extension FieldMapping {
    /// A row that somebody has added and not filled in yet.
    var isBlank: Bool { field.name.isEmpty && azureDevOpsField.isEmpty }
}

extension MappingSet {
    /// What is checked and saved: without the rows that are not filled in.
    var withoutBlanks: MappingSet {
        var set = self
        for index in set.entities.indices { set.entities[index].fields.removeAll(where: \.isBlank) }
        return set
    }

    /// Takes up the pairs of a better-known mapping that are missing here, for pairs of the same kinds and types.
    /// Returns them by the position of the entity.
    func missing(from recommended: MappingSet) -> [(entity: Int, field: FieldMapping)] {
        var missing: [(entity: Int, field: FieldMapping)] = []
        for (index, entity) in entities.enumerated() {
            guard let known = recommended[entity.kind], known.workItemType.lowercased() == entity.workItemType.lowercased() else {
                continue
            }
            let fields = Set(entity.fields.map(\.field))
            let targets = Set(entity.fields.filter(\.direction.writes).map { $0.azureDevOpsField.lowercased() })
            for field in known.fields where !fields.contains(field.field) && !targets.contains(field.azureDevOpsField.lowercased()) {
                missing.append((index, field))
            }
        }
        return missing
    }
}
