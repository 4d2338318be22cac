import Database
import JSON
import Portfolio

extension StoreTransaction {
    public func customFields() throws -> [CustomField] {
        try sql.rows(
            """
            SELECT id, label, type, options, applies_to, is_required, is_enabled, position FROM custom_field ORDER BY position, id
            """
        ).map { row in
            let options = row.text(3).flatMap { try? JSONValue(parsing: $0).array }?.compactMap(\.string) ?? []
            return CustomField(
                id: Identifier(row.integer(0) ?? 0), label: row.text(1) ?? "", type: FieldType(customName: row.text(2) ?? "") ?? .text,
                options: options, appliesTo: itemKinds(row.text(4)), isRequired: row.flag(5), isEnabled: row.flag(6),
                position: Int(row.integer(7) ?? 0))
        }
    }

    @discardableResult
    public func addCustomField(
        label: String, type: FieldType, options: [String], appliesTo: Set<ItemKind> = [.initiative, .outcome], isRequired: Bool = false
    ) throws -> CustomField {
        guard let name = type.customName else {
            throw StoreError.unusable("A custom field cannot have this type.", remedy: "Choose one of the types offered.")
        }
        let position = Int(try sql.row("SELECT coalesce(max(position), 0) + 1 FROM custom_field")?.integer(0) ?? 1)
        let row = try sql.row(
            """
            INSERT INTO custom_field (label, type, options, applies_to, is_required, is_enabled, position)
            VALUES ($1, $2, $3, $4, ($5 = 1), TRUE, $6) RETURNING id
            """,
            [
                .text(label), .text(name), .text(JSONValue.array(options.map { .string($0) }).text), .text(text(appliesTo)),
                .integer(isRequired ? 1 : 0), .integer(Int64(position)),
            ])
        touch(.configuration)
        return CustomField(
            id: Identifier(row?.integer(0) ?? 0), label: label, type: type, options: options, appliesTo: appliesTo, isRequired: isRequired,
            position: position)
    }

    /// Changes everything but the type: the values that items hold keep their meaning.
    public func update(_ field: CustomField) throws {
        try sql.run(
            """
            UPDATE custom_field SET label = $2, options = $3, applies_to = $4, is_required = ($5 = 1), is_enabled = ($6 = 1), position = $7
            WHERE id = $1
            """,
            [
                .integer(field.id.number), .text(field.label), .text(JSONValue.array(field.options.map { .string($0) }).text),
                .text(text(field.appliesTo)), .integer(field.isRequired ? 1 : 0), .integer(field.isEnabled ? 1 : 0),
                .integer(Int64(field.position)),
            ])
        touch(.configuration)
    }
}

extension FieldType {
    /// The name of a type that custom fields may have; `nil` for the others.
    public var customName: String? {
        switch self {
        case .text: "text"
        case .longText: "longText"
        case .number: "number"
        case .date: "date"
        case .list(multiple: false): "list"
        case .list(multiple: true): "multiList"
        case .account: "account"
        default: nil
        }
    }

    public init?(customName: String) {
        let types: [FieldType] = [.text, .longText, .number, .date, .list(multiple: false), .list(multiple: true), .account]
        guard let type = types.first(where: { $0.customName == customName }) else { return nil }
        self = type
    }
}
