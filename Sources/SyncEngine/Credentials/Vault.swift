import Crypto
import Portfolio
import Store

/// Why a secret cannot be sealed or opened.
public enum VaultError: Error, Hashable, Sendable {
    case unusableKey(reason: String)
    case wrongKey
    case damaged

    public var message: String {
        switch self {
        case .unusableKey(let reason): "The key file cannot be used: \(reason)."
        case .wrongKey: "The secrets in the database were sealed under another key than the one in the key file."
        case .damaged: "A sealed secret in the database is damaged or was moved from another row."
        }
    }

    public var remedy: String {
        switch self {
        case .unusableKey: "Point --key-file at a file of 32 random bytes in hexadecimal, readable by the server only."
        case .wrongKey:
            "Start with the key file that belongs to this database. If it is lost for good, run “kiplot forget-secrets”; the access tokens are then entered again."
        case .damaged: "Enter the access token again."
        }
    }
}

/// Seals secrets under a key that is kept outside the database (`security-operations.md` 5.3).
///
/// Every secret gets a fresh data key, used once; the data key is wrapped under the key of the vault. Both are
/// AES-256-GCM and bound to the purpose, so that a ciphertext moved to another row does not open.
public struct Vault: Sendable {
    private static let format: UInt8 = 1
    private let key: SymmetricKey

    /// - Parameter key: 32 bytes.
    public init(key: [UInt8]) throws(VaultError) {
        guard key.count == 32 else { throw .unusableKey(reason: "it holds \(key.count) bytes instead of 32") }
        self.key = SymmetricKey(data: key)
    }

    /// Format, wrapped data key (60 bytes), sealed secret: nonce, ciphertext and tag each.
    public func seal(_ secret: [UInt8], for purpose: String) -> [UInt8] {
        let dataKey = SymmetricKey(size: .bits256)
        let bound = Array("\(Self.format)|\(purpose)".utf8)
        let wrapped = dataKey.withUnsafeBytes { Self.seal(Array($0), under: key, bound: bound) }
        return [Self.format] + wrapped + Self.seal(secret, under: dataKey, bound: bound)
    }

    /// - Throws: `VaultError.damaged` when it was not sealed for this purpose, under this key, or was changed since.
    public func open(_ sealed: [UInt8], for purpose: String) throws(VaultError) -> [UInt8] {
        guard sealed.count >= 1 + 60 + 28, sealed[0] == Self.format else { throw .damaged }
        let bound = Array("\(Self.format)|\(purpose)".utf8)
        do {
            let dataKey = try AES.GCM.open(AES.GCM.SealedBox(combined: sealed[1..<61]), using: key, authenticating: bound)
            let secret = try AES.GCM.open(
                AES.GCM.SealedBox(combined: sealed[61...]), using: SymmetricKey(data: dataKey), authenticating: bound)
            return Array(secret)
        } catch {
            throw .damaged
        }
    }

    private static func seal(_ bytes: [UInt8], under key: SymmetricKey, bound: [UInt8]) -> [UInt8] {
        // Sealing fails only for a nonce of a wrong length, and the nonce is the library's own.
        guard let box = try? AES.GCM.seal(bytes, using: key, authenticating: bound), let combined = box.combined else {
            preconditionFailure("AES-GCM refused a nonce of its own")
        }
        return Array(combined)
    }
}

extension Vault {
    /// Whether this is the key that a credential was sealed under.
    public func fits(_ credential: Credential) -> Bool {
        (try? open(credential.sealed, for: Self.purpose(ofCredential: credential.id, of: credential.instance))) != nil
    }

    static func purpose(ofCredential id: Identifier<Credential>, of instance: Identifier<Instance>) -> String {
        "credential|\(instance)|\(id)"
    }

    static func purpose(ofHook publicID: String) -> String { "hook|\(publicID)" }
}
