/// Draws from a seed: the same seed draws the same (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    /// Neighbouring seeds start far from each other.
    init(seed: Int) {
        state = UInt64(truncatingIfNeeded: seed)
        state = next() ^ UInt64(truncatingIfNeeded: seed) << 32
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func one<Element>(of elements: [Element]) -> Element { elements[number(0...elements.count - 1)] }

    /// So many elements in a row.
    mutating func some<Element>(_ count: ClosedRange<Int>, of elements: [Element]) -> [Element] {
        (0..<number(count)).map { _ in one(of: elements) }
    }
}
