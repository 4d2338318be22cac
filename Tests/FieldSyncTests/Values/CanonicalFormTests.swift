import FieldSync
import Foundation
import JSON
import Portfolio
import Testing

/// Laws of the canonical form (`sync-protocol.md` 2.4), over contents drawn from seeds.
@Suite("The canonical form of every field type")
struct CanonicalFormTests {
    private static let seeds = 0..<1_200

    private static func value(_ json: JSONValue?, _ type: RemoteFieldType, _ format: RichText.Format) -> RemoteValue? {
        CanonicalForm.remoteValue(of: json, type: type, format: format)
    }

    /// Every content of a type in every format that the type can have; at most three failures are told.
    private func each(_ type: RemoteFieldType, _ body: (inout Dice, JSONValue, RichText.Format) -> String?) {
        var failures: [String] = []
        for seed in Self.seeds {
            var dice = Dice(seed: seed)
            let format = type == .html && seed % 2 == 1 ? RichText.Format.markdown : .html
            let json = format == .markdown ? .string(dice.markdown()) : dice.json(type)
            if let failure = body(&dice, json, format), failures.count < 3 { failures.append("seed \(seed): \(failure), \(json.text)") }
        }
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test(
        "the canonical form of what is written is the value that was written: nothing is left to agree on", arguments: RemoteFieldType.all)
    func writtenAndRead(type: RemoteFieldType) {
        each(type) { _, json, format in
            let once = Self.value(json, type, format)
            // An identity is written by its unique name; one without can only be read.
            if case .identity(let identity)? = once, identity.uniqueName == nil { return nil }
            let written = CanonicalForm.json(writing: once, type: type)
            let twice = Self.value(written, type, format)
            return once == twice
                ? nil : "\(String(describing: once)) is written as \(written.text) and read as \(String(describing: twice))"
        }
    }

    @Test("composed and decomposed letters are one value, also as a key", arguments: RemoteFieldType.all)
    func normalisation(type: RemoteFieldType) {
        each(type) { _, json, format in
            let composed = Self.value(json.normalised(\.precomposedStringWithCanonicalMapping), type, format)
            let decomposed = Self.value(json.normalised(\.decomposedStringWithCanonicalMapping), type, format)
            guard composed == decomposed else { return "\(String(describing: composed)) is not \(String(describing: decomposed))" }
            return Set([composed]).contains(decomposed) ? nil : "equal values have different hashes"
        }
    }

    @Test("a value is equal to itself, and comes back from the store as it was, through text", arguments: RemoteFieldType.all)
    func stored(type: RemoteFieldType) {
        each(type) { _, json, format in
            guard let value = Self.value(json, type, format) else { return nil }
            guard let stored = try? JSONValue(parsing: value.json.text) else { return "\(value) is stored as no JSON" }
            guard RemoteValue(json: stored) == value else {
                return "\(value) comes back as \(String(describing: RemoteValue(json: stored)))"
            }
            return RemoteValue(json: stored)?.json.text == value.json.text ? nil : "\(value) is stored in two ways"
        }
    }
}
