import JSON

/// Decides for one work item after the other whether a query finds it.
struct QueryEvaluation {
    let world: World
    let query: Query
    let project: Project?
    let me: Account
    let now: Int64
    let timePrecision: Bool

    /// The ids, in the order of the query. Deleted work items are never found.
    func run(top: Int?) throws(ServiceFault) -> [Int64] {
        for name in query.columns + query.order.map(\.field) { try check(name) }
        var found: [WorkItemRecord] = []
        for record in world.workItems.values where record.deletion == nil {
            if let project, record.projectID != project.id { continue }
            if try matches(record, query.condition) { found.append(record) }
        }
        let limit = 20_000
        guard found.count <= limit || (top ?? .max) <= limit else {
            throw ServiceFault.badRequest(
                "WorkItemTrackingQueryResultSizeLimitExceededException",
                "VS402337: The number of work items returned exceeds the size limit of 20000. Change the query to return fewer items.")
        }
        let order = query.order.isEmpty ? [("System.Id", false)] : query.order
        let keyed = found.map { record in (record.id, order.map { value($0.0, of: record) }) }
        let sorted = keyed.sorted { left, right in
            for (index, part) in order.enumerated() {
                switch compare(left.1[index], right.1[index]) {
                case ..<0: return !part.1
                case 1...: return part.1
                default: continue
                }
            }
            return left.0 < right.0
        }
        return sorted.prefix(top ?? limit).map(\.0)
    }

    private func check(_ name: String) throws(ServiceFault) {
        guard world.field(referenceName(name)) != nil else {
            throw ServiceFault.badRequest(
                "WorkItemTrackingQueryException",
                "TF51005: The query references a field that does not exist. The error is caused by «\(name)».")
        }
    }

    /// Display names are as good as reference names.
    private func referenceName(_ name: String) -> String {
        if name.contains(".") { return name }
        return FieldDefinition.all.first { $0.name.lowercased() == name.lowercased() }?.referenceName ?? name
    }

    private func matches(_ record: WorkItemRecord, _ condition: Query.Condition) throws(ServiceFault) -> Bool {
        switch condition {
        case .always: return true
        case .all(let parts):
            for part in parts where try !matches(record, part) { return false }
            return true
        case .any(let parts):
            for part in parts where try matches(record, part) { return true }
            return false
        case .not(let part): return try !matches(record, part)
        case .comparison(let comparison): return try matches(record, comparison)
        }
    }

    private func matches(_ record: WorkItemRecord, _ comparison: Query.Comparison) throws(ServiceFault) -> Bool {
        try check(comparison.field)
        let name = referenceName(comparison.field)
        let own = value(name, of: record)
        var wanted: [JSONValue] = []
        for value in comparison.values { wanted.append(try resolved(value, for: name, of: record)) }
        func first(_ test: (Int) -> Bool) -> Bool { wanted.first.map { !own.isNull && test(compare(own, $0)) } ?? false }
        let text = plain(own).lowercased()
        let needle = wanted.first.map { plain($0).lowercased() } ?? ""
        switch comparison.operation {
        case .equal, .ever: return isSame(own, wanted.first ?? .null, name)
        case .unequal: return !isSame(own, wanted.first ?? .null, name)
        case .less: return first { $0 < 0 }
        case .greater: return first { $0 > 0 }
        case .lessOrEqual: return first { $0 <= 0 }
        case .greaterOrEqual: return first { $0 >= 0 }
        case .isIn: return wanted.contains { isSame(own, $0, name) }
        case .isNotIn: return !wanted.contains { isSame(own, $0, name) }
        case .contains: return contains(text, needle, name)
        case .containsNot: return !contains(text, needle, name)
        case .under: return text == needle || text.hasPrefix(needle + "\\")
        case .notUnder: return !(text == needle || text.hasPrefix(needle + "\\"))
        case .isEmpty: return own.isNull
        case .isNotEmpty: return !own.isNull
        }
    }

    private func contains(_ text: String, _ needle: String, _ field: String) -> Bool {
        guard field == "System.Tags" else { return text.contains(needle) }
        return text.split(separator: ";").contains { trimmed(String($0)) == needle }
    }

    private func isSame(_ own: JSONValue, _ wanted: JSONValue, _ field: String) -> Bool {
        if wanted.string == "", own.isNull { return true }
        if world.field(field)?.kind == .identity {
            guard let account = own.string.flatMap({ world.account($0) }) else { return false }
            let folded = plain(wanted).lowercased()
            return [account.id, account.mail.lowercased(), account.name.lowercased(), account.text.lowercased()].contains(folded)
        }
        return !own.isNull && compare(own, wanted) == 0
    }

    private func value(_ name: String, of record: WorkItemRecord) -> JSONValue {
        switch referenceName(name) {
        case "System.Id": return .integer(record.id)
        case "System.Rev": return .integer(record.current.number)
        case "System.Watermark": return .integer(record.current.watermark)
        case "System.Parent": return record.parent.map { .integer($0) } ?? .null
        default:
            let value = record.current.fields[referenceName(name)] ?? .null
            guard !timePrecision, world.field(name)?.kind == .dateTime, let text = value.string else { return value }
            return .string(String(text.prefix(10)))
        }
    }

    private func resolved(_ value: Query.Value, for field: String, of record: WorkItemRecord) throws(ServiceFault) -> JSONValue {
        let isDate = world.field(field)?.kind == .dateTime
        switch value {
        case .number(let number): return Int64(exactly: number).map { .integer($0) } ?? .number(number)
        case .me: return .string(me.id)
        case .project: return .string(project?.name ?? "")
        case .today(let days):
            let midnight = now / 86_400_000 * 86_400_000 + Int64(days) * 86_400_000
            let text = ServiceTime(rounding: midnight).text
            return .string(timePrecision ? text : String(text.prefix(10)))
        case .field(let name): return self.value(name, of: record)
        case .text(let text):
            guard isDate else { return .string(text) }
            guard let milliseconds = ServiceTime.milliseconds(text) else {
                throw ServiceFault.badRequest("WorkItemTrackingQueryException", "TF51010: The date “\(text)” is not valid.")
            }
            if !timePrecision, milliseconds % 86_400_000 != 0 {
                throw ServiceFault.badRequest(
                    "WorkItemTrackingQueryException",
                    "TF51590: You cannot supply a time with the date when running a query using date precision. The error is caused by «\(text)»."
                )
            }
            let day = ServiceTime(rounding: milliseconds).text
            return .string(timePrecision ? day : String(day.prefix(10)))
        }
    }

    private func plain(_ value: JSONValue) -> String {
        value.string ?? value.integer.map { String($0) } ?? value.number.map { String($0) } ?? ""
    }

    /// Numbers by size, dates and texts without regard to case; empty before everything.
    private func compare(_ left: JSONValue, _ right: JSONValue) -> Int {
        if left.isNull || right.isNull { return (left.isNull ? 0 : 1) - (right.isNull ? 0 : 1) }
        if let first = left.number ?? left.string.flatMap({ Double($0) }), let second = right.number ?? right.string.flatMap({ Double($0) })
        {
            return first < second ? -1 : first > second ? 1 : 0
        }
        if let first = left.string.flatMap({ ServiceTime.milliseconds($0) }),
            let second = right.string.flatMap({ ServiceTime.milliseconds($0) })
        {
            return first < second ? -1 : first > second ? 1 : 0
        }
        let first = plain(left).lowercased()
        let second = plain(right).lowercased()
        return first < second ? -1 : first > second ? 1 : 0
    }
}
