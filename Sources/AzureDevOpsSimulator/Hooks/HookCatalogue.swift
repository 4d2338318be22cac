import JSON

/// Who publishes and who consumes events (`examples/hooks-consumer-webhooks.json`, `hooks-event-types-workitem.json`).
enum HookCatalogue {
    static func publisher(_ base: String) -> JSONValue {
        let url = "\(base)/_apis/hooks/publishers/tfs"
        return [
            "id": "tfs", "url": .string(url), "_links": ["self": ["href": .string(url)]], "name": "Azure DevOps Services",
            "description": "Publishes Azure DevOps Services events", "supportedEvents": .array(eventTypes(base)),
            "inputDescriptors": [
                descriptor(
                    "projectId", "Team project", "Team project to restrict events to", mode: "combo", isRequired: true,
                    values: ["inputId": "projectId", "isDisabled": false, "isLimitedToPossibleValues": true])
            ],
        ]
    }

    static func eventTypes(_ base: String) -> [JSONValue] { WorkItemEvent.allCases.map { eventType($0, base) } }

    static func eventType(_ event: WorkItemEvent, _ base: String) -> JSONValue {
        var inputs = [
            anyOf("areaPath", "Area path", "Filter events to include only work items under the specified area path."),
            anyOf("workItemType", "Work item type", "Filter events to include only work items of the specified type."),
        ]
        switch event {
        case .updated:
            inputs.append(anyOf("changedFields", "Field", "Filter events to include only work items with the specified field(s) changed."))
            inputs.append(
                descriptor(
                    "linksChanged", "Links are added or removed", "Filter events to include only work items with links added or removed.",
                    mode: "checkBox"))
            inputs.append(descriptor("tag", "Tag", "Filter events to include only work items containing the specified tag."))
        case .commented:
            inputs.append([
                "id": "commentPattern", "name": "Contains string", "description": "The string that must be found in the comment.",
                "inputMode": "textBox", "isConfidential": false, "useInDefaultDescription": false,
                "validation": [
                    "dataType": "string", "pattern": "^\\s*[^\\s&<>'\"][^&<>'\"]*$", "minLength": 1, "maxLength": 1024,
                ], "values": ["defaultValue": "", "possibleValues": []],
            ])
        default: break
        }
        return [
            "publisherId": "tfs", "id": .string(event.rawValue),
            "url": .string("\(base)/_apis/hooks/publishers/tfs/eventTypes/\(event.rawValue)"), "name": .string(event.title),
            "description": .string("Filter events to include only \(event.title.lowercased())."),
            "supportedResourceVersions": ["1.0", "1.0-preview.2", "1.0-preview.1"], "inputDescriptors": .array(inputs),
        ]
    }

    static func consumer(_ base: String) -> JSONValue {
        let url = "\(base)/_apis/hooks/consumers/webHooks"
        return [
            "id": "webHooks", "url": .string(url), "_links": ["self": ["href": .string(url)]], "name": "Web Hooks",
            "description": "Provides event communication via HTTP", "informationUrl": "http://go.microsoft.com/fwlink/?LinkID=390531",
            "authenticationType": "none", "inputDescriptors": [], "actions": [action(base)],
        ]
    }

    static func action(_ base: String) -> JSONValue {
        func choice(_ id: String, _ name: String, _ words: String, _ values: [(String, String)]) -> JSONValue {
            descriptor(
                id, name, words, mode: "combo",
                values: [
                    "inputId": .string(id), "defaultValue": "",
                    "possibleValues": .array(values.map { ["value": .string($0.0), "displayValue": .string($0.1)] }),
                    "isLimitedToPossibleValues": true,
                ])
        }
        let messages = [("", "All"), ("text", "Text"), ("html", "HTML"), ("markdown", "Markdown"), ("none", "None")]
        return [
            "id": "httpRequest", "consumerId": "webHooks",
            "url": .string("\(base)/_apis/hooks/consumers/webHooks/actions/httpRequest"), "name": "Post via HTTP",
            "description": "This action posts a JSON object representation of the event to the specified URL.",
            "supportedEventTypes": ["*"], "supportedResourceVersions": [:], "allowResourceVersionOverride": true,
            "inputDescriptors": [
                descriptor("url", "URL", "The URL to which an HTTP POST will be sent.", isRequired: true, dataType: "uri"),
                descriptor(
                    "httpHeaders", "HTTP headers", "HTTP header keys and values separated by a colon, each pair on a line of its own.",
                    mode: "textArea"),
                descriptor("basicAuthUsername", "Basic authentication username", "Enter a username for standard HTTP authentication."),
                descriptor(
                    "basicAuthPassword", "Basic authentication password", "Enter a password for standard HTTP authentication.",
                    mode: "passwordBox", isConfidential: true),
                choice(
                    "resourceDetailsToSend", "Resource details to send", "Control the resource fields to send",
                    [("", "All"), ("minimal", "Minimal"), ("none", "None")]),
                choice("messagesToSend", "Messages to send", "Control the messages to send", messages),
                choice("detailedMessagesToSend", "Detailed messages to send", "Control the detailed messages to send", messages),
            ],
        ]
    }

    private static func anyOf(_ id: String, _ name: String, _ words: String) -> JSONValue {
        var object =
            descriptor(
                id, name, words, mode: "combo",
                values: [
                    "defaultValue": "", "possibleValues": [["value": "", "displayValue": "[Any]"]], "isLimitedToPossibleValues": true,
                    "isReadOnly": true,
                ]
            ).object ?? JSONObject()
        object["hasDynamicValueInformation"] = true
        return .object(object)
    }

    private static func descriptor(
        _ id: String, _ name: String, _ words: String, mode: String = "textBox", isConfidential: Bool = false, isRequired: Bool = false,
        dataType: String = "string", values: JSONValue? = nil
    ) -> JSONValue {
        var validation: JSONObject = ["dataType": .string(dataType)]
        if isRequired { validation["isRequired"] = true }
        var object: JSONObject = [
            "id": .string(id), "name": .string(name), "description": .string(words), "inputMode": .string(mode),
            "isConfidential": .bool(isConfidential), "useInDefaultDescription": false, "validation": .object(validation),
        ]
        object["values"] = values
        return .object(object)
    }
}
