import Foundation
import Store
import SyncEngine

/// The key under which secrets are sealed: kept outside the database, made at the first start, readable by the server only.
enum KeyFile {
    /// The vault of a database, with the key that fits it.
    /// - Throws: `CommandProblem` when the key is missing although something was sealed under it, or when it is another one.
    static func vault(for store: Store, at path: String) async throws -> Vault {
        let sealed = try await store.read { try $0.anySealedCredential() }
        if !FileManager.default.fileExists(atPath: path) {
            guard sealed == nil else {
                throw CommandProblem(
                    "The key file \(path) is missing, and the access tokens in the database were sealed under it.",
                    "Put it back, or point --key-file at it. If it is lost for good, run “kiplot forget-secrets”; the access tokens are then entered again."
                )
            }
            try make(at: path)
        }
        let vault = try Vault(key: key(at: path))
        guard sealed.map(vault.fits) ?? true else {
            throw CommandProblem("\(path): \(VaultError.wrongKey.message)", VaultError.wrongKey.remedy)
        }
        return vault
    }

    private static func key(at path: String) throws -> [UInt8] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandProblem("The key file \(path) cannot be read.", "Give the user of the server the right to read it.")
        }
        let digits = Array(text.trimmingCharacters(in: .whitespacesAndNewlines))
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
        guard digits.count == 64, bytes.count == 32 else {
            throw CommandProblem(
                "The key file \(path) is damaged.", "Put back the one that belongs to this database; it holds 64 hexadecimal digits.")
        }
        return bytes
    }

    private static func make(at path: String) throws {
        let key = SystemRandom().hexadecimal(bytes: 32)
        let made = FileManager.default.createFile(atPath: path, contents: Data("\(key)\n".utf8), attributes: [.posixPermissions: 0o600])
        guard made else { throw CommandProblem("The key file \(path) cannot be written.", "Choose another place with --key-file.") }
    }
}
