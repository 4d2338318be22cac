import JSON

extension World {
    /// One call to the service: who asks, what goes wrong on purpose, what is asked, and the headers that every answer carries.
    public mutating func handle(_ call: ServiceCall, at now: Int64) -> ServiceAnswer {
        let fault = takeFault(for: call)
        if let fault, fault.isBeforeEverything {
            let answer = fault.answer(to: call)
            wire.note(call, answer, nil, cost: 0, at: now)
            return fault.isFromTheFront ? answer : finished(call, answer, nil, now)
        }
        let caller: Caller
        switch authenticate(call, at: now) {
        case .refused(let answer): return finished(call, answer, nil, now)
        case .accepted(let accepted): caller = accepted
        }
        if let answer = fault?.answerInsteadOfWork() { return finished(call, answer, caller.account, now) }
        let pace = throttling.admit(caller.account.id, at: now)
        if let answer = pace.refusal { return finished(call, answer, caller.account, now) }
        examined = 0
        var answer: ServiceAnswer
        do {
            answer = try route(call, caller, at: now)
        } catch {
            answer = error.answer
        }
        let cost = Throttling.cost(of: call, examined: examined, answer: answer)
        throttling.charge(cost, to: caller.account.id, at: now)
        answer.headers += pace.headers
        answer.delay += pace.delay
        fault?.adjust(&answer)
        return finished(call, answer, caller.account, now, cost: cost)
    }

    private enum Authentication {
        case accepted(Caller)
        case refused(ServiceAnswer)
    }

    /// Basic authentication with any user name, or a bearer token (FACTS.md 4).
    private func authenticate(_ call: ServiceCall, at now: Int64) -> Authentication {
        let suppresses = call.headers["x-tfs-fedauthredirect"]?.lowercased() == "suppress"
        guard let header = call.headers["authorization"] else {
            return .refused(suppresses || call.method != "GET" ? .emptyRefusal : .redirect(call.base))
        }
        var secret: String?
        if header.lowercased().hasPrefix("bearer ") { secret = trimmed(String(header.dropFirst(7))) }
        if header.lowercased().hasPrefix("basic "), let decoded = bytes(base64: trimmed(String(header.dropFirst(6)))),
            let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
        {
            secret = String(decoding: decoded[decoded.index(after: colon)...], as: UTF8.self)
        }
        guard let secret, let token = tokens[secret], let account = account(token.account) else { return .refused(.emptyRefusal) }
        let state = token.expires.map { $0 <= now } == true ? .expired : token.state
        switch state {
        case .good: break
        case .refused: return .refused(.emptyRefusal)
        case .withoutAccess: return .refused(.withoutAccess(account, accountID, call))
        case .expired: return .refused(expiredAnswer(call))
        }
        // A missing scope looks like a token that is not accepted at all (`recordings/errors-auth.json`).
        guard token.covers(call) else { return .refused(.emptyRefusal) }
        return .accepted(Caller(account: account, token: token))
    }

    private func expiredAnswer(_ call: ServiceCall) -> ServiceAnswer {
        guard ["GET", "POST"].contains(call.method) else { return .unauthorised }
        return switch variants.expiredToken {
        case .signInPage: .signInPage(call.base)
        case .redirect: .redirect(call.base)
        case .refused: .emptyRefusal
        }
    }

    /// Adds the headers of every answer (FACTS.md 2), and notes the call.
    private mutating func finished(
        _ call: ServiceCall, _ answer: ServiceAnswer, _ account: Account?, _ now: Int64, cost: Double = 0
    ) -> ServiceAnswer {
        var answer = answer
        let activity = activity.guid()
        if answer.status < 400, let index = answer.headers.firstIndex(where: { $0.name == "Content-Type" }),
            answer.headers[index].value == ServiceAnswer.json
        {
            if call.version != nil || call.method != "OPTIONS" {
                answer.headers[index].value += "; api-version=\(call.version ?? "7.1")"
            }
        }
        answer.headers += [
            ("ActivityId", activity), ("X-VSS-E2EID", activity), ("X-TFS-Session", call.headers["x-tfs-session"] ?? sessionID),
            ("X-TFS-ProcessId", processID), ("Cache-Control", "no-cache"), ("Pragma", "no-cache"), ("Expires", "-1"),
            ("Date", ServiceTime(rounding: now).httpText),
        ]
        if answer.status < 400 { answer.headers.append(("Vary", "Accept-Encoding")) }
        if let account { answer.headers.append(("X-VSS-UserData", "\(account.id):\(account.mail)")) }
        wire.note(call, answer, account, cost: cost, at: now)
        return answer
    }
}

extension ServiceAnswer {
    /// 401 without a body: the token is not accepted (`recordings/errors-auth.json`).
    static var emptyRefusal: ServiceAnswer {
        ServiceAnswer(status: 401, headers: [("WWW-Authenticate", "Basic realm=\"https://tfsprodcin2.app.visualstudio.com/\"")])
    }

    /// 401 with TF400813 and no name: what a PATCH with an expired token gets (`recordings/errors-quoted-in-issues.json`).
    static var unauthorised: ServiceAnswer { unauthorised(user: "") }

    private static func unauthorised(user: String) -> ServiceAnswer {
        ServiceFault(
            status: 401, typeKey: "UnauthorizedRequestException",
            message: "TF400813: The user '\(user)' is not authorized to access this resource.", eventID: 3_000
        ).answer
    }

    /// 401 with TF400813: somebody is known but has no access (`recordings/errors-auth.json`).
    static func withoutAccess(_ account: Account, _ tenant: String, _ call: ServiceCall) -> ServiceAnswer {
        var answer = unauthorised(user: "Windows Live ID\\\(account.mail)")
        answer.headers += [
            ("WWW-Authenticate", "Bearer authorization_uri=https://login.microsoftonline.com/\(tenant)"),
            ("WWW-Authenticate", "TFS-Federated"), ("X-TFS-FedAuthRealm", "https://tfsprodcus3.visualstudio.com/"),
            ("X-TFS-FedAuthIssuer", "\(call.base)/"),
            ("X-TFS-FedAuthRedirect", "https://app.vssps.visualstudio.com/_signin?realm=dev.azure.com"),
            ("X-VSS-AuthenticateError", "Unauthorized"),
            ("X-VSS-AuthorizationEndpoint", "https://vssps.dev.azure.com/\(call.organisation)/"),
            ("X-VSS-ResourceTenant", tenant), ("X-VSS-UserData", "\(account.id):\(account.mail)"),
        ]
        return answer
    }

    /// A page of HTML that looks like success.
    static func signInPage(_ base: String) -> ServiceAnswer {
        let page = "<!DOCTYPE html><html><head><title>Azure DevOps Services | Sign In</title></head><body>Sign in</body></html>"
        return ServiceAnswer(
            status: 203, contentType: "text/html; charset=utf-8", body: Array(page.utf8),
            headers: [("X-TFS-FedAuthRedirect", "\(base)/_signin?realm=dev.azure.com")])
    }

    /// The way to the sign-in page, for whoever did not suppress it.
    static func redirect(_ base: String) -> ServiceAnswer {
        let target = "\(base)/_signin?realm=dev.azure.com&reply_to=\(base)"
        let page =
            "<html><head><title>Object moved</title></head><body><h2>Object moved to <a href=\"\(target)\">here</a>.</h2></body></html>"
        return ServiceAnswer(
            status: 302, contentType: "text/html; charset=utf-8", body: Array(page.utf8),
            headers: [("Location", target), ("X-TFS-FedAuthRedirect", target)])
    }
}
