import JSON
import Portfolio

/// Between the JSON of a work item's field and its canonical value (`sync-protocol.md` 2.4, FACTS.md 9 and 12).
public enum CanonicalForm {
    /// The canonical value of a field; `nil` when it is absent, null or empty, which Azure DevOps does not tell apart.
    ///
    /// - Parameter format: what `multilineFieldsFormat` says of the field; HTML where it says nothing.
    public static func remoteValue(of json: JSONValue?, type: RemoteFieldType, format: RichText.Format = .html) -> RemoteValue? {
        guard let json, !json.isNull else { return nil }
        switch type {
        case .html, .history: return richText(json.string ?? "", format)
        case .plainText: return text(json.string ?? "", keepingLines: true)
        case .string, .treePath, .guid: return text(json.string ?? json.text, keepingLines: false)
        case .integer, .double: return (json.number ?? json.string.flatMap { Double($0) }).map { .number($0) }
        case .boolean: return (json.bool ?? json.string.map { $0.lowercased() == "true" }).map { .flag($0) }
        case .dateTime: return json.string.flatMap { Instant(iso8601: $0) }.map { .instant($0) }
        case .identity: return identity(json).map { .identity($0) }
        case .tags:
            let labels = (json.string ?? "").split(whereSeparator: { $0 == ";" || $0 == "," }).map { String($0).trimmed }
            let tags = RemoteTags(labels.filter { !$0.isEmpty })
            return tags.labels.isEmpty ? nil : .tags(tags)
        }
    }

    /// The JSON that sets a field to a value. Nothing becomes the empty string, the documented way to clear a field (FACTS.md 10).
    public static func json(writing value: RemoteValue?, type: RemoteFieldType) -> JSONValue {
        switch value {
        case nil: ""
        case .text(let text): .string(text)
        case .richText(let text): .string(text.format == .markdown ? escapedForMarkdown(text.source) : text.source)
        case .number(let number):
            if let whole = Int64(exactly: number.rounded()), type == .integer || Double(whole) == number {
                .integer(whole)
            } else {
                .number(number)
            }
        case .flag(let flag): .bool(flag)
        case .instant(let instant): .string(instant.description)
        case .identity(let identity): .string(identity.uniqueName ?? identity.displayName)
        case .tags(let tags): .string(tags.labels.joined(separator: "; "))
        }
    }

    /// An identity in any of its three forms: an object, `Name <mail>` or a bare name (FACTS.md 1.9).
    public static func identity(_ json: JSONValue?) -> RemoteIdentity? {
        if let text = json?.string {
            guard !text.isEmpty else { return nil }
            guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else {
                return RemoteIdentity(uniqueName: text.contains("@") || text.contains("\\") ? text : nil, displayName: text)
            }
            let uniqueName = String(text[text.index(after: open)...].dropLast())
            return RemoteIdentity(uniqueName: uniqueName.isEmpty ? nil : uniqueName, displayName: String(text[..<open]).trimmed)
        }
        guard let object = json?.object else { return nil }
        let uniqueName = object["uniqueName"]?.string
        guard let name = object["displayName"]?.string ?? object["name"]?.string ?? uniqueName else { return nil }
        return RemoteIdentity(id: object["id"]?.string, uniqueName: uniqueName, displayName: name)
    }

    static func text(_ text: String, keepingLines: Bool) -> RemoteValue? {
        let canonical = normalised(text, keepingLines: keepingLines)
        return canonical.isEmpty ? nil : .text(canonical)
    }

    /// Line ends as `\n` and no white space at the edges. Composed and decomposed letters are equal in Swift already.
    static func normalised(_ text: String, keepingLines: Bool) -> String {
        let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        return (keepingLines ? lines : lines.replacing("\n", with: " ")).trimmed
    }

    static func richText(_ source: String, _ format: RichText.Format) -> RemoteValue? {
        guard let text = canonical(RichText(format: format, source: source)) else { return nil }
        return .richText(text)
    }

    /// The form in which rich text is compared; `nil` for none.
    static func canonical(_ text: RichText) -> RichText? {
        switch text.format {
        case .html:
            let html = RichTextTree(html: text.source).html
            return html.isEmpty ? nil : .html(html)
        case .markdown:
            let lines = text.source.replacing("\r\n", with: "\n").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            let markdown = lines.trimmed
            return markdown.isEmpty ? nil : RichText(format: .markdown, source: markdown)
        }
    }

    /// Raw angle brackets in Markdown are eaten as HTML (FACTS.md 12).
    private static func escapedForMarkdown(_ text: String) -> String { text.replacing("<", with: "&lt;").replacing(">", with: "&gt;") }
}
