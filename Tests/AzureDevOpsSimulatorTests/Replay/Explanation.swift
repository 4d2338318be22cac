/// A difference that is meant, and why. One that explains nothing any more fails the test as well.
struct Explanation: Sendable, Hashable {
    /// `*` for all.
    var recording: String
    /// Ends of paths, as a difference names them.
    var paths: [String]
    /// `nil` for all.
    var kind: Difference.Kind?
    var reason: String

    func covers(_ difference: Difference, in name: String) -> Bool {
        (recording == "*" || recording == name)
            && (kind == nil || kind == difference.kind)
            && paths.contains { difference.path == $0 || ($0.hasPrefix("…") && difference.path.hasSuffix($0.dropFirst())) }
    }

    static let all: [Explanation] = [
        Explanation(
            recording: "*", paths: ["header x-tfs-processid"],
            reason: "names the server process that happened to answer; the service has several"),
        Explanation(
            recording: "*", paths: ["…By/url", "…AuthorizedAs/url", "…revisedBy/url"],
            reason: "identities stand at another host of the service (vssps); the simulator is one host"),
        Explanation(
            recording: "*", paths: ["…/multilineFieldsFormat"], kind: .additional,
            reason: "printed since 2026; the older recordings do not have it yet, the recordings of 2026 do"),
        Explanation(
            recording: "options-resource-locations", paths: ["/count"],
            reason: "the recording was filtered and kept the count; the simulator lists what concerns work items"),
        Explanation(
            recording: "resource-areas", paths: ["/count"],
            reason: "the recording was filtered and kept the count; the simulator lists what concerns work items"),
        Explanation(
            recording: "security-namespaces", paths: ["/count"],
            reason: "the recording was filtered and kept the count; the simulator lists what concerns work items"),
        Explanation(
            recording: "resource-areas", paths: ["…/locationUrl"],
            reason: "some areas stand at another host of the service (vssps); the simulator is one host"),
        Explanation(
            recording: "errors-auth", paths: ["header www-authenticate"],
            reason: "the realm names the part of the service that refused; the simulator has one name"),
        Explanation(
            recording: "errors-auth", paths: ["header x-vss-e2eid"],
            reason: "differs from the activity where a second server passed the request on (two process ids in the recording)"),
        Explanation(
            recording: "errors-auth", paths: ["header x-tfs-fedauthredirect"],
            reason: "the recording was shortened (context=...) and repeats the address of the request"),
        Explanation(
            recording: "security-namespaces", paths: ["…/DirectoryAlias/$value"],
            reason: "the recorded person is a guest of the directory; those of the simulator are members"),
        Explanation(
            recording: "webhook-workitem-updated-unassigned", paths: ["…/revisedBy/imageUrl"],
            reason: "the form of 2018; the later recordings have the avatar's address here"),
        Explanation(
            recording: "webhook-workitem-updated-unassigned", paths: ["…/System.CommentCount"], kind: .additional,
            reason: "not printed in 2018; the later recordings have it"),
        Explanation(
            recording: "options-resource-locations", paths: ["header x-tfs-session"],
            reason: "the first call of a session lends it its activity id; the simulator has one session from the start"),
        Explanation(
            recording: "errors-service-unavailable", paths: ["/message", "header x-tfs-serviceerror"],
            reason: "the service knows the organisation's own spelling; the simulator repeats the one in the address"),
        Explanation(
            recording: "errors-service-unavailable", paths: ["body"], reason: "the page of the front door is told in one line"),
    ]
}
