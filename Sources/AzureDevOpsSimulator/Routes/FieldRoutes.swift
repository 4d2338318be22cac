import JSON

/// The fields of the organisation (`examples/fields-list.json`).
extension World {
    mutating func answerFields(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        switch (request.method, request["fieldNameOrRefName"]) {
        case ("GET", nil):
            return .list(
                (FieldDefinition.all + customFields.map(\.field)).filter { !deletedFields.contains($0.referenceName) }.map {
                    json($0, request.base)
                })
        case ("GET", let name?):
            guard let field = field(named: name) else { throw .fieldMissing(name, status: 404) }
            return ServiceAnswer(json: json(field, request.base))
        case ("POST", _): return try createField(request)
        case ("PATCH", let name?):
            let field = customFields[try customField(name)].field
            if try request.json()["isDeleted"]?.bool ?? false {
                deletedFields.insert(field.referenceName)
            } else {
                deletedFields.remove(field.referenceName)
            }
            return ServiceAnswer(json: json(field, request.base))
        case ("DELETE", let name?):
            customFields.remove(at: try customField(name))
            return .done
        default: throw request.notAllowed()
        }
    }

    private func customField(_ name: String) throws(ServiceFault) -> Int {
        if let index = customFields.firstIndex(where: { $0.field.referenceName.lowercased() == name.lowercased() }) { return index }
        guard field(named: name) == nil else {
            throw .badRequest(
                "WorkItemTrackingFieldDefinitionException", "VS402687: The field \(name) belongs to the system and cannot be changed.")
        }
        throw .fieldMissing(name, status: 404)
    }

    private mutating func createField(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        guard let name = body["name"]?.string, !name.isEmpty else {
            throw .badRequest("ArgumentNullException", "Value cannot be null. Parameter name: name")
        }
        let reference = body["referenceName"]?.string ?? "Custom.\(name.replacing(" ", with: ""))"
        guard field(reference) == nil, field(named: name) == nil else {
            throw ServiceFault(
                status: 409, typeKey: "FieldNameAlreadyExistsException",
                message: "TF51597: The field name \(name) is in use. Choose another one.", eventID: 3_200)
        }
        let text = body["type"]?.string ?? "string"
        guard let kind = body["isIdentity"]?.bool == true ? .identity : FieldDefinition.Kind(rawValue: text) else {
            throw .badRequest("ArgumentException", "The field type \(text) is not valid.")
        }
        let field = FieldDefinition(referenceName: reference, name: name, kind: kind)
        addField(field, to: [])
        return ServiceAnswer(json: json(field, request.base))
    }

    func json(_ field: FieldDefinition, _ base: String) -> JSONValue {
        [
            "name": .string(field.name), "referenceName": .string(field.referenceName), "description": .null,
            "type": .string(field.printedType), "usage": "workItem", "readOnly": .bool(field.saysReadOnly),
            "canSortBy": .bool(!field.isLongText && field.referenceName != "System.Tags"), "isQueryable": true,
            "supportedOperations": .array(
                field.operations.map { operation -> JSONValue in
                    ["referenceName": .string("SupportedOperations.\(operation.0)"), "name": .string(operation.1)]
                }), "isDeleted": .bool(deletedFields.contains(field.referenceName)), "isIdentity": .bool(field.kind == .identity),
            "isPicklist": .bool(field.referenceName.hasPrefix("Custom.") && !field.allowedValues.isEmpty), "isPicklistSuggested": false,
            "url": .string("\(base)/_apis/wit/fields/\(field.referenceName)"),
        ]
    }
}

extension FieldDefinition {
    private static let comparisons = [
        ("Equals", "="), ("NotEquals", "<>"), ("GreaterThan", ">"), ("LessThan", "<"), ("GreaterThanEquals", ">="),
        ("LessThanEquals", "<="),
    ]
    private static let fieldComparisons = [
        ("EqualsField", "= [Field]"), ("NotEqualsField", "<> [Field]"), ("GreaterThanField", "> [Field]"), ("LessThanField", "< [Field]"),
        ("GreaterThanEqualsField", ">= [Field]"), ("LessThanEqualsField", "<= [Field]"),
    ]
    private static let contains = [("Contains", "Contains"), ("NotContains", "Does Not Contain")]
    private static let ever = [("Ever", "Was Ever")]

    /// What WIQL can do with a field (`examples/fields-list.json`).
    fileprivate var operations: [(String, String)] {
        switch kind {
        case .html, .plainText, .history: Self.contains
        case .treePath: [("Under", "Under"), ("NotUnder", "Not Under"), ("Equals", "="), ("NotEquals", "<>"), ("In", "In")]
        case .boolean: [("Equals", "="), ("NotEquals", "<>")] + Self.ever + Array(Self.fieldComparisons.prefix(2))
        case .string, .identity, .guid:
            Self.comparisons + Self.contains + [("In", "In"), ("InGroup", "In Group"), ("NotInGroup", "Not In Group")]
                + (isComputed ? [] : Self.ever) + Self.fieldComparisons
        case .integer, .double, .dateTime: Self.comparisons + [("In", "In")] + (saysReadOnly ? [] : Self.ever) + Self.fieldComparisons
        }
    }
}
