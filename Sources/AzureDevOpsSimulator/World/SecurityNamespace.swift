import JSON

/// The namespaces of permissions that matter for work items, with their bits (`recordings/security-namespaces.json`).
enum SecurityNamespace {
    static let serviceHooks = "cb594ebe-87dd-4fc9-ac2c-6a10a4c92046"

    /// As `GET _apis/securitynamespaces` prints them.
    static let all: [JSONValue] = {
        var namespaces: [JSONObject] = []
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            if parts[0] == "namespace" {
                namespaces.append(namespace(parts))
            } else if let last = namespaces.indices.last {
                let action: JSONValue = [
                    "bit": .integer(Int64(parts[0]) ?? 0), "name": .string(parts[1]), "displayName": text(parts[2]),
                    "namespaceId": owner(of: namespaces[last]),
                ]
                namespaces[last]["actions"] = .array((namespaces[last]["actions"]?.array ?? []) + [action])
            }
        }
        return namespaces.map { .object($0) }
    }()

    /// The actions of some namespaces do not say whose they are.
    private static func owner(of namespace: JSONObject) -> JSONValue {
        ["WorkItemTracking", "CSS", "Project"].contains(namespace["name"]?.string ?? "")
            ? "00000000-0000-0000-0000-000000000000" : namespace["namespaceId"] ?? .null
    }

    private static func text(_ part: String) -> JSONValue { part.isEmpty ? .null : .string(part) }

    private static func namespace(_ parts: [String]) -> JSONObject {
        func number(_ index: Int) -> JSONValue { .integer(Int64(parts[index]) ?? 0) }
        return [
            "namespaceId": .string(parts[1]), "name": .string(parts[2]), "displayName": text(parts[3]),
            "separatorValue": .string(parts[4] == "\\u0000" ? "\0" : parts[4]), "elementLength": number(5), "writePermission": number(6),
            "readPermission": number(7), "dataspaceCategory": .string(parts[8]), "actions": [], "structureValue": number(9),
            "extensionType": text(parts[10]), "isRemotable": .bool(parts[11] == "true"),
            "useTokenTranslator": .bool(parts[12] == "true"), "systemBitMask": number(13),
        ]
    }

    /// A namespace, then its actions: bit, name, words.
    private static let table = #"""
        namespace|445d2788-c5fb-4132-bbef-09c4045ad93f|WorkItemTrackingAdministration|WorkItemTrackingAdministration|\u0000|-1|1|0|WorkItem|0||false|false|0
        1|ManagePermissions|Manage permissions
        2|DestroyAttachments|Destroy attachments
        namespace|2bf24a2b-70ba-43d3-ad97-3d9e1f75622f|EventSubscriber|EventSubscriber|:|-1|2|1|Default|1||true|false|0
        1|GENERIC_READ|View
        2|GENERIC_WRITE|Edit
        namespace|cb594ebe-87dd-4fc9-ac2c-6a10a4c92046|ServiceHooks|ServiceHooks|/|-1|7|1|Default|1||true|true|0
        1|ViewSubscriptions|View Subscriptions
        2|EditSubscriptions|Edit Subscription
        4|DeleteSubscriptions|Delete Subscriptions
        8|PublishEvents|Publish Events
        namespace|3e65f728-f8bc-4ecd-8764-7e378b19bfa7|Collection|Collection|:|-1|2|1|Default|1|Microsoft.TeamFoundation.ApplicationTier.Plugins.Core.NamespaceSecurityExtension|true|false|0
        1|GENERIC_READ|View collection-level information
        2|GENERIC_WRITE|Edit collection-level information
        4|CREATE_PROJECTS|Create new projects
        16|TRIGGER_EVENT|Trigger events
        32|MANAGE_TEMPLATE|Manage process template
        64|DIAGNOSTIC_TRACE|Alter trace settings
        128|SYNCHRONIZE_READ|View system synchronization information
        512|MANAGE_TEST_CONTROLLERS|Manage test controllers
        1024|DELETE_FIELD|Delete field from organization
        2048|MANAGE_ENTERPRISE_POLICIES|Manage enterprise policies
        namespace|2dab47f9-bd70-49ed-9bd5-8eb051e59c02|Process|Process|:|-1|8|16|Default|1||false|false|16
        1|Edit|Edit process
        2|Delete|Delete process
        4|Create|Create process
        8|AdministerProcessPermissions|Administer process permissions
        16|ReadProcessPermissions|View Process
        namespace|bb50f182-8e5e-40b8-bc21-e8752a1e7ae2|Tagging|Tagging|/|-1|4|1|Default|1||false|true|0
        1|Enumerate|Enumerate tag definitions
        2|Create|Create tag definition
        4|Update|Update tag definition
        8|Delete|Delete tag definition
        namespace|bf7bfa03-b2b7-47db-8113-fa2e002cc5b1|Iteration|Iteration|:|-1|2|1|Integration|1|Microsoft.Azure.Boards.Plugins.Security.IterationSecurityExtension|false|true|0
        1|GENERIC_READ|View permissions for this node
        2|GENERIC_WRITE|Edit this node
        4|CREATE_CHILDREN|Create child nodes
        8|DELETE|Delete this node
        namespace|73e71c45-d483-40d5-bdba-62fd076f7f87|WorkItemTracking||/|-1|0|1|Default|1||false|false|31
        1|Read|Read WorkItemTracking
        2|CrossProjectRead|Cross Project Read Of WorkItemTracking Resources
        4|TrackWorkItemActivity|Track work item read and write for a user
        8|ReadRules|Read rules only if permissions are avaliable
        16|ReadHistoricalWorkItemResources|
        namespace|83e28ad4-2d72-4ceb-97b0-c7726d5502c3|CSS|CSS|:|-1|2|1|Integration|1|Microsoft.Azure.Boards.Plugins.Security.CSSNodeSecurityExtension|true|true|0
        1|GENERIC_READ|View permissions for this node
        2|GENERIC_WRITE|Edit this node
        4|CREATE_CHILDREN|Create child nodes
        8|DELETE|Delete this node
        16|WORK_ITEM_READ|View work items in this node
        32|WORK_ITEM_WRITE|Edit work items in this node
        64|MANAGE_TEST_PLANS|Manage test plans
        128|MANAGE_TEST_SUITES|Manage test suites
        512|WORK_ITEM_SAVE_COMMENT|Edit work item comments in this node
        namespace|52d39943-cb85-4d7f-8fa8-c6baac873819|Project|Project|:|-1|2|1|Default|1|Microsoft.TeamFoundation.ApplicationTier.PlugIns.Core.ProjectSecurityExtension|true|true|17563648
        1|GENERIC_READ|View project-level information
        2|GENERIC_WRITE|Edit project-level information
        4|DELETE|Delete team project
        8|PUBLISH_TEST_RESULTS|Create test runs
        16|ADMINISTER_BUILD|Administer a build
        32|START_BUILD|Start a build
        64|EDIT_BUILD_STATUS|Edit build quality
        128|UPDATE_BUILD|Write to build operational store
        256|DELETE_TEST_RESULTS|Delete test runs
        512|VIEW_TEST_RESULTS|View test runs
        2048|MANAGE_TEST_ENVIRONMENTS|Manage test environments
        4096|MANAGE_TEST_CONFIGURATIONS|Manage test configurations
        8192|WORK_ITEM_DELETE|Delete and restore work items
        16384|WORK_ITEM_MOVE|Move work items out of this project
        32768|WORK_ITEM_PERMANENTLY_DELETE|Permanently delete work items
        65536|RENAME|Rename team project
        131072|MANAGE_PROPERTIES|Manage project properties
        262144|MANAGE_SYSTEM_PROPERTIES|Manage system project properties
        524288|BYPASS_PROPERTY_CACHE|Bypass project property cache
        1048576|BYPASS_RULES|Bypass rules on work item updates
        2097152|SUPPRESS_NOTIFICATIONS|Suppress notifications for work item updates
        4194304|UPDATE_VISIBILITY|Update project visibility
        8388608|CHANGE_PROCESS|Change process of team project
        16777216|AGILETOOLS_BACKLOG|Agile backlog management.
        33554432|AGILETOOLS_PLANS|Manage delivery plans
        """#
}
