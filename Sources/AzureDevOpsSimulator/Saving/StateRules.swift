import JSON

extension World {
    /// What a save changes beyond what was written: reason, stamps, defaults (FACTS.md 1.11).
    func applyRules(to draft: inout Draft, before: JSONObject?, type: WorkItemTypeDefinition, author: Account, at now: ServiceTime) {
        if before == nil {
            for field in fields(of: type) where draft.fields[field.referenceName] == nil {
                draft.fields[field.referenceName] = field.defaultValue
            }
        }
        if draft.fields["System.State"] == nil { draft.fields["System.State"] = type.states.first.map { .string($0.name) } }
        if let state = type.state(draft.text("System.State")) { draft.fields["System.State"] = .string(state.name) }
        let old = before?["System.State"]?.string
        let new = draft.text("System.State")
        let typeChanged = before?["System.WorkItemType"].map { $0.string != type.name } ?? false
        guard old != new || typeChanged, let state = type.state(new) else { return }
        if !draft.written.contains("System.Reason") { draft.fields["System.Reason"] = .string(state.reason) }
        let was = old.flatMap { type.state($0)?.category }
        if type.assignsOnActivation, was == .proposed, state.category == .inProgress || state.category == .resolved,
            draft.fields["System.AssignedTo"] == nil, !draft.written.contains("System.AssignedTo")
        {
            draft.fields["System.AssignedTo"] = .string(author.id)
        }
        stamp(&draft, state.category, was: was, type, author, now)
        if type.keepsResolvedReason {
            draft.fields["Microsoft.VSTS.Common.ResolvedReason"] =
                state.category == .resolved
                ? draft.fields["System.Reason"]
                : (state.category == .completed ? draft.fields["Microsoft.VSTS.Common.ResolvedReason"] : nil)
        }
    }

    /// Who has activated, resolved and closed it, and when (`recordings/work-item-update-state.json`).
    private func stamp(
        _ draft: inout Draft, _ category: StateDefinition.Category, was old: StateDefinition.Category?, _ type: WorkItemTypeDefinition,
        _ author: Account, _ now: ServiceTime
    ) {
        func set(_ name: String, _ isSet: Bool) {
            for (suffix, value) in [("Date", JSONValue.string(now.text)), ("By", .string(author.id))] {
                let field = "Microsoft.VSTS.Common.\(name)\(suffix)"
                if !draft.written.contains(field) { draft.fields[field] = isSet ? value : nil }
            }
        }
        draft.fields["Microsoft.VSTS.Common.StateChangeDate"] = .string(now.text)
        guard category != old else { return }
        let isOnTheWay = type.activatesOnTheWay && (old == nil || old == .proposed)
        switch category {
        case .proposed, .removed:
            set("Activated", false)
            set("Resolved", false)
            set("Closed", false)
        case .inProgress:
            set("Activated", true)
            set("Resolved", false)
            set("Closed", false)
        case .resolved:
            if isOnTheWay { set("Activated", true) }
            set("Resolved", true)
            set("Closed", false)
        case .completed:
            if isOnTheWay { set("Activated", true) }
            set("Closed", true)
        }
    }

    /// Every rule that the draft breaks; empty when it may be saved.
    func brokenRules(_ draft: Draft, type: WorkItemTypeDefinition, before: JSONObject?) -> [RuleError] {
        var errors: [RuleError] = []
        func fail(_ name: String, _ flags: [String]) {
            if let field = field(name) { errors.append(RuleError(field: field, flags: flags)) }
        }
        if draft.text("System.Title").isEmpty { fail("System.Title", ["required", "invalidEmpty"]) }
        let isKnown = type.state(draft.text("System.State")) != nil
        let old = before?["System.WorkItemType"]?.string == type.name ? before?["System.State"]?.string : nil
        if !isKnown || !type.mayMove(from: old ?? draft.text("System.State"), to: draft.text("System.State")) {
            fail("System.State", ["hasValues", "limitedToValues", "allowsOldValue", "invalidListValue"])
        }
        let reason = draft.text("System.Reason")
        if isKnown, draft.written.contains("System.Reason"), !type.reasons.contains(where: { $0.lowercased() == reason.lowercased() }) {
            fail("System.Reason", ["hasValues", "limitedToValues", "allowsOldValue", "invalidListValue"])
        }
        for field in fields(of: type) where !field.allowedValues.isEmpty {
            guard let value = draft.fields[field.referenceName], before?[field.referenceName] != value else { continue }
            let text = value.string ?? value.integer.map { String($0) } ?? ""
            if !field.allowedValues.contains(where: { $0.lowercased() == text.lowercased() }) {
                errors.append(RuleError(field: field, flags: ["hasValues", "limitedToValues", "invalidListValue"]))
            }
        }
        for rule in rules
        where !deletedFields.contains(rule.field) && rule.type == type.name
            && rule.state.lowercased() == draft.text("System.State").lowercased()
        {
            if draft.fields[rule.field] == nil { fail(rule.field, ["required", "invalidEmpty"]) }
        }
        return errors
    }

    /// TF401347 when a path leads nowhere.
    func checkPaths(_ draft: Draft, in project: Project, of id: Int64?) throws(ServiceFault) {
        for (field, root) in [("System.AreaPath", project.areas), ("System.IterationPath", project.iterations)] {
            let path = draft.text(field).split(separator: "\\")
            guard root.contains(path: path) else {
                throw ServiceFault(
                    status: 400, typeKey: "WorkItemTrackingTreeNodeNotFoundException",
                    message: "TF401347: Invalid tree name given for work item \(id ?? -1), field '\(field)'.")
            }
        }
    }
}
