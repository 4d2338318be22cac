import FieldSync
import JSON
import Portfolio
import Store

extension RemoteSnapshot {
    /// Adds what is known of the format of each long text.
    ///
    /// A single work item tells; lists of them do not (FACTS.md 9). What is known from before holds as long as the text is the same,
    /// because a format only changes together with its text (FACTS.md 12). A new text with elements is HTML. Of any other only the work
    /// item itself tells.
    /// - Parameter known: what a link remembers of its fields; nothing for a work item that has none.
    /// - Returns: `false` when the work item itself has to be asked.
    mutating func completeFormats(knowing known: [FieldKey: LinkField], _ fields: MappedFields?) -> Bool {
        guard let fields, !tellsFormats else { return true }
        for (key, name) in fields.texts {
            guard let source = self.fields[name]?.string, !source.isEmpty else { continue }
            if case .richText(let before)? = known[key]?.remote,
                CanonicalForm.remoteValue(of: .string(source), type: .html, format: before.format) == .richText(before)
            {
                if before.format == .markdown { formats[name] = .markdown }
            } else if !source.hasElements {
                return false
            }
        }
        return true
    }
}

extension String {
    /// Whether it has at least one element of HTML, which the Markdown editor of Azure DevOps does not write.
    fileprivate var hasElements: Bool {
        var follows = false
        for byte in utf8 {
            if follows, byte == UInt8(ascii: "/") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) { return true }
            follows = byte == UInt8(ascii: "<")
        }
        return false
    }
}
