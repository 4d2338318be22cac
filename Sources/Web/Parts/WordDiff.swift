/// What changed between two texts, word by word.
struct WordDiff: Hashable, Sendable {
    enum Piece: Hashable, Sendable {
        case same(String)
        case removed(String)
        case added(String)
        /// Words in the middle of what stayed the same, which nobody needs to read again.
        case skipped
    }

    let pieces: [Piece]

    /// What lies between the first and the last change is compared up to this length; a longer text was rewritten, and is shown as such.
    private static let longest = 1_500
    /// How much of what stayed the same is shown around a change.
    private static let context = 12

    init(from old: String, to new: String) {
        let (before, after) = (Self.words(old), Self.words(new))
        let head = zip(before, after).prefix { $0 == $1 }.count
        let rest = min(before.count, after.count) - head
        let tail = zip(before.reversed(), after.reversed()).prefix(rest).prefix { $0 == $1 }.count
        let removed = Array(before[head..<(before.count - tail)])
        let added = Array(after[head..<(after.count - tail)])
        var pieces: [Piece] = Self.shortened(Array(before[..<head]), atStart: true)
        if removed.count <= Self.longest, added.count <= Self.longest {
            pieces += Self.compared(removed, added)
        } else {
            pieces += [.removed(Self.cut(removed)), .added(Self.cut(added))]
        }
        pieces += Self.shortened(Array(before[(before.count - tail)...]), atEnd: true)
        self.pieces = pieces
    }

    /// Words with the blanks that follow them, so that joining gives the text again.
    private static func words(_ text: String) -> [Substring] {
        var words: [Substring] = []
        var start = text.startIndex
        var index = start
        while index < text.endIndex {
            let isEnd = text[index].isWhitespace
            index = text.index(after: index)
            if isEnd {
                words.append(text[start..<index])
                start = index
            }
        }
        if start < text.endIndex { words.append(text[start...]) }
        return words
    }

    private static func cut(_ words: [Substring]) -> String {
        words.count > 400 ? words.prefix(400).joined() + "…" : words.joined()
    }

    private static func shortened(_ words: [Substring], atStart: Bool = false, atEnd: Bool = false) -> [Piece] {
        guard !words.isEmpty else { return [] }
        guard words.count > 2 * context else { return [.same(words.joined())] }
        var pieces: [Piece] = []
        if !atStart { pieces.append(.same(words.prefix(context).joined())) }
        pieces.append(.skipped)
        if !atEnd { pieces.append(.same(words.suffix(context).joined())) }
        return pieces
    }

    private static func compared(_ old: [Substring], _ new: [Substring]) -> [Piece] {
        var removedAt: Set<Int> = []
        var addedAt: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removedAt.insert(offset)
            case .insert(let offset, _, _): addedAt.insert(offset)
            }
        }
        var pieces: [Piece] = []
        var (left, right) = (0, 0)
        func run(_ words: [Substring], _ index: inout Int, while condition: (Int) -> Bool) -> [Substring] {
            let start = index
            while index < words.count, condition(index) { index += 1 }
            return Array(words[start..<index])
        }
        while left < old.count || right < new.count {
            let removed = run(old, &left) { removedAt.contains($0) }
            let added = run(new, &right) { addedAt.contains($0) }
            if !removed.isEmpty { pieces.append(.removed(removed.joined())) }
            if !added.isEmpty { pieces.append(.added(added.joined())) }
            let start = left
            while left < old.count, right < new.count, !removedAt.contains(left), !addedAt.contains(right) {
                left += 1
                right += 1
            }
            pieces += shortened(Array(old[start..<left]))
        }
        return pieces
    }
}
