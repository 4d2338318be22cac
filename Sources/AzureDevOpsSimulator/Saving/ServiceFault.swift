import Foundation
import JSON

/// An answer that is no success, in the envelope of the service (FACTS.md 5).
struct ServiceFault: Error, Sendable {
    var status: Int
    var typeKey: String
    var message: String
    var eventID: Int64 = 3_200
    var customProperties: JSONValue?
    /// Some come as plain text, with the message in a header as well.
    var isPlainText = false

    var body: JSONValue {
        var object: JSONObject = [
            "$id": "1", "innerException": .null, "message": .string(message), "typeName": .string(typeName), "typeKey": .string(typeKey),
            "errorCode": 0, "eventId": .integer(eventID),
        ]
        if let customProperties { object["customProperties"] = customProperties }
        return .object(object)
    }

    var answer: ServiceAnswer {
        guard isPlainText else { return ServiceAnswer(status: status, json: body) }
        return ServiceAnswer(
            status: status, contentType: "text/plain; charset=utf-8", body: Array(message.utf8),
            headers: [("X-TFS-ServiceError", message.addingPercentEncoding(withAllowedCharacters: Self.unescaped) ?? "")])
    }

    private static let unescaped = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))

    /// The name of the class with its assembly, as far as it was seen (`recordings/`).
    private var typeName: String {
        let (namespace, assembly) =
            switch typeKey {
            case "ProjectDoesNotExistWithNameException", "ProjectDoesNotExistException":
                ("Microsoft.TeamFoundation.Core.WebApi", "Microsoft.TeamFoundation.Core.WebApi")
            case "RelationAlreadyExistsException":
                ("Microsoft.TeamFoundation.WorkItemTracking.Web.Common", "Microsoft.TeamFoundation.WorkItemTracking.Web")
            case "UnauthorizedRequestException", "InvalidAccessException", "RequestBlockedException", "AccessCheckException":
                ("Microsoft.TeamFoundation.Framework.Server", "Microsoft.TeamFoundation.Framework.Server")
            case "TeamFieldArgumentNullException":
                ("Microsoft.TeamFoundation.Work.WebApi.Exceptions", "Microsoft.TeamFoundation.Work.WebApi")
            case "InvalidTeamSettingsException":
                ("Microsoft.Azure.Boards.Agile.Common.Exceptions", "Microsoft.Azure.Boards.Agile.Common")
            case "HttpResponseException": ("System.Web.Http", "System.Web.Http")
            case "NotSupportedException", "ArgumentException", "ArgumentNullException", "NotImplementedException": ("System", "mscorlib")
            case _ where typeKey.hasPrefix("Vss"):
                ("Microsoft.VisualStudio.Services.Common", "Microsoft.VisualStudio.Services.Common")
            default: ("Microsoft.TeamFoundation.WorkItemTracking.Server", "Microsoft.TeamFoundation.WorkItemTracking.Server")
            }
        return "\(namespace).\(typeKey), \(assembly)"
    }

    /// What no controller answers, a work item 0 among it (`recordings/work-item-delete.json`).
    static func noController(_ call: ServiceCall) -> ServiceFault {
        ServiceFault(
            status: 404, typeKey: "",
            message: "The controller for path '/\(call.path.joined(separator: "/"))' was not found or does not implement IController.",
            isPlainText: true)
    }

    static func badRequest(_ typeKey: String, _ message: String) -> ServiceFault {
        ServiceFault(status: 400, typeKey: typeKey, message: message, eventID: 3_000)
    }

    static func workItemMissing(_ id: Int64) -> ServiceFault {
        ServiceFault(
            status: 404, typeKey: "WorkItemUnauthorizedAccessException",
            message: "TF401232: Work item \(id) does not exist, or you do not have permissions to read it.")
    }

    static func projectMissing(_ name: String) -> ServiceFault {
        if name.count == 36, name.split(separator: "-").count == 5 {
            return ServiceFault(
                status: 404, typeKey: "ProjectDoesNotExistException",
                message:
                    "VS800075: The project with id 'vstfs:///Classification/TeamProject/\(name)' does not exist, or you do not have permission to access it.",
                eventID: 3_000)
        }
        return ServiceFault(
            status: 404, typeKey: "ProjectDoesNotExistWithNameException",
            message:
                "TF200016: The following project does not exist: \(name). Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.",
            eventID: 3_000)
    }

    static func typeMissing(_ name: String, _ project: String) -> ServiceFault {
        ServiceFault(
            status: 404, typeKey: "WorkItemTypeNotFoundException",
            message: "VS402323: Work item type \(name) does not exist in project \(project) or you do not have permission to access it.")
    }

    static func fieldMissing(_ name: String, status: Int = 400) -> ServiceFault {
        ServiceFault(
            status: status, typeKey: "WorkItemTrackingFieldDefinitionNotFoundException", message: "TF51535: Cannot find field \(name).")
    }

    static func staleRevision(_ variant: Variants.StaleRevision) -> ServiceFault {
        ServiceFault(
            status: variant == .precondition ? 412 : 409, typeKey: "WorkItemRevisionMismatchException",
            message:
                "TF26071: This work item has been changed by someone else since you opened it. You will need to refresh it and discard your changes."
        )
    }

    static func notFound(_ message: String) -> ServiceFault {
        ServiceFault(status: 404, typeKey: "VssResourceNotFoundException", message: message, eventID: 3_000)
    }

    static func forbidden(_ message: String) -> ServiceFault {
        ServiceFault(status: 403, typeKey: "AccessCheckException", message: message, eventID: 3_000)
    }
}

/// A rule of the work item type that a save broke.
struct RuleError: Sendable {
    var field: FieldDefinition
    var flags: [String]

    var code: Int64 { flags.contains("invalidEmpty") ? 524_289 : 512 }

    var message: String {
        let words = flags.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: ", ")
        return "TF401320: Rule Error for field \(field.name). Error code: \(words)."
    }
}

extension ServiceFault {
    /// The exact shape of `recordings/errors-quoted-in-issues.json`: one error names its field in the properties themselves, several stand
    /// in a list.
    static func rules(_ errors: [RuleError]) -> ServiceFault {
        let list = errors.map { error -> JSONValue in
            [
                "fieldReferenceName": .string(error.field.referenceName), "fieldStatusFlags": .string(error.flags.joined(separator: ", ")),
                "errorMessage": .string(error.message), "fieldStatusCode": .integer(error.code), "ruleValidationErrors": .null,
            ]
        }
        var message = errors[0].message
        let correct = "during validation of the work item. Please correct all errors and try again."
        if errors.count == 2 { message += " One additional error occurred \(correct)" }
        if errors.count > 2 { message += " \(errors.count - 1) additional errors occurred \(correct)" }
        let single = errors.count == 1
        return ServiceFault(
            status: 400, typeKey: "RuleValidationException", message: message,
            customProperties: [
                "FieldReferenceName": single ? .string(errors[0].field.referenceName) : .null,
                "FieldStatusFlags": single ? .string(errors[0].flags.joined(separator: ", ")) : "none",
                "ErrorMessage": .string(message), "FieldStatusCode": single ? .integer(errors[0].code) : 0,
                "RuleValidationErrors": single ? .null : .array(list),
            ])
    }
}
