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
        /// 500 TF400898, 400 “Specified method is not supported.” and 400 “The requested operation is not allowed.”
        case unexpected, notSupported, notAllowed
        /// A 502 from the way there, in HTML.
        case badGateway
    }

    var kind: Kind
    var remaining: Int
    var method: String?
    var path: String?
    /// Seconds of Retry-After, or milliseconds of delay.
    var amount: Int64
    /// Below 1 a matching call only sometimes runs into it: a storm.
    var probability = 1.0

    var isBeforeEverything: Bool { [.refuseToken, .withoutAccess, .signInPage, .stopped, .frontDoor, .badGateway, .cut].contains(kind) }

    /// Answered before the call reaches Azure DevOps: without any of its headers.
    var isFromTheFront: Bool { [.frontDoor, .badGateway, .cut].contains(kind) }

    func matches(_ call: ServiceCall) -> Bool {
        if let method, method.uppercased() != call.method { return false }
        if let path, !call.path.joined(separator: "/").lowercased().contains(path.lowercased()) { return false }
        return remaining > 0
    }

    func answer(to call: ServiceCall) -> ServiceAnswer {
        switch kind {
        case .refuseToken: return .emptyRefusal
        case .withoutAccess: return .unauthorised
        case .signInPage: return .signInPage(call.base)
        case .stopped: return Self.stopped(call.organisation)
        case .frontDoor, .badGateway:
            return ServiceAnswer(
                status: kind == .frontDoor ? 503 : 502, contentType: "text/html",
                body: Array("<!DOCTYPE html>\r\n<html><body><h2>Our services aren't available right now</h2></body></html>".utf8),
                headers: [("Cache-Control", "no-store")])
        default:
            var answer = ServiceAnswer(status: 503)
            answer.isLost = true
            return answer
        }
    }

    /// 503 with a byte order mark: the organisation is switched off (`recordings/errors-service-unavailable.json`).
    private static func stopped(_ organisation: String) -> ServiceAnswer {
        let fault = ServiceFault(
            status: 503, typeKey: "VssServiceException",
            message:
                "TF24668: The following team project collection is stopped: \(organisation). Start the collection and then try again. Administrator Reason: This Azure DevOps organization has been deactivated due to inactivity. For more information please visit aka.ms/adofootprintreduction",
            eventID: 3_000, isPlainText: true)
        var answer = fault.answer
        answer.headers = [("Content-Type", "application/json")] + answer.headers.filter { $0.name != "Content-Type" }
        answer.body = [0xEF, 0xBB, 0xBF] + fault.body.bytes
        return answer
    }

    func answerInsteadOfWork() -> ServiceAnswer? {
        func fault(_ status: Int, _ typeKey: String, _ message: String, _ event: Int64) -> ServiceAnswer {
            ServiceFault(status: status, typeKey: typeKey, message: message, eventID: event).answer
        }
        switch kind {
        case .block: return .blocked([("Retry-After", String(amount))] + rateLimit)
        case .internalError:
            return fault(
                500, "WorkItemTrackingServiceException",
                "TF401349: An unexpected error has occurred, please verify your request and try again.", 3_200)
        case .unexpected:
            return fault(
                500, "HttpResponseException",
                "TF400898: An Internal Error Occurred. Activity Id: 06967abb-a74c-43aa-8a8b-1ec13c35b112.", 0)
        case .notSupported: return fault(400, "NotSupportedException", "Specified method is not supported.", 0)
        case .notAllowed: return fault(400, "InvalidAccessException", "The requested operation is not allowed.", 3_000)
        default: return nil
        }
    }

    func adjust(_ answer: inout ServiceAnswer) {
        switch kind {
        case .throttle:
            answer.headers += [("Retry-After", String(amount)), ("X-RateLimit-Delay", "0.500")] + rateLimit
        case .loseAnswer: answer.isLost = true
        case .slow: answer.delay += amount
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
        guard !faults.isEmpty, let index = faults.firstIndex(where: { $0.matches(call) }) else { return nil }
        let fault = faults[index]
        if fault.probability < 1, Double.random(in: 0..<1, using: &activity) >= fault.probability { return nil }
        faults[index].remaining -= 1
        if faults[index].remaining == 0 { faults.remove(at: index) }
        return fault
    }
}
