import Gzip
import WebAssets

/// A file that travels inside the binary.
struct Asset: Sendable {
    var bytes: [UInt8]
    var compressed: [UInt8]?
    var contentType: String
    /// Changes with the bytes: a browser that has them asks, and is told so in a few bytes.
    var entityTag: String
}

enum Assets {
    static let all: [String: Asset] = Dictionary(
        uniqueKeysWithValues: (0..<Int(web_assets_count)).map { index in
            let name = String(cString: web_assets[index].name)
            let bytes = Array(UnsafeBufferPointer(start: web_assets[index].bytes, count: web_assets[index].length))
            let type = name.hasSuffix(".css") ? "text/css" : name.hasSuffix(".js") ? "text/javascript" : "image/svg+xml"
            return (
                name,
                Asset(
                    bytes: bytes, compressed: bytes.gzipped(level: 9), contentType: "\(type); charset=utf-8",
                    entityTag: "\"\(fingerprint(bytes))\"")
            )
        })

    /// FNV-1a: tells versions of our own files apart, nothing more.
    private static func fingerprint(_ bytes: [UInt8]) -> String {
        String(bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }, radix: 36)
    }
}

extension [UInt8] {
    /// The bytes as `Content-Encoding: gzip` wants them; `nil` when that saves nothing.
    func gzipped(level: Int32) -> [UInt8]? {
        guard count > 1_000 else { return nil }
        let compressed = [UInt8](unsafeUninitializedCapacity: gzip_bound(count)) { room, written in
            written = gzip_compress(self, count, room.baseAddress, room.count, level)
        }
        return compressed.isEmpty || compressed.count >= count ? nil : compressed
    }
}
