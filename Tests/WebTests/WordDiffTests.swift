import Testing

@testable import Web

@Suite("What changed between two texts")
struct WordDiffTests {
    /// Both texts again, from the pieces; what was skipped is the same on both sides.
    private func sides(_ diff: WordDiff) -> (old: String, new: String) {
        diff.pieces.reduce(into: ("", "")) { sides, piece in
            switch piece {
            case .same(let words):
                sides.0 += words
                sides.1 += words
            case .removed(let words): sides.0 += words
            case .added(let words): sides.1 += words
            case .skipped: break
            }
        }
    }

    @Test("words that changed stand between those that stayed")
    func words() {
        let diff = WordDiff(from: "The old plan is good", to: "The new plan is very good")
        #expect(
            diff.pieces == [
                .same("The "), .removed("old "), .added("new "), .same("plan is "), .added("very "), .same("good"),
            ])
    }

    @Test(
        "short texts can be put together again", arguments: [("", "a b"), ("a b", ""), ("a b c", "c b a"), ("a\nb", "a\nb"), ("x", "x y")])
    func complete(old: String, new: String) {
        let sides = sides(WordDiff(from: old, to: new))
        #expect(sides.old == old && sides.new == new)
    }

    @Test("what stayed the same far from a change is skipped, and a text that was rewritten is not compared for minutes")
    func long() {
        let words = (0..<5_000).map { "word\($0)" }
        let one = words.joined(separator: " ")
        let changed = WordDiff(from: one, to: one.replacing("word2500 ", with: "other "))
        #expect(changed.pieces.contains(.skipped) && changed.pieces.contains(.removed("word2500 ")) && changed.pieces.count < 8)
        let rewritten = WordDiff(from: one, to: words.reversed().joined(separator: " "))
        #expect(rewritten.pieces.count < 8)
    }
}
