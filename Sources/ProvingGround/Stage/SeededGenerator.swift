/// The one source of chance of a play: the same seed gives the same play (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The seed is mixed first: neighbouring ones would otherwise give the same numbers, one step apart.
    public init(seed: UInt64) { state = Self.mixed(seed ^ 0x5DEE_CE66_D1CE_4E5B) }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    private static func mixed(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func between(_ low: Int64, _ high: Int64) -> Int64 { low + Int64(next() % UInt64(max(1, high - low + 1))) }

    /// True in `permille` of a thousand cases.
    mutating func happens(_ permille: Int) -> Bool { permille > 0 && below(1_000) < permille }
}
