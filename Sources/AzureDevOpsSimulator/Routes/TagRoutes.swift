import JSON

/// Tags: renamed and removed for the whole organisation at once (FACTS.md 12).
extension World {
    mutating func answerTags(_ request: ServiceRequest) throws(ServiceFault) -> ServiceAnswer {
        switch (request.method, request["tagIdOrName"]) {
        case ("GET", nil): return .list(tags.values.sorted { $0.name.lowercased() < $1.name.lowercased() }.map { json($0, request) })
        case ("GET", let name?): return ServiceAnswer(json: json(try tag(name), request))
        case ("PATCH", let name?):
            let old = try tag(name)
            let new = trimmed(try request.json()["name"]?.string ?? "")
            guard !new.isEmpty, new.count <= 400, !new.contains(where: { $0 == ";" || $0 == "," }) else {
                throw .badRequest("InvalidTagNameException", "The tag name '\(new)' is not valid.")
            }
            guard tags[new.lowercased()].map({ $0.id == old.id }) ?? true else {
                throw ServiceFault(
                    status: 409, typeKey: "DuplicateTagNameException", message: "The tag name '\(new)' already exists.", eventID: 3_000)
            }
            tags[old.name.lowercased()] = nil
            let renamed = Tag(id: old.id, name: new, lastUpdate: request.time)
            tags[new.lowercased()] = renamed
            rewriteTags { $0.lowercased() == old.name.lowercased() ? new : $0 }
            return ServiceAnswer(json: json(renamed, request))
        case ("DELETE", let name?):
            let old = try tag(name)
            tags[old.name.lowercased()] = nil
            rewriteTags { $0.lowercased() == old.name.lowercased() ? nil : $0 }
            return .done
        default: throw request.notAllowed()
        }
    }

    private func tag(_ idOrName: String) throws(ServiceFault) -> Tag {
        if let tag = tags[idOrName.lowercased()] ?? tags.values.first(where: { $0.id == idOrName.lowercased() }) { return tag }
        throw ServiceFault(
            status: 404, typeKey: "TagNotFoundException", message: "The tag '\(idOrName)' does not exist.", eventID: 3_000)
    }

    /// Changes the tags of all work items without a revision.
    private mutating func rewriteTags(_ change: (String) -> String?) {
        for id in workItems.keys {
            workItems[id]?.rewrite("System.Tags") { text in
                text.split(separator: ";").compactMap { change(trimmed(String($0))) }.joined(separator: "; ")
            }
        }
    }

    private func json(_ tag: Tag, _ request: ServiceRequest) -> JSONValue {
        let scope = request.project.map { "\(request.base)/\($0.id)" } ?? request.base
        return [
            "id": .string(tag.id), "name": .string(tag.name), "url": .string("\(scope)/_apis/wit/tags/\(tag.id)"),
            "lastUpdated": .string(tag.lastUpdate.text),
        ]
    }
}
