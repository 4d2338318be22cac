import AzureDevOps
import AzureDevOpsSimulator
import Foundation
import JSON

/// The way from one process to Azure DevOps, with everything that can go wrong on it.
final class PlayNetwork: Transport, @unchecked Sendable {
    private let play: Play
    private let node: Node

    init(play: Play, node: Node) {
        self.play = play
        self.node = node
    }

    func send(_ request: ServiceRequest) async throws(TransportError) -> ServiceResponse {
        guard node.isAlive else { throw .notSent(reason: "the process is gone") }
        let call = play.open(request, from: node)
        let outcome = await withCheckedContinuation { continuation in
            play.carry(request, call: call, in: node) { continuation.resume(returning: $0) }
        }
        play.evidence.calls[call].endedAt = play.now
        switch outcome {
        case .success(let response):
            play.evidence.calls[call].status = response.status
            play.evidence.calls[call].heard = true
            return response
        case .failure(let error): throw error
        }
    }
}

extension Play {
    typealias Outcome = Result<ServiceResponse, TransportError>

    /// Notes a call that is about to go out.
    func open(_ request: ServiceRequest, from node: Node) -> Int {
        let parts = Self.parts(of: request.url)
        let number = evidence.calls.count
        let path = "/" + parts.path.joined(separator: "/")
        var call = Evidence.Call(
            number: number, node: node.number, sentAt: now, method: request.method.rawValue, path: path,
            body: request.method == .get ? .null : (request.body.flatMap { try? JSONValue(parsing: $0, limits: .answer) } ?? .null))
        call.isValidation = parts.query["validateonly"] == "true"
        if call.isPatch { call.workItem = parts.path.last.flatMap { Int64($0) } }
        evidence.calls.append(call)
        evidence.stamp("\(node.number) \(request.method.rawValue) \(request.url) \(String(decoding: request.body ?? [], as: UTF8.self))")
        return number
    }

    /// Carries a request there and its answer back, in the time of the play. `finish` is called exactly once.
    func carry(_ request: ServiceRequest, call: Int, in node: Node, _ finish: @escaping (Outcome) -> Void) {
        let there = latency()
        if evidence.tellsCalls {
            tell("  node \(node.number): \(describe(call)) \(request.body.map { String(decoding: $0.prefix(300), as: UTF8.self) } ?? "")")
        }
        let isWrite = evidence.calls[call].isPatch || evidence.calls[call].isCreation
        func fail(_ error: TransportError, after delay: Int64) { scheduler.after(delay) { finish(.failure(error)) } }
        for (fault, reason) in [
            (Fault.connectionRefused, "connection refused"), (.nameNotFound, "no such host"),
            (.certificateExpired, "certificate has expired"),
            (.resetBeforeSending, "connection reset"),
        ] where happens(fault) {
            tell("node \(node.number)'s \(describe(call)) does not get through: \(reason)")
            return fail(.notSent(reason: reason), after: there)
        }
        if happens(.resetBeforeApplying) {
            tell("node \(node.number)'s \(describe(call)) is lost on the way")
            return fail(.answerLost(reason: "connection reset"), after: there)
        }
        // A creation that could arrive after its deadline would need a look-up that waits for ever (`sync-protocol.md` 2.9).
        if isWrite, happens(.appliedAfterRetry) {
            let late = evidence.calls[call].isCreation ? 25_000 : chance { $0.between(3_000, 60_000) }
            tell("node \(node.number)'s \(describe(call)) is cut, and arrives \(late) ms later all the same")
            scheduler.after(late) { _ = self.apply(request, call) }
            return fail(.answerLost(reason: "connection reset"), after: there + 500)
        }
        scheduler.after(there) { [self] in
            var answer = apply(request, call)
            let back = latency() + answer.delay
            if let error = losing(call, &answer) {
                let isLate = happensNow == .answerPastDeadline || happensNow == .slowBody
                return fail(error, after: isLate ? 30_000 - there : back)
            }
            let response = ServiceResponse(status: answer.status, headers: answer.headers, body: answer.body)
            scheduler.after(back) { finish(.success(response)) }
        }
    }

    /// Whether the answer gets lost, or comes damaged.
    private func losing(_ call: Int, _ answer: inout ServiceAnswer) -> TransportError? {
        happensNow = nil
        for fault in [Fault.answerLost, .answerPastDeadline, .slowBody, .answerTooLarge, .truncatedBody] where happens(fault) {
            happensNow = fault
            tell("the answer to \(describe(call)) goes wrong: \(fault.name)")
            switch fault {
            case .answerTooLarge: return .answerTooLarge(limit: 64 << 20)
            case .truncatedBody:
                answer.body = Array(answer.body.prefix(answer.body.count / 2))
                return nil
            default: return .answerLost(reason: "no answer came in time")
            }
        }
        return answer.isLost ? .answerLost(reason: "the connection broke") : nil
    }

    private func latency() -> Int64 {
        if happens(.longDelay) { return 14_000 }
        return chance { $0.between(3, 120) }
    }

    /// The moment at which a request reaches Azure DevOps.
    private func apply(_ request: ServiceRequest, _ call: Int) -> ServiceAnswer {
        let parts = Self.parts(of: request.url)
        if let refusal = refusal(parts.query) { return refusal }
        var body = request.body ?? []
        let workItem = evidence.calls[call].workItem
        evidence.calls[call].appliedAt = now
        if let workItem {
            evidence.calls[call].revisionBefore = world.newestRevision(of: workItem)
            evidence.calls[call].wasMarkdown = world.isMarkdown("System.Description", of: workItem)
        }
        if evidence.calls[call].isPatch || evidence.calls[call].isCreation || evidence.calls[call].isValidation {
            body = normalised(evidence.calls[call].body).bytes
        }
        let asked = ServiceCall(
            method: request.method.rawValue, path: parts.path, query: parts.query,
            headers: Dictionary(request.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first }),
            body: body, base: Setting.organisation)
        var answer =
            metadata(request)
            ?? world.handle(asked, at: now)
        keepMetadata(request, answer)
        repeatSubscription(asked, call, answer)
        if happens(.retryAfterWithSuccess), answer.status == 200 {
            answer.headers += [
                ("Retry-After", "5"), ("X-RateLimit-Limit", "200"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Delay", "1.5"),
                ("X-RateLimit-Resource", "core"),
            ]
        }
        evidence.calls[call].appliedStatus = answer.status
        if let workItem { evidence.calls[call].revisionAfter = world.newestRevision(of: workItem) }
        if evidence.calls[call].isCreation, answer.status == 200,
            let id = (try? JSONValue(parsing: answer.body, limits: .answer))?["id"]?.integer
        {
            evidence.calls[call].workItem = id
            evidence.calls[call].revisionAfter = 1
        }
        if answer.status == 412 || answer.status == 409 { note(.staleRevision) }
        evidence.stamp("\(answer.status) \(answer.body.count)")
        if evidence.calls[call].isPatch || evidence.calls[call].isCreation {
            tell(
                "Azure DevOps answers \(describe(call)) with \(answer.status)\(evidence.calls[call].revisionAfter.map { ", revision \($0)" } ?? "")"
            )
        }
        if evidence.tellsCalls { tell("  → \(answer.status) \(String(decoding: answer.body.prefix(500), as: UTF8.self))") }
        scheduleDeliveries()
        return answer
    }

    /// What is answered before anything is done.
    private func refusal(_ query: [String: String]) -> ServiceAnswer? {
        if isServiceOut {
            note(.outage)
            return ServiceAnswer(
                status: 503, contentType: "text/html", body: Array("<html>Our services aren't available</html>".utf8), headers: [])
        }
        // Whoever is sent to a sign-in page has not been let in: nothing is applied.
        if happens(.redirect) { return ServiceAnswer(status: 302, headers: [("Location", "https://login.example/")]) }
        if happens(.signInPage) { return ServiceAnswer(status: 203, contentType: "text/html", body: Array("<html>Sign in</html>".utf8)) }
        if happens(.tooManyRequests) {
            return ServiceAnswer(
                status: 429, contentType: "application/json",
                body: Array("{\"message\":\"TF400733: The request has been canceled.\"}".utf8),
                headers: [("Retry-After", "20")])
        }
        if query["continuationtoken"] != nil, happens(.feedTokenRejected) {
            return ServiceAnswer(
                status: 400, contentType: "application/json",
                body: Array(
                    "{\"message\":\"VS403357: The continuation token is not valid.\",\"typeKey\":\"ReportingInvalidContinuationTokenException\"}"
                        .utf8),
                headers: [])
        }
        return nil
    }

    /// A proxy on the way asks twice for a subscription.
    private func repeatSubscription(_ asked: ServiceCall, _ call: Int, _ answer: ServiceAnswer) {
        guard asked.method == "POST", asked.path.suffix(2) == ["hooks", "subscriptions"], answer.status == 200, happens(.hooksMadeTwice)
        else { return }
        tell("a proxy on the way repeats \(describe(call)): there are two subscriptions now")
        _ = world.handle(asked, at: now)
    }

    /// What the project offers is the same for every process that asks, until a deed changes it: it is printed once.
    private func metadata(_ request: ServiceRequest) -> ServiceAnswer? { request.method == .get ? printedMetadata[request.url] : nil }

    private func keepMetadata(_ request: ServiceRequest, _ answer: ServiceAnswer) {
        guard request.method == .get, answer.status == 200,
            request.url.contains("/wit/fields") || request.url.contains("/wit/workitemtypes")
        else { return }
        printedMetadata[request.url] = answer
    }

    /// Azure DevOps rewrites titles in its own way.
    func normalised(_ patch: JSONValue) -> JSONValue {
        guard options.normaliser != .none, let operations = patch.array else { return patch }
        return .array(
            operations.map { operation in
                guard var object = operation.object, let text = operation["value"]?.string else { return operation }
                switch operation["path"]?.string {
                case "/fields/System.Title": object["value"] = .string(normalised(text))
                case "/fields/System.Description": object["value"] = .string(normalisedHTML(text))
                default: return operation
                }
                return .object(object)
            })
    }

    func normalised(_ title: String) -> String {
        switch options.normaliser {
        case .none, .rewritesHTML: return title
        case .singleSpaces:
            note(.valueTrimmed)
            return title.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        case .endsWithDot:
            note(.valueTrimmed)
            // Not idempotent at first: one dot, then two, then no more.
            return title.hasSuffix("..") ? title : title + "."
        }
    }

    /// A blank that nobody typed, as editors on the web leave them behind.
    func normalisedHTML(_ text: String) -> String {
        guard options.normaliser == .rewritesHTML, text.hasSuffix("</div>"), !text.hasSuffix("&nbsp;</div>") else { return text }
        note(.htmlRewritten)
        return "\(text.dropLast(6))&nbsp;</div>"
    }

    func describe(_ call: Int) -> String {
        let call = evidence.calls[call]
        var words = "\(call.method) \(call.path.split(separator: "/").suffix(2).joined(separator: "/"))"
        if call.isPatch || call.isCreation {
            let values = (call.body.array ?? []).compactMap { operation -> String? in
                guard let path = operation["path"]?.string, let value = operation["value"] else { return nil }
                return "\(path.split(separator: "/").last ?? "")=\(value.string ?? value.text.prefix(40).description)"
            }
            words += " {\(values.joined(separator: ", "))}"
        }
        return words
    }

    static func parts(of url: String) -> (path: [String], query: [String: String]) {
        let parts = url.dropFirst(Setting.organisation.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        func decoded(_ text: Substring) -> String {
            text.utf8.contains(UInt8(ascii: "%")) ? text.removingPercentEncoding ?? String(text) : String(text)
        }
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[decoded(sides[0]).lowercased()] = sides.count > 1 ? decoded(sides[1]) : ""
        }
        return (parts[0].split(separator: "/").map(decoded), query)
    }
}
