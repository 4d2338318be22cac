import JSON

extension AzureDevOpsError {
    /// What an answer other than success says (FACTS.md 5). `nil` for a success with JSON.
    static func failure(in response: ServiceResponse) -> AzureDevOpsError? {
        let isHTML = response[header: "Content-Type"]?.lowercased().contains("html") ?? false
        switch response.status {
        case 203, 300..<400: return .tokenRejected(code: nil)
        case 200..<300: return isHTML ? .tokenRejected(code: nil) : nil
        default: break
        }
        let envelope = try? JSONValue(parsing: response.body, limits: .answer)
        let message = envelope?["message"]?.string ?? ""
        return failure(
            status: response.status, message: message, typeKey: envelope?["typeKey"]?.string ?? "",
            properties: envelope?["customProperties"], retryAfter: response.retryAfter)
    }

    private static func failure(
        status: Int, message: String, typeKey: String, properties: JSONValue?, retryAfter: Duration?
    ) -> AzureDevOpsError {
        let code = code(in: message)
        let text = excerpt(message)
        switch (status, code, typeKey) {
        case (401, _, _): return .tokenRejected(code: code)
        case (403, _, _): return .forbidden(code: code, message: text)
        case (412, _, _), (409, "TF26071", _), (_, _, "WorkItemRevisionMismatchException"): return .staleRevision
        case (429, _, _), (_, "TF400733", _): return .throttled(retryAfter: retryAfter)
        case (_, "TF24668", _): return .organisationStopped
        case (_, "TF401232", _): return .workItemMissing(code: code)
        case (_, "TF200016", _), (_, "VS800075", _): return .projectMissing(code: code)
        case (404, _, _): return .notFound(code: code, message: text)
        case (_, "TF401349", _), (_, "VS402335", _), (_, "VS402490", _), (_, "VS402491", _): return .unavailable(status: status, code: code)
        case (_, "TF401320", _), (_, _, "RuleValidationException"):
            return .ruleViolation(RuleViolation(code: code, message: text, fields: violatedFields(properties)))
        case (408, _, _), (500..., _, _): return .unavailable(status: status, code: code)
        default: return .badRequest(code: code, typeKey: typeKey.isEmpty ? nil : typeKey, message: text)
        }
    }

    /// Several violations stand in a list; a single one may stand in the properties themselves (`recordings/errors-quoted-in-issues.json`).
    private static func violatedFields(_ properties: JSONValue?) -> [String: String] {
        var fields: [String: String] = [:]
        for error in properties?["RuleValidationErrors"]?.array ?? [] {
            guard let field = error["fieldReferenceName"]?.string else { continue }
            fields[field] = excerpt(error["errorMessage"]?.string ?? "")
        }
        if let field = properties?["FieldReferenceName"]?.string, fields[field] == nil {
            fields[field] = excerpt(properties?["ErrorMessage"]?.string ?? "")
        }
        return fields
    }

    /// `TF401320` of `TF401320: Rule Error for field …`.
    private static func code(in message: String) -> String? {
        let word = message.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard word.hasPrefix("TF") || word.hasPrefix("VS"), word.count > 5, word.dropFirst(2).allSatisfy(\.isNumber) else { return nil }
        return String(word)
    }

    /// The peer's own words, without its code, cleaned and shortened: they are shown, never interpreted.
    private static func excerpt(_ message: String) -> String {
        var text = Substring(message)
        if let code = code(in: message) {
            text = text.dropFirst(code.count).drop { $0 == ":" || $0 == " " }
        }
        let cleaned = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
        return cleaned.count > 400 ? "\(cleaned.prefix(400))…" : cleaned
    }

    init(_ error: TransportError) {
        switch error {
        case .notSent(let reason): self = .unreachable(reason: reason)
        case .answerLost(let reason): self = .answerLost(reason: reason)
        case .refused(let refusal): self = .refusedAddress(refusal)
        case .answerTooLarge: self = .answerTooLarge
        }
    }
}
