import Crypto
import CryptoExtras
import NIOPosix

/// Tokens, digests and passwords.
enum Secrets {
    /// 32 random bytes in the alphabet of addresses.
    static func newToken() -> String {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return String((0..<43).map { _ in alphabet[Int.random(in: 0..<64, using: &generator)] })
    }

    static func digest(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Compares without telling where two texts differ.
    static func isEqual(_ left: String, _ right: String) -> Bool {
        let first = digest(left)
        let second = digest(right)
        return zip(first, second).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// scrypt with N = 2^15, r = 8, p = 3 (about 32 MiB), off the cooperative threads.
    static func hash(password: String) async throws -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let key = try await derive(password, salt)
        return "scrypt$15$8$3$\(hexadecimal(salt))$\(hexadecimal(key))"
    }

    static func verify(password: String, against hash: String) async throws -> Bool {
        let parts = hash.split(separator: "$")
        guard parts.count == 6, let salt = bytes(hexadecimal: parts[4]), let wanted = bytes(hexadecimal: parts[5]) else { return false }
        let key = try await derive(password, salt)
        return key.count == wanted.count && zip(key, wanted).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(_ password: String, _ salt: [UInt8]) async throws -> [UInt8] {
        try await NIOThreadPool.singleton.runIfActive {
            let key = try KDF.Scrypt.deriveKey(
                from: Array(password.utf8), salt: salt, outputByteCount: 32, rounds: 1 << 15, blockSize: 8, parallelism: 3,
                maxMemory: 128 << 20)
            return key.withUnsafeBytes { Array($0) }
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
        let digits = Array(text)
        guard digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16) ?? 0 }
    }
}
