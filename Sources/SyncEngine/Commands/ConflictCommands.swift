import FieldSync
import JSON
import Portfolio
import Store

/// How a person settles a conflict.
public enum ConflictChoice: Hashable, Sendable {
    case kiplot
    case azureDevOps
    case typed(FieldValue?)
}

extension ItemCommands {
    /// Settles a held conflict: the chosen value goes to the other side, once, and only if both sides still hold what the person saw (A6).
    /// - Parameter seen: the fingerprint of the conflict as it was shown; `nil` takes it as it is.
    /// - Throws: `StoreError.changedMeanwhile` when one of them changed since.
    public func settle(
        _ id: Identifier<Conflict>, by choice: ConflictChoice, seen: String? = nil, actor: Actor
    ) async throws -> LinkOutcome {
        let now = clock.now
        let chosen = try await store.write { try $0.settle(id, by: choice, seen: seen, actor: actor, at: now) }
        return try await press(
            chosen.link, Trigger(cause: .conflictResolution, actor: actor, includesManualFields: true, fields: [chosen.field]))
    }
}

extension ItemCommands {
    /// Gives an item one of the two values of a settled conflict: the one that gave way comes back as an edit of this person, and
    /// travels like any other.
    /// - Returns: whether that changed anything.
    /// - Throws: `StoreError.notFound`, `ItemRuleViolation`; `ConnectionProblem` when a value of Azure DevOps cannot be understood here.
    @discardableResult
    public func use(_ side: InitialSource, of id: Identifier<Conflict>, by actor: Actor) async throws -> Bool {
        guard let conflict = try await store.read({ try $0.conflict(id) }), conflict.settledAt != nil else {
            throw StoreError.notFound("The value")
        }
        let value: FieldValue? = side == .kiplot ? conflict.local : try await valueInKiplot(of: conflict)
        let origin = EditOrigin(actor: actor, cause: .restore, at: clock.now)
        return try await store.write { transaction in
            guard let item = try transaction.item(conflict.item) else { throw StoreError.notFound("The item") }
            return try transaction.edit(item.id, changes: [conflict.field: value], origin: origin)[conflict.field] != item[conflict.field]
        }
    }

    private func valueInKiplot(of conflict: Conflict) async throws -> FieldValue? {
        guard let link = try await store.read({ try $0.link(conflict.link) }), link.state.isLive else {
            throw StoreError.notFound("The link")
        }
        let work = try await open(link.integration)
        return try await store.read { transaction in
            let batch = try transaction.reconcileBatch([link], of: link.integration)
            guard let item = try transaction.item(link.item),
                let rule = batch.context(for: item.kind, schema: work.schema)?.rules[conflict.field]
            else {
                throw ConnectionProblem(message: "The field is not mapped any more.", remedy: "Copy the value by hand.")
            }
            do throws(Obstacle) {
                return try rule.translation.kiplot(from: conflict.remote)
            } catch {
                throw ConnectionProblem(message: error.message, remedy: error.remedy)
            }
        }
    }
}

extension StoreTransaction {
    /// Notes the choice on the link; whoever calls brings it to the other side.
    func settle(
        _ id: Identifier<Conflict>, by choice: ConflictChoice, seen: String?, actor: Actor, at now: Instant
    ) throws -> LinkedField {
        guard let conflict = try conflict(id), conflict.settledAt == nil, var link = try link(conflict.link), link.state.isLive,
            let item = try item(conflict.item)
        else { throw StoreError.notFound("The conflict") }
        guard seen == nil || seen == conflict.fingerprint else { throw StoreError.changedMeanwhile("value in Azure DevOps") }
        guard item[conflict.field] == conflict.local else { throw StoreError.changedMeanwhile("value in Kiplot") }
        var field = link.fields[conflict.field] ?? LinkField()
        var resolution = Conflict.Resolution.keptKiplot
        var settlement = Settlement(.kiplot, local: conflict.local, remote: conflict.remote)
        switch choice {
        case .kiplot: break
        case .azureDevOps:
            resolution = .keptAzureDevOps
            settlement.winner = .azureDevOps
        case .typed(let value):
            resolution = .typed
            settlement.local = value
            let origin = EditOrigin(actor: actor, cause: .conflictResolution, at: now)
            try edit(item.id, changes: [conflict.field: value], origin: origin)
            link = try self.link(link.id) ?? link
        }
        field.settlement = settlement
        field.remote = conflict.remote
        field.readIn = nil
        field.isInConflict = false
        link.fields[conflict.field] = field
        link.automaticWrites = 0
        // Whatever becomes of the writing, somebody looks at it again.
        link.dirty += 1
        link.notBefore = now
        try settleConflict(of: conflict.field, on: link.id, as: resolution, by: actor.name, at: now)
        try update(link)
        return LinkedField(link: link.id, field: conflict.field)
    }
}

extension Conflict {
    /// Tells whether a person still sees what there is: the conflict is renewed in place when either side changes.
    public var fingerprint: String {
        "\(local?.json.canonicalText ?? "")|\(remote?.json.canonicalText ?? "")".digest
    }
}
