import JSON

/// Areas and iterations (`recordings/classification-areas.json`, `classification-iterations.json`).
extension World {
    mutating func answerNodes(_ request: ServiceRequest, _ resource: Resource) throws(ServiceFault) -> ServiceAnswer {
        let project = try request.neededProject()
        guard resource == .classificationNode else {
            guard request.method == "GET" else { throw request.notAllowed() }
            return try readRoots(request, project)
        }
        guard let tree = Tree(rawValue: request["structureGroup"]?.lowercased() ?? "") else {
            throw .badRequest(
                "ArgumentException", "VS402485: The structure group must be areas or iterations, not \(request["structureGroup"] ?? "").")
        }
        let place = Place(project: project, tree: tree, path: request["path"])
        switch request.method {
        case "GET":
            let found = try node(at: place)
            return ServiceAnswer(json: printed(found, at: place, depth: request.number("$depth") ?? 0, base: request.base))
        case "POST": return try createOrMove(request, place)
        case "PATCH": return try changeNode(request, place)
        case "DELETE": return try deleteNode(request, place)
        default: throw request.notAllowed()
        }
    }

    enum Tree: String, Sendable {
        case areas, iterations

        var title: String { self == .areas ? "Areas" : "Iterations" }
        var kind: String { self == .areas ? "Area" : "Iteration" }
        var field: String { "System.\(kind)Path" }
        var path: WritableKeyPath<Project, ClassificationNode> {
            switch self {
            case .areas: \.areas
            case .iterations: \.iterations
            }
        }
    }

    /// Where a node stands.
    private struct Place {
        var project: Project
        var tree: Tree
        /// Below the root.
        var names: [String]

        init(project: Project, tree: Tree, path: String?) {
            self.project = project
            self.tree = tree
            names = (path ?? "").split(whereSeparator: { $0 == "/" || $0 == "\\" }).map(String.init)
        }

        var full: [Substring] { [Substring(project.name)] + names.map { Substring($0) } }
        /// `\Project\Area\A`
        var shown: String { (["", project.name, tree.kind] + names).joined(separator: "\\") }

        func url(_ base: String) -> String {
            let below = names.map { "/" + $0.replacing(" ", with: "%20") }.joined()
            return "\(base)/\(project.id)/_apis/wit/classificationNodes/\(tree.title)\(below)"
        }

        func below(_ name: String) -> Place {
            var place = self
            place.names.append(name)
            return place
        }

        var parent: Place {
            var place = self
            place.names.removeLast()
            return place
        }
    }

    private func node(at place: Place) throws(ServiceFault) -> ClassificationNode {
        guard let node = place.project[keyPath: place.tree.path].node(path: place.full) else {
            throw ServiceFault(
                status: 404, typeKey: "ClassificationNodeNotFoundException",
                message:
                    "VS402485: The \(place.tree.kind.lowercased()) node \(place.shown) does not exist, or you do not have permission to see it."
            )
        }
        return node
    }

    /// The links stand only on the node that was asked for.
    private func printed(_ node: ClassificationNode, at place: Place, depth: Int, isTop: Bool = true, base: String) -> JSONValue {
        var object: JSONObject = [
            "id": .integer(node.id), "identifier": .string(node.identifier), "name": .string(node.name),
            "structureType": .string(place.tree.kind.lowercased()), "hasChildren": .bool(!node.children.isEmpty),
        ]
        if depth > 0, !node.children.isEmpty {
            object["children"] = .array(
                node.children.map { printed($0, at: place.below($0.name), depth: depth - 1, isTop: false, base: base) })
        }
        if let start = node.start, let finish = node.finish {
            object["attributes"] = ["startDate": .string(start.text), "finishDate": .string(finish.text)]
        }
        object["path"] = .string(place.shown)
        if isTop {
            var links: JSONObject = ["self": ["href": .string(place.url(base))]]
            if !place.names.isEmpty { links["parent"] = ["href": .string(place.parent.url(base))] }
            object["_links"] = .object(links)
        }
        object["url"] = .string(place.url(base))
        return .object(object)
    }

    private func readRoots(_ request: ServiceRequest, _ project: Project) throws(ServiceFault) -> ServiceAnswer {
        let depth = request.number("$depth") ?? 0
        let ids = request.list("ids").compactMap { Int64($0) }
        guard !ids.isEmpty else {
            return .list(
                [Tree.areas, .iterations].map { tree in
                    printed(
                        project[keyPath: tree.path], at: Place(project: project, tree: tree, path: nil), depth: depth, isTop: false,
                        base: request.base)
                })
        }
        var values: [JSONValue] = []
        for id in ids {
            if let (tree, names) = path(of: id, in: project) {
                let place = Place(project: project, tree: tree, path: names.joined(separator: "\\"))
                values.append(printed(try node(at: place), at: place, depth: depth, base: request.base))
            } else if request.query("errorPolicy")?.lowercased() == "omit" {
                values.append(.null)
            } else {
                throw ServiceFault(
                    status: 404, typeKey: "ClassificationNodeNotFoundException",
                    message: "VS402485: The classification node \(id) does not exist, or you do not have permission to see it.")
            }
        }
        return .list(values)
    }

    /// The tree and the names below its root.
    private func path(of id: Int64, in project: Project) -> (Tree, [String])? {
        for tree in [Tree.areas, .iterations] {
            if let names = project[keyPath: tree.path].path(to: id) { return (tree, Array(names.dropFirst())) }
        }
        return nil
    }

    private func index(of project: Project) throws(ServiceFault) -> Int {
        guard let index = projects.firstIndex(where: { $0.id == project.id }) else { throw .projectMissing(project.id) }
        return index
    }

    private mutating func createOrMove(_ request: ServiceRequest, _ place: Place) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        let parent = try node(at: place)
        let index = try index(of: place.project)
        let moved = body["id"]?.integer.flatMap { $0 == 0 ? nil : $0 }
        var new: ClassificationNode
        var oldPath: String?
        if let moved {
            guard let (tree, names) = path(of: moved, in: place.project), tree == place.tree,
                let taken = projects[index][keyPath: tree.path].remove(id: moved)
            else {
                throw ServiceFault(
                    status: 404, typeKey: "ClassificationNodeNotFoundException", message: "VS402485: The node \(moved) does not exist.")
            }
            oldPath = ([place.project.name] + names).joined(separator: "\\")
            new = taken
        } else {
            let name = trimmed(body["name"]?.string ?? "")
            guard !name.isEmpty, name.count <= 255, !name.contains(where: { "\\/$?*:\"&<>#%|+".contains($0) }) else {
                throw .badRequest(
                    "InvalidClassificationNodeNameException", "VS402371: The name \(name) of the classification node is not valid.")
            }
            guard !parent.children.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw ServiceFault(
                    status: 409, typeKey: "ClassificationNodeDuplicateNameException",
                    message:
                        "VS402371: Classification node name \(name) is already in use by a different child of parent classification node \(parent.identifier). Choose a different name and try again.",
                    eventID: 3_200)
            }
            new = ClassificationNode(id: takeNodeNumber(), identifier: randomness.guid(), name: name)
        }
        setDates(&new, body)
        let node = new
        projects[index][keyPath: place.tree.path].change(path: place.full) { $0.children.append(node) }
        let home = place.below(node.name)
        if let oldPath { rewrite(place.tree, from: oldPath, to: home.full.joined(separator: "\\"), in: place.project, request) }
        var shown = node
        // A move answers without the dates, which stay (`recordings/classification-iterations.json`).
        if moved != nil { (shown.start, shown.finish) = (nil, nil) }
        return ServiceAnswer(
            status: moved == nil ? 201 : 200, json: printed(shown, at: home, depth: 0, base: request.base),
            headers: [("Location", home.url(request.base))])
    }

    private func setDates(_ node: inout ClassificationNode, _ body: JSONValue) {
        func time(_ name: String) -> ServiceTime? {
            body["attributes"]?[name]?.string.flatMap { ServiceTime.milliseconds($0) }.map { ServiceTime(rounding: $0) }
        }
        if let start = time("startDate") { node.start = start }
        if let finish = time("finishDate") { node.finish = finish }
    }

    private mutating func changeNode(_ request: ServiceRequest, _ place: Place) throws(ServiceFault) -> ServiceAnswer {
        let body = try request.json()
        let index = try index(of: place.project)
        var node = try node(at: place)
        let name = body["name"]?.string ?? node.name
        setDates(&node, body)
        node.name = name
        let changed = node
        projects[index][keyPath: place.tree.path].change(path: place.full) { $0 = changed }
        var home = place
        if name != place.full.last.map(String.init), !place.names.isEmpty {
            home = place.parent.below(name)
            rewrite(
                place.tree, from: place.full.joined(separator: "\\"), to: home.full.joined(separator: "\\"), in: place.project, request)
        }
        return ServiceAnswer(
            json: printed(changed, at: home, depth: 0, base: request.base), headers: [("Location", home.url(request.base))])
    }

    private mutating func deleteNode(_ request: ServiceRequest, _ place: Place) throws(ServiceFault) -> ServiceAnswer {
        let node = try node(at: place)
        guard !place.names.isEmpty else {
            throw .badRequest("ClassificationNodeDeleteException", "VS402373: The root node of a project cannot be deleted.")
        }
        let old = place.full.joined(separator: "\\")
        let isUsed = workItems.values.contains { record in
            guard record.projectID == place.project.id, let path = record.current.fields[place.tree.field]?.string else { return false }
            return path == old || path.hasPrefix(old + "\\")
        }
        if isUsed {
            guard let target = request.query("$reclassifyId").flatMap({ Int64($0) }),
                let names = place.project[keyPath: place.tree.path].path(to: target)
            else {
                throw .badRequest(
                    "ClassificationNodeReclassificationException",
                    "VS402374: Work items use the node \(place.shown); a node for them must be given with $reclassifyId.")
            }
            reclassify(place.tree, below: old, to: names.joined(separator: "\\"), in: place.project, request)
        }
        let index = try index(of: place.project)
        _ = projects[index][keyPath: place.tree.path].remove(id: node.id)
        return .done
    }

    /// A node was renamed or moved: all paths below it are other ones, without a revision unless the variant says so.
    private mutating func rewrite(_ tree: Tree, from old: String, to new: String, in project: Project, _ request: ServiceRequest) {
        func moved(_ path: String) -> String { path == old || path.hasPrefix(old + "\\") ? new + path.dropFirst(old.count) : path }
        for (id, record) in workItems where record.projectID == project.id {
            guard let path = record.current.fields[tree.field]?.string, moved(path) != path else { continue }
            switch variants.areaRename {
            case .silent: workItems[id]?.rewrite(tree.field, moved)
            case .revisions:
                _ = try? update(
                    id, [PatchOperation(kind: .add, target: .field(tree.field), value: .string(moved(path)))], by: request.caller.account,
                    at: request.now, base: request.base)
            }
        }
    }

    /// The work items of a node that goes are saved into another one.
    private mutating func reclassify(_ tree: Tree, below old: String, to new: String, in project: Project, _ request: ServiceRequest) {
        for (id, record) in workItems where record.projectID == project.id {
            guard let path = record.current.fields[tree.field]?.string, path == old || path.hasPrefix(old + "\\") else { continue }
            _ = try? update(
                id, [PatchOperation(kind: .add, target: .field(tree.field), value: .string(new))], by: request.caller.account,
                at: request.now, base: request.base)
        }
    }
}
