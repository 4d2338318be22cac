/// Texts compared without regard to case, as queries do. Nearly all of them are ASCII, which needs no second string.
enum FoldedText {
    /// Negative, zero or positive, by the order of the texts in lower case.
    static func compare(_ left: String, _ right: String) -> Int {
        var (first, second) = (left.utf8.makeIterator(), right.utf8.makeIterator())
        while true {
            switch (first.next(), second.next()) {
            case (nil, nil): return 0
            case (nil, _): return -1
            case (_, nil): return 1
            case (let one?, let other?):
                guard one < 0x80, other < 0x80 else { return unicodeOrder(left.lowercased(), right.lowercased()) }
                let folded = (lower(one), lower(other))
                if folded.0 != folded.1 {
                    // A letter beyond ASCII further on changes nothing: what came first decides.
                    return folded.0 < folded.1 ? -1 : 1
                }
            }
        }
    }

    static func contains(_ text: String, _ wanted: String) -> Bool {
        let needle = Array(wanted.utf8)
        guard !needle.isEmpty else { return true }
        guard needle.allSatisfy({ $0 < 0x80 }) else { return text.lowercased().contains(wanted.lowercased()) }
        let folded = needle.map(lower)
        var text = text
        return text.withUTF8 { utf8 in
            guard utf8.count >= folded.count else { return false }
            return (0...(utf8.count - folded.count)).contains { start in
                folded.indices.allSatisfy { lower(utf8[start + $0]) == folded[$0] }
            }
        }
    }

    static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
        var own = text.utf8.makeIterator()
        for byte in prefix.utf8 {
            guard let next = own.next() else { return false }
            guard byte < 0x80, next < 0x80 else { return text.lowercased().hasPrefix(prefix.lowercased()) }
            if lower(byte) != lower(next) { return false }
        }
        return true
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private static func unicodeOrder(_ left: String, _ right: String) -> Int { left < right ? -1 : (left > right ? 1 : 0) }
}
