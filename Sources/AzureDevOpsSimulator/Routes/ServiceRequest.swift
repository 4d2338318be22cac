import JSON

/// A call whose path has been understood, by somebody who is known.
struct ServiceRequest: Sendable {
    let call: ServiceCall
    let caller: Caller
    let project: Project?
    /// Milliseconds since 1970.
    let now: Int64
    private let parameters: [String: String]

    init(_ call: ServiceCall, _ caller: Caller, _ project: Project?, parameters: [String: String], at now: Int64) {
        self.call = call
        self.caller = caller
        self.project = project
        self.parameters = parameters
        self.now = now
    }

    var base: String { call.base }
    var method: String { call.method }
    var time: ServiceTime { ServiceTime(rounding: now) }

    /// A part of the path, by its name in the route template.
    subscript(name: String) -> String? { parameters[name] }

    func json() throws(ServiceFault) -> JSONValue { try call.json() }

    func query(_ name: String) -> String? { call.query[name.lowercased()].flatMap { $0.isEmpty ? nil : $0 } }

    func flag(_ name: String) -> Bool { call.flag(name.lowercased()) }

    func number(_ name: String) -> Int? { query(name).flatMap { Int($0) } }

    func list(_ name: String) -> [String] { query(name)?.split(separator: ",").map { trimmed(String($0)) } ?? [] }

    /// A positive number in the path: anything else is no route at all (`recordings/work-item-delete.json`).
    func identifier(_ name: String) throws(ServiceFault) -> Int64 {
        guard let number = parameters[name].flatMap({ Int64($0) }), number > 0 else { throw .noController(call) }
        return number
    }

    func neededProject() throws(ServiceFault) -> Project {
        guard let project else {
            throw .badRequest("VssPropertyValidationException", "The project must be specified in the address of this request.")
        }
        return project
    }

    func mayWrite() throws(ServiceFault) {
        guard caller.token.mayWrite else {
            throw .forbidden("TF401027: You need the Work Item write permission on the resource to perform this action.")
        }
    }

    func notAllowed() -> ServiceFault {
        ServiceFault(
            status: 405, typeKey: "VssRequestMethodNotSupportedException",
            message: "The requested resource does not support http method '\(method)'.", eventID: 0)
    }
}

struct Caller: Sendable {
    var account: Account
    var token: AccessToken
}
