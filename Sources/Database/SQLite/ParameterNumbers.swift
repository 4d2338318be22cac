/// Rewrites the numbered parameters of our one SQL text for SQLite: `$2` becomes `?2`.
///
/// SQLite takes `$2` for a *name* and numbers names in the order in which they appear, which binds wrongly and silently.
/// Text in quotes and comments is left alone.
func numberedForSQLite(_ sql: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(sql.utf8.count)
    var quote: UInt8?
    var inComment = false
    let bytes = Array(sql.utf8)
    for (index, byte) in bytes.enumerated() {
        let next = index + 1 < bytes.count ? bytes[index + 1] : 0
        if inComment {
            inComment = byte != UInt8(ascii: "\n")
        } else if let open = quote {
            if byte == open { quote = nil }
        } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
            quote = byte
        } else if byte == UInt8(ascii: "-"), next == UInt8(ascii: "-") {
            inComment = true
        } else if byte == UInt8(ascii: "$"), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) {
            result.append(UInt8(ascii: "?"))
            continue
        }
        result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
}
