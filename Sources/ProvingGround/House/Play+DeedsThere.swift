import AzureDevOpsSimulator
import JSON

/// What happens in Azure DevOps, on the way to it and in the machines.
extension Play {
    func editThere(_ id: Int64, _ field: Deed.Field, _ number: Int, by person: String = "Dana Developer") {
        guard world.isLiving(id), field != .effort || !isEffortGone else { return }
        let name: String
        let value: JSONValue
        switch field {
        case .name:
            name = "System.Title"
            value = .string(normalised("a\(number)"))
        case .description:
            name = "System.Description"
            let text = world.isMarkdown(name, of: id) ? "a\(number)" : normalisedHTML("<div>a<b>\(number)</b></div>")
            value = number.isMultiple(of: 7) ? "" : .string(text)
        case .effort:
            guard world.type(of: id) == "Epic" else { return }
            name = "Microsoft.VSTS.Scheduling.Effort"
            value = .number(Double(number))
        case .tags:
            name = "System.Tags"
            value = .string((0..<5).filter { number >> $0 & 1 == 1 }.map { "T\($0)" }.joined(separator: "; "))
        case .stage:
            guard world.type(of: id) == "Epic" else { return }
            name = "System.State"
            value = .string(["New", "Active", "Resolved", "Closed"][number % 4])
            note(.ruleChangesOther)
        }
        let before = world.newestRevision(of: id)
        world.control("PATCH", "work-items/\(id)", ["fields": .object([name: value]), "as": .string(person)], at: now)
        if let revision = world.newestRevision(of: id), revision != before {
            evidence.remoteEdits.append(Evidence.RemoteEdit(workItem: id, revision: revision, at: now))
        }
        tell(
            "\(person.prefix(while: { $0 != " " })) changes \(name) of #\(id) to \(value.string ?? value.text), revision \(world.newestRevision(of: id) ?? 0)"
        )
    }

    func performThere(_ deed: Deed, _ pairs: [Pair], _ workItem: (Int) -> Int64?) {
        switch deed {
        case .delete(let number):
            guard let id = workItem(number), world.isLiving(id) else { return }
            world.control("DELETE", "work-items/\(id)", at: now)
            befall(id, .deleted, "deleted")
        case .restore(let number):
            let deleted = world.workItemNumbers.filter { !world.isLiving($0) }
            guard !deleted.isEmpty else { return }
            let id = deleted[number % deleted.count]
            world.control("POST", "work-items/\(id)/restore", at: now)
            comeBack(id, .restored)
        case .destroy(let number):
            guard let id = workItem(number) else { return }
            _ = service("DELETE", ["_apis", "wit", "workitems", String(id)], query: ["destroy": "true"])
            befall(id, .destroyed, "destroyed")
        case .moveAway(let number):
            guard let id = workItem(number), world.projectID(of: id) == projectID else { return }
            move(id, to: Setting.otherProject)
            befall(id, .moved, "moved away")
        case .moveBack(let number):
            let away = world.workItemNumbers.filter { world.projectName(of: $0) == Setting.otherProject && world.isLiving($0) }
            guard !away.isEmpty else { return }
            move(away[number % away.count], to: projectName)
            comeBack(away[number % away.count], .moved)
        case .retype(let number):
            guard let id = workItem(number), world.isLiving(id), ["Epic", "Feature"].contains(world.type(of: id) ?? "") else { return }
            setType(id, number.isMultiple(of: 3) ? (world.type(of: id) == "Epic" ? "Feature" : "Epic") : "Bug")
            befall(id, .retyped, "retyped")
        case .retypeBack(let number):
            let strange = world.workItemNumbers.filter { world.isLiving($0) && world.type(of: $0) != firstType(of: $0) }
            guard !strange.isEmpty else { return }
            let id = strange[number % strange.count]
            setType(id, firstType(of: id))
            comeBack(id, .retyped)
        case .reparent(let child, let parent):
            let features = world.workItemNumbers.filter { world.type(of: $0) == "Feature" && world.isLiving($0) }
            let epics = world.workItemNumbers.filter { world.type(of: $0) == "Epic" && world.isLiving($0) }
            guard !features.isEmpty, !epics.isEmpty else { return }
            world.control(
                "PATCH", "work-items/\(features[child % features.count])", ["parent": .integer(epics[parent % epics.count])], at: now)
            tell("Dana hangs #\(features[child % features.count]) under #\(epics[parent % epics.count])")
        case .flipFormat(let number):
            guard let id = workItem(number), world.isLiving(id), !world.isMarkdown("System.Description", of: id) else { return }
            note(.formatFlipped)
            world.control("PATCH", "work-items/\(id)", ["fields": ["System.Description": "flipped"], "markdown": true], at: now)
            tell("Dana turns the description of #\(id) into Markdown")
        case .addRule:
            note(.ruleViolation)
            world.control("POST", "rules", ["type": "Epic", "state": "Closed", "field": "Microsoft.VSTS.Scheduling.Effort"], at: now)
            world.control("POST", "rules", ["type": "Epic", "state": "Resolved", "field": "System.Description"], at: now)
            tell("a rule of the process asks for an effort of closed Epics, and for a description of resolved ones")
        case .removeRules: world.control("DELETE", "rules", at: now)
        default: performToProject(deed, workItem)
        }
    }

    private static let effort = "Microsoft.VSTS.Scheduling.Effort"
    private var isEffortGone: Bool { world.deletedFieldNames.contains(Self.effort) }

    private func performToProject(_ deed: Deed, _ workItem: (Int) -> Int64?) {
        switch deed {
        case .renameProject(let number):
            note(.projectRenamed)
            // What answers about the project were printed name it.
            printedMetadata = [:]
            _ = service("PATCH", ["_apis", "projects", projectID], body: ["name": .string("\(Setting.project) \(number)")])
            tell("an administrator of the organisation renames the project to \(projectName)")
        case .toggleField:
            if isEffortGone {
                // Between the reading of a work item and that of the fields nobody deletes a field and brings it back.
                if let last = evidence.fieldGoneSpans.last, now - last.from > 60_000 { bringBackField() }
                return
            }
            printedMetadata = [:]
            note(.fieldRemoved)
            world.deleteField(Self.effort)
            evidence.fieldGoneSpans.append((now, nil))
            tell("an administrator of the organisation deletes the field Effort")
        case .approachWall(let number, let wall):
            guard let id = workItem(number), world.isLiving(id) else { return }
            note(.revisionWall)
            world.skipRevisions(of: id, to: [7_998, 8_994, 9_994][wall % 3])
            editThere(id, .name, wall)
        default: performToMachines(deed)
        }
    }

    func bringBackField() {
        guard isEffortGone else { return }
        printedMetadata = [:]
        world.bringBackField(Self.effort)
        if let last = evidence.fieldGoneSpans.indices.last { evidence.fieldGoneSpans[last].to = now }
        tell("the field Effort is back, with its values")
    }

    private func performToMachines(_ deed: Deed) {
        switch deed {
        case .rejectToken(let isDisabled):
            note(isDisabled ? .identityDisabled : .tokenRevoked)
            world.control("POST", "tokens", ["token": .string(Setting.token), "state": isDisabled ? "withoutAccess" : "refused"], at: now)
            tell("the token is rejected from now on")
            // Somebody renews it sooner or later.
            scheduler.after(chance { $0.between(60_000, 1_200_000) }) { self.acceptToken() }
        case .acceptToken: acceptToken()
        case .takePermission:
            note(.permissionLost)
            world.control("POST", "tokens", ["token": .string(Setting.token), "mayWrite": false], at: now)
        case .givePermission: world.control("POST", "tokens", ["token": .string(Setting.token), "mayWrite": true], at: now)
        case .outage(let seconds):
            tell("Azure DevOps is out of order for \(seconds) s")
            isServiceOut = true
            scheduler.after(Int64(seconds) * 1_000) { self.isServiceOut = false }
        case .databaseOutage(let seconds):
            note(.databaseOutage)
            tell("the database is away for \(seconds) s")
            isDatabaseOut = true
            scheduler.after(Int64(seconds) * 1_000) { self.isDatabaseOut = false }
        case .kill(let number):
            guard !nodes.isEmpty else { return }
            note(.killed)
            kill(nodes[number % nodes.count])
        case .freeze(let number, let seconds): freeze(number, seconds)
        case .jumpClock(let minutes):
            note(.clockJump)
            evidence.disturbances.append(now)
            clock.skew = Int64(minutes) * 60_000
            tell("the clock is \(minutes) min off")
        default: performToHooks(deed)
        }
    }

    private func freeze(_ number: Int, _ seconds: Int) {
        guard !nodes.isEmpty else { return }
        let node = nodes[number % nodes.count]
        guard !node.executor.isFrozen else { return }
        note(.frozen)
        evidence.disturbances.append(now)
        tell("node \(node.number) is frozen for \(seconds) s")
        scheduler.setFrozen(true, node.executor)
        scheduler.after(Int64(seconds) * 1_000) { [self] in
            scheduler.setFrozen(false, node.executor)
            evidence.disturbances.append(now)
        }
    }

    private func performToHooks(_ deed: Deed) {
        switch deed {
        case .sendUnreadableHook:
            guard var delivery = pastDeliveries.last else { return }
            note(.hookUnreadable)
            delivery.body = Array(repeating: UInt8(ascii: "["), count: 10_000)
            knock(delivery, finishes: false)
        case .forgeHook:
            guard var delivery = pastDeliveries.last else { return }
            note(.hookForged)
            delivery.headers = [("Authorization", "Basic a2lwbG90Ondyb25n")]
            knock(delivery, finishes: false)
        case .repeatHooks:
            note(.hookBurst)
            for delivery in pastDeliveries.suffix(50) { knock(delivery, finishes: false) }
        case .breakHooks(let seconds):
            isHookWayBroken = true
            scheduler.after(Int64(seconds) * 1_000) { self.isHookWayBroken = false }
        case .stopHooks:
            note(.hooksDisabled)
            for subscription in world.control("GET", "hooks", at: now)?.array ?? [] {
                guard let id = subscription["id"]?.string else { continue }
                _ = service("DELETE", ["_apis", "hooks", "subscriptions", id])
            }
            tell("an administrator of the organisation deletes our hooks")
        default: break
        }
    }

    func acceptToken() {
        world.control("POST", "tokens", ["token": .string(Setting.token), "state": "good", "mayWrite": true], at: now)
        tell("the token is accepted again")
    }

    private func befall(_ id: Int64, _ fault: Fault, _ kind: String) {
        note(fault)
        evidence.excursions[id, default: []].append((now, nil, kind))
        tell("Dana: #\(id) is \(kind)")
    }

    private func comeBack(_ id: Int64, _ fault: Fault) {
        note(fault)
        for index in evidence.excursions[id, default: []].indices where evidence.excursions[id]?[index].to == nil {
            evidence.excursions[id]?[index].to = now
        }
        tell("Dana: #\(id) is back")
    }

    private func move(_ id: Int64, to project: String) {
        patch(
            id,
            [
                "System.TeamProject": .string(project), "System.AreaPath": .string(project), "System.IterationPath": .string(project),
            ])
    }

    private func firstType(of id: Int64) -> String {
        world.firstFields(of: id)?["System.WorkItemType"]?.string ?? "Epic"
    }

    private func setType(_ id: Int64, _ type: String) { patch(id, ["System.WorkItemType": .string(type), "System.State": "New"]) }

    private func patch(_ id: Int64, _ fields: JSONObject) {
        world.control("PATCH", "work-items/\(id)", ["fields": .object(fields), "bypassRules": true], at: now)
    }

    /// A call of the service itself, by an administrator.
    private func service(_ method: String, _ path: [String], query: [String: String] = [:], body: JSONValue = .null) -> Int {
        var query = query
        query["api-version"] = "7.1"
        world.addToken("administrator", account: "Dana Developer")
        let answer = world.handle(
            ServiceCall(
                method: method, path: path, query: query, headers: ["authorization": "Basic OmFkbWluaXN0cmF0b3I="],
                body: body.isNull ? [] : body.bytes,
                base: Setting.organisation), at: now)
        return answer.status
    }
}
