import Portfolio

/// Which way a field travels. “Read” is always from Azure DevOps into Kiplot.
public enum Direction: String, Hashable, Sendable, CaseIterable {
    case read, write, both

    public var reads: Bool { self != .write }
    public var writes: Bool { self != .read }

    /// The words that stand beside the arrow: an arrow alone is read both ways.
    public var title: String {
        switch self {
        case .read: "Reads from Azure DevOps"
        case .write: "Writes to Azure DevOps"
        case .both: "Both"
        }
    }

    public var arrow: String {
        switch self {
        case .read: "←"
        case .write: "→"
        case .both: "↔"
        }
    }
}

/// Whether changes travel by themselves or when somebody presses a button.
public enum SyncMode: String, Hashable, Sendable, CaseIterable {
    case automatic, manual

    public var title: String { self == .automatic ? "Automatic" : "Manual" }
}

/// A field's own mode, over the default of its integration.
public enum FieldMode: String, Hashable, Sendable, CaseIterable {
    case inherit, automatic, manual

    public func resolved(default mode: SyncMode) -> SyncMode {
        switch self {
        case .inherit: mode
        case .automatic: .automatic
        case .manual: .manual
        }
    }
}

/// What happens when both sides changed a field to different values.
public enum ConflictPolicy: String, Hashable, Sendable, CaseIterable {
    case hold, azureDevOpsWins, kiplotWins, newest

    public var title: String {
        switch self {
        case .hold: "Hold both and ask"
        case .azureDevOpsWins: "Azure DevOps wins"
        case .kiplotWins: "Kiplot wins"
        case .newest: "Newest wins"
        }
    }
}

/// Pairs of values that mean the same: stage ↔ state, option ↔ pick-list value, traffic light ↔ text.
/// In each direction the first pair that fits is taken, so several states may read as one stage.
public struct ValueMap: Hashable, Sendable {
    public struct Pair: Hashable, Sendable {
        public var kiplot: FieldValue
        public var azureDevOps: String

        public init(kiplot: FieldValue, azureDevOps: String) {
            self.kiplot = kiplot
            self.azureDevOps = azureDevOps
        }
    }

    public var pairs: [Pair]

    public init(_ pairs: [Pair] = []) { self.pairs = pairs }

    public func kiplot(for azureDevOps: String) -> FieldValue? {
        let folded = azureDevOps.lowercased()
        return pairs.first { $0.azureDevOps.lowercased() == folded }?.kiplot
    }

    public func azureDevOps(for kiplot: FieldValue) -> String? { pairs.first { $0.kiplot == kiplot }?.azureDevOps }
}

/// One Kiplot field joined with one Azure DevOps field.
public struct FieldMapping: Hashable, Sendable {
    public var field: FieldKey
    /// The reference name, `System.Title`; never the display name, which is localised.
    public var azureDevOpsField: String
    public var direction: Direction
    public var mode: FieldMode
    public var conflictPolicy: ConflictPolicy
    public var valueMap: ValueMap
    /// For account fields: people whom Azure DevOps names and Kiplot does not know are added, without a sign-in.
    public var addsMissingPeople: Bool
    public var isEnabled: Bool

    public init(
        field: FieldKey, azureDevOpsField: String, direction: Direction = .both, mode: FieldMode = .inherit,
        conflictPolicy: ConflictPolicy = .hold, valueMap: ValueMap = ValueMap(), addsMissingPeople: Bool = true, isEnabled: Bool = true
    ) {
        self.field = field
        self.azureDevOpsField = azureDevOpsField
        self.direction = direction
        self.mode = mode
        self.conflictPolicy = conflictPolicy
        self.valueMap = valueMap
        self.addsMissingPeople = addsMissingPeople
        self.isEnabled = isEnabled
    }
}

/// Initiative or Outcome ↔ one work item type.
public struct EntityMapping: Hashable, Sendable {
    public var kind: ItemKind
    public var workItemType: String
    public var fields: [FieldMapping]
    /// The initiative of an outcome ↔ the parent of its work item, when both are linked; `nil` leaves parents alone.
    public var parentDirection: Direction?

    public init(kind: ItemKind, workItemType: String, fields: [FieldMapping] = [], parentDirection: Direction? = nil) {
        self.kind = kind
        self.workItemType = workItemType
        self.fields = fields
        self.parentDirection = parentDirection
    }

    public var enabledFields: [FieldMapping] { fields.filter(\.isEnabled) }
}

/// What is mapped, for one integration or for several that share it.
public struct MappingSet: Hashable, Sendable {
    /// At most one entity mapping for each kind of item.
    public var entities: [EntityMapping]

    public init(entities: [EntityMapping] = []) { self.entities = entities }

    public subscript(kind: ItemKind) -> EntityMapping? { entities.first { $0.kind == kind } }

    public func entity(forWorkItemType type: String) -> EntityMapping? {
        entities.first { $0.workItemType.lowercased() == type.lowercased() }
    }
}
