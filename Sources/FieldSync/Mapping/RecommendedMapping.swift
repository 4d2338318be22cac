import Portfolio

/// The mapping that fits most teams, found in one click (`kiplot-domain.md` 13.1): always by reference name, because display names
/// are localised.
public struct RecommendedMapping: Sendable {
    private let schema: ProjectSchema
    private let stages: [Stage]
    private let catalogue: FieldCatalogue

    public init(schema: ProjectSchema, stages: [Stage], catalogue: FieldCatalogue) {
        self.schema = schema
        self.stages = stages
        self.catalogue = catalogue
    }

    public var mapping: MappingSet {
        var set = MappingSet()
        let initiatives = type(among: ["Microsoft.VSTS.WorkItemTypes.Epic"], orNamed: ["Epic"])
        let outcomes = type(
            among: ["Microsoft.VSTS.WorkItemTypes.Feature", "Microsoft.VSTS.WorkItemTypes.Issue"], orNamed: ["Feature", "Issue"],
            except: initiatives)
        if let initiatives { set.entities.append(entity(.initiative, initiatives)) }
        if let outcomes {
            var mapping = entity(.outcome, outcomes)
            mapping.parentDirection = .both
            set.entities.append(mapping)
        }
        return set
    }

    private func type(
        among references: [String], orNamed names: [String], except used: WorkItemTypeSchema? = nil
    ) -> WorkItemTypeSchema? {
        let free = schema.workItemTypes.filter { $0.name != used?.name }
        for reference in references {
            if let type = free.first(where: { $0.referenceName == reference }) { return type }
        }
        for name in names {
            if let type = free.first(where: { $0.name == name || $0.referenceName.hasSuffix(".\(name)") }) { return type }
        }
        return nil
    }

    private func entity(_ kind: ItemKind, _ type: WorkItemTypeSchema) -> EntityMapping {
        var entity = EntityMapping(kind: kind, workItemType: type.name)
        func add(_ field: FieldKey, _ candidates: [String], _ direction: Direction = .both, _ map: ValueMap = ValueMap()) {
            guard catalogue[field]?.appliesTo.contains(kind) == true, let target = candidates.first(where: { type[$0] != nil }) else {
                return
            }
            entity.fields.append(FieldMapping(field: field, azureDevOpsField: target, direction: direction, valueMap: map))
        }
        add(.name, ["System.Title"])
        add(.description, ["System.Description"])
        add(.stage, ["System.State"], .both, stageMap(for: type, kind))
        add(.owner, ["System.AssignedTo"])
        add(.start, ["Microsoft.VSTS.Scheduling.StartDate"])
        add(.end, ["Microsoft.VSTS.Scheduling.TargetDate", "Microsoft.VSTS.Scheduling.DueDate", "Microsoft.VSTS.Scheduling.FinishDate"])
        add(
            .effort,
            ["Microsoft.VSTS.Scheduling.Effort", "Microsoft.VSTS.Scheduling.StoryPoints", "Microsoft.VSTS.Scheduling.Size"], .read)
        add(.tags, ["System.Tags"])
        if let rag = type.fields.first(where: { $0.name.lowercased() == "rag" || $0.referenceName.hasSuffix(".RAG") }) {
            add(.rag, [rag.referenceName], .write, ragMap(rag))
        }
        if let percent = type.fields.first(where: { $0.referenceName.hasSuffix(".PercentComplete") }) {
            add(.percentComplete, [percent.referenceName], .read)
        }
        return entity
    }

    /// Equal names first, then what a state means. Every state reads as a stage; every stage writes a state.
    private func stageMap(for type: WorkItemTypeSchema, _ kind: ItemKind) -> ValueMap {
        let usable = stages.filter { $0.appliesTo.contains(kind) }
        var pairs: [ValueMap.Pair] = []
        var paired: Set<Identifier<Stage>> = []
        for state in type.states {
            let equal = usable.first { $0.name.lowercased() == state.name.lowercased() }
            let fitting = usable.filter { $0.category == category(of: state, in: type) }
            guard let stage = equal ?? fitting.first(where: { !paired.contains($0.id) }) ?? fitting.first ?? usable.first else { continue }
            pairs.append(ValueMap.Pair(kiplot: .stage(stage.id), azureDevOps: state.name))
            paired.insert(stage.id)
        }
        for stage in usable where !paired.contains(stage.id) {
            guard let state = state(for: stage, in: type) else { continue }
            pairs.append(ValueMap.Pair(kiplot: .stage(stage.id), azureDevOps: state.name))
        }
        return ValueMap(pairs)
    }

    private func category(of state: StateSchema, in type: WorkItemTypeSchema) -> Stage.Category {
        switch state.category {
        case .proposed: .idea
        case .inProgress, .resolved: .delivery
        case .completed, .removed: .closed
        }
    }

    private func state(for stage: Stage, in type: WorkItemTypeSchema) -> StateSchema? {
        let wanted: [StateSchema.Category] =
            switch stage.category {
            case .idea, .analysis: [.proposed, .inProgress]
            case .delivery: [.inProgress, .resolved]
            case .closed: [.completed, .removed]
            }
        for category in wanted {
            if let state = type.states.first(where: { $0.category == category }) { return state }
        }
        return type.states.first
    }

    private func ragMap(_ field: FieldSchema) -> ValueMap {
        let pairs = RAG.allCases.compactMap { light -> ValueMap.Pair? in
            let words = light == .amber ? ["amber", "yellow"] : [light.rawValue]
            guard let value = field.allowedValues.first(where: { value in words.contains { value.lowercased().contains($0) } }) else {
                return field.allowedValues.isEmpty ? ValueMap.Pair(kiplot: .rag(light), azureDevOps: light.title) : nil
            }
            return ValueMap.Pair(kiplot: .rag(light), azureDevOps: value)
        }
        return ValueMap(pairs)
    }
}
