import Foundation
import JSON

/// A file that was uploaded; a relation ties it to a work item (FACTS.md 15).
struct Attachment: Sendable {
    var id: String
    var name: String
    var content: [UInt8]
    /// The size that a chunked upload has announced; `nil` when all is there.
    var expected: Int?
}

extension World {
    static let largestAttachment = 60 << 20

    mutating func answerAttachments(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        switch request.method {
        case "POST": return try upload(request)
        case "PUT": return try uploadPart(request)
        case "GET": return try download(request)
        case "DELETE":
            attachments[try attachment(request).id] = nil
            return .done
        default: throw request.notAllowed()
        }
    }

    /// The file that an address names.
    func attachment(at url: String) -> Attachment? {
        let path = url.split(separator: "?")[0]
        return path.split(separator: "/").last.flatMap { attachments[$0.lowercased()] }
    }

    private func attachment(_ request: ServiceRequest) throws(ServiceFault) -> Attachment {
        guard let file = attachments[request["id"]?.lowercased() ?? ""] else {
            throw ServiceFault(
                status: 404, typeKey: "AttachmentNotFoundException",
                message: "VS402330: The attachment \(request["id"] ?? "") does not exist, or you do not have permission to read it.")
        }
        return file
    }

    private mutating func upload(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        try request.mayWrite()
        let isChunked = request.query("uploadType")?.lowercased() == "chunked"
        guard request.call.body.count <= Self.largestAttachment else { throw Self.tooLarge }
        let file = Attachment(
            id: randomness.guid(), name: request.query("fileName") ?? "attachment", content: isChunked ? [] : request.call.body,
            expected: isChunked ? 0 : nil)
        attachments[file.id] = file
        return ServiceAnswer(status: 201, json: reference(file, request))
    }

    private static let tooLarge = ServiceFault(
        status: 413, typeKey: "AttachmentTooLargeException",
        message: "TF237082: The file you are trying to upload exceeds the supported file upload size.")

    private func reference(_ file: Attachment, _ request: ServiceRequest) -> JSONValue {
        let scope = request.project.map { "\(request.base)/\($0.id)" } ?? request.base
        let name = file.name.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? ""
        return ["id": .string(file.id), "url": .string("\(scope)/_apis/wit/attachments/\(file.id)?fileName=\(name)")]
    }

    /// `Content-Range: bytes 0-39999/50000`: the parts come one after the other.
    private mutating func uploadPart(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        var file = try attachment(request)
        let header = request.call.headers["content-range"] ?? ""
        let numbers = header.drop { !$0.isNumber }.split(whereSeparator: { $0 == "-" || $0 == "/" }).compactMap { Int($0) }
        guard file.expected != nil, numbers.count == 3, numbers[0] == file.content.count,
            numbers[1] - numbers[0] + 1 == request.call.body.count
        else {
            throw .badRequest("ArgumentException", "The Content-Range \"\(header)\" does not continue the upload at \(file.content.count).")
        }
        guard numbers[2] <= Self.largestAttachment else { throw Self.tooLarge }
        file.content += request.call.body
        file.expected = file.content.count < numbers[2] ? numbers[2] : nil
        attachments[file.id] = file
        return ServiceAnswer(status: 201, json: reference(file, request))
    }

    private func download(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        let file = try attachment(request)
        let name = request.query("fileName") ?? file.name
        let disposition = request.flag("download") ? "attachment" : "inline"
        let accepts = request.call.headers["accept"] ?? ""
        return ServiceAnswer(
            status: 200, contentType: accepts.contains("application/zip") ? "application/zip" : "application/octet-stream",
            body: file.content,
            headers: [("Content-Disposition", "\(disposition); filename=\"\(name)\"")])
    }
}
