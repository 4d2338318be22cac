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
        let halves = (next(), next())
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for digit in 0..<32 {
                let half = digit < 16 ? halves.0 : halves.1
                let nibble = UInt8(truncatingIfNeeded: half >> UInt64(60 - digit % 16 * 4)) & 0xF
                if [8, 12, 16, 20].contains(digit) {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                // Version 4, variant a.
                let shown = digit == 12 ? 4 : digit == 16 ? 0xA : nibble
                buffer[position] = shown < 10 ? 0x30 + shown : 0x57 + shown
                position += 1
            }
            return 36
        }
    }
}
