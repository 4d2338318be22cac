import JSON

/// A field of the organisation (FACTS.md 8).
public struct FieldDefinition: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case string, integer, double, boolean, dateTime, html, plainText, treePath, history, guid, identity
    }

    public var referenceName: String
    public var name: String
    public var kind: Kind
    /// What the service says; true of the area and the iteration path although they are writable.
    var saysReadOnly = false
    /// Whether nobody may write it, not even with `bypassRules`.
    var isComputed = false
    /// A closed list; empty for any value.
    public var allowedValues: [String] = []
    var defaultValue: JSONValue?

    public init(referenceName: String, name: String, kind: Kind, allowedValues: [String] = []) {
        self.referenceName = referenceName
        self.name = name
        self.kind = kind
        self.allowedValues = allowedValues
    }

    /// What the field list prints as its type: identities are strings with a flag.
    var printedType: String { kind == .identity ? "string" : kind.rawValue }

    /// Whether the reporting feed leaves it out unless it is asked for (FACTS.md 17).
    var isLongText: Bool { kind == .html || kind == .plainText && referenceName != "System.Tags" || kind == .history }
}

extension World {
    func field(_ referenceName: String) -> FieldDefinition? {
        guard deletedFields.isEmpty else {
            return definition(referenceName).flatMap { deletedFields.contains($0.referenceName) ? nil : $0 }
        }
        return definition(referenceName)
    }

    private func definition(_ referenceName: String) -> FieldDefinition? {
        if let field = FieldDefinition.byExactName[referenceName] { return field }
        let folded = referenceName.lowercased()
        return FieldDefinition.byName[folded] ?? customFields.first { $0.field.referenceName.lowercased() == folded }?.field
    }

    /// By reference name or by the name that people see.
    func field(named name: String) -> FieldDefinition? {
        if let field = field(name) { return field }
        let folded = name.lowercased()
        let found = FieldDefinition.byTitle[folded] ?? customFields.first { $0.field.name.lowercased() == folded }?.field
        return found.flatMap { deletedFields.contains($0.referenceName) ? nil : $0 }
    }

    /// The fields of one type, the common ones first.
    func fields(of type: WorkItemTypeDefinition) -> [FieldDefinition] {
        let own =
            FieldDefinition.commonDefinitions
            + type.fields.compactMap { FieldDefinition.byExactName[$0] ?? FieldDefinition.byName[$0.lowercased()] }
        guard !customFields.isEmpty || !deletedFields.isEmpty else { return own }
        let all = own + customFields.filter { $0.types.isEmpty || $0.types.contains(type.name) }.map(\.field)
        return all.filter { !deletedFields.contains($0.referenceName) }
    }

    func has(_ field: FieldDefinition, _ type: WorkItemTypeDefinition) -> Bool {
        fields(of: type).contains { $0.referenceName == field.referenceName }
    }

    /// Adds a field to an inherited process; `types` empty means to every type.
    public mutating func addField(_ field: FieldDefinition, to types: [String] = []) { customFields.append((field, types)) }

    /// Adds a rule: entering `state` requires `field`.
    public mutating func addRule(type: String, state: String, requires field: String) {
        rules.append(CustomRule(type: type, state: state, field: field))
    }
}

extension FieldDefinition {
    /// Fields that every type has.
    static let common = [
        "System.Id", "System.Rev", "System.Title", "System.Description", "System.State", "System.Reason", "System.AssignedTo",
        "System.AreaPath",
        "System.IterationPath", "System.AreaId", "System.IterationId", "System.WorkItemType", "System.TeamProject", "System.Tags",
        "System.History",
        "System.CommentCount", "System.CreatedDate", "System.CreatedBy", "System.ChangedDate", "System.ChangedBy", "System.RevisedDate",
        "System.AuthorizedDate", "System.AuthorizedAs", "System.PersonId", "System.Watermark", "System.NodeName", "System.Parent",
        "Microsoft.VSTS.Common.StateChangeDate", "Microsoft.VSTS.Common.ActivatedDate", "Microsoft.VSTS.Common.ActivatedBy",
        "Microsoft.VSTS.Common.ResolvedDate", "Microsoft.VSTS.Common.ResolvedBy", "Microsoft.VSTS.Common.ClosedDate",
        "Microsoft.VSTS.Common.ClosedBy", "System.ExternalLinkCount", "System.HyperLinkCount", "System.AttachedFileCount",
        "System.RelatedLinkCount", "System.BoardColumn", "System.BoardColumnDone", "System.BoardLane",
        "Microsoft.VSTS.Common.StackRank",
    ]

    static let byTitle: [String: FieldDefinition] = Dictionary(
        all.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })

    static let commonDefinitions = common.compactMap { byExactName[$0] }

    static let byExactName = Dictionary(all.map { ($0.referenceName, $0) }, uniquingKeysWith: { first, _ in first })

    static let byName: [String: FieldDefinition] = Dictionary(
        all.map { ($0.referenceName.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })

    static let all: [FieldDefinition] = system + shared

    private static func field(
        _ referenceName: String, _ name: String, _ kind: Kind, saysReadOnly: Bool = false, isComputed: Bool = false, values: [String] = [],
        standard: JSONValue? = nil
    ) -> FieldDefinition {
        var field = FieldDefinition(referenceName: referenceName, name: name, kind: kind, allowedValues: values)
        field.saysReadOnly = saysReadOnly || isComputed
        field.isComputed = isComputed
        field.defaultValue = standard
        return field
    }

    private static let system: [FieldDefinition] =
        [
            field("System.Id", "ID", .integer, isComputed: true), field("System.Rev", "Rev", .integer, isComputed: true),
            field("System.Title", "Title", .string), field("System.Description", "Description", .html),
            field("System.State", "State", .string),
            field("System.Reason", "Reason", .string), field("System.AssignedTo", "Assigned To", .identity),
            field("System.AreaPath", "Area Path", .treePath, saysReadOnly: true),
            field("System.IterationPath", "Iteration Path", .treePath, saysReadOnly: true),
            field("System.AreaId", "Area ID", .integer), field("System.IterationId", "Iteration ID", .integer),
            field("System.WorkItemType", "Work Item Type", .string, saysReadOnly: true),
            field("System.TeamProject", "Team Project", .string, saysReadOnly: true), field("System.Tags", "Tags", .plainText),
            field("System.History", "History", .history), field("System.CommentCount", "Comment Count", .integer, isComputed: true),
            field("System.CreatedDate", "Created Date", .dateTime, saysReadOnly: true),
            field("System.CreatedBy", "Created By", .identity, saysReadOnly: true),
            field("System.ChangedDate", "Changed Date", .dateTime, saysReadOnly: true),
            field("System.ChangedBy", "Changed By", .identity, saysReadOnly: true),
            field("System.RevisedDate", "Revised Date", .dateTime, isComputed: true),
            field("System.AuthorizedDate", "Authorized Date", .dateTime, isComputed: true),
            field("System.AuthorizedAs", "Authorized As", .identity, isComputed: true),
            field("System.PersonId", "Person ID", .integer, isComputed: true),
            field("System.Watermark", "Watermark", .integer, isComputed: true),
            field("System.NodeName", "Node Name", .string, isComputed: true), field("System.Parent", "Parent", .integer, isComputed: true),
            field("System.ExternalLinkCount", "External Link Count", .integer, isComputed: true),
            field("System.HyperLinkCount", "Hyperlink Count", .integer, isComputed: true),
            field("System.AttachedFileCount", "Attached File Count", .integer, isComputed: true),
            field("System.RelatedLinkCount", "Related Link Count", .integer, isComputed: true),
            field("System.RemoteLinkCount", "Remote Link Count", .integer, isComputed: true),
            field("System.BoardColumn", "Board Column", .string, isComputed: true),
            field("System.BoardColumnDone", "Board Column Done", .boolean, isComputed: true),
            field("System.BoardLane", "Board Lane", .string, isComputed: true),
        ] + levels

    private static let levels: [FieldDefinition] = ["Area", "Iteration"].flatMap { kind in
        (1...7).map { level in field("System.\(kind)Level\(level)", "\(kind) Level \(level)", .string, isComputed: true) }
    }

    private static let shared: [FieldDefinition] = [
        field("Microsoft.VSTS.Common.StateChangeDate", "State Change Date", .dateTime),
        field("Microsoft.VSTS.Common.ActivatedDate", "Activated Date", .dateTime),
        field("Microsoft.VSTS.Common.ActivatedBy", "Activated By", .identity),
        field("Microsoft.VSTS.Common.ResolvedDate", "Resolved Date", .dateTime),
        field("Microsoft.VSTS.Common.ResolvedBy", "Resolved By", .identity),
        field("Microsoft.VSTS.Common.ResolvedReason", "Resolved Reason", .string),
        field("Microsoft.VSTS.Common.ClosedDate", "Closed Date", .dateTime),
        field("Microsoft.VSTS.Common.ClosedBy", "Closed By", .identity),
        field("Microsoft.VSTS.Common.Priority", "Priority", .integer, values: ["1", "2", "3", "4"], standard: 2),
        field(
            "Microsoft.VSTS.Common.Severity", "Severity", .string, values: ["1 - Critical", "2 - High", "3 - Medium", "4 - Low"],
            standard: "3 - Medium"),
        field("Microsoft.VSTS.Common.ValueArea", "Value Area", .string, values: ["Architectural", "Business"], standard: "Business"),
        field("Microsoft.VSTS.Common.Risk", "Risk", .string, values: ["1 - High", "2 - Medium", "3 - Low"]),
        field("Microsoft.VSTS.Common.BusinessValue", "Business Value", .integer),
        field("Microsoft.VSTS.Common.TimeCriticality", "Time Criticality", .double),
        field("Microsoft.VSTS.Common.BacklogPriority", "Backlog Priority", .double),
        field("Microsoft.VSTS.Common.StackRank", "Stack Rank", .double),
        field("Microsoft.VSTS.TCM.Steps", "Steps", .html), field("Microsoft.VSTS.TCM.Parameters", "Parameters", .html),
        field("Microsoft.VSTS.Build.FoundIn", "Found In", .string),
        field("Microsoft.VSTS.Build.IntegrationBuild", "Integration Build", .string),
        field("Microsoft.VSTS.Common.AcceptanceCriteria", "Acceptance Criteria", .html),
        field("Microsoft.VSTS.Common.Activity", "Activity", .string), field("Microsoft.VSTS.Common.Resolution", "Resolution", .html),
        field("Microsoft.VSTS.Scheduling.Effort", "Effort", .double),
        field("Microsoft.VSTS.Scheduling.StoryPoints", "Story Points", .double),
        field("Microsoft.VSTS.Scheduling.Size", "Size", .double), field("Microsoft.VSTS.Scheduling.StartDate", "Start Date", .dateTime),
        field("Microsoft.VSTS.Scheduling.TargetDate", "Target Date", .dateTime),
        field("Microsoft.VSTS.Scheduling.FinishDate", "Finish Date", .dateTime),
        field("Microsoft.VSTS.Scheduling.DueDate", "Due Date", .dateTime),
        field("Microsoft.VSTS.Scheduling.RemainingWork", "Remaining Work", .double),
        field("Microsoft.VSTS.Scheduling.OriginalEstimate", "Original Estimate", .double),
        field("Microsoft.VSTS.Scheduling.CompletedWork", "Completed Work", .double),
        field("Microsoft.VSTS.TCM.ReproSteps", "Repro Steps", .html), field("Microsoft.VSTS.TCM.SystemInfo", "System Info", .html),
    ]
}
