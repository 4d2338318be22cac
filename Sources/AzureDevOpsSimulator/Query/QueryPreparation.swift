import JSON

/// Gives the names and macros of a query their meaning.
struct QueryPreparation {
    let world: World
    let project: Project?
    let me: Account
    let now: Int64
    let timePrecision: Bool

    private static func invalid(_ message: String) -> ServiceFault { .badRequest("WorkItemTrackingQueryException", message) }

    /// - Throws: TF51005 for a name that is neither a reference name nor one that people see.
    func field(_ field: Query.Field) throws(ServiceFault) -> FieldDefinition {
        guard let found = world.field(named: field.name) else {
            throw Self.invalid(
                "TF51005: The query references a field that does not exist. The error is caused by «[\(field.name)]».")
        }
        return found
    }

    func condition(_ condition: Query.Condition) throws(ServiceFault) -> PreparedCondition {
        switch condition {
        case .always: return .always
        case .all(let parts): return .all(try all(parts))
        case .any(let parts): return .any(try all(parts))
        case .not(let part): return .not(try self.condition(part))
        case .comparison(let comparison): return .test(try test(comparison))
        }
    }

    private func all(_ parts: [Query.Condition]) throws(ServiceFault) -> [PreparedCondition] {
        var result: [PreparedCondition] = []
        for part in parts { result.append(try condition(part)) }
        return result
    }

    private func test(_ comparison: Query.Comparison) throws(ServiceFault) -> PreparedCondition.Test {
        let field = try field(comparison.field)
        try check(comparison, on: field)
        var operands: [PreparedCondition.Operand] = []
        for value in comparison.values {
            if comparison.operation == .inGroup {
                operands += group(value, of: field)
            } else {
                operands.append(try operand(value, for: field, comparison.operation))
            }
        }
        return PreparedCondition.Test(
            field: field.referenceName, operation: comparison.operation, operands: operands,
            cutsToDay: field.kind == .dateTime && !timePrecision,
            isIdentity: field.kind == .identity, isTags: field.referenceName == "System.Tags")
    }

    /// Not every operator goes with every type (`wiql-syntax.md`).
    private func check(_ comparison: Query.Comparison, on field: FieldDefinition) throws(ServiceFault) {
        let isLong = field.kind == .html || field.kind == .history || (field.kind == .plainText && field.referenceName != "System.Tags")
        let allowed =
            switch comparison.operation {
            case .under: field.kind == .treePath
            case .contains, .containsWords: [.string, .html, .plainText, .history, .identity].contains(field.kind)
            case .isEmpty: true
            default: !isLong
            }
        guard allowed else {
            throw Self.invalid(
                "TF51566: The operator is not valid for the field «[\(comparison.field.name)]» of type \(field.kind.rawValue).")
        }
    }

    private func operand(
        _ value: Query.Value, for field: FieldDefinition, _ operation: Query.Comparison.Operator
    ) throws(ServiceFault) -> PreparedCondition.Operand {
        switch value {
        case .number(let number): return .number(number)
        case .me: return field.kind == .identity ? .accounts([me.id]) : .text(me.name)
        case .project:
            guard let project else {
                throw Self.invalid("TF51561: The query uses @Project, and the request names no project.")
            }
            return .text(project.name)
        case .moment(let period, let offset): return .text(ServiceTime(rounding: start(of: period, offset)).text)
        case .currentIteration: return .text(try currentIteration())
        case .field(let other): return .field(try self.field(other).referenceName)
        case .text(""): return .nothing
        case .text(let text): return try operand(text, for: field, operation)
        }
    }

    private func operand(
        _ text: String, for field: FieldDefinition, _ operation: Query.Comparison.Operator
    ) throws(ServiceFault) -> PreparedCondition.Operand {
        switch field.kind {
        case .dateTime:
            guard let milliseconds = ServiceTime.milliseconds(text) else {
                throw Self.invalid("TF51010: The date “\(text)” is not valid.")
            }
            if !timePrecision, milliseconds % 86_400_000 != 0 {
                throw Self.invalid(
                    "TF51590: You cannot supply a time with the date when running a query using date precision. The error is caused by «\(text)»."
                )
            }
            return .text(ServiceTime(rounding: milliseconds).text)
        case .identity where operation != .contains && operation != .containsWords:
            let folded = text.lowercased()
            let found = world.accounts.filter { account in
                [account.id, account.mail.lowercased(), account.name.lowercased(), account.text.lowercased()].contains(folded)
            }
            return .accounts(Set(found.map(\.id)))
        case .integer, .double: return Double(text).map { .number($0) } ?? .text(text)
        case .boolean: return .text(text.lowercased())
        case .treePath where operation == .under || operation == .equal:
            try checkPath(text, of: field)
            return .text(text)
        default: return .text(text)
        }
    }

    /// TF51011 for a path that leads nowhere.
    private func checkPath(_ path: String, of field: FieldDefinition) throws(ServiceFault) {
        let isArea = field.referenceName == "System.AreaPath"
        let names = path.split(separator: "\\")
        let roots = world.projects.map { isArea ? $0.areas : $0.iterations }
        guard roots.contains(where: { $0.contains(path: names) }) else {
            throw Self.invalid(
                "TF51011: The specified \(isArea ? "area" : "iteration") path does not exist. The error is caused by «\(path)».")
        }
    }

    /// The members of a team, or the types of a category.
    private func group(_ value: Query.Value, of field: FieldDefinition) -> [PreparedCondition.Operand] {
        guard case .text(let text) = value else { return [] }
        if field.referenceName == "System.WorkItemType" {
            let types = (project.map { [$0] } ?? world.projects).flatMap(\.process.types).filter {
                $0.category.lowercased() == text.lowercased()
            }
            return types.map { .text($0.name) }
        }
        let name = text.split(separator: "\\").last.map { $0.lowercased() } ?? ""
        return [.accounts(Set(world.teams.filter { $0.name.lowercased() == name }.flatMap(\.members)))]
    }

    /// The iteration of the project that contains today.
    private func currentIteration() throws(ServiceFault) -> String {
        guard let project else {
            throw Self.invalid("VS402612: The macro @CurrentIteration is not supported without a team context.")
        }
        func find(_ node: ClassificationNode, _ path: String) -> String? {
            for child in node.children { if let found = find(child, "\(path)\\\(child.name)") { return found } }
            guard let start = node.start, let finish = node.finish else { return nil }
            return (start.milliseconds..<finish.milliseconds + 86_400_000).contains(now) ? path : nil
        }
        guard let path = find(project.iterations, project.name) else {
            throw Self.invalid("VS402612: There is no current iteration for the team.")
        }
        return path
    }

    // MARK: Moments

    /// Milliseconds since 1970 of a value that names a moment.
    func moment(_ value: Query.Value) throws(ServiceFault) -> Int64 {
        switch value {
        case .text(let text):
            guard let milliseconds = ServiceTime.milliseconds(text) else { throw Self.invalid("TF51010: The date “\(text)” is not valid.") }
            return milliseconds
        case .moment(let period, let offset): return start(of: period, offset)
        default: throw QueryLexer.syntaxError("asof")
        }
    }

    private func start(of period: Query.Period, _ offset: Query.Offset) -> Int64 {
        let day: Int64 = 86_400_000
        let midnight = now / day * day
        var (year, month, dayOfMonth) = ServiceTime(rounding: midnight).date
        let amount = offset.count
        switch period {
        case .today, .startOfDay:
            guard let unit = offset.unit else { return midnight + Int64(amount) * day }
            return moved(midnight, amount, unit)
        case .startOfWeek:
            // The first of January 1970 was a Thursday; weeks begin on Sunday.
            let start = midnight - ((midnight / day + 4) % 7) * day
            guard let unit = offset.unit else { return start + Int64(amount) * 7 * day }
            return moved(start, amount, unit)
        case .startOfMonth:
            dayOfMonth = 1
            if offset.unit == nil { month += amount }
        case .startOfYear:
            (month, dayOfMonth) = (1, 1)
            if offset.unit == nil { year += amount }
        }
        let start = ServiceTime.start(year: year, month: month, day: dayOfMonth)
        return offset.unit.map { moved(start, amount, $0) } ?? start
    }

    private func moved(_ start: Int64, _ count: Int, _ unit: Character) -> Int64 {
        let (year, month, day) = ServiceTime(rounding: start).date
        switch unit {
        case "m": return start + Int64(count) * 60_000
        case "h": return start + Int64(count) * 3_600_000
        case "w": return start + Int64(count) * 604_800_000
        case "M": return ServiceTime.start(year: year, month: month + count, day: day)
        case "y": return ServiceTime.start(year: year + count, month: month, day: day)
        default: return start + Int64(count) * 86_400_000
        }
    }

    // MARK: Links

    /// Whether a kind of link satisfies the conditions on the link itself.
    func linkTest(_ conditions: [Query.Condition]) throws(ServiceFault) -> (String) -> Bool {
        var wanted: [(kinds: Set<String>, isNegated: Bool)] = []
        for condition in conditions {
            var (inner, isNegated) = (condition, false)
            if case .not(let part) = inner { (inner, isNegated) = (part, true) }
            guard case .comparison(let comparison) = inner, comparison.field.name.lowercased() == "system.links.linktype" else {
                if case .always = inner { continue }
                throw QueryLexer.syntaxError("a condition on the link")
            }
            let kinds = Set(comparison.values.compactMap { if case .text(let text) = $0 { text.lowercased() } else { nil } })
            switch comparison.operation {
            case .equal, .isIn: wanted.append((kinds, isNegated))
            case .unequal: wanted.append((kinds, !isNegated))
            default: throw QueryLexer.syntaxError("System.Links.LinkType")
            }
        }
        let tests = wanted
        return { kind in
            let folded = kind.lowercased()
            return tests.allSatisfy { test in
                let isNamed = test.kinds.contains { $0 == folded || folded.hasPrefix($0 + "-") }
                return isNamed != test.isNegated
            }
        }
    }
}
