import AzureDevOps
import FieldSync
import Portfolio
import Store

/// What a mapping would make of one real work item: read and planned like any other, and nothing written on either side.
public struct WorkItemPreview: Hashable, Sendable {
    public var workItem: FoundWorkItem
    public var webURL: String?
    public var kind: ItemKind
    /// The item that is linked; `nil`: an import would make one.
    public var item: Item?
    public var fields: [FieldPreview]
}

/// One row of a preview, with both values as words.
public struct FieldPreview: Hashable, Sendable {
    public enum Effect: Hashable, Sendable {
        case inStep
        /// Kiplot gets this value.
        case read(String)
        /// Azure DevOps gets this value.
        case written(String)
        case merged(String)
        case conflict
        /// The field is manual: it waits for Read or Write.
        case waits
        case blocked(message: String, remedy: String)
    }

    public var field: FieldKey
    public var azureDevOpsField: String
    public var direction: Direction
    /// What each side holds now.
    public var kiplot: String
    public var azureDevOps: String
    public var effect: Effect
    /// What Azure DevOps would hold if the value that is read were written back: shows where a round trip is not the way it came.
    public var writtenBack: String?
}

extension ItemCommands {
    /// The work items that changed last, of the types that a mapping names.
    public func recentWorkItems(for mapping: MappingSet, in integration: Identifier<Integration>, limit: Int = 8) async throws
        -> [FoundWorkItem]
    {
        let types = Set(mapping.entities.map(\.workItemType)).filter { !$0.isEmpty }.sorted().map(quotedForWIQL)
        guard !types.isEmpty else { return [] }
        let connection = try await reconciler.connections.connection(to: integration, priority: .interactive)
        let wiql = """
            SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.WorkItemType] IN (\(types.joined(separator: ", "))) \
            ORDER BY [System.ChangedDate] DESC
            """
        do throws(AzureDevOpsError) {
            let ids = try await connection.client.query(wiql, project: connection.integration.projectID, top: limit)
            let found = try await connection.client.workItems(ids)
            let byID = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            return ids.compactMap { byID[$0] }.map { FoundWorkItem(id: $0.id, type: $0.type, title: $0.title, state: $0.state) }
        } catch {
            throw ConnectionProblem(error)
        }
    }

    /// What a mapping, saved or not, would make of a work item. Changes nothing.
    /// - Parameter direction: as a bulk run of this direction would plan it; `nil`: as a change would.
    /// - Throws: `ConnectionProblem` when the work item cannot be read, or is of a type that the mapping leaves out.
    public func preview(
        _ mapping: MappingSet, version: Int64, on workItem: Int64, in integration: Identifier<Integration>,
        as direction: Run.Direction? = nil
    ) async throws -> WorkItemPreview {
        let connection = try await reconciler.connections.connection(to: integration, priority: .interactive)
        let snapshot: RemoteSnapshot
        let schema: ProjectSchema
        do throws(AzureDevOpsError) {
            snapshot = RemoteSnapshot(try await connection.client.workItem(workItem))
            schema = try await reconciler.schemas.schema(
                of: connection.integration.projectID, types: Set(mapping.entities.map(\.workItemType)), by: connection.client)
        } catch {
            throw ConnectionProblem(error)
        }
        guard snapshot.project.lowercased() == connection.integration.projectName.lowercased() else {
            throw ConnectionProblem(
                message: "#\(workItem) belongs to the project \(snapshot.project), not to \(connection.integration.projectName).",
                remedy: "Choose a work item of this project.")
        }
        guard let entity = mapping.entity(forWorkItemType: snapshot.type), let type = schema[entity.workItemType] else {
            throw ConnectionProblem(
                message: "#\(workItem) is a \(snapshot.type), which this mapping leaves out.",
                remedy: "Choose a work item of a mapped type: \(mapping.entities.map(\.workItemType).joined(separator: ", ")).")
        }
        return try await store.read { transaction in
            try transaction.preview(snapshot, entity, type, version: version, in: integration, as: direction)
        }
    }
}

extension StoreTransaction {
    fileprivate func preview(
        _ snapshot: RemoteSnapshot, _ entity: EntityMapping, _ type: WorkItemTypeSchema, version: Int64,
        in id: Identifier<Integration>, as direction: Run.Direction?
    ) throws -> WorkItemPreview {
        let present = try liveLink(ofWorkItem: snapshot.id, in: id)
        let linked = try present.flatMap { try self.item($0.item) }
        let batch = try reconcileBatch([], of: id)
        let context = MappingContext(
            entity: entity, mappingVersion: version, defaultMode: batch.integration.defaultMode, type: type, vocabulary: batch.vocabulary)
        let epoch = Instant(milliseconds: 0)
        let subject =
            linked
            ?? Item(
                id: Identifier(0), kind: entity.kind, number: 0, values: [:], createdAt: epoch, createdBy: "", updatedAt: epoch,
                updatedBy: "")
        let draft =
            present
            ?? Link(
                id: Identifier(0), integration: id, item: subject.id, workItem: snapshot.id, workItemType: snapshot.type, state: .active,
                marker: "", notBefore: epoch)
        // What has no item yet is met as a bulk pull would meet it; what is linked, as a change would.
        let trigger =
            switch direction {
            case let direction?: Trigger(bulk: direction)
            case nil where linked == nil: Trigger(bulk: .pull)
            case nil: Trigger(cause: .rule)
            }
        let plan = LinkPlanner(context: context, trigger: trigger).plan(draft, item: subject, remote: .reading(snapshot), attempts: [:])
        let rows = entity.enabledFields.compactMap { mapping in
            context.rules[mapping.field].map { row($0, plan, subject, snapshot, batch.workspace) }
        }
        return WorkItemPreview(
            workItem: FoundWorkItem(
                id: snapshot.id, type: snapshot.type, title: snapshot.title, state: snapshot.state, linkedTo: linked?.id),
            webURL: snapshot.webURL, kind: entity.kind, item: linked, fields: rows)
    }

    private func row(
        _ rule: MappingContext.ResolvedField, _ plan: LinkPlan, _ item: Item, _ snapshot: RemoteSnapshot, _ workspace: Workspace
    ) -> FieldPreview {
        let key = rule.mapping.field
        let target = rule.mapping.azureDevOpsField
        let remote = CanonicalForm.remoteValue(
            of: snapshot.fields[target], type: rule.remoteType, format: snapshot.formats[target] ?? .html)
        let pull = plan.pulls[key]
        let push = plan.pushes[key]
        let field = plan.fields[key]
        let effect: FieldPreview.Effect =
            if let pull, push != nil {
                .merged(workspace.words(pull.pair.local))
            } else if let pull {
                .read(workspace.words(pull.pair.local))
            } else if let push {
                .written(push.pair.remote?.shortText ?? "")
            } else if plan.conflicts.contains(key) {
                .conflict
            } else if let obstacle = field?.obstacle {
                .blocked(message: obstacle.message, remedy: obstacle.remedy)
            } else {
                field?.isWaiting == true ? .waits : .inStep
            }
        var writtenBack: String?
        if let pull, rule.mapping.direction.writes {
            writtenBack = (try? rule.translation.azureDevOps(from: pull.pair.local))?.shortText
        }
        return FieldPreview(
            field: key, azureDevOpsField: target, direction: rule.mapping.direction, kiplot: workspace.words(item[key]),
            azureDevOps: remote?.shortText ?? "", effect: effect, writtenBack: writtenBack)
    }
}
