import Portfolio

/// The engine's chance: the system's generator in production, a seeded one in the simulation.
public protocol EngineRandom: Sendable {
    func bytes(_ count: Int) -> [UInt8]
}

extension EngineRandom {
    /// Lower-case hexadecimal digits.
    public func hexadecimal(bytes count: Int) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes(count).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// A duration between half of `duration` and all of it, so that retries spread (`sync-protocol.md` Q11).
    func jitter(_ duration: Duration) -> Duration {
        let bytes = bytes(2)
        let fraction = Int64(bytes[0]) << 8 | Int64(bytes[1])
        let half = duration.milliseconds / 2
        return .milliseconds(half + half * fraction / 65_535)
    }
}

/// The random generator of the operating system.
public struct SystemRandom: EngineRandom {
    public init() {}

    public func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
