import JSON

extension World {
    /// One call to the service: who asks, what goes wrong on purpose, what is asked, and the headers that every answer carries.
    public mutating func handle(_ call: ServiceCall, at now: Int64) -> ServiceAnswer {
        let fault = takeFault(for: call)
        if let fault, fault.isBeforeEverything { return logged(call, fault.answer(), nil, now) }
        let caller: Caller
        switch authenticate(call) {
        case .refused(let answer): return logged(call, answer, nil, now)
        case .accepted(let accepted): caller = accepted
        }
        if let answer = fault?.answerInsteadOfWork() { return logged(call, answer, caller.account, now) }
        var answer: ServiceAnswer
        do {
            try checkVersion(call)
            answer = try route(call, caller, at: now)
        } catch {
            answer = ServiceAnswer(status: error.status, json: error.body)
        }
        fault?.adjust(&answer)
        return logged(call, answer, caller.account, now)
    }

    struct Caller: Sendable {
        var account: Account
        var token: AccessToken
    }

    private enum Authentication {
        case accepted(Caller)
        case refused(ServiceAnswer)
    }

    private func authenticate(_ call: ServiceCall) -> Authentication {
        let redirects = call.headers["x-tfs-fedauthredirect"]?.lowercased() != "suppress"
        guard let header = call.headers["authorization"], header.lowercased().hasPrefix("basic "),
            let decoded = bytes(base64: trimmed(String(header.dropFirst(6)))), let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
        else {
            return .refused(redirects && call.method == "GET" ? .signInPage(call.base) : .emptyRefusal)
        }
        let text = String(decoding: decoded[decoded.index(after: colon)...], as: UTF8.self)
        guard let token = tokens[text], let account = account(token.account) else { return .refused(.emptyRefusal) }
        switch token.state {
        case .good: return .accepted(Caller(account: account, token: token))
        case .refused: return .refused(.emptyRefusal)
        case .withoutAccess: return .refused(.unauthorised)
        case .expired: return .refused(["GET", "POST"].contains(call.method) ? .signInPage(call.base) : .unauthorised)
        }
    }

    /// Writes need a version; the preview resources need the flag (FACTS.md 3).
    private func checkVersion(_ call: ServiceCall) throws(ServiceFault) {
        let isWrite = call.method != "GET" && call.method != "OPTIONS"
        guard let version = call.version else {
            guard isWrite else { return }
            throw .badRequest(
                "VssVersionNotSpecifiedException",
                "No api-version was supplied for the \"\(call.method)\" request. The version must be supplied either as part of the Accept header or as a query parameter."
            )
        }
        let number = version.prefix { $0.isNumber || $0 == "." }
        let parts = number.split(separator: ".").compactMap { Int($0) }
        guard let major = parts.first, major >= 1 else {
            throw .badRequest("VssVersionNotSupportedException", "The api-version \(version) is not supported.")
        }
        guard major < 7 || (major == 7 && (parts.dropFirst().first ?? 0) <= 2) else {
            throw .badRequest(
                "VssVersionOutOfRangeException",
                "The requested REST API version of \(version) is out of range for this server. The latest REST API version this server supports is 7.2."
            )
        }
        let last = call.path.last?.lowercased() ?? ""
        let isPreviewOnly = call.path.contains { $0.lowercased() == "comments" } || last == "connectiondata" || last == "resourceareas"
        if isPreviewOnly, !version.contains("-preview") {
            throw .badRequest(
                "VssInvalidPreviewVersionException",
                "The requested version \"\(version)\" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: \"\(number)-preview\""
            )
        }
    }

    private mutating func logged(_ call: ServiceCall, _ answer: ServiceAnswer, _ account: Account?, _ now: Int64) -> ServiceAnswer {
        var answer = answer
        let activity = activity.guid()
        if let index = answer.headers.firstIndex(where: { $0.name == "Content-Type" }), answer.headers[index].value.contains("json") {
            answer.headers[index].value += "; api-version=\(call.version ?? "7.1")"
        }
        answer.headers += [
            ("ActivityId", activity), ("X-VSS-E2EID", activity), ("X-TFS-Session", activity), ("X-TFS-ProcessId", organisationID),
            ("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Expires", "-1"), ("Vary", "Accept-Encoding"),
        ]
        if let account { answer.headers.append(("X-VSS-UserData", "\(account.id):\(account.mail)")) }
        requestLog.append(
            LoggedRequest(
                at: now, method: call.method, path: call.path.joined(separator: "/"), status: answer.isLost ? 0 : answer.status,
                account: account?.name))
        if requestLog.count > 4_000 { requestLog.removeFirst(2_000) }
        return answer
    }
}

extension ServiceAnswer {
    /// 401 without a body: the token is not accepted (`recordings/errors-auth.json`).
    static var emptyRefusal: ServiceAnswer {
        ServiceAnswer(status: 401, headers: [("WWW-Authenticate", "Basic realm=\"https://tfsprodcin2.visualstudio.com/\"")])
    }

    /// 401 with TF400813: somebody is known but has no access.
    static var unauthorised: ServiceAnswer {
        let message = "TF400813: The user '' is not authorized to access this resource."
        let fault = ServiceFault(status: 401, typeKey: "UnauthorizedRequestException", message: message, eventID: 3_000)
        return ServiceAnswer(status: 401, json: fault.body, headers: [("X-VSS-AuthenticateError", "Unauthorized")])
    }

    /// A page of HTML that looks like success.
    static func signInPage(_ base: String) -> ServiceAnswer {
        let page = "<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head><body>Sign in</body></html>"
        return ServiceAnswer(
            status: 203, contentType: "text/html; charset=utf-8", body: Array(page.utf8),
            headers: [("X-TFS-FedAuthRedirect", "\(base)/_signin?realm=dev.azure.com")])
    }
}
