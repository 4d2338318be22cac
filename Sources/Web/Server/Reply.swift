import JSON
import Markup

/// What a visit gets back.
struct Reply: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        /// Server-sent events, until the visitor leaves.
        case events(AsyncStream<String>)
    }

    var status: Int
    var headers: [(name: String, value: String)]
    var body: Body

    static func page(_ node: Node, status: Int = 200) -> Reply {
        Reply(
            status: status, headers: [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")],
            body: .bytes(Array("<!DOCTYPE html>\(node.html)".utf8)))
    }

    static func json(_ json: JSONValue, status: Int = 200) -> Reply {
        Reply(status: status, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body: .bytes(json.bytes))
    }

    static func text(_ text: String, status: Int = 200) -> Reply {
        Reply(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: .bytes(Array(text.utf8)))
    }

    /// After a form: the next page is read, never posted again.
    static func seeOther(_ path: String) -> Reply { Reply(status: 303, headers: [("Location", path)], body: .bytes([])) }
}

/// Why a visit does not get what it asked for, in words for the visitor.
enum Refusal: Error, Hashable, Sendable {
    case signInFirst
    case forbidden(String)
    case notFound
    /// The form did not come from a page of ours.
    case stalePage
    case tooLarge
    case invalid(message: String, remedy: String)

    var status: Int {
        switch self {
        case .signInFirst: 401
        case .forbidden, .stalePage: 403
        case .notFound: 404
        case .tooLarge: 413
        case .invalid: 422
        }
    }

    var message: String {
        switch self {
        case .signInFirst: "You are not signed in."
        case .forbidden(let what): "You may not \(what)."
        case .notFound: "This page does not exist, or not any more."
        case .stalePage: "This form is too old, or came from another site."
        case .tooLarge: "This is larger than the server takes."
        case .invalid(let message, _): message
        }
    }

    var remedy: String {
        switch self {
        case .signInFirst: "Sign in and try again."
        case .forbidden: "Ask an administrator of Kiplot for the right."
        case .notFound: "Go back to the list and look there."
        case .stalePage: "Reload the page and try again."
        case .tooLarge: "Shorten it."
        case .invalid(_, let remedy): remedy
        }
    }
}
