import AzureDevOps
import FieldSync
import JSON
import Portfolio
import Store

/// Which fields a project has. Processes lose fields, and get them back, without a word: no hook, no revision.
extension Reconciler {
    /// - Parameter start: when the schema must have been read at the earliest, as the clock's `elapsed` tells it; `nil` for a remembered one.
    func readSchema(into work: inout Work, since start: Duration? = nil) async throws {
        let (project, now) = (work.integration.projectID, clock.elapsed)
        let types = Set(work.mapping.mapping.entities.map(\.workItemType))
        let client = work.client
        work.schema = try await reading { try await schemas.schema(of: project, types: types, since: start, by: client) }
        if await schemas.hasRead(project, of: client, since: now) {
            try await noteFields(work)
        } else if !work.schema.isCurrent(for: work.mapping, in: work.integration) {
            // Another process has read since then that a field came or went.
            try await readSchema(into: &work, since: now)
        }
    }

    /// Reads what the project offers in good time, so that no edit waits for it; whatever has changed there since is noticed, too.
    func keepSchema(of id: Identifier<Integration>) async throws {
        var work = try await open(id, priority: .sweep)
        try await readSchema(into: &work, since: clock.elapsed - SchemaCache.freshness)
    }

    /// A mapped field that the project has lost rests, and one that has come back goes on where it was: either concerns every link.
    /// Only a schema that was just read is compared: another process may remember an older one.
    private func noteFields(_ work: Work) async throws {
        let id = work.integration.id
        let version = work.mapping.mark
        let fields = version + work.schema.names(of: work.mapping.mapping)
        let now = clock.now
        guard try await store.read({ try $0.integration(id)?.knownFields }) != fields else { return }
        try await store.write { transaction in
            let known = try transaction.integration(id)?.knownFields
            _ = try transaction.change(id) { $0.knownFields = fields }
            // A change of the mapping has told every link already.
            guard let known, known != fields, known.hasPrefix(version) else { return }
            try transaction.markAllDirty(in: id, priority: .sweep, cause: .rule, at: now)
        }
    }

    /// A value that is gone may have been emptied, or the process may have lost the field, and may have got it back meanwhile: only a
    /// schema that is read now tells, and then the work item once more. Fields of the system cannot be removed.
    /// - Parameter attempts: the open writes of the links: what they may have brought there must be seen there, too.
    func knowingFields(
        _ given: Work, _ snapshots: [Identifier<Link>: RemoteSnapshot], of links: [Link], _ attempts: [Identifier<Link>: [Attempt]],
        isExact: Bool = false
    ) async throws -> (work: Work, snapshots: [Identifier<Link>: RemoteSnapshot]) {
        func isExpected(_ key: FieldKey, of link: Link) -> Bool {
            link.fields[key]?.agreed?.remote != nil || (attempts[link.id] ?? []).contains { $0.pairs[key]?.remote != nil }
        }
        func missed(_ link: Link, _ work: Work) -> Bool {
            guard let snapshot = snapshots[link.id], let entity = work.mapping.mapping.entity(forWorkItemType: snapshot.type) else {
                return false
            }
            return entity.enabledFields.contains { mapping in
                !mapping.azureDevOpsField.hasPrefix("System.") && isExpected(mapping.field, of: link)
                    && (snapshot.fields[mapping.azureDevOpsField] ?? .null).isNull
                    && work.schema[snapshot.type]?[mapping.azureDevOpsField] != nil
            }
        }
        guard links.contains(where: { missed($0, given) }) else { return (given, snapshots) }
        var work = given
        try await readSchema(into: &work, since: clock.elapsed)
        let again = links.filter { missed($0, work) }
        guard !again.isEmpty else { return (work, snapshots) }
        let fresh = try await self.snapshots(again, work, isExact: isExact)
        var all = snapshots
        for link in again { all[link.id] = fresh[link.id] }
        return (work, all)
    }

    /// TF51535: the process has lost a field that is still mapped. Read anew, the schema says so, and the field rests.
    func forgetSchema(of work: Work, after obstacles: [Obstacle]) async {
        guard obstacles.contains(where: \.saysFieldIsGone) else { return }
        await schemas.forget(work.integration.projectID, of: work.client)
    }
}

extension Obstacle {
    fileprivate var saysFieldIsGone: Bool {
        guard case .refusedByAzureDevOps(let code, let reason) = self else { return false }
        return code == "TF51535" || reason.contains("TF51535")
    }
}

extension StoredMappingSet {
    /// What the known fields of an integration begin with, where they are those of this version.
    fileprivate var mark: String { "\(version)|" }
}

extension ProjectSchema {
    /// Whether it has the fields that whoever read the schema last has found.
    func isCurrent(for mapping: StoredMappingSet, in integration: Integration) -> Bool {
        guard let known = integration.knownFields, known.hasPrefix(mapping.mark) else { return true }
        return known == mapping.mark + names(of: mapping.mapping)
    }

    /// The mapped fields that are there, in words to compare by.
    fileprivate func names(of mapping: MappingSet) -> String {
        mapping.entities.flatMap { entity in
            entity.enabledFields.compactMap { field in
                self[entity.workItemType]?[field.azureDevOpsField].map { "\(entity.workItemType).\($0.referenceName):\($0.type)" }
            }
        }.sorted().joined(separator: ",")
    }
}
