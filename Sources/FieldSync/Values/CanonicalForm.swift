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
        case .integer: return number(json).map { .number($0.rounded()) }
        case .double: return number(json).map { .number($0) }
        case .boolean: return (json.bool ?? json.string.flatMap { Bool($0.lowercased()) }).map { .flag($0) }
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
        func text(_ name: String) -> String? { object[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        let uniqueName = text("uniqueName")
        guard let name = text("displayName") ?? text("name") ?? uniqueName else { return nil }
        return RemoteIdentity(id: text("id"), uniqueName: uniqueName, displayName: name)
    }

    /// What is no number, or none that could be written, is no value: it would never be equal to itself.
    private static func number(_ json: JSONValue) -> Double? {
        (json.number ?? json.string.flatMap { Double($0) }).flatMap { $0.isFinite ? $0 : nil }
    }

    static func text(_ text: String, keepingLines: Bool) -> RemoteValue? {
        let canonical = normalised(text, keepingLines: keepingLines)
        return canonical.isEmpty ? nil : .text(canonical)
    }

    /// Line ends as `\n` and no white space at the edges. Composed and decomposed letters are equal in Swift already.
    static func normalised(_ text: String, keepingLines: Bool) -> String {
        withLineEnds(keepingLines ? "\n" : " ", text).trimmed
    }

    /// Every line end in one form. Scalar by scalar, because `\r\n` is one character: taking one away from `\r\r\n` would make another.
    static func withLineEnds(_ lineEnd: Unicode.Scalar, _ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) else { return text }
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where previous == "\r": break
            case "\r", "\n": result.append(lineEnd)
            default: result.append(scalar)
            }
            previous = scalar
        }
        return String(result)
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
            let lines = withLineEnds("\n", text.source).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            let markdown = lines.trimmed
            return markdown.isEmpty ? nil : RichText(format: .markdown, source: markdown)
        }
    }

    /// Raw angle brackets in Markdown are eaten as HTML (FACTS.md 12).
    private static func escapedForMarkdown(_ text: String) -> String { text.replacing("<", with: "&lt;").replacing(">", with: "&gt;") }
}
