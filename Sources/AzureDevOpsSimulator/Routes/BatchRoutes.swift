import Foundation
import JSON

/// `$batch`: creations and changes in one call, which may name each other by temporary ids (FACTS.md 19).
extension World {
    static let largestBatch = 200

    mutating func answerBatch(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        guard let calls = try request.json().array, !calls.isEmpty else {
            throw .badRequest("VssPropertyValidationException", "The batch is empty.")
        }
        guard calls.count <= Self.largestBatch else {
            throw .badRequest(
                "VssPropertyValidationException", "VS403474: A batch takes at most \(Self.largestBatch) requests, not \(calls.count).")
        }
        let before = self
        temporaryIDs = [:]
        defer { temporaryIDs = [:] }
        var answers: [ServiceAnswer] = []
        for call in calls { answers.append(answer(toInner: call, of: request)) }
        if variants.batch == .allOrNothing, answers.contains(where: { $0.status != 200 }) {
            // The log of what went over the wire stays with the caller; nothing of the work does.
            self = before
        }
        return .list(
            answers.map { answer -> JSONValue in
                [
                    "code": .integer(answer.status), "headers": ["Content-Type": "application/json; charset=utf-8"],
                    "body": .string(String(decoding: answer.body, as: UTF8.self)),
                ]
            })
    }

    private mutating func answer(toInner json: JSONValue, of request: ServiceRequest) -> ServiceAnswer {
        do throws(ServiceFault) {
            guard let call = inner(json, of: request) else {
                throw .badRequest("VssPropertyValidationException", "A request of the batch lacks its uri or its body.")
            }
            guard let match = ResourceDirectory.match(call.path),
                match.location.id == Resource.workItems.rawValue
                    || match.location.id == Resource.newWorkItem.rawValue, ["PATCH", "POST"].contains(call.method)
            else { throw .badRequest("VssPropertyValidationException", "A batch can only create and change work items.") }
            return try route(call, request.caller, at: request.now)
        } catch {
            return error.answer
        }
    }

    private func inner(_ json: JSONValue, of request: ServiceRequest) -> ServiceCall? {
        guard let uri = json["uri"]?.string, let body = json["body"] else { return nil }
        let halves = uri.split(separator: "?", maxSplits: 1)
        let path = (halves.first ?? "").split(separator: "/").map { String($0).removingPercentEncoding ?? String($0) }
        let query = ServiceCall.query(halves.count > 1 ? String(halves[1]) : nil)
        let headers = Dictionary(
            (json["headers"]?.object ?? JSONObject()).map { ($0.name.lowercased(), $0.value.string ?? "") },
            uniquingKeysWith: { first, _ in first })
        return ServiceCall(
            method: json["method"]?.string?.uppercased() ?? "PATCH", path: path, query: query, headers: headers, body: body.bytes,
            base: request.base)
    }
}
