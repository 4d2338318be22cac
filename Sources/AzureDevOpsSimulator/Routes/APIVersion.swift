/// `7.1`, `7.1-preview` or `7.1-preview.4`.
struct APIVersion: Hashable, Comparable, Sendable {
    let major: Int
    let minor: Int
    var isPreview = false
    /// What follows `-preview.`
    var resourceVersion: Int64?

    init?(_ text: String) {
        let halves = text.split(separator: "-", maxSplits: 1)
        let numbers = (halves.first ?? "").split(separator: ".").map { Int($0) }
        guard let first = numbers.first, let major = first, numbers.count <= 2, let minor = numbers.count == 2 ? numbers[1] : 0 else {
            return nil
        }
        (self.major, self.minor) = (major, minor)
        guard halves.count == 2 else { return }
        let words = halves[1].split(separator: ".")
        guard words.first?.lowercased() == "preview" else { return nil }
        isPreview = true
        guard words.count > 1 else { return }
        guard let version = Int64(words[1]) else { return nil }
        resourceVersion = version
    }

    /// `7.1`
    var number: String { "\(major).\(minor)" }

    static func < (left: APIVersion, right: APIVersion) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
}

extension ResourceLocation {
    /// Refuses what the service refuses (FACTS.md 3): a version that it does not know, and a preview without its flag.
    func check(_ call: ServiceCall) throws(ServiceFault) {
        guard let text = call.version else {
            guard call.method != "GET", call.method != "OPTIONS", call.method != "HEAD" else { return }
            throw .badRequest(
                "VssVersionNotSpecifiedException",
                "No api-version was supplied for the \"\(call.method)\" request. The version must be supplied either as part of the Accept header (e.g. \"application/json; api-version=1.0\") or as a query parameter (e.g. \"?api-version=1.0\")."
            )
        }
        guard let version = APIVersion(text) else {
            throw .badRequest("VssVersionNotSupportedException", "The api-version \"\(text)\" is not valid.")
        }
        guard !(highest < version) else {
            throw .badRequest(
                "VssVersionOutOfRangeException",
                "The requested REST API version of \(version.number) is out of range for this server. The latest REST API version this server supports is \(highest.number)."
            )
        }
        guard !(version < lowest) else {
            throw .badRequest(
                "VssVersionNotSupportedException",
                "The requested version \"\(version.number)\" of the resource is no longer supported. The lowest version is \(lowest.number)."
            )
        }
        guard version.isPreview || !(released < version) else {
            throw .badRequest(
                "VssInvalidPreviewVersionException",
                "The requested version \"\(version.number)\" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: \"\(version.number)-preview\""
            )
        }
        guard (version.resourceVersion ?? 0) <= resourceVersion else {
            throw .badRequest(
                "VssVersionNotSupportedException",
                "The requested preview version \(version.resourceVersion ?? 0) of the resource does not exist; the latest is \(resourceVersion)."
            )
        }
    }
}
