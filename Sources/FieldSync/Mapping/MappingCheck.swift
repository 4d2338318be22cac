import Portfolio

/// Something about a mapping that an administrator should know before it is saved.
public struct MappingFinding: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable {
        /// The mapping cannot work like this.
        case error
        /// It works, but not for every value or item.
        case warning
    }

    public var severity: Severity
    public var kind: ItemKind?
    public var field: FieldKey?
    public var message: String
    public var remedy: String
}

/// Checks a mapping set against a project and the portfolio. Every finding names what it found.
public struct MappingCheck: Sendable {
    private let schema: ProjectSchema
    private let catalogue: FieldCatalogue
    private let stages: [Stage]

    public init(schema: ProjectSchema, catalogue: FieldCatalogue, stages: [Stage]) {
        self.schema = schema
        self.catalogue = catalogue
        self.stages = stages
    }

    /// Everything that stands out, errors and warnings, in the order of the mapping.
    public func findings(for mapping: MappingSet) -> [MappingFinding] {
        var findings: [MappingFinding] = []
        if mapping.entities.isEmpty {
            findings.append(
                MappingFinding(
                    severity: .error, message: "Nothing is mapped.",
                    remedy: "Add a pair of item and work item type, or take the recommended mapping."))
        }
        for kind in ItemKind.allCases where mapping.entities.filter({ $0.kind == kind }).count > 1 {
            findings.append(
                MappingFinding(
                    severity: .error, kind: kind, message: "\(kind.plural) are mapped twice.",
                    remedy: "Keep one pair for each kind of item."))
        }
        let types = mapping.entities.map { $0.workItemType.lowercased() }
        for entity in mapping.entities where types.filter({ $0 == entity.workItemType.lowercased() }).count > 1 {
            findings.append(
                MappingFinding(
                    severity: .error, kind: entity.kind, message: "The work item type \(entity.workItemType) is mapped twice.",
                    remedy: "Choose another type for one of the pairs."))
        }
        for entity in mapping.entities { findings += check(entity) }
        return findings
    }

    private func check(_ entity: EntityMapping) -> [MappingFinding] {
        guard let type = schema[entity.workItemType] else {
            return [
                MappingFinding(
                    severity: .error, kind: entity.kind, message: "The project has no work item type “\(entity.workItemType)”.",
                    remedy: "Choose one of: \(schema.workItemTypes.map(\.name).joined(separator: ", ")).")
            ]
        }
        let fields = entity.enabledFields
        return fields.flatMap { check($0, of: entity, in: type) } + duplicates(fields, entity.kind) + unfilled(fields, entity, type)
    }

    private func check(_ mapping: FieldMapping, of entity: EntityMapping, in type: WorkItemTypeSchema) -> [MappingFinding] {
        func finding(_ severity: MappingFinding.Severity, _ message: String, _ remedy: String) -> MappingFinding {
            MappingFinding(severity: severity, kind: entity.kind, field: mapping.field, message: message, remedy: remedy)
        }
        guard let definition = catalogue[mapping.field], definition.appliesTo.contains(entity.kind) else {
            return [finding(.error, "\(entity.kind.plural) have no field “\(mapping.field)”.", "Remove the row, or enable the field.")]
        }
        guard let target = type[mapping.azureDevOpsField] else {
            return [
                finding(
                    .error, "\(type.name) has no field \(mapping.azureDevOpsField), to which \(definition.label) is mapped.",
                    "Choose another field, or remove the row.")
            ]
        }
        let possible = Self.directions(of: definition, with: target)
        if possible.isEmpty {
            return [
                finding(
                    .error, "\(definition.label) and \(target.name) hold values of different types.",
                    "Map \(definition.label) to a field of a fitting type.")
            ]
        }
        if !possible.contains(mapping.direction) {
            let words = possible.map(\.title).sorted().joined(separator: " or ")
            let reason =
                target.isReadOnly
                ? "\(target.name) cannot be written" : "the types of \(definition.label) and \(target.name) fit one way only"
            return [finding(.error, "“\(mapping.direction.title)” is not possible: \(reason).", "Choose “\(words)”.")]
        }
        return unmapped(mapping, definition, target, type, entity.kind).map { finding(.warning, $0.0, $0.1) }
    }

    /// Values of either side that would not find a counterpart.
    private func unmapped(
        _ mapping: FieldMapping, _ definition: FieldDefinition, _ target: FieldSchema, _ type: WorkItemTypeSchema, _ kind: ItemKind
    ) -> [(String, String)] {
        let isState = target.referenceName == "System.State"
        let remote = isState ? type.states.map(\.name) : target.allowedValues
        let local: [(FieldValue, String)]
        switch definition.type {
        case .stage: local = stages.filter { $0.appliesTo.contains(kind) }.map { (.stage($0.id), $0.name) }
        case .rag: local = RAG.allCases.map { (.rag($0), $0.title) }
        case .list(multiple: false): local = definition.options.map { (.choice($0), $0) }
        default: return []
        }
        var findings: [(String, String)] = []
        if mapping.direction.reads {
            let missing = remote.filter { value in
                mapping.valueMap.kiplot(for: value) == nil && !local.contains { $0.1.lowercased() == value.lowercased() }
            }
            if !missing.isEmpty {
                findings.append(
                    (
                        "\(target.name): \(quoted(missing)) of Azure DevOps cannot be read into \(definition.label).",
                        "Add a pair for each in the value map."
                    ))
            }
        }
        if mapping.direction.writes, !remote.isEmpty {
            let missing = local.filter { value, name in
                guard let text = mapping.valueMap.azureDevOps(for: value) else {
                    return !mapping.valueMap.pairs.isEmpty || !remote.contains { $0.lowercased() == name.lowercased() }
                }
                return !remote.contains { $0.lowercased() == text.lowercased() }
            }
            if !missing.isEmpty {
                findings.append(
                    (
                        "\(definition.label): \(quoted(missing.map(\.1))) cannot be written to \(target.name).",
                        "Add a pair for each in the value map."
                    ))
            }
        }
        return findings
    }

    private func duplicates(_ fields: [FieldMapping], _ kind: ItemKind) -> [MappingFinding] {
        var findings: [MappingFinding] = []
        let written = Dictionary(grouping: fields.filter(\.direction.writes), by: { $0.azureDevOpsField.lowercased() })
        for group in written.values.filter({ $0.count > 1 }).sorted(by: { $0[0].azureDevOpsField < $1[0].azureDevOpsField }) {
            let labels = group.map { catalogue[$0.field]?.label ?? $0.field.name }
            findings.append(
                MappingFinding(
                    severity: .error, kind: kind, field: group[1].field,
                    message: "\(quoted(labels)) all write to \(group[0].azureDevOpsField).", remedy: "Let one of them write."))
        }
        let read = Dictionary(grouping: fields, by: \.field)
        for group in read.values.filter({ $0.count > 1 }).sorted(by: { $0[0].field < $1[0].field }) {
            findings.append(
                MappingFinding(
                    severity: .error, kind: kind, field: group[0].field,
                    message: "\(catalogue[group[0].field]?.label ?? group[0].field.name) is mapped \(group.count) times.",
                    remedy: "Keep one row for the field."))
        }
        return findings
    }

    /// Required fields of Azure DevOps that a new work item would lack, and of Kiplot that a new item would lack.
    private func unfilled(_ fields: [FieldMapping], _ entity: EntityMapping, _ type: WorkItemTypeSchema) -> [MappingFinding] {
        let filledByItself: Set<String> = [
            "system.state", "system.reason", "system.areapath", "system.areaid", "system.iterationpath", "system.iterationid",
            "system.workitemtype", "system.teamproject", "system.id", "system.rev", "system.createddate", "system.createdby",
            "system.changeddate", "system.changedby",
        ]
        let written = Set(fields.filter(\.direction.writes).map { $0.azureDevOpsField.lowercased() })
        let missing = type.fields.filter {
            $0.isRequired && !$0.hasDefault && !$0.isReadOnly && !filledByItself.contains($0.referenceName.lowercased())
                && !written.contains($0.referenceName.lowercased())
        }
        var findings = missing.map {
            MappingFinding(
                severity: .warning, kind: entity.kind,
                message: "\(type.name) requires \($0.name) (\($0.referenceName)), which nothing fills.",
                remedy: "Map a field that writes to it; else Azure DevOps refuses new work items.")
        }
        let read = Set(fields.filter(\.direction.reads).map(\.field))
        for definition in catalogue.fields(of: entity.kind)
        where definition.isRequired && definition.key != .stage && !read.contains(definition.key) {
            findings.append(
                MappingFinding(
                    severity: .warning, kind: entity.kind, field: definition.key,
                    message: "\(definition.label) is required in Kiplot, and nothing reads it.",
                    remedy: "Map it for reading; else no items can be made from work items."))
        }
        return findings
    }

    private func quoted(_ words: [String]) -> String { words.map { "“\($0)”" }.joined(separator: ", ") }

    /// Which directions the types of a pair allow (`kiplot-domain.md` 13.2); none when they do not fit at all.
    public static func directions(of definition: FieldDefinition, with target: FieldSchema) -> Set<Direction> {
        var directions = directions(of: definition.type, with: target.type)
        if target.isReadOnly { directions = directions.contains(.read) ? [.read] : [] }
        return directions
    }

    private static func directions(of type: FieldType, with target: RemoteFieldType) -> Set<Direction> {
        let any: Set<Direction> = [.read, .write, .both]
        switch (type, target) {
        case (.text, .string), (.text, .plainText), (.longText, .html), (.longText, .plainText), (.date, .dateTime), (.number, .integer),
            (.number, .double), (.percentage, .integer), (.percentage, .double), (.flag, .boolean), (.flag, .string), (.tags, .tags),
            (.list(multiple: true), .tags), (.list(multiple: false), .string), (.stage, .string), (.rag, .string), (.account, .identity),
            (.team, .treePath), (.businessUnit, .treePath), (.team, .string), (.businessUnit, .string):
            return any
        case (.text, _), (.longText, .history): return [.read]
        case (.longText, .string), (.tags, .string), (.list(multiple: true), .string), (.account, .string): return [.write]
        case (.list(multiple: false), .boolean), (.list(multiple: false), .integer), (.list(multiple: false), .treePath): return [.read]
        default: return []
        }
    }
}
