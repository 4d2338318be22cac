import Crypto
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Markup
import NIOCore
import Portfolio
import ServiceLifecycle
import Store
import SyncEngine

/// Turns requests into visits: size, route, sign-in, rights, forms; and replies into answers with the headers that every answer carries.
struct SiteResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let site: Site
    let routes: [Route]

    /// A description with pictures is the largest thing that people send.
    private static let largestForm = 6 << 20

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let segments = request.uri.path.split(separator: "/").map(String.init)
        if segments.first == "hooks" { return await hook(request, segments) }
        var visit = Visit(
            method: request.method.rawValue, path: request.uri.path, parameters: [:], query: FormValues(request.uri.query ?? ""),
            form: FormValues(), body: [], headers: headers(request.headers), person: nil, session: nil, site: site)
        do {
            return response(try await reply(to: &visit, request, segments), visit)
        } catch {
            return response(refusal(error, visit), visit)
        }
    }

    private func reply(to visit: inout Visit, _ request: Request, _ segments: [String]) async throws -> Reply {
        let method = visit.method == "HEAD" ? "GET" : visit.method
        // A fixed path counts before one with open parts: /integrations/new is no id.
        let matches = routes.compactMap { route in route.method == method ? route.match(segments).map { (route, $0) } : nil }
        guard let (route, parameters) = matches.min(by: { $0.1.count < $1.1.count }) else { throw Refusal.notFound }
        visit.parameters = parameters
        try await identify(&visit, route.access)
        if method != "GET" {
            do {
                visit.body = Array(buffer: try await request.body.collect(upTo: Self.largestForm))
            } catch is NIOTooManyBytesError {
                throw Refusal.tooLarge
            }
            if visit.headers["content-type"]?.hasPrefix("application/x-www-form-urlencoded") == true {
                visit.form = FormValues(String(decoding: visit.body, as: UTF8.self))
            }
            try checkOrigin(visit, route.access)
        }
        return try await route.handle(visit)
    }

    private func identify(_ visit: inout Visit, _ access: Access) async throws {
        let accounts = Accounts(site: site)
        switch access {
        case .token(let permission):
            guard let token = visit.headers["authorization"], token.hasPrefix("Bearer "),
                let person = try await accounts.person(apiToken: String(token.dropFirst(7)))
            else { throw Refusal.signInFirst }
            visit.person = person
            guard person.role.may(permission) else { throw Refusal.forbidden("do this with your role \(person.role.title)") }
            return
        case .everybody, .signedIn, .having: break
        }
        if let cookie = visit.cookie(site.cookieName), let (session, person) = try await accounts.session(token: cookie) {
            visit.session = session
            visit.person = person
        }
        switch access {
        case .everybody, .token: break
        case .signedIn: _ = try visit.visitor()
        case .having(let permission):
            guard try visit.visitor().role.may(permission) else {
                throw Refusal.forbidden("do this with your role \(visit.person?.role.title ?? "")")
            }
        }
    }

    /// Forms carry the token of their session; before there is a session the browser's own word on where the form came from counts.
    private func checkOrigin(_ visit: Visit, _ access: Access) throws {
        if case .token = access { return }
        if let site = visit.headers["sec-fetch-site"], site != "same-origin", site != "none" { throw Refusal.stalePage }
        guard let session = visit.session else { return }
        let given = visit.form["_csrf"] ?? visit.headers["x-csrf-token"] ?? ""
        guard Secrets.isEqual(given, session.csrfToken) else { throw Refusal.stalePage }
    }

    private func refusal(_ error: any Error, _ visit: Visit) -> Reply {
        let known = words(of: error)
        if known == nil { site.logger.error("A page failed.", metadata: ["path": "\(visit.path)", "error": "\(error)"]) }
        let (message, remedy, status) =
            known ?? ("Something went wrong in the server.", "Try again; the operator finds the reason in the log.", 500)
        if visit.path.hasPrefix("/api/") || visit.isScripted {
            return .json(["error": ["message": .string(message), "remedy": .string(remedy)]], status: status)
        }
        if case .signInFirst? = error as? Refusal, visit.method == "GET" { return .seeOther("/sign-in?next=\(visit.path)") }
        return .page(visit.refusalPage(message: message, remedy: remedy), status: status)
    }

    private func hook(_ request: Request, _ segments: [String]) async -> Response {
        guard request.method == .post, segments.count == 2 else { return Response(status: .notFound) }
        let body = try? await request.body.collect(upTo: HookIntake.largestBody)
        let answer = await site.engine.intake.receive(
            hook: segments[1], authorization: request.headers[.authorization], body: body.map { Array(buffer: $0) })
        return Response(status: HTTPResponse.Status(code: answer.rawValue))
    }

    private func headers(_ fields: HTTPFields) -> [String: String] {
        Dictionary(fields.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { first, second in "\(first); \(second)" })
    }

    private func response(_ reply: Reply, _ visit: Visit) -> Response {
        let reply = compressed(reply, for: visit)
        var fields = HTTPFields()
        for (name, value) in reply.headers + SiteResponder.everywhere {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        if site.isSecure { fields[.strictTransportSecurity] = "max-age=63072000" }
        let status = HTTPResponse.Status(code: reply.status)
        switch reply.body {
        case .bytes(let bytes): return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .events(let stream):
            return Response(
                status: status, headers: fields,
                body: ResponseBody { writer in
                    for await event in stream.cancelOnGracefulShutdown() { try await writer.write(ByteBuffer(string: event)) }
                    try await writer.finish(nil)
                })
        }
    }

    private func compressed(_ reply: Reply, for visit: Visit) -> Reply {
        guard visit.acceptsGzip, case .bytes(let bytes) = reply.body, !reply.headers.contains(where: { $0.name == "Content-Encoding" }),
            let smaller = bytes.gzipped(level: 5)
        else { return reply }
        var reply = reply
        reply.body = .bytes(smaller)
        reply.headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        return reply
    }

    private static let everywhere: [(name: String, value: String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ]
}
