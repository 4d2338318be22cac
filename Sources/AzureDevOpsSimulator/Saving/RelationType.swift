import JSON

/// A kind of relation (`recordings/relation-types.json`).
struct RelationType: Sendable {
    var kind: String
    var name: String
    /// What a link between work items is; `nil` for resource links.
    var link: Link?

    struct Link: Sendable {
        var topology: String
        var isEditable: Bool
        var isAcyclic: Bool
        var isDirectional: Bool
        var hasSingleTarget: Bool
        /// To another organisation.
        var isRemote: Bool
        var isForward: Bool
        /// The other end; `nil` where both ends are the same.
        var opposite: String?
    }

    /// The kind of the other end of a link between work items.
    var reverse: String? { link.map { $0.opposite ?? kind } }
    var isWorkItemLink: Bool { link != nil }

    static let all: [RelationType] =
        table.split(separator: "\n").compactMap { RelationType(line: $0) } + [
            RelationType(kind: "AttachedFile", name: "Attached File"), RelationType(kind: "Hyperlink", name: "Hyperlink"),
            RelationType(kind: "ArtifactLink", name: "Artifact Link"),
        ]

    private static let byKind = Dictionary(all.map { ($0.kind.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })

    static func named(_ kind: String) -> RelationType? { byKind[kind] ?? byKind[kind.lowercased()] }

    func json(base: String) -> JSONValue {
        var attributes: JSONObject
        if let link {
            attributes = [
                "usage": "workItemLink", "editable": .bool(link.isEditable), "enabled": true, "acyclic": .bool(link.isAcyclic),
                "directional": .bool(link.isDirectional), "singleTarget": .bool(link.hasSingleTarget),
                "topology": .string(link.topology), "remote": .bool(link.isRemote),
            ]
            if let opposite = link.opposite {
                attributes["isForward"] = .bool(link.isForward)
                attributes["oppositeEndReferenceName"] = .string(opposite)
            }
        } else {
            attributes = ["usage": "resourceLink", "editable": false, "enabled": true]
        }
        return [
            "attributes": .object(attributes), "referenceName": .string(kind), "name": .string(name),
            "url": .string("\(base)/_apis/wit/workItemRelationTypes/\(kind)"),
        ]
    }

    private init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }

    private init?(line: Substring) {
        let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5 else { return nil }
        let flags = Set(parts[3])
        (kind, name) = (parts[0], parts[1])
        link = Link(
            topology: parts[2], isEditable: flags.contains("e"), isAcyclic: flags.contains("a"), isDirectional: flags.contains("d"),
            hasSingleTarget: flags.contains("s"), isRemote: flags.contains("r"), isForward: flags.contains("f"),
            opposite: parts[4].isEmpty ? nil : parts[4])
    }

    /// Reference name, name, topology, flags (editable, acyclic, directional, single target, remote, forward), the other end.
    private static let table = """
        Microsoft.VSTS.Common.Affects-Forward|Affects|dependency|eads-f|Microsoft.VSTS.Common.Affects-Reverse
        Microsoft.VSTS.Common.Affects-Reverse|Affected By|dependency|eads--|Microsoft.VSTS.Common.Affects-Forward
        Microsoft.VSTS.TestCase.SharedParameterReferencedBy-Forward|Referenced By|dependency|eads-f|Microsoft.VSTS.TestCase.SharedParameterReferencedBy-Reverse
        Microsoft.VSTS.TestCase.SharedParameterReferencedBy-Reverse|References|dependency|eads--|Microsoft.VSTS.TestCase.SharedParameterReferencedBy-Forward
        Microsoft.VSTS.Common.TestedBy-Forward|Tested By|dependency|eads-f|Microsoft.VSTS.Common.TestedBy-Reverse
        Microsoft.VSTS.Common.TestedBy-Reverse|Tests|dependency|eads--|Microsoft.VSTS.Common.TestedBy-Forward
        Microsoft.VSTS.TestCase.SharedStepReferencedBy-Forward|Test Case|dependency|eads-f|Microsoft.VSTS.TestCase.SharedStepReferencedBy-Reverse
        Microsoft.VSTS.TestCase.SharedStepReferencedBy-Reverse|Shared Steps|dependency|eads--|Microsoft.VSTS.TestCase.SharedStepReferencedBy-Forward
        System.LinkTypes.Remote.Dependency-Forward|Produces For|dependency|-adsrf|System.LinkTypes.Remote.Dependency-Reverse
        System.LinkTypes.Remote.Dependency-Reverse|Consumes From|dependency|-adsr-|System.LinkTypes.Remote.Dependency-Forward
        System.LinkTypes.Duplicate-Forward|Duplicate|tree|-ad--f|System.LinkTypes.Duplicate-Reverse
        System.LinkTypes.Duplicate-Reverse|Duplicate Of|tree|-ad---|System.LinkTypes.Duplicate-Forward
        System.LinkTypes.Dependency-Forward|Successor|dependency|-ads-f|System.LinkTypes.Dependency-Reverse
        System.LinkTypes.Dependency-Reverse|Predecessor|dependency|-ads--|System.LinkTypes.Dependency-Forward
        System.LinkTypes.Hierarchy-Forward|Child|tree|-ad--f|System.LinkTypes.Hierarchy-Reverse
        System.LinkTypes.Hierarchy-Reverse|Parent|tree|-ad---|System.LinkTypes.Hierarchy-Forward
        System.LinkTypes.Related|Related|network|---s--|
        System.LinkTypes.Remote.Related|Remote Related|network|---sr-|
        """
}
