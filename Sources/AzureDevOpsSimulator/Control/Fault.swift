import JSON

/// Something that goes wrong on purpose: for the next calls that match.
struct Fault: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// 401 without a body, 401 with TF400813, 203 with a page.
        case refuseToken, withoutAccess, signInPage
        /// 503 TF24668 with a byte order mark: the organisation is switched off.
        case stopped
        /// 503 with a page of HTML.
        case frontDoor
        /// 200 with Retry-After and X-RateLimit headers, after a delay.
        case throttle
        /// 429 TF400733.
        case block
        /// 500 TF401349.
        case internalError
        /// The call is done, its answer is lost.
        case loseAnswer
        /// The connection is cut before anything is done.
        case cut
        case slow
        /// 409 in place of 412, as Server answers.
        case serverConflict
    }

    var kind: Kind
    var remaining: Int
    var method: String?
    var path: String?
    /// Seconds of Retry-After, or milliseconds of delay.
    var amount: Int64

    var isBeforeEverything: Bool { [.refuseToken, .withoutAccess, .signInPage, .stopped, .frontDoor, .cut].contains(kind) }

    func matches(_ call: ServiceCall) -> Bool {
        if let method, method.uppercased() != call.method { return false }
        if let path, !call.path.joined(separator: "/").lowercased().contains(path.lowercased()) { return false }
        return remaining > 0
    }

    func answer() -> ServiceAnswer {
        switch kind {
        case .refuseToken: return .emptyRefusal
        case .withoutAccess: return .unauthorised
        case .signInPage: return .signInPage("")
        case .stopped:
            let fault = ServiceFault(
                status: 503, typeKey: "VssServiceException",
                message: "TF24668: The following team project collection is stopped: contoso. Start the collection and try again.",
                eventID: 3_000)
            return ServiceAnswer(
                status: 503, contentType: "application/json; charset=utf-8", body: [0xEF, 0xBB, 0xBF] + fault.body.bytes,
                headers: [("X-TFS-ServiceError", "TF24668%3A+The+following+team+project+collection+is+stopped")])
        case .frontDoor:
            return ServiceAnswer(
                status: 503, contentType: "text/html",
                body: Array("<html><body><h2>Our services aren't available right now</h2></body></html>".utf8))
        default:
            var answer = ServiceAnswer(status: 503)
            answer.isLost = true
            return answer
        }
    }

    func answerInsteadOfWork() -> ServiceAnswer? {
        switch kind {
        case .block:
            let fault = ServiceFault(
                status: 429, typeKey: "RequestBlockedException",
                message:
                    "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource Concurrency in namespace User.",
                eventID: 3_000)
            return ServiceAnswer(status: 429, json: fault.body, headers: [("Retry-After", String(amount))] + rateLimit)
        case .internalError:
            return ServiceAnswer(
                status: 500,
                json: ServiceFault(
                    status: 500, typeKey: "WorkItemTrackingServiceException",
                    message: "TF401349: An unexpected error has occurred, please verify your request and try again."
                ).body)
        default: return nil
        }
    }

    func adjust(_ answer: inout ServiceAnswer) {
        switch kind {
        case .throttle:
            answer.headers += [("Retry-After", String(amount)), ("X-RateLimit-Delay", "0.500")] + rateLimit
        case .loseAnswer: answer.isLost = true
        case .slow: answer.delay += amount
        case .serverConflict where answer.status == 412: answer.status = 409
        default: break
        }
    }

    private var rateLimit: [(name: String, value: String)] {
        [
            ("X-RateLimit-Resource", "core"), ("X-RateLimit-Limit", "200"), ("X-RateLimit-Remaining", "0"),
        ]
    }
}

extension World {
    mutating func takeFault(for call: ServiceCall) -> Fault? {
        guard let index = faults.firstIndex(where: { $0.matches(call) }) else { return nil }
        let fault = faults[index]
        faults[index].remaining -= 1
        if faults[index].remaining == 0 { faults.remove(at: index) }
        return fault
    }
}
