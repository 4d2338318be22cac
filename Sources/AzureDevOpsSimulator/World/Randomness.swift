/// A seeded source of chance, so that the same seed and the same calls give the same organisation.
struct Randomness: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func guid() -> String {
        let digits = (0..<2).map { _ in
            let text = String(next(), radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        func slice(_ range: Range<Int>) -> String { String(Array(digits)[range]) }
        return [slice(0..<8), slice(8..<12), "4" + slice(13..<16), "a" + slice(17..<20), slice(20..<32)].joined(separator: "-")
    }
}
