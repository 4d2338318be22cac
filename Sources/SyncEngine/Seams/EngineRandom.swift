import Portfolio

/// The engine's chance: the system's generator in production, a seeded one in the simulation.
public protocol EngineRandom: Sendable {
    func bytes(_ count: Int) -> [UInt8]
}

extension EngineRandom {
    /// Lower-case hexadecimal digits.
    public func hexadecimal(bytes count: Int) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes(count).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
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
        var bytes: [UInt8] = []
        // Eight at once: each question goes to the system.
        while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes += $0.prefix(count - bytes.count) } }
        return bytes
    }
}
